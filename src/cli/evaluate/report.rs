//! What an evaluation tells: tables for people, one document for machines.

use crate::cli::args::EvaluateArgs;
use crate::cli::report::{Machine, Tally, print_line, sentence};
use crate::contest::Gallery;
use crate::evidence::{Comparison, Page, PageSet, Patients, Table, legend};
use crate::formats;
use crate::model::site::utc_now;
use serde_json::{Value, json};
use std::path::Path;

/// Column whose worst cases are shown where none is named.
const WORST_BY: &str = "PSNRaff";

/// What could not be scored.
#[derive(Debug, Default)]
pub(super) struct Failures(Vec<Value>);

impl Failures {
    /// Notes a picture that could not be scored, and names it for people.
    pub(super) fn add(&mut self, tally: &mut Tally, name: &str, file: &Path, err: &anyhow::Error) {
        let told = sentence(err);
        // What a job of the worker failed at begins with its picture's name already.
        let error = told
            .strip_prefix(format!("{name}: ").as_str())
            .unwrap_or(&told);
        tally.fail(Machine::Silent, file, &format!("{name}: {error}"));
        self.0.push(json!({
            "name": name,
            "file": file.display().to_string(),
            "error": error,
        }));
    }

    pub(super) fn json(&self) -> Value {
        Value::Array(self.0.clone())
    }
}

/// A further model, scored on the same pictures.
#[derive(Debug)]
pub(super) struct Rival {
    pub(super) name: String,
    pub(super) sha256: String,
    pub(super) table: Table,
}

/// Scores of predictions, and of the untouched radiographs beside them, and what could not be scored.
#[derive(Default)]
pub(super) struct Tables {
    /// Name of the first model; empty where its predictions are files.
    pub(super) model: String,
    /// Hash of its bundle.
    pub(super) sha256: Option<String>,
    pub(super) predictions: Table,
    pub(super) identity: Table,
    pub(super) rivals: Vec<Rival>,
    pub(super) failures: Failures,
    pub(super) gallery: Gallery,
    /// Who is on the pictures.
    pub(super) patients: Patients,
    /// What must be known before any score is read.
    pub(super) caution: Option<String>,
}

impl Tables {
    /// Puts the worst picture of a column first, in every table alike.
    pub(super) fn sort(&mut self, column: &str) {
        self.predictions.sort_worst_first(column);
        self.identity.sort_like(&self.predictions);
        for rival in &mut self.rivals {
            rival.table.sort_like(&self.predictions);
        }
    }

    /// The first model against each other one.
    pub(super) fn comparisons(&self) -> Vec<Comparison> {
        let ours = (self.model.as_str(), &self.predictions);
        let rivals = self.rivals.iter();
        rivals
            .map(|rival| {
                let theirs = (rival.name.as_str(), &rival.table);
                Comparison::by_patient(ours, theirs, &self.patients)
            })
            .collect()
    }

    pub(super) fn publish(&self, args: &EvaluateArgs) -> anyhow::Result<()> {
        // The document comes first: it must not be lost with a table that cannot be written.
        if args.json {
            Machine::Json.document(&self.document());
        }
        if self.predictions.is_empty() {
            return Ok(());
        }
        if !args.json {
            self.print();
        }
        if let Some(csv) = &args.csv {
            formats::write_atomically(csv, self.csv().as_bytes(), args.overwrite)?;
        }
        if let Some(html) = &args.html {
            let page = self.page(args).html();
            formats::write_atomically(html, page.as_bytes(), args.overwrite)?;
        }
        Ok(())
    }

    /// The page for people; the cases with pictures are the worst of `--sort`, else of the tone-free PSNR.
    fn page(&self, args: &EvaluateArgs) -> Page {
        let named = |name: &str| if name.is_empty() { "files" } else { name }.to_owned();
        let mut models = vec![(named(&self.model), self.predictions.clone())];
        let rivals = self.rivals.iter();
        models.extend(rivals.map(|rival| (rival.name.clone(), rival.table.clone())));
        models.push(("untouched radiograph".to_owned(), self.identity.clone()));
        let mut worst = self.predictions.clone();
        if args.sort.is_none() {
            worst.sort_worst_first(WORST_BY);
        }
        let mut facts = vec![
            ("made".to_owned(), utc_now()),
            (
                "program".to_owned(),
                format!("diaphane {}", env!("CARGO_PKG_VERSION")),
            ),
            ("cases".to_owned(), self.predictions.len().to_string()),
        ];
        let folder = args.pairs.as_ref().or(args.cxr.as_ref());
        facts.extend(folder.map(|folder| ("pairs".to_owned(), folder.display().to_string())));
        let hashes = self.sha256.iter().map(|sha256| (&self.model, sha256));
        let hashes = hashes.chain(self.rivals.iter().map(|rival| (&rival.name, &rival.sha256)));
        facts.extend(hashes.map(|(name, sha256)| (name.clone(), format!("sha256 {sha256}"))));
        Page {
            title: "Evaluation of soft-tissue images".to_owned(),
            cautions: self.caution.iter().cloned().collect(),
            facts,
            verdict: None,
            sets: vec![PageSet {
                title: "Scores".to_owned(),
                models,
                comparisons: self.comparisons(),
            }],
            pictures: (self.gallery).first_of(worst.rows().iter().map(|(name, _)| name.as_str())),
        }
    }

    fn document(&self) -> Value {
        let mut document = self.predictions.json();
        if let Some(fields) = document.as_object_mut() {
            if !self.identity.is_empty() {
                fields.insert("identity".to_owned(), self.identity.json());
            }
            if !self.rivals.is_empty() {
                fields.insert("model".to_owned(), json!(self.model));
                fields.insert("bundle_sha256".to_owned(), json!(self.sha256));
                let against: Vec<Value> = self.rivals.iter().map(Rival::json).collect();
                fields.insert("against".to_owned(), Value::Array(against));
                fields.insert("differences".to_owned(), json!(self.comparisons()));
            }
            fields.insert("failed".to_owned(), self.failures.json());
            if let Some(caution) = &self.caution {
                fields.insert("caution".to_owned(), json!(caution));
            }
        }
        document
    }

    /// The first model's table; with others, one line a model and picture, and no summary.
    fn csv(&self) -> String {
        if self.rivals.is_empty() {
            return self.predictions.csv();
        }
        let models = [(self.model.as_str(), &self.predictions)].into_iter();
        let rivals = self.rivals.iter();
        let models = models.chain(rivals.map(|rival| (rival.name.as_str(), &rival.table)));
        let models = models.chain([("identity", &self.identity)]);
        Table::csv_of_models(models)
    }

    fn print(&self) {
        if self.rivals.is_empty() {
            print_line(&self.predictions.text());
        } else {
            print_line(&format!("{}\n{}", self.model, self.predictions.text()));
        }
        for rival in &self.rivals {
            print_line(&format!("\n{}\n{}", rival.name, rival.table.text()));
        }
        if !self.identity.is_empty() {
            print_line("\nidentity (the radiograph untouched)");
            print_line(&self.identity.text());
        }
        for comparison in self.comparisons() {
            print_line(&format!("\n{}", comparison.text()));
        }
        eprintln!("\n{}", legend(self.predictions.columns()));
        if let Some(caution) = &self.caution {
            eprintln!("caution: {caution}");
        }
    }
}

impl Rival {
    fn json(&self) -> Value {
        let mut document = self.table.json();
        if let Some(fields) = document.as_object_mut() {
            fields.insert("model".to_owned(), json!(self.name));
            fields.insert("bundle_sha256".to_owned(), json!(self.sha256));
        }
        document
    }
}
