//! A table of scores: one row a case, then mean and standard deviation.

use super::column::column;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// Decimals of numbers for people, at least.
const LEAST_DECIMALS: usize = 4;

/// Names and values of one case's scores, in the order of the columns.
pub type Row = Vec<(&'static str, Option<f64>)>;

/// Named columns and one row a case; a score that does not apply is absent.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(into = "KeptTable", try_from = "KeptTable")]
pub struct Table {
    columns: Vec<&'static str>,
    rows: Vec<(String, Vec<Option<f64>>)>,
}

impl Table {
    /// Adds a case. The first one names the columns.
    pub fn add(&mut self, case: String, scores: Row) {
        if self.columns.is_empty() {
            self.columns = scores.iter().map(|(column, _)| *column).collect();
        }
        let values = scores.into_iter().map(|(_, value)| value).collect();
        self.rows.push((case, values));
    }

    /// Names of the columns, in their order.
    pub fn columns(&self) -> &[&'static str] {
        &self.columns
    }

    /// Names of the cases with their scores in the order of the columns.
    pub fn rows(&self) -> &[(String, Vec<Option<f64>>)] {
        &self.rows
    }

    /// Number of cases.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no case was scored.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The score of a case.
    pub fn value(&self, case: &str, column: &str) -> Option<f64> {
        let at = self.position(column)?;
        let (_, values) = self.rows.iter().find(|(name, _)| name == case)?;
        *values.get(at)?
    }

    /// The scores of a column that are known, in the order of the cases.
    pub fn known(&self, column: &str) -> Vec<f64> {
        let at = self.position(column);
        let values = self.rows.iter().filter_map(|(_, row)| *row.get(at?)?);
        values.collect()
    }

    /// Mean of a column over the cases that have the score.
    pub fn mean(&self, column: &str) -> Option<f64> {
        mean(&self.known(column))
    }

    /// Standard deviation of a column over the cases that have the score (n - 1); absent for fewer than two.
    pub fn deviation(&self, column: &str) -> Option<f64> {
        deviation(&self.known(column))
    }

    /// Puts the worst case of a column first; those without the score come last, equal ones stay in their order. What
    /// has no better and worse is sorted by value. `false` where there is no such column.
    pub fn sort_worst_first(&mut self, name: &str) -> bool {
        let Some(at) = self.position(name) else {
            return false;
        };
        let badness = |row: &[Option<f64>]| {
            let value = row.get(at).copied().flatten()?;
            let stated = column(name).and_then(|column| column.better.badness(value));
            stated.or(Some(value)).filter(|badness| !badness.is_nan())
        };
        let key = |row: &[Option<f64>]| badness(row).unwrap_or(f64::NEG_INFINITY);
        self.rows.sort_by(|(_, a), (_, b)| {
            let known = badness(b).is_some().cmp(&badness(a).is_some());
            known.then(key(b).total_cmp(&key(a)))
        });
        true
    }

    /// Puts the best case of a column first, as [`Self::sort_worst_first`] the worst; unknown ones come last here too.
    pub fn sort_best_first(&mut self, name: &str) -> bool {
        let is_sorted = self.sort_worst_first(name);
        let known = self
            .known(name)
            .iter()
            .filter(|value| !value.is_nan())
            .count();
        if let Some(rows) = self.rows.get_mut(..known) {
            rows.reverse();
        }
        is_sorted
    }

    /// Puts the cases in the order of another table; those it does not have come last.
    pub fn sort_like(&mut self, other: &Self) {
        let place = |case: &String| other.rows.iter().position(|(name, _)| name == case);
        self.rows
            .sort_by_key(|(case, _)| place(case).unwrap_or(usize::MAX));
    }

    /// Keeps the cases that `is_kept` says yes to.
    pub fn retain(&mut self, is_kept: impl Fn(&str) -> bool) {
        self.rows.retain(|(case, _)| is_kept(case));
    }

    /// Rows, then `mean` and `sd`.
    fn with_summary(&self) -> Vec<(String, Vec<Option<f64>>)> {
        let summary = |of: fn(&Self, &str) -> Option<f64>| -> Vec<Option<f64>> {
            self.columns.iter().map(|column| of(self, column)).collect()
        };
        let mut rows = self.rows.clone();
        rows.push(("mean".to_owned(), summary(Self::mean)));
        rows.push(("sd".to_owned(), summary(Self::deviation)));
        rows
    }

    /// Aligned columns for people.
    pub fn text(&self) -> String {
        let rows = self.with_summary();
        let names = rows.iter().map(|(name, _)| name.chars().count());
        let first = names.max().unwrap_or(0);
        let cell = |at: usize, text: &str| {
            let width = self.columns.get(at).map_or(0, |column| column.len()).max(8);
            format!("  {text:>width$}")
        };
        let head = self.columns.iter().enumerate();
        let head: Vec<String> = head.map(|(at, column)| cell(at, column)).collect();
        let mut lines = vec![format!("{:first$}{}", "", head.concat())];
        for (name, values) in &rows {
            let cells = values.iter().enumerate().map(|(at, value)| {
                let known = self.columns.get(at).and_then(|name| column(name));
                let decimals = known
                    .map_or(0, |column| column.decimals)
                    .max(LEAST_DECIMALS);
                let text = value.map_or_else(|| "-".to_owned(), |v| format!("{v:.decimals$}"));
                cell(at, &text)
            });
            let cells: Vec<String> = cells.collect();
            lines.push(format!("{name:first$}{}", cells.concat()));
        }
        lines.join("\n")
    }

    /// Comma-separated values.
    pub fn csv(&self) -> String {
        let mut lines = vec![format!("image,{}", self.columns.join(","))];
        for (name, values) in self.with_summary() {
            lines.push(format!("{},{}", csv_cell(&name), csv_values(&values)));
        }
        lines.join("\n") + "\n"
    }

    /// Comma-separated values of several tables: a line a model and case, under the columns of the first, and no summary.
    pub fn csv_of_models<'a>(models: impl IntoIterator<Item = (&'a str, &'a Self)>) -> String {
        let mut models = models.into_iter().peekable();
        let columns = models.peek().map_or(&[][..], |(_, first)| first.columns());
        let mut lines = vec![format!("model,image,{}\n", columns.join(","))];
        for (model, table) in models {
            lines.extend(table.rows().iter().map(|(case, _)| {
                let values = columns.iter().map(|name| table.value(case, name));
                let values: Vec<Option<f64>> = values.collect();
                let [model, case] = [model, case].map(csv_cell);
                format!("{model},{case},{}\n", csv_values(&values))
            }));
        }
        lines.concat()
    }

    /// `{"images": {NAME: {column: value}}, "mean": {...}, "sd": {...}}`; all three are empty without rows.
    pub fn json(&self) -> Value {
        let object = |values: &[Option<f64>]| -> Value {
            let fields = self.columns.iter().zip(values);
            let fields: Map<String, Value> = fields
                .map(|(column, value)| ((*column).to_owned(), json!(value)))
                .collect();
            Value::Object(fields)
        };
        let mut rows = self.with_summary();
        let sd = rows.pop().map(|(_, values)| object(&values));
        let mean = rows.pop().map(|(_, values)| object(&values));
        let images: Map<String, Value> = rows
            .iter()
            .map(|(name, values)| (name.clone(), object(values)))
            .collect();
        json!({ "images": images, "mean": mean, "sd": sd })
    }

    fn position(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|name| *name == column)
    }
}

