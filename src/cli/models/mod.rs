//! `diaphane models`.

pub mod args;

mod calibrate;
mod promote;

use super::report::{Machine, Tally, print_line};
use crate::model::bundle::search_folders;
use crate::model::site::SHIPPED_BUNDLE;
use crate::model::{
    Bundle, BundleInfo, ModelError, SiteFolder, SiteModel, find_bundle, list_bundles,
};
use crate::radiograph::counted;
use crate::train::{
    ExportConfig, TrainError, Unobserved, export, export_adapter, learned_from_run_files,
};
use anyhow::{anyhow, ensure};
use args::ModelsCommand;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

pub(super) fn run(command: &ModelsCommand) -> anyhow::Result<Tally> {
    match command {
        ModelsCommand::List { json } => list(*json),
        ModelsCommand::Verify { bundle, json } => verify(bundle, *json),
        ModelsCommand::Promote(args) => promote::promote(args),
        ModelsCommand::Rollback {
            shipped: true,
            json,
        } => promote::use_shipped(*json),
        ModelsCommand::Rollback {
            shipped: false,
            json,
        } => promote::roll_back(*json),
        ModelsCommand::Calibrate(args) => calibrate::calibrate(args),
        ModelsCommand::Pack { file } => pack(file),
        ModelsCommand::LearnedFrom {
            bundle,
            runs,
            overwrite,
        } => learned_from(bundle, runs, *overwrite),
        ModelsCommand::Adapter {
            run,
            out,
            newest,
            overwrite,
        } => adapter(run, out, *newest, *overwrite),
        ModelsCommand::Info { bundle, json } => info(bundle, *json),
    }
}

/// What the list says of the site's models.
struct SiteState {
    promoted: Vec<(SiteModel, PathBuf)>,
    /// Hash of the model in force, where it is the site's.
    in_force: Option<String>,
    /// Lines of the record of promotions that cannot be understood.
    num_damaged: usize,
}

impl SiteState {
    fn read() -> anyhow::Result<Self> {
        let Some(site) = SiteFolder::of_user() else {
            return Ok(Self {
                promoted: Vec::new(),
                in_force: None,
                num_damaged: 0,
            });
        };
        let promoted = site.promoted()?;
        Ok(Self {
            in_force: promoted.last().map(|model| model.sha256.clone()),
            num_damaged: site.log()?.num_damaged,
            promoted: promoted
                .into_iter()
                .map(|model| {
                    let folder = site.path().join(&model.folder);
                    (model, folder)
                })
                .collect(),
        })
    }

    /// Whether a bundle is what commands without `--model` use.
    fn is_in_force(&self, info: &BundleInfo, is_site_model: bool) -> bool {
        match &self.in_force {
            Some(sha256) => is_site_model && *sha256 == info.sha256,
            None => find_bundle(SHIPPED_BUNDLE).is_ok_and(|folder| folder == info.folder),
        }
    }
}

fn list(json: bool) -> anyhow::Result<Tally> {
    let mut tally = Tally::default();
    let mut documents = Vec::new();
    let site = SiteState::read()?;
    if site.num_damaged > 0 {
        eprintln!(
            "lines of the site's record of promotions (promotions.jsonl) that cannot be read: {}; what is in force does not \
             depend on them",
            site.num_damaged
        );
    }
    let found = list_bundles().into_iter().map(|folder| (folder, None));
    let promoted = site.promoted.iter();
    let promoted = promoted.map(|(model, folder)| (folder.clone(), Some(model)));
    for (folder, model) in found.chain(promoted) {
        let info = match Bundle::info(&folder) {
            Ok(info) => info,
            Err(err) => {
                tally.fail(Machine::Silent, &folder, &err.to_string());
                continue;
            }
        };
        tally.done += 1;
        let in_force = site.is_in_force(&info, model.is_some());
        if !json {
            print_line(&listed(&info, model, in_force));
        }
        let mut document = described(&info)?;
        if let Some(fields) = document.as_object_mut() {
            fields.insert("in_force".to_owned(), json!(in_force));
            fields.insert(
                "promoted_at".to_owned(),
                json!(model.map(|model| &model.promoted_at)),
            );
        }
        documents.push(document);
    }
    if json {
        Machine::Json.document(&Value::Array(documents));
    } else if tally.done == 0 {
        let folders: Vec<String> = search_folders()
            .iter()
            .map(|folder| folder.display().to_string())
            .collect();
        eprintln!("no bundle lies in {}", folders.join(", "));
    }
    Ok(tally)
}

/// A line of the list.
fn listed(info: &BundleInfo, model: Option<&SiteModel>, in_force: bool) -> String {
    let BundleInfo {
        manifest, bytes, ..
    } = info;
    let megabytes = *bytes as f64 / 1e6;
    let promoted = model.map(|model| format!("  site model, promoted {}", model.promoted_at));
    format!(
        "{:<16} version {:<8} {megabytes:>8.1} MB  {}{}{}",
        manifest.name,
        manifest.version,
        info.folder.display(),
        promoted.unwrap_or_default(),
        if in_force { "  IN FORCE" } else { "" }
    )
}

