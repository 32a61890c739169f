//! One table a choice, with everything else as the bundle proposes it.

use super::Patients;
use super::column::column;
use super::holm::{SIGNIFICANT, holm};
use super::paired::{Comparison, PairedDifference};
use super::table::{Table, csv_cell, csv_values};
use crate::radiograph::{agreeing, counted};
use serde::Serialize;
use serde_json::{Value, json};

/// Columns that are printed of each choice, where they are known: the papers' four, then what they must be read with.
const PRINTED: [&str; 8] = [
    "BSR",
    "MSE",
    "PSNR",
    "LPIPS",
    "PSNRaff",
    "RBF",
    "edgeBF",
    "detail_corr",
];
/// The column that choices are compared in.
const COMPARED: &str = "PSNRaff";

/// What a paper found for a choice on its SZCH-X-Rays test set, with its own networks.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Published {
    /// PSNR, dB.
    pub psnr: f64,
    /// LPIPS.
    pub lpips: f64,
}

/// One choice.
#[derive(Debug, Clone, PartialEq)]
pub struct AblationRow {
    /// Its name.
    pub choice: String,
    /// Whether it is what the bundle proposes.
    pub is_default: bool,
    /// What a paper found for it.
    pub published: Option<Published>,
    /// Scores of the cases, or why these networks cannot do it.
    pub outcome: Result<Table, String>,
}

/// By how much a choice is better than the default.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Advantage {
    /// The paired difference; its interval is that of this comparison alone.
    #[serde(flatten)]
    pub difference: PairedDifference,
    /// Its p-value after Holm's correction for every comparison of the table; `None` for one patient.
    pub p_holm: Option<f64>,
}

impl Advantage {
    /// Whether it stands after the correction.
    fn is_significant(&self) -> bool {
        self.p_holm.is_some_and(|p| p < SIGNIFICANT)
    }
}

/// All choices of one setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Ablation {
    /// Name of the setting.
    pub setting: &'static str,
    /// Which table of which paper it repeats; empty where none.
    pub source: &'static str,
    /// Its choices.
    pub rows: Vec<AblationRow>,
    /// Who is on the cases: those of one patient count once.
    pub patients: Patients,
}

impl Ablation {
    fn default_table(&self) -> Option<&Table> {
        let default = self.rows.iter().find(|row| row.is_default);
        default.and_then(|row| row.outcome.as_ref().ok())
    }

    /// By how much each row is better than the default in tone-free PSNR, in the order of the rows; `None` for the default
    /// itself, and where these networks cannot do it.
    pub fn advantages(&self) -> Vec<Option<Advantage>> {
        let found: Vec<_> = self.rows.iter().map(|row| self.difference(row)).collect();
        let p_values = found.iter().flatten();
        let p_values: Vec<f64> = p_values.filter_map(PairedDifference::p_value).collect();
        let mut corrected = holm(&p_values).into_iter();
        let advantages = found.into_iter().map(|difference| {
            let difference = difference?;
            let p_holm = difference.p_value().and_then(|_| corrected.next());
            Some(Advantage { difference, p_holm })
        });
        advantages.collect()
    }

    fn difference(&self, row: &AblationRow) -> Option<PairedDifference> {
        let (table, default) = (row.outcome.as_ref().ok()?, self.default_table()?);
        if row.is_default {
            return None;
        }
        let models = ((row.choice.as_str(), table), ("default", default));
        let comparison = Comparison::by_patient(models.0, models.1, &self.patients);
        comparison.of_column(COMPARED).cloned()
    }

    /// How many comparisons were made, and what that means for their intervals; `None` where there is none.
    fn told_of_comparisons(&self) -> Option<String> {
        let found: Vec<Advantage> = self.advantages().into_iter().flatten().collect();
        let patients = found.iter().map(|found| found.difference.units).max()?;
        let count = counted(found.len(), "comparison");
        let unnamed = found.iter().map(|found| found.difference.unnamed).max();
        let unnamed = unnamed.filter(|&unnamed| unnamed > 0);
        let unnamed = unnamed.map_or_else(String::new, |unnamed| {
            let are = agreeing(unnamed, "a pair", "pairs");
            format!(" ({unnamed} of them {are} of which nobody named the patient)")
        });
        Some(format!(
            "{count} with the default, patients: {patients}{unnamed}; the intervals are not corrected for the number of \
             comparisons, and better or worse stands only where Holm's correction leaves p below {SIGNIFICANT}"
        ))
    }

    /// The row whose mean is best in a column.
    fn best(&self, name: &str) -> Option<&str> {
        let better = column(name)?.better;
        let badness = |row: &AblationRow| {
            let mean = row.outcome.as_ref().ok()?.mean(name)?;
            better.badness(mean).filter(|badness| badness.is_finite())
        };
        let scored = self
            .rows
            .iter()
            .filter_map(|row| Some((badness(row)?, row)));
        let best = scored.min_by(|(a, _), (b, _)| a.total_cmp(b));
        best.map(|(_, row)| row.choice.as_str())
    }

