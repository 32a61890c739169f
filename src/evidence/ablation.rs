//! One table a choice, with everything else as the bundle proposes it.

use super::column::column;
use super::paired::{Comparison, PairedDifference, Trend};
use super::table::{Table, csv_cell, csv_values};
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
#[derive(Debug, Clone, Copy, PartialEq)]
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

/// All choices of one setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Ablation {
    /// Name of the setting.
    pub setting: &'static str,
    /// Which table of which paper it repeats; empty where none.
    pub source: &'static str,
    /// Its choices.
    pub rows: Vec<AblationRow>,
}

impl Ablation {
    fn default_table(&self) -> Option<&Table> {
        let default = self.rows.iter().find(|row| row.is_default);
        default.and_then(|row| row.outcome.as_ref().ok())
    }

    /// By how much a row is better than the default in tone-free PSNR; `None` for the default itself.
    pub fn advantage(&self, row: &AblationRow) -> Option<PairedDifference> {
        let (table, default) = (row.outcome.as_ref().ok()?, self.default_table()?);
        if row.is_default {
            return None;
        }
        let comparison = Comparison::new((&row.choice, table), ("default", default));
        comparison.of_column(COMPARED).cloned()
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
        for row in &self.rows {
            let mut line = vec![row.name()];
            match &row.outcome {
                Ok(table) => line.extend(printed.iter().zip(&best).map(|(name, best)| {
                    let star = if *best == Some(&row.choice) { "*" } else { " " };
                    format!("{}{star}", summary(table, name))
                })),
                Err(_) => line.extend(printed.iter().map(|_| "-".to_owned())),
            }
            line.push(self.advantage(row).as_ref().map_or_else(String::new, told));
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
        for row in &self.rows {
            if let Err(why) = &row.outcome {
                lines.push(format!("{}: {why}", row.choice));
            }
        }
        lines.join("\n")
    }

    /// `{"setting", "source", "rows": [{"choice", "default", "images", "mean", "sd", "over_default"}]}`; a choice that
    /// these networks cannot make has `"error"` in place of scores.
    pub fn json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            let mut fields = match &row.outcome {
                Ok(table) => table.json(),
                Err(why) => json!({ "error": why }),
            };
            if let Some(object) = fields.as_object_mut() {
                object.insert("choice".to_owned(), json!(row.choice));
                object.insert("default".to_owned(), json!(row.is_default));
                object.insert("over_default".to_owned(), json!(self.advantage(row)));
            }
            fields
        });
        json!({ "setting": self.setting, "source": self.source, "rows": rows.collect::<Vec<_>>() })
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

fn told(found: &PairedDifference) -> String {
    let verdict = match found.trend() {
        Trend::Better => " better",
        Trend::Worse => " worse",
        Trend::Undecided => "",
    };
    let interval = found.interval.map_or_else(String::new, |interval| {
        format!(" [{:+.2}, {:+.2}]", interval.low, interval.high)
    });
    format!("{:+.2}{interval}{verdict}", found.mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(psnr: [f64; 2], rbf: f64) -> Table {
        let mut table = Table::default();
        for (case, value) in ["a", "b"].into_iter().zip(psnr) {
            table.add(
                case.to_owned(),
                vec![
                    ("PSNR", Some(value)),
                    ("PSNRaff", Some(value + 1.0)),
                    ("RBF", Some(rbf)),
                ],
            );
        }
        table
    }

    fn ablation() -> Ablation {
        let row = |choice: &str, is_default, outcome| AblationRow {
            choice: choice.to_owned(),
            is_default,
            published: None,
            outcome,
        };
        Ablation {
            setting: "fusion",
            source: "",
            rows: vec![
                row("none", false, Ok(table([30.0, 31.0], -0.4))),
                row("poisson", true, Ok(table([31.0, 32.0], 0.1))),
                row("alpha", false, Err("cannot".to_owned())),
            ],
        }
    }

    #[test]
    fn default_and_best_are_marked_and_what_cannot_be_is_told() {
        let text = ablation().text(&table([25.0, 26.0], 1.0));
        let line = |of: &str| text.lines().find(|line| line.starts_with(of)).unwrap();
        assert!(
            line("poisson (default)").contains("31.50 ± 0.71*"),
            "{text}"
        );
        assert!(
            line("poisson (default)").contains("0.100 ± 0.000*"),
            "{text}"
        );
        assert!(
            line("none").contains("-1.00 [-1.00, -1.00] worse"),
            "{text}"
        );
        assert!(line("identity").contains("25.50 ± 0.71"), "{text}");
        assert!(line("alpha:").contains("cannot"), "{text}");
    }

    #[test]
    fn machines_get_every_case() {
        let csv = ablation().csv(&["PSNR", "RBF"]);
        assert_eq!(csv.lines().count(), 4, "{csv}");
        assert!(csv.starts_with("fusion,none,a,30,-0.4\n"), "{csv}");
        let json = ablation().json();
        assert_eq!(json["rows"][1]["default"], true);
        assert_eq!(json["rows"][0]["over_default"]["mean"], -1.0);
        assert_eq!(json["rows"][2]["error"], "cannot");
    }
}
