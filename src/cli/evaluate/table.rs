//! A table of scores: one row a picture, then mean and standard deviation.

use serde_json::{Map, Value, json};

/// Names and values of one picture's scores, in the order of the columns.
pub(super) type Row = Vec<(&'static str, Option<f64>)>;

/// Named columns and one row a picture; a score that does not apply is absent.
#[derive(Debug, Default)]
pub(super) struct Table {
    columns: Vec<&'static str>,
    rows: Vec<(String, Vec<Option<f64>>)>,
}

impl Table {
    pub(super) fn add(&mut self, name: String, scores: Row) {
        if self.columns.is_empty() {
            self.columns = scores.iter().map(|(column, _)| *column).collect();
        }
        let values = scores.into_iter().map(|(_, value)| value).collect();
        self.rows.push((name, values));
    }

    /// Rows, then `mean` and `sd` over the rows that have the score.
    fn with_summary(&self) -> Vec<(String, Vec<Option<f64>>)> {
        let known = |column: usize| -> Vec<f64> {
            let values = self.rows.iter().filter_map(|(_, row)| *row.get(column)?);
            values.collect()
        };
        let summary = |of: fn(&[f64]) -> Option<f64>| -> Vec<Option<f64>> {
            (0..self.columns.len())
                .map(|column| of(&known(column)))
                .collect()
        };
        let mut rows = self.rows.clone();
        rows.push(("mean".to_owned(), summary(mean)));
        rows.push(("sd".to_owned(), summary(deviation)));
        rows
    }

    /// Aligned columns for people.
    pub(super) fn text(&self) -> String {
        let width = self
            .columns
            .iter()
            .map(|c| c.len())
            .max()
            .unwrap_or(0)
            .max(10);
        let rows = self.with_summary();
        let first = rows
            .iter()
            .map(|(name, _)| name.chars().count())
            .max()
            .unwrap_or(0);
        let cell = |text: &str| format!("  {text:>width$}");
        let line = |name: &str, cells: Vec<String>| format!("{name:first$}{}", cells.concat());
        let head = self.columns.iter().map(|column| cell(column)).collect();
        let mut lines = vec![line("", head)];
        for (name, values) in &rows {
            let cells = values
                .iter()
                .map(|value| value.map_or_else(|| cell("-"), |v| cell(&format!("{v:.4}"))));
            lines.push(line(name, cells.collect()));
        }
        lines.join("\n")
    }

    /// Comma-separated values.
    pub(super) fn csv(&self) -> String {
        let mut lines = vec![format!("image,{}", self.columns.join(","))];
        for (name, values) in self.with_summary() {
            let cells: Vec<String> = values
                .iter()
                .map(|value| value.map_or_else(String::new, |v| v.to_string()))
                .collect();
            let name = if name.contains([',', '"', '\n']) {
                format!("\"{}\"", name.replace('"', "\"\""))
            } else {
                name
            };
            lines.push(format!("{name},{}", cells.join(",")));
        }
        lines.join("\n") + "\n"
    }

    /// `{"images": {NAME: {column: value}}, "mean": {...}, "sd": {...}}`; all three are empty without rows.
    pub(super) fn json(&self) -> Value {
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

    /// Names of the columns, in their order.
    pub(super) fn columns(&self) -> &[&'static str] {
        &self.columns
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

/// What a column means and which way is better.
const MEANINGS: [(&str, &str); 13] = [
    (
        "BSR",
        "bone suppression ratio; 1 is best, but bone that is left is free: read it with RBF",
    ),
    (
        "MSE",
        "mean squared error of grey values 0 to 1; lower is better",
    ),
    (
        "PSNR",
        "peak signal-to-noise ratio to the known soft-tissue image, dB; higher is better",
    ),
    ("LPIPS", "perceptual distance; lower is better"),
    ("SSIM", "structural similarity; 1 is equal"),
    (
        "PSNRaff",
        "tone-free PSNR: after the best gain and offset, dB; higher is better",
    ),
    (
        "identity_PSNR",
        "PSNR of the untouched radiograph, dB: what doing nothing scores",
    ),
    (
        "RBF",
        "residual bone fraction in the lungs: 0 no bone left, 1 all of it, below 0 too much taken",
    ),
    ("edgeBF", "bone outlines left in the lungs: 0 none, 1 all"),
    (
        "detail_corr",
        "correlation of fine detail with the known image's, in the lungs; 1 is best",
    ),
    (
        "detail_gain",
        "strength of fine detail in the lungs; 1 is kept, below 1 blurred, above 1 noisy",
    ),
    ("lung_PSNR", "PSNR inside the lungs, dB; higher is better"),
    ("Dice", "overlap of the lung masks; 1 is equal"),
];

/// One line a column that says how to read it.
pub(super) fn legend(columns: &[&str]) -> String {
    let lines = columns.iter().filter_map(|column| {
        let (_, meaning) = MEANINGS.iter().find(|(name, _)| name == column)?;
        Some(format!("{column:<14}{meaning}"))
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// Standard deviation of the sample (n - 1); absent for fewer than two values.
fn deviation(values: &[f64]) -> Option<f64> {
    let centre = mean(values)?;
    let squares: f64 = values.iter().map(|v| (v - centre).powi(2)).sum();
    (values.len() > 1).then(|| (squares / (values.len() - 1) as f64).sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::default();
        table.add("a".into(), vec![("PSNR", Some(30.0)), ("RBF", None)]);
        table.add(
            "b,c".into(),
            vec![("PSNR", Some(34.0)), ("RBF", Some(0.25))],
        );
        table
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
    fn every_column_is_explained() {
        let known: Vec<&str> = MEANINGS.iter().map(|(name, _)| *name).collect();
        let legend = legend(&known);
        assert_eq!(legend.lines().count(), MEANINGS.len());
        assert!(
            legend.contains("RBF           residual bone fraction"),
            "{legend}"
        );
    }

    #[test]
    fn text_lines_up() {
        let text = table().text();
        let lengths: Vec<usize> = text.lines().map(|l| l.chars().count()).collect();
        assert!(lengths.windows(2).all(|pair| pair[0] == pair[1]), "{text}");
    }
}
