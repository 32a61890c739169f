//! One page for people: what was compared, the tables, figures and the worst cases; everything is in the one file.

mod figure;
mod picture;

pub use picture::{CasePictures, Picture};

use super::column::{Better, column};
use super::{Comparison, Table, Trend, Verdict};

/// Everything on the page.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Its heading.
    pub title: String,
    /// What must be known before anything else is read, as sentences.
    pub cautions: Vec<String>,
    /// What was compared, when and how: name and value.
    pub facts: Vec<(String, String)>,
    /// Whether the candidate may be promoted, where that was asked.
    pub verdict: Option<Verdict>,
    /// Sets of cases.
    pub sets: Vec<PageSet>,
    /// The cases to look at, the worst first.
    pub pictures: Vec<CasePictures>,
}

/// The same cases under several models.
#[derive(Debug, Clone, PartialEq)]
pub struct PageSet {
    /// Its heading.
    pub title: String,
    /// Each model's name and scores; the untouched radiograph is the last one.
    pub models: Vec<(String, Table)>,
    /// The first model against others.
    pub comparisons: Vec<Comparison>,
}

/// Printed on A4; grey figures stay readable without colour.
const STYLE: &str = "@page{size:A4;margin:11mm}@media print{body{margin:0;padding:0}}\
body{font:9pt/1.3 system-ui,sans-serif;color:#111;background:#fff;max-width:190mm;margin:1em auto;padding:0 1em;box-sizing:border-box}\
h1{font-size:15pt;margin:0 0 .3em}h2{font-size:11pt;margin:.7em 0 .2em;break-after:avoid}\
table{border-collapse:collapse;margin:.3em 0 .6em;font-size:6.8pt;break-inside:avoid;font-variant-numeric:tabular-nums}\
th,td{padding:.05em .4em;text-align:right;border-bottom:1px solid #ddd;white-space:nowrap}\
th:first-child,td:first-child{text-align:left}th{white-space:normal}thead th{border-bottom:1.5px solid #555}\
dl{display:grid;grid-template-columns:max-content auto;gap:.1em 1em;margin:.4em 0;font-size:9pt}\
dt{color:#555}dd{margin:0;overflow-wrap:anywhere}\
.verdict{border:1.5px solid #333;padding:.4em .8em;margin:.6em 0}.verdict p{margin:.1em 0}\
.caution{border:2px solid #111;padding:.4em .8em;margin:.6em 0;font-size:10pt}\
.figures{display:flex;flex-wrap:wrap;gap:1em;break-inside:avoid}figure{margin:0}\
figcaption{font-size:7pt;color:#444}.case{break-inside:avoid;margin:.5em 0}\
.case div{display:flex;gap:.4em}.case figure{flex:1}.case img{width:100%;display:block;background:#000}\
.note{font-size:8pt;color:#444}";

/// Columns of which every case is shown.
const CASE_COLUMNS: [&str; 9] = [
    "PSNR",
    "PSNRaff",
    "LPIPS",
    "RBF",
    "edgeBF",
    "detail_corr",
    "lung_PSNR",
    "outside_PSNR",
    "finding_gain",
];
/// What a reader must know of the figures.
const NOTE: &str = "For research and teaching only. 95 % intervals are Student's, of the mean difference between pairs; \
    they are not corrected for the number of columns. Better and worse are what chance does not explain after Holm's correction \
    for all columns of a table.";

impl Page {
    /// The page as HTML without anything outside itself.
    pub fn html(&self) -> String {
        let title = escaped(&self.title);
        let mut html = vec![format!(
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
             <style>{STYLE}</style></head><body>\n<h1>{title}</h1>\n"
        )];
        html.extend(self.cautions.iter().map(|text| {
            let text = escaped(text);
            format!("<p class=\"caution\"><b>Caution.</b> {text}</p>\n")
        }));
        html.push("<dl>".to_owned());
        html.extend(
            self.facts.iter().map(|(name, value)| {
                format!("<dt>{}</dt><dd>{}</dd>", escaped(name), escaped(value))
            }),
        );
        html.push("</dl>\n".to_owned());
        html.extend(self.verdict.as_ref().map(verdict_html));
        html.extend(self.sets.iter().map(PageSet::html));
        if !self.pictures.is_empty() {
            html.push("<h2>The worst cases</h2>\n".to_owned());
        }
        html.extend(self.pictures.iter().map(CasePictures::html));
        html.push(format!("<p class=\"note\">{NOTE}</p>\n</body></html>\n"));
        html.concat()
    }
}

impl PageSet {
    fn html(&self) -> String {
        let mut html = vec![
            format!("<h2>{}</h2>\n", escaped(&self.title)),
            self.summary(),
        ];
        // The same of every comparison: the cases are.
        let caveat = self.comparisons.iter().find_map(Comparison::caveat);
        html.extend(caveat.map(|text| format!("<p class=\"note\">{}</p>\n", escaped(&text))));
        if !self.comparisons.is_empty() {
            html.push("<div class=\"figures\">".to_owned());
            html.extend(self.comparisons.iter().map(|found| self.figures(found)));
            html.push("</div>\n".to_owned());
        }
        html.extend(self.models.first().map(|(name, table)| cases(name, table)));
        html.concat()
    }

