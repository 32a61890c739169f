//! The house's layers, held by a test: who may import whom, where each third-party crate lives,
//! and how long a file may be. The levels are those of the table in `src/lib.rs`.

#![expect(clippy::unwrap_used, reason = "a step that fails is a test that fails")]

use std::fs;
use std::path::{Path, PathBuf};

/// A module of the crate with its level and the modules it may import beside `radiograph`.
struct Layer {
    name: &'static str,
    level: u8,
    imports: &'static [&'static str],
}

const fn layer(name: &'static str, level: u8, imports: &'static [&'static str]) -> Layer {
    Layer {
        name,
        level,
        imports,
    }
}

const LAYERS: [Layer; 21] = [
    layer("radiograph", 0, &[]),
    layer("formats", 1, &[]),
    layer("display", 1, &[]),
    layer("fusion", 1, &[]),
    layer("metrics", 1, &[]),
    layer("guard", 1, &[]),
    layer("measure", 1, &[]),
    layer("nn", 1, &[]),
    layer("diffusion", 2, &["nn"]),
    layer("lesion", 2, &["display"]),
    layer("dataset", 2, &["formats", "display"]),
    layer("model", 2, &["nn", "formats", "metrics"]),
    layer("pipeline", 3, BELOW_PIPELINE),
    layer("evidence", 3, &["metrics", "formats", "lesion"]),
    layer("simulate", 3, &["formats", "display", "dataset"]),
    layer("contest", 4, BELOW_CONTEST),
    layer("train", 4, BELOW_TRAIN),
    layer("render", 4, &["display"]),
    layer("worker", 5, &["pipeline", "train", "contest", "formats"]),
    layer(
        "ui",
        6,
        &[
            "worker", "render", "evidence", "formats", "display", "measure", "dataset",
        ],
    ),
    layer(
        "cli",
        6,
        &[
            "worker", "contest", "pipeline", "train", "evidence", "simulate", "dataset", "model",
            "metrics", "guard", "lesion", "formats", "display",
        ],
    ),
];

const BELOW_TRAIN: &[&str] = &[
    "formats",
    "display",
    "fusion",
    "metrics",
    "guard",
    "nn",
    "dataset",
    "diffusion",
    "model",
    "pipeline",
];

const BELOW_CONTEST: &[&str] = &[
    "formats", "display", "metrics", "guard", "lesion", "dataset", "model", "pipeline", "evidence",
    "simulate",
];

const BELOW_PIPELINE: &[&str] = &[
    "formats",
    "display",
    "fusion",
    "metrics",
    "guard",
    "nn",
    "diffusion",
    "model",
];

/// Edges inside a level, each with its reason: reading settles the window a file does not state, and
/// an inspection says how a value is shown; both are `display`'s arithmetic.
const SIDEWAYS: [(&str, &str); 1] = [("formats", "display")];

/// Third-party crates with the only places that may name them (paths under `src`).
const HOMES: [(&[&str], &[&str]); 15] = [
    (
        &["tch"],
        &["nn", "diffusion", "model", "pipeline", "train", "worker"],
    ),
    (
        &[
            "dicom_core",
            "dicom_dictionary_std",
            "dicom_encoding",
            "dicom_object",
            "dicom_pixeldata",
            "dicom_transfer_syntax_registry",
            "encoding_rs",
            "image",
            "png",
            "zip",
        ],
        &["formats"],
    ),
    (&["wgpu", "bytemuck"], &["render"]),
    (&["rfd"], &["ui/files/dialog.rs"]),
    (&["poll_promise"], &["ui/files.rs"]),
    (&["directories"], &["ui"]),
    (&["toml_edit"], &["ui/preferences"]),
    (&["egui_commonmark", "egui_extras"], &["ui/panels/guide.rs"]),
    (&["egui_system_font_provider"], &["ui/system_fonts.rs"]),
    (&["unicode_bidi"], &["ui/display_order.rs"]),
    (&["chrono"], &["ui/message_log.rs"]),
    (
        &["clap", "clap_complete", "clap_mangen", "indicatif", "ctrlc"],
        &["cli", "main.rs"],
    ),
    (
        &["eframe", "egui", "egui_plot", "egui_wgpu"],
        &["ui", "render"],
    ),
    (
        &["safetensors", "half"],
        &[
            "model",
            "train",
            "pipeline/kept_result.rs",
            "pipeline/kept_result",
        ],
    ),
    (
        &["crossbeam_channel"],
        &[
            "worker",
            "render/faults.rs",
            "ui/files.rs",
            "ui/files",
            "ui/app/ending.rs",
            "ui/app/ending",
            "ui/launch.rs",
        ],
    ),
];

const MAX_LINES: usize = 400;

#[test]
fn modules_import_only_what_stands_below() {
    for layer in &LAYERS {
        for name in layer.imports {
            let below = find_layer(name).expect("the table names its own modules");
            assert!(below.level < layer.level, "{} -> {name}", layer.name);
        }
    }
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let Some(layer) = path
            .components()
            .next()
            .and_then(|first| find_layer(&first.as_os_str().to_string_lossy()))
        else {
            assert!(
                path.components().count() == 1,
                "{} lies in a folder that is not in the table",
                path.display()
            );
            continue;
        };
        for (line, name) in crate_imports(&text) {
            let allowed = name == layer.name
                || name == "radiograph"
                || layer.imports.contains(&name.as_str())
                || SIDEWAYS.contains(&(layer.name, name.as_str()));
            if find_layer(&name).is_some() && !allowed {
                wrong.push(format!(
                    "src/{}:{line}: {} -> {name}",
                    path.display(),
                    layer.name
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "edges outside the table:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn third_party_crates_stay_at_home() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        // Unit tests stand at a file's end, or in a file of their own, and may make their files in any way.
        if path.ends_with("tests.rs") {
            continue;
        }
        let program = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
        for (line, code) in code_lines(program) {
            for (crates, homes) in &HOMES {
                let at_home = homes.iter().any(|home| path.starts_with(home));
                for name in *crates {
                    if !at_home && names_crate(code, name) {
                        wrong.push(format!("src/{}:{line}: {name}", path.display()));
                    }
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "crates away from home:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn no_file_outgrows_its_noun() {
    let long: Vec<String> = sources()
        .iter()
        .map(|(path, text)| (path, text.lines().count()))
        .filter(|&(_, lines)| lines > MAX_LINES)
        .map(|(path, lines)| format!("src/{}: {lines} lines", path.display()))
        .collect();
    assert!(
        long.is_empty(),
        "over {MAX_LINES} lines:\n{}",
        long.join("\n")
    );
}

#[test]
fn main_only_hands_over() {
    let main = fs::read_to_string(source_folder().join("main.rs")).unwrap();
    assert!(main.lines().count() <= 80);
}

#[test]
fn the_reader_of_imports_sees_every_form() {
    let text = "use crate::display::GreyScale;\n\
                // use crate::ui;\n\
                use crate::{\n    formats::{self, read},\n    model,\n};\n\
                let x = crate::nn::Block::new(); // crate::cli\n";
    let names: Vec<String> = crate_imports(text).into_iter().map(|(_, n)| n).collect();
    assert_eq!(names, ["display", "nn", "formats", "model"]);
    assert!(names_crate("use tch::Tensor;", "tch"));
    assert!(names_crate("let d = image::open(p)", "image"));
    assert!(!names_crate("use crate::formats::image::x;", "image"));
    assert!(!names_crate("patch::x", "tch"));
}

fn source_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn find_layer(name: &str) -> Option<&'static Layer> {
    LAYERS.iter().find(|layer| layer.name == name)
}

/// Every Rust source with its path under `src`, sorted.
fn sources() -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                found.push(path);
            }
        }
    }
    let root = source_folder();
    let mut paths = Vec::new();
    walk(&root, &mut paths);
    paths.sort();
    assert!(paths.len() > 20, "the sources were not found");
    paths
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (path.strip_prefix(&root).unwrap().to_owned(), text)
        })
        .collect()
}

/// Lines without their comments, numbered from 1.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(i, line)| {
        let code = line.split_once("//").map_or(line, |(code, _)| code);
        (i + 1, code)
    })
}

