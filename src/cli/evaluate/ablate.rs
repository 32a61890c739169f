//! The papers' ablations for any bundle: one setting after another, everything else as the bundle proposes it.
//!
//! The choices of one pair follow each other in one session, so that what a choice does not touch (lungs, codec, the
//! global path) is computed once.

use super::choices::{Choice, choices, source, word};
use super::compare::read;
use super::people::{caution, patients};
use super::report::Failures;
use super::source::{Asked, Networks};
use crate::cli::args::EvaluateArgs;
use crate::cli::job::{self, NetworkChoice};
use crate::cli::report::{Machine, Tally, print_line};
use crate::cli::session::Session;
use crate::cli::words::Ablated;
use crate::contest::Case;
use crate::evidence::{Ablation, AblationRow, Patients, Row, Table, csv_cell, csv_values, legend};
use crate::formats;
use crate::model::Manifest;
use crate::pipeline::Perceptual;
use crate::radiograph::counted;
use crate::worker::SuppressionSettings;
use serde_json::json;

/// Runs every choice on every pair and prints a table a setting.
pub(super) fn run(args: &EvaluateArgs) -> anyhow::Result<Tally> {
    let found = super::found(args)?;
    let network = NetworkChoice::new(&args.network)?;
    let default = job::settings(&args.settings, args.grid, &network.bundle)?;
    let manifest = Manifest::read(&network.bundle)?;
    let session = Session::start(network.compute)?;
    let mut tally = Tally::default();
    if session.load(&network)?.is_none() {
        tally.interrupted = true;
        return Ok(tally);
    }
    let networks = Networks {
        session,
        given_masks: args.given_masks,
    };
    let perceptual = super::compare::perceptual()?;
    let patients = patients(args, &found)?;
    let mut study = AblationStudy::new(&args.ablate, &default, &manifest, &patients);
    let mut failures = Failures::default();
    for pair in &found {
        let scored = read(pair).and_then(|case| study.add(&networks, &case, perceptual.as_ref()));
        match scored {
            Ok(true) => tally.done += 1,
            Ok(false) => {
                tally.interrupted = true;
                break;
            }
            Err(err) => failures.add(&mut tally, &pair.name, &pair.radiograph, &err),
        }
    }
    study.publish(args, &failures, caution(&found).as_deref())?;
    Ok(tally)
}

/// What is tried, and what came of it.
struct AblationStudy {
    settings: Vec<(Ablation, Vec<Choice>)>,
    identity: Table,
}

impl AblationStudy {
    fn new(
        ablated: &[Ablated],
        default: &SuppressionSettings,
        manifest: &Manifest,
        patients: &Patients,
    ) -> Self {
        let settings = ablated.iter().map(|&setting| {
            let choices = choices(setting, default);
            let row = |choice: &Choice| AblationRow {
                choice: choice.name.clone(),
                is_default: choice.is_default,
                published: choice.published,
                outcome: match &choice.asked {
                    Ok(asked) => match asked.settings.check_for(manifest) {
                        Ok(()) => Ok(Table::default()),
                        Err(err) => Err(err.to_string()),
                    },
                    Err(why) => Err((*why).to_owned()),
                },
            };
            let rows = choices.iter().map(row).collect();
            let (setting, source) = (word(setting), source(setting));
            let ablation = Ablation {
                setting,
                source,
                rows,
                patients: patients.clone(),
            };
            (ablation, choices)
        });
        Self {
            settings: settings.collect(),
            identity: Table::default(),
        }
    }

    /// Runs every choice on a pair; `false` on Ctrl-C. A pair that fails leaves no row in any table.
    fn add(
        &mut self,
        networks: &Networks,
        case: &Case,
        perceptual: Option<&Perceptual>,
    ) -> anyhow::Result<bool> {
        let mut done: Vec<(Asked, Row)> = Vec::new();
        let mut rows = Vec::new();
        for (setting, (ablation, choices)) in self.settings.iter().enumerate() {
            for (at, (row, choice)) in ablation.rows.iter().zip(choices).enumerate() {
                let (Ok(_), Ok(choice)) = (&row.outcome, &choice.asked) else {
                    continue;
                };
                let before = done.iter().find(|(asked, _)| asked == choice);
                let scores = if let Some((_, scores)) = before {
                    scores.clone()
                } else {
                    let Some(predicted) = networks.predict(case, choice.clone())? else {
                        return Ok(false);
                    };
                    case.score(&predicted.picture, perceptual)?
                };
                done.push((choice.clone(), scores.clone()));
                rows.push((setting, at, scores));
            }
        }
        let untouched = case.score(&case.cxr, perceptual)?;
        self.identity.add(case.name.clone(), untouched);
        for (setting, at, scores) in rows {
            let row = self.settings.get_mut(setting);
            let row = row.and_then(|(ablation, _)| ablation.rows.get_mut(at));
            if let Some(Ok(table)) = row.map(|row| &mut row.outcome) {
                table.add(case.name.clone(), scores);
            }
        }
        Ok(true)
    }

    fn ablations(&self) -> impl Iterator<Item = &Ablation> {
        self.settings.iter().map(|(ablation, _)| ablation)
    }

    fn publish(
        &self,
        args: &EvaluateArgs,
        failures: &Failures,
        caution: Option<&str>,
    ) -> anyhow::Result<()> {
        if args.json {
            Machine::Json.document(&json!({
                "ablations": self.ablations().map(Ablation::json).collect::<Vec<_>>(),
                "identity": self.identity.json(),
                "failed": failures.json(),
                "caution": caution,
            }));
        } else if !self.identity.is_empty() {
            for ablation in self.ablations() {
                if !ablation.source.is_empty() {
                    print_line(&format!("{}: {}", ablation.setting, ablation.source));
                }
                print_line(&ablation.text(&self.identity));
                print_line("");
            }
            eprintln!(
                "{}; mean ± sd, * best of a column; tone-free PSNR over the default's with its 95 % interval, patient by patient",
                counted(self.identity.len(), "pair")
            );
            eprintln!("{}", legend(self.identity.columns()));
            if let Some(caution) = caution {
                eprintln!("caution: {caution}");
            }
        }
        if let Some(csv) = &args.csv
            && !self.identity.is_empty()
        {
            formats::write_atomically(csv, self.csv().as_bytes(), args.overwrite)?;
        }
        Ok(())
    }

    fn csv(&self) -> String {
        let columns = self.identity.columns();
        let mut lines = vec![format!("setting,choice,image,{}\n", columns.join(","))];
        lines.extend(self.ablations().map(|ablation| ablation.csv(columns)));
        lines.extend(self.identity.rows().iter().map(|(case, values)| {
            let (case, values) = (csv_cell(case), csv_values(values));
            format!("identity,,{case},{values}\n")
        }));
        lines.concat()
    }
}