    fn figures(&self, comparison: &Comparison) -> String {
        let table = |name: &str| self.models.iter().find(|(model, _)| model == name);
        let paired = match (table(&comparison.of), table(&comparison.than)) {
            (Some((_, ours)), Some((_, theirs))) => {
                figure::paired((&comparison.of, ours), (&comparison.than, theirs))
            }
            _ => String::new(),
        };
        paired + &figure::intervals(comparison)
    }

    /// A line a column: mean and standard deviation of each model, then what the first one has over the others.
    fn summary(&self) -> String {
        let columns = self.models.first().map_or(&[][..], |(_, t)| t.columns());
        let mut head: Vec<String> = self.models.iter().map(|(name, _)| name.clone()).collect();
        for comparison in &self.comparisons {
            head.push(format!("better than {} by", comparison.than));
            head.extend(["95 % interval", "better in"].map(str::to_owned));
        }
        // What is the same for every model stands in the column of the untouched radiograph already.
        let judged = columns
            .iter()
            .filter(|name| column(name).is_none_or(|column| column.better != Better::Neither));
        let lines = judged.map(|name| {
            let models = self.models.iter().map(|(_, table)| of_model(table, name));
            let differences = self.comparisons.iter();
            let differences = differences.flat_map(|found| difference(found, name));
            row(&escaped(name), models.chain(differences))
        });
        table_html("mean ± sd", &head, lines)
    }
}

/// Mean and standard deviation of a column.
fn of_model(table: &Table, name: &str) -> String {
    let decimals = decimals_of(name);
    let sd = table.deviation(name);
    let sd = sd.map_or_else(String::new, |sd| format!(" ± {sd:.decimals$}"));
    format!("{}{sd}", number(table.mean(name), decimals))
}

/// Cells of a difference; empty ones where the column has none.
fn difference(comparison: &Comparison, name: &str) -> [String; 3] {
    let Some(found) = comparison.of_column(name) else {
        return [const { String::new() }; 3];
    };
    let decimals = decimals_of(name) + 1;
    let interval = found.interval.map_or_else(
        || "–".to_owned(),
        |interval| {
            format!(
                "{:+.decimals$} to {:+.decimals$}",
                interval.low, interval.high
            )
        },
    );
    let trend = match found.trend() {
        Trend::Better => ", better",
        Trend::Worse => ", worse",
        Trend::Undecided => "",
    };
    [
        format!("{:+.decimals$}", found.mean),
        interval,
        format!("{} of {}{trend}", found.better, found.units),
    ]
}

fn verdict_html(verdict: &Verdict) -> String {
    let word = if verdict.is_passed() {
        "It may be promoted."
    } else {
        "It may not be promoted."
    };
    let checks = verdict.checks.iter().map(|check| {
        let sign = if check.passed { "✓" } else { "✗" };
        format!("<p>{sign} {}</p>", escaped(&check.told))
    });
    let checks: Vec<String> = checks.collect();
    let checks = checks.concat();
    format!("<div class=\"verdict\"><p><b>{word}</b></p>{checks}</div>\n")
}

/// Every case of the first model, in the columns that matter most.
fn cases(name: &str, table: &Table) -> String {
    let shown: Vec<&str> = CASE_COLUMNS
        .into_iter()
        .filter(|name| table.mean(name).is_some())
        .collect();
    let lines = table.rows().iter().map(|(case, _)| {
        let cells = shown.iter();
        let cells = cells.map(|name| number(table.value(case, name), decimals_of(name)));
        row(&escaped(case), cells)
    });
    let head: Vec<String> = shown.iter().map(|&name| name.to_owned()).collect();
    table_html(&format!("{name}, case by case"), &head, lines)
}

/// A table under a heading of its first column and those of the others, of lines that are HTML.
fn table_html(first: &str, others: &[String], lines: impl Iterator<Item = String>) -> String {
    let head = others
        .iter()
        .map(|name| format!("<th>{}</th>", escaped(name)));
    let (head, lines): (Vec<String>, Vec<String>) = (head.collect(), lines.collect());
    format!(
        "<table><thead><tr><th>{}</th>{}</tr></thead><tbody>{}</tbody></table>\n",
        escaped(first),
        head.concat(),
        lines.concat()
    )
}

/// A line of a table; its cells are HTML.
fn row(first: &str, cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.map(|cell| format!("<td>{cell}</td>")).collect();
    format!("<tr><td>{first}</td>{}</tr>", cells.concat())
}

fn decimals_of(name: &str) -> usize {
    column(name).map_or(3, |column| column.decimals)
}

fn number(value: Option<f64>, decimals: usize) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.decimals$}"))
}

/// Text as it stands in HTML, in an attribute too.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\'' => escaped += "&#39;",
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests;
