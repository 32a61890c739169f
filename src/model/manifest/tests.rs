//! Manifests that are sound, and every way in which they are not.

use super::*;
use crate::model::Preset;
use crate::nn::AttentionOrder;

fn complete(preset: Preset) -> Manifest {
    let mut manifest = Manifest::for_preset(preset);
    for role in [FileRole::Vqgan, FileRole::Denoiser, FileRole::Segmenter] {
        manifest.files.push(FileEntry {
            role,
            name: format!("{role}.safetensors"),
            sha256: "0123456789abcdef".repeat(4),
            bytes: 1 << 30,
            origin: None,
        });
    }
    manifest
}

fn text_of(manifest: &Manifest) -> String {
    toml::to_string_pretty(manifest).expect("a manifest can be written")
}

fn problems_of(text: &str) -> Vec<String> {
    match Manifest::parse(text, Path::new("manifest.toml")) {
        Err(ModelError::ManifestInvalid { problems, .. }) => problems,
        other => panic!("expected a refusal, got {other:?}"),
    }
}

/// The problems of a compact manifest after one change.
fn after(change: impl FnOnce(&mut Manifest)) -> Vec<String> {
    let mut manifest = complete(Preset::Compact);
    change(&mut manifest);
    problems_of(&text_of(&manifest))
}

#[test]
fn presets_survive_a_round_trip() {
    for preset in Preset::ALL {
        let manifest = complete(preset);
        let read = Manifest::parse(&text_of(&manifest), Path::new("manifest.toml"));
        assert_eq!(read.expect("a sound manifest"), manifest);
    }
}

#[test]
fn published_conventions_are_the_authors() {
    let manifest = Manifest::for_preset(Preset::GlLcm);
    assert_eq!(
        manifest.clip,
        ClipSpec::Dynamic {
            slope: 0.025,
            global: 2.0,
            local: 3.5
        }
    );
    assert!(manifest.vqgan.quantize_latents);
    let denoiser = &manifest.denoiser;
    assert_eq!(denoiser.prediction, Prediction::Epsilon);
    assert_eq!(denoiser.condition, ConditionScaling::Unscaled);
    assert_eq!(
        denoiser.condition_in_training,
        ConditionScaling::SqrtAlphasCumprod
    );
    assert_eq!(denoiser.config.attention_order, AttentionOrder::New);
    let older = Manifest::for_preset(Preset::BsLdm);
    assert_eq!(
        older.denoiser.config.attention_order,
        AttentionOrder::Legacy
    );
    assert_eq!(older.vqgan.config.codebook_size, 256);
    assert_eq!(
        older.schedule,
        ScheduleSpec::Cosine {
            num_timesteps: 1000
        }
    );
}

#[test]
fn all_unknown_fields_are_named_at_once() {
    let text = text_of(&complete(Preset::Compact))
        .replacen("version =", "colour = \"red\"\nversion =", 1)
        .replacen("[denoiser]", "[denoiser]\ndropout = 0.1", 1)
        .replacen("[clip]", "[clip]\nrange = 1.0", 1)
        .replacen("[[files]]", "[[files]]\nmode = 644", 1);
    assert_eq!(
        problems_of(&text),
        [
            "unknown field clip.range",
            "unknown field colour",
            "unknown field denoiser.dropout",
            "unknown field files.mode"
        ]
    );
}

#[test]
fn a_missing_field_and_a_wrong_type_are_named() {
    let sound = text_of(&complete(Preset::Compact));
    for (text, word) in [
        (sound.replace("licence =", "license ="), "licence"),
        (
            sound.replace("size_px = 1024", "size_px = \"big\""),
            "size_px",
        ),
        (
            sound.replace("kind = \"scaled_linear\"", "kind = \"linear\""),
            "linear",
        ),
        ("[".to_owned(), "manifest"),
    ] {
        match Manifest::parse(&text, Path::new("manifest.toml")) {
            Err(err @ ModelError::ManifestSyntax { .. }) => {
                assert!(err.to_string().contains(word), "{err}");
            }
            other => panic!("expected a refusal, got {other:?}"),
        }
    }
}

#[test]
fn a_published_preset_with_another_attention_order_is_refused() {
    let mut manifest = complete(Preset::GlLcm);
    manifest.denoiser.config.attention_order = AttentionOrder::Legacy;
    let problems = problems_of(&text_of(&manifest));
    assert_eq!(problems.len(), 1);
    assert!(problems[0].contains("[denoiser] is not the published configuration"));
}

#[test]
fn each_contradiction_is_named() {
    let cases: [(Vec<String>, &str); 17] = [
        (after(|m| m.name = "A b".to_owned()), "name \"A b\""),
        (after(|m| m.licence.clear()), "licence is empty"),
        (
            after(|m| m.card = "../card.md".to_owned()),
            "plain file name",
        ),
        (after(|m| m.vqgan.config.codebook_size = 0), "codebook_size"),
        (
            after(|m| m.denoiser.config.model_channels = 65_536),
            "[denoiser] needs at least",
        ),
        (after(|m| m.denoiser.config.in_channels = 6), "twice"),
        (
            after(|m| m.denoiser.config.norm_groups = 7),
            "normalisation groups",
        ),
        (after(|m| m.grid.multiple_px = 48), "multiple of 64"),
        (after(|m| m.latent.mean = vec![0.0]), "latent.mean has 1"),
        (after(|m| m.latent.std[2] = 0.0), "latent.std"),
        (after(|m| m.defaults.steps = 1001), "defaults.steps"),
        (
            after(|m| {
                m.clip = ClipSpec::Static {
                    global: -1.0,
                    local: 1.0,
                }
            }),
            "clip.global",
        ),
        (after(|m| m.segmenter = None), "need each other"),
        (
            after(|m| m.files[1].role = FileRole::Vqgan),
            "no file has the role denoiser",
        ),
        (
            after(|m| m.files[1].name = "vqgan.safetensors".to_owned()),
            "share",
        ),
        (
            after(|m| m.files[0].name = "../x.safetensors".to_owned()),
            "plain file name",
        ),
        (
            after(|m| m.files[0].sha256 = "AB".repeat(32)),
            "hexadecimal",
        ),
    ];
    for (problems, word) in cases {
        assert!(
            problems.iter().any(|problem| problem.contains(word)),
            "{word}: {problems:?}"
        );
    }
}

#[test]
fn contradictions_are_listed_together() {
    let problems = after(|m| {
        m.version.clear();
        m.grid.size_px = 7;
        m.files[2].sha256.clear();
    });
    assert_eq!(problems.len(), 3, "{problems:?}");
}

#[test]
fn absurd_sizes_are_refused_and_overflow_nothing() {
    let empty = after(|manifest| {
        let segmenter = manifest.segmenter.as_mut().expect("compact has one");
        segmenter.config.block_layers = vec![0, i64::MAX, i64::MIN, 1];
    });
    assert!(
        empty.iter().any(|p| p.contains("block_layers")),
        "{empty:?}"
    );
    let huge = after(|manifest| {
        manifest.vqgan.config.residual_layers = 65_536;
        manifest.vqgan.config.residual_channels = 65_536;
        manifest.denoiser.config.num_res_blocks = 65_536;
    });
    assert!(
        huge.iter().any(|p| p.contains("needs at least")),
        "{huge:?}"
    );
}