    /// Lines of cells: a head, a row a choice, the untouched radiograph. What is best of a column ends in `*`.
    pub fn cells(&self, identity: &Table) -> Vec<Vec<String>> {
        let printed: Vec<&str> = PRINTED
            .into_iter()
            .filter(|name| identity.mean(name).is_some())
            .collect();
        let publishes = self.rows.iter().any(|row| row.published.is_some());
        let mut head = vec![self.setting.to_owned()];
        head.extend(printed.iter().map(|name| (*name).to_owned()));
        head.push(format!("{COMPARED} over default"));
        if publishes {
            head.push("paper: PSNR / LPIPS".to_owned());
        }
        let best: Vec<Option<&str>> = printed.iter().map(|name| self.best(name)).collect();
        let mut lines = vec![head];
        for (row, advantage) in self.rows.iter().zip(self.advantages()) {
            let mut line = vec![row.name()];
            match &row.outcome {
                Ok(table) => line.extend(printed.iter().zip(&best).map(|(name, best)| {
                    let star = if *best == Some(&row.choice) { "*" } else { " " };
                    format!("{}{star}", summary(table, name))
                })),
                Err(_) => line.extend(printed.iter().map(|_| "-".to_owned())),
            }
            line.push(advantage.as_ref().map_or_else(String::new, told));
            if publishes {
                line.push(row.published.map_or_else(String::new, |found| {
                    format!("{:.2} / {:.3}", found.psnr, found.lpips)
                }));
            }
            lines.push(line);
        }
        let mut untouched = vec!["identity".to_owned()];
        untouched.extend(
            printed
                .iter()
                .map(|name| format!("{} ", summary(identity, name))),
        );
        lines.push(untouched);
        lines
    }

    /// Aligned lines for people; `identity` is the untouched radiograph.
    pub fn text(&self, identity: &Table) -> String {
        let cells = self.cells(identity);
        let columns = cells.iter().map(Vec::len).max().unwrap_or(0);
        let width = |at: usize| {
            let widths = cells
                .iter()
                .filter_map(|line| Some(line.get(at)?.chars().count()));
            widths.max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        let mut lines: Vec<String> = cells
            .iter()
            .map(|line| {
                let cells = line.iter().zip(&widths).enumerate();
                let cells: Vec<String> = cells
                    .map(|(at, (cell, &width))| match at {
                        0 => format!("{cell:<width$}"),
                        _ => format!("{cell:>width$}"),
                    })
                    .collect();
                cells.join("  ").trim_end().to_owned()
            })
            .collect();
        lines.extend(self.told_of_comparisons());
        lines.extend(self.told_of_missing());
        lines.join("\n")
    }

    /// Why rows have no scores, each reason once.
    fn told_of_missing(&self) -> Vec<String> {
        let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
        for row in &self.rows {
            let Err(why) = &row.outcome else { continue };
            match reasons.iter_mut().find(|(known, _)| *known == why.as_str()) {
                Some((_, choices)) => choices.push(&row.choice),
                None => reasons.push((why, vec![&row.choice])),
            }
        }
        let reasons = reasons.into_iter();
        let lines = reasons.map(|(why, choices)| format!("{}: {why}", choices.join(", ")));
        lines.collect()
    }

    /// `{"setting", "source", "comparisons", "rows": [{"choice", "default", "published", "images", "mean", "sd",
    /// "over_default"}]}`; a choice that these networks cannot make has `"error"` in place of scores.
    pub fn json(&self) -> Value {
        let advantages = self.advantages();
        let comparisons = advantages.iter().flatten().count();
        let rows = self.rows.iter().zip(advantages).map(|(row, advantage)| {
            let mut fields = match &row.outcome {
                Ok(table) => table.json(),
                Err(why) => json!({ "error": why }),
            };
            if let Some(object) = fields.as_object_mut() {
                object.insert("choice".to_owned(), json!(row.choice));
                object.insert("default".to_owned(), json!(row.is_default));
                object.insert("over_default".to_owned(), json!(advantage));
                object.insert("published".to_owned(), json!(row.published));
            }
            fields
        });
        json!({
            "setting": self.setting,
            "source": self.source,
            "comparisons": comparisons,
            "rows": rows.collect::<Vec<_>>(),
        })
    }

    /// Lines of comma-separated values: setting, choice, case, scores. `columns` are those of the head.
    pub fn csv(&self, columns: &[&str]) -> String {
        let mut lines = Vec::new();
        for row in &self.rows {
            let Ok(table) = &row.outcome else { continue };
            lines.extend(table.rows().iter().map(|(case, _)| {
                let values = columns.iter().map(|name| table.value(case, name));
                let values: Vec<Option<f64>> = values.collect();
                let [choice, case] = [&row.choice, case].map(|text| csv_cell(text));
                let values = csv_values(&values);
                format!("{},{choice},{case},{values}\n", self.setting)
            }));
        }
        lines.concat()
    }
}

impl AblationRow {
    fn name(&self) -> String {
        if self.is_default {
            format!("{} (default)", self.choice)
        } else {
            self.choice.clone()
        }
    }
}

/// Mean and standard deviation of a column.
fn summary(table: &Table, name: &str) -> String {
    let decimals = column(name).map_or(4, |column| column.decimals);
    match (table.mean(name), table.deviation(name)) {
        (Some(mean), Some(sd)) => format!("{mean:.decimals$} ± {sd:.decimals$}"),
        (Some(mean), None) => format!("{mean:.decimals$}"),
        _ => "-".to_owned(),
    }
}

fn told(advantage: &Advantage) -> String {
    let found = &advantage.difference;
    let verdict = match (advantage.is_significant(), found.mean > 0.0) {
        (true, true) => " better",
        (true, false) => " worse",
        (false, _) => "",
    };
    let interval = found.interval.map_or_else(String::new, |interval| {
        format!(" [{:+.2}, {:+.2}]", interval.low, interval.high)
    });
    format!("{:+.2}{interval}{verdict}", found.mean)
}

#[cfg(test)]
mod tests;