fn pack(file: &Path) -> anyhow::Result<Tally> {
    let config = ExportConfig::read(file)?;
    let written = export(&config).map_err(|err| match err {
        TrainError::Model(ModelError::AlreadyExists { path }) if config.overwrite => anyhow!(
            "{} holds something that is no bundle and is not replaced; give another folder as `out` in {}",
            path.display(),
            file.display()
        ),
        TrainError::Model(ModelError::AlreadyExists { path }) => anyhow!(
            "{} exists already; write `overwrite = true` into {} to replace that bundle, or give another folder as `out`",
            path.display(),
            file.display()
        ),
        err => err.into(),
    })?;
    for checkpoint in &written.checkpoints {
        eprintln!("{}", checkpoint.sentence());
    }
    print_line(&format!("{}  {}", written.sha256, written.folder.display()));
    Ok(Tally {
        done: 1,
        ..Tally::default()
    })
}

fn learned_from(name: &str, runs: &[PathBuf], overwrite: bool) -> anyhow::Result<Tally> {
    let info = Bundle::info(&find_bundle(name)?)?;
    ensure!(
        overwrite || info.manifest.learned_from.is_none(),
        "the bundle {} says what it learned from; give --overwrite to replace that",
        info.folder.display()
    );
    let learned = learned_from_run_files(runs, &mut Unobserved)?;
    let noted = learned.note_in(&info)?;
    eprintln!(
        "{} and {} of pictures and patients",
        counted(learned.num_files(), "file"),
        counted(learned.keys.len(), "key")
    );
    print_line(&format!("{}  {}", noted.sha256, noted.folder.display()));
    Ok(Tally::one())
}

fn adapter(run: &Path, out: &Path, newest: bool, overwrite: bool) -> anyhow::Result<Tally> {
    ensure!(
        overwrite || !out.exists(),
        "{} exists; give --overwrite to replace it",
        out.display()
    );
    let written = export_adapter(run, out, newest)?;
    print_line(&format!("{}  {}", written.sha256, out.display()));
    Ok(Tally::one())
}

fn verify(name: &str, json: bool) -> anyhow::Result<Tally> {
    let folder = find_bundle(name)?;
    let report = Bundle::verify(&folder)?;
    let sound = report.is_sound();
    if json {
        let mut document = serde_json::to_value(&report)?;
        if let Value::Object(fields) = &mut document {
            fields.insert("ok".to_owned(), Value::Bool(sound));
        }
        Machine::Json.document(&document);
    } else {
        for file in &report.files {
            let verdict = if file.problems.is_empty() {
                "ok"
            } else {
                "FAULTY"
            };
            print_line(&format!(
                "{:<28} {:>6} tensors  {}  {verdict}",
                file.name, file.tensors, file.sha256
            ));
        }
        for file in &report.files {
            for problem in &file.problems {
                eprintln!("error: {}: {problem}", file.name);
            }
        }
        for problem in &report.problems {
            eprintln!("error: {problem}");
        }
    }
    let mut tally = Tally::one();
    if !sound {
        tally.failed = 1;
        eprintln!("the bundle {} is faulty; copy it again", folder.display());
    }
    Ok(tally)
}

fn info(name: &str, json: bool) -> anyhow::Result<Tally> {
    let info = Bundle::info(&find_bundle(name)?)?;
    if json {
        Machine::Json.document(&described(&info)?);
        return Ok(Tally::one());
    }
    let manifest = &info.manifest;
    let rows = [
        ("name", manifest.name.clone()),
        ("version", manifest.version.clone()),
        ("folder", info.folder.display().to_string()),
        ("sha256", info.sha256.clone()),
        ("weights", format!("{:.1} MB", info.bytes as f64 / 1e6)),
        ("licence", manifest.licence.clone()),
        ("trained on", manifest.training_data.clone()),
        (
            "networks",
            format!("{} at {} px", manifest.preset.name(), manifest.grid.size_px),
        ),
        (
            "proposes",
            format!(
                "{}, LEG weight {}",
                counted(u64::from(manifest.defaults.steps), "step"),
                manifest.defaults.leg_weight
            ),
        ),
    ];
    for (name, value) in rows {
        print_line(&format!("{name:<12}{value}"));
    }
    if let Some(card) = &info.card {
        print_line("");
        print_line(card.trim_end());
    }
    Ok(Tally::one())
}

fn described(info: &BundleInfo) -> anyhow::Result<Value> {
    Ok(json!({
        "folder": info.folder.display().to_string(),
        "sha256": info.sha256,
        "bytes": info.bytes,
        "manifest": serde_json::to_value(&info.manifest)?,
        "card": info.card,
    }))
}