/// A text as one cell of comma-separated values.
pub fn csv_cell(text: &str) -> String {
    if text.contains([',', '"', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// Numbers as cells of comma-separated values; what is absent is an empty one.
pub fn csv_values(values: &[Option<f64>]) -> String {
    let cells = values
        .iter()
        .map(|value| value.map_or_else(String::new, |v| v.to_string()));
    cells.collect::<Vec<_>>().join(",")
}

pub(super) fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Standard deviation of the sample (n - 1); absent for fewer than two values.
pub(super) fn deviation(values: &[f64]) -> Option<f64> {
    let centre = mean(values)?;
    let squares: f64 = values.iter().map(|v| (v - centre).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (values.len() - 1) as f64).sqrt())
}

/// A table in a file. Scores are texts, because JSON knows no infinite numbers.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptTable {
    columns: Vec<String>,
    rows: Vec<(String, Vec<Option<String>>)>,
}

impl From<Table> for KeptTable {
    fn from(table: Table) -> Self {
        let text = |value: Option<f64>| value.map(|value| value.to_string());
        let rows = table.rows.into_iter();
        Self {
            columns: table.columns.into_iter().map(str::to_owned).collect(),
            rows: rows
                .map(|(case, values)| (case, values.into_iter().map(text).collect()))
                .collect(),
        }
    }
}

impl TryFrom<KeptTable> for Table {
    type Error = String;

    fn try_from(kept: KeptTable) -> Result<Self, String> {
        let known = |name: &String| {
            let found = column(name).map(|column| column.name);
            found.ok_or_else(|| format!("no score is called {name}"))
        };
        let columns = kept
            .columns
            .iter()
            .map(known)
            .collect::<Result<Vec<_>, _>>()?;
        let number = |text: Option<String>| {
            let parsed =
                text.map(|text| text.parse::<f64>().map_err(|err| format!("{text}: {err}")));
            parsed.transpose()
        };
        let mut rows = Vec::with_capacity(kept.rows.len());
        for (case, values) in kept.rows {
            let values = values
                .into_iter()
                .map(number)
                .collect::<Result<Vec<_>, _>>()?;
            if values.len() != columns.len() {
                return Err(format!(
                    "{case} has {} scores of {}",
                    values.len(),
                    columns.len()
                ));
            }
            rows.push((case, values));
        }
        Ok(Self { columns, rows })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_comes_back_from_a_file_as_it_was() {
        let mut table = Table::default();
        for (case, value) in [("a", 0.1 + 0.2), ("b", f64::INFINITY), ("c", -1e-300)] {
            let row = vec![("PSNR", Some(value)), ("RBF", None)];
            table.add(case.to_owned(), row);
        }
        let text = serde_json::to_string(&table).unwrap();
        assert_eq!(serde_json::from_str::<Table>(&text).unwrap(), table);
        for damaged in [
            text.replace("PSNR", "speed"),
            text.replace(",null", ""),
            text.replace("inf", "in"),
        ] {
            assert!(
                serde_json::from_str::<Table>(&damaged).is_err(),
                "{damaged}"
            );
        }
    }

    fn table() -> Table {
        let mut table = Table::default();
        table.add("a".into(), vec![("PSNR", Some(30.0)), ("RBF", None)]);
        table.add(
            "b,c".into(),
            vec![("PSNR", Some(34.0)), ("RBF", Some(0.25))],
        );
        table
    }

    fn cases(table: &Table) -> Vec<&str> {
        table.rows().iter().map(|(name, _)| name.as_str()).collect()
    }

    #[test]
    fn mean_and_deviation_leave_absent_scores_out() {
        let json = table().json();
        assert_eq!(json["mean"]["PSNR"], 32.0);
        // statistics.stdev([30, 34])
        assert!((json["sd"]["PSNR"].as_f64().unwrap() - 8.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!(json["mean"]["RBF"], 0.25);
        assert!(json["sd"]["RBF"].is_null());
        assert_eq!(json["images"]["b,c"]["RBF"], 0.25);
    }

    #[test]
    fn a_comma_in_a_name_stays_one_cell() {
        let csv = table().csv();
        assert!(
            csv.starts_with("image,PSNR,RBF\na,30,\n\"b,c\",34,0.25\nmean,32,0.25\n"),
            "{csv}"
        );
    }

    #[test]
    fn text_lines_up() {
        let text = table().text();
        let lengths: Vec<usize> = text.lines().map(|l| l.chars().count()).collect();
        assert!(lengths.windows(2).all(|pair| pair[0] == pair[1]), "{text}");
    }

    #[test]
    fn the_worst_case_of_a_column_comes_first_and_the_unknown_last() {
        let mut table = table();
        table.add("d".into(), vec![("PSNR", Some(28.0)), ("RBF", Some(-0.5))]);
        assert!(table.sort_worst_first("PSNR"));
        assert_eq!(cases(&table), ["d", "a", "b,c"]);
        // Too much taken is worse than a little left.
        assert!(table.sort_worst_first("RBF"));
        assert_eq!(cases(&table), ["d", "b,c", "a"]);
        assert!(table.sort_best_first("RBF"));
        assert_eq!(cases(&table), ["b,c", "d", "a"]);
        assert!(table.sort_worst_first("RBF"));
        assert!(!table.sort_worst_first("no such"));
        let mut other = self::table();
        other.sort_like(&table);
        assert_eq!(cases(&other), ["b,c", "a"]);
    }
}