/// First path segments after `crate::`, with the line where the path begins.
fn crate_imports(text: &str) -> Vec<(usize, String)> {
    let mut names = Vec::new();
    let code: Vec<&str> = code_lines(text).map(|(_, code)| code).collect();
    let code = code.join("\n");
    let mut groups = Vec::new();
    for (at, _) in code.match_indices("crate::") {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let line = code[..at].matches('\n').count() + 1;
        let rest = &code[at + "crate::".len()..];
        if let Some(group) = rest.strip_prefix('{') {
            groups.extend(first_segments(group).into_iter().map(|name| (line, name)));
        } else {
            names.push((line, leading_name(rest)));
        }
    }
    names.extend(groups);
    names
}

/// First segments of the members of a braced import, whose opening brace is already passed.
fn first_segments(group: &str) -> Vec<String> {
    let mut depth = 1;
    let mut members = vec![String::new()];
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => members.push(String::new()),
            _ if depth == 1 => {
                if let Some(member) = members.last_mut() {
                    member.push(c);
                }
            }
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    let names = members.iter().map(|member| leading_name(member.trim()));
    names.filter(|name| !name.is_empty()).collect()
}

fn leading_name(path: &str) -> String {
    path.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

/// Whether `code` begins a path with the crate `name`.
fn names_crate(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let after = &code[at + name.len()..];
        let begins =
            !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '.');
        let used = code.trim_start().starts_with("use ")
            && code.trim_start()["use ".len()..].starts_with(name)
            && after.starts_with([';', ' ']);
        begins && (after.starts_with("::") || used)
    })
}
