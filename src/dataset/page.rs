//! The report of a check as one page for a browser: it holds its pictures, loads nothing, and can be printed.
//!
//! A file's name comes from outside and may be made to be read as markup, or from right to left: every text is escaped
//! and kept apart from its neighbours.

use super::check::Report;
use super::finding::{Finding, FindingKind, Severity};
use super::pair_report::PairReport;
use super::request::CheckRequest;
use crate::formats::raster::encode_grey8;
use crate::radiograph::{Raster, counted};
use base64ct::{Base64, Encoding as _};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const HEAD: &str = include_str!("page_head.html");
const COLUMNS: [&str; 6] = [
    "Pair",
    "Radiograph",
    "Soft tissue",
    "Difference",
    "Registered",
    "Figures",
];

/// The page of a report, as HTML. Pairs with errors come first, then those with warnings, then the rest.
pub fn report_page(report: &Report, request: &CheckRequest) -> String {
    let page = Page::new(report, request);
    let mut html = String::from(HEAD);
    html += &page.summary();
    html += &page.advice();
    html += &page.table();
    html += &page.others();
    html += "</body>\n</html>\n";
    html
}

struct Page<'a> {
    report: &'a Report,
    roots: Vec<&'a Path>,
    /// What was found of each file.
    by_file: BTreeMap<&'a PathBuf, Vec<&'a Finding>>,
}

impl<'a> Page<'a> {
    fn new(report: &'a Report, request: &'a CheckRequest) -> Self {
        let mut by_file: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for found in &report.findings {
            for file in &found.files {
                by_file.entry(file).or_default().push(found);
            }
        }
        let roots = [Some(&request.radiographs), request.soft_tissue.as_ref()];
        Self {
            report,
            roots: roots.into_iter().flatten().map(PathBuf::as_path).collect(),
            by_file,
        }
    }

    /// Whether a network may learn from it, in words; colour only says it again.
    fn summary(&self) -> String {
        let [errors, warnings] =
            [Severity::Error, Severity::Warning].map(|severity| self.report.count(severity));
        let (class, verdict) = match (errors, self.report.pairs.len()) {
            (0, 0) => ("error", "REFUSED: no pair could be read."),
            (0, _) if warnings == 0 => ("good", "GOOD: nothing was found."),
            (0, _) => (
                "warning",
                "USABLE: warnings do not block; somebody should look at each.",
            ),
            _ => (
                "error",
                "REFUSED: errors block splitting and learning until they are mended or left out.",
            ),
        };
        format!(
            "<p class=\"verdict {class}\">{verdict}</p>\n<p>{}, {}, {}. \
             Dataset: {}</p>\n",
            counted(self.report.pairs.len(), "pair"),
            counted(errors, "error"),
            counted(warnings, "warning"),
            self.roots
                .iter()
                .map(|root| text(&root.display().to_string()))
                .collect::<Vec<_>>()
                .join(", ")
        )
    }

    /// What was found, how often, and what to do about it.
    fn advice(&self) -> String {
        let mut counts: BTreeMap<(Severity, FindingKind), usize> = BTreeMap::new();
        for found in &self.report.findings {
            *counts.entry((found.severity, found.kind)).or_default() += 1;
        }
        if counts.is_empty() {
            return String::new();
        }
        let rows = counts.into_iter().map(|((severity, kind), count)| {
            let (class, word) = words(severity);
            let advice = text(kind.advice());
            format!(
                "<tr><td class=\"{class}\">{word}</td><td>{count} &times; {kind}</td><td>{advice}</td></tr>\n"
            )
        });
        let rows: Vec<String> = rows.collect();
        format!(
            "<h2>What to do</h2>\n<table class=\"advice\">\n{}</table>\n",
            rows.concat()
        )
    }

    fn table(&self) -> String {
        let mut pairs: Vec<(Option<Severity>, &PairReport)> = self
            .report
            .pairs
            .iter()
            .map(|pair| (self.worst(pair), pair))
            .collect();
        // A pair without a finding has no severity, which would come before all others.
        pairs.sort_by_key(|(worst, _)| (worst.is_none(), *worst));
        let columns = COLUMNS.map(|column| format!("<th>{column}</th>")).concat();
        let mut html = format!(
            "<h2>Pairs</h2>\n<table class=\"pairs\">\n<thead><tr>{columns}</tr></thead>\n<tbody>\n"
        );
        for (worst, pair) in pairs {
            html += &self.row(worst, pair);
        }
        html + "</tbody>\n</table>\n"
    }

    fn worst(&self, pair: &PairReport) -> Option<Severity> {
        self.findings_of(pair)
            .iter()
            .map(|found| found.severity)
            .min()
    }

    /// What was found of a pair's files, each once.
    fn findings_of(&self, pair: &PairReport) -> Vec<&'a Finding> {
        let files = [
            Some(&pair.radiograph),
            Some(&pair.soft_tissue),
            pair.lung_mask.as_ref(),
        ];
        let found = files
            .into_iter()
            .flatten()
            .filter_map(|file| self.by_file.get(file));
        let mut findings: Vec<&Finding> = Vec::new();
        for found in found.flatten() {
            if !findings.iter().any(|known| std::ptr::eq(*known, *found)) {
                findings.push(found);
            }
        }
        findings
    }

    fn row(&self, worst: Option<Severity>, pair: &PairReport) -> String {
        let class = worst.map_or("good", |severity| words(severity).0);
        let findings = self.told(&self.findings_of(pair));
        let thumbnails = pair.thumbnails.as_ref();
        let pictures = [
            thumbnails.map(|small| (&small.radiograph, "radiograph")),
            thumbnails.map(|small| (&small.soft_tissue, "soft-tissue image")),
            thumbnails.and_then(|small| Some((small.difference.as_ref()?, "difference"))),
            thumbnails.and_then(|small| {
                Some((
                    small.difference_registered.as_ref()?,
                    "difference, registered",
                ))
            }),
        ];
        let pictures = pictures.map(|picture| match picture {
            Some((picture, what)) => format!("<td>{}</td>", image(picture, what, &pair.name)),
            None => "<td class=\"none\">&ndash;</td>".to_owned(),
        });
        format!(
            "<tr class=\"{class}\"><td><b>{}</b>{findings}</td>{}<td>{}</td></tr>\n",
            text(&pair.name),
            pictures.concat(),
            figures(pair)
        )
    }

    /// Findings as sentences, each once with all the files it is about.
    fn told(&self, findings: &[&Finding]) -> String {
        let mut sentences: Vec<(&Finding, BTreeSet<&PathBuf>)> = Vec::new();
        for found in findings {
            let is_it = |(known, _): &&mut (&Finding, _)| {
                (known.kind, &known.text) == (found.kind, &found.text)
            };
            match sentences.iter_mut().find(is_it) {
                Some((_, files)) => files.extend(&found.files),
                None => sentences.push((found, found.files.iter().collect())),
            }
        }
        let sentences = sentences.into_iter().map(|(found, files)| {
            let (class, word) = words(found.severity);
            let files: Vec<String> = files.into_iter().map(|file| self.short(file)).collect();
            format!(
                "<p class=\"{class}\">{word}: {}. {} <small>{}</small></p>",
                found.kind,
                text(&found.text),
                files.join(", ")
            )
        });
        sentences.collect::<Vec<String>>().concat()
    }

    /// A file's path below the dataset's folder.
    fn short(&self, file: &Path) -> String {
        let below = self
            .roots
            .iter()
            .find_map(|root| file.strip_prefix(root).ok());
        text(&below.unwrap_or(file).display().to_string())
    }

    /// What was found of files that are in no pair.
    fn others(&self) -> String {
        let paired: BTreeSet<&PathBuf> = self
            .report
            .pairs
            .iter()
            .flat_map(|pair| {
                [
                    Some(&pair.radiograph),
                    Some(&pair.soft_tissue),
                    pair.lung_mask.as_ref(),
                ]
            })
            .flatten()
            .collect();
        let others = self.report.findings.iter();
        let others = others.filter(|found| !found.files.iter().any(|file| paired.contains(file)));
        let html = self.told(&others.collect::<Vec<_>>());
        if html.is_empty() {
            return html;
        }
        format!("<h2>Files in no pair</h2>\n<div class=\"others\">{html}</div>\n")
    }
}

fn words(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Error => ("error", "Error"),
        Severity::Warning => ("warning", "Warning"),
    }
}

/// How the soft-tissue image lies and differs in tone, as lines.
fn figures(pair: &PairReport) -> String {
    let mut lines = vec![format!("{} &times; {} px", pair.size.0, pair.size.1)];
    match pair.registration {
        None => lines.push("no registration".to_owned()),
        Some(found) => lines.extend([
            format!(
                "right {:.2}, down {:.2} px",
                found.shift_px[0], found.shift_px[1]
            ),
            format!(
                "larger {:.2} %, turned {:.2}&deg;",
                found.growth_percent, found.turn_degrees
            ),
            format!(
                "corners {:.2} px, places {:.2} px",
                found.farthest_px, found.local_px
            ),
            format!(
                "agreement {:.3}, registered {:.3}",
                found.agreement[0], found.agreement[1]
            ),
        ]),
    }
    if let Some(tone) = pair.tone {
        lines.push(format!("tone {:.1} grey darker", tone.offset));
    }
    if let Some(patient) = &pair.patient {
        lines.push(format!("patient {}", text(patient)));
    }
    lines.join("<br>")
}

/// A picture in the page itself.
fn image(picture: &Raster<u8>, what: &str, name: &str) -> String {
    let Some(png) = encode_grey8(picture).ok().and_then(|png| base64(&png)) else {
        return String::new();
    };
    let (width, height) = picture.size();
    format!(
        "<img loading=\"lazy\" width=\"{width}\" height=\"{height}\" alt=\"{what} of {}\" \
         src=\"data:image/png;base64,{}\">",
        escaped(name),
        png
    )
}

fn base64(bytes: &[u8]) -> Option<String> {
    let mut text = vec![0; Base64::encoded_len(bytes)];
    Base64::encode(bytes, &mut text).ok()?;
    String::from_utf8(text).ok()
}

/// A text from outside, escaped, in a direction of its own.
fn text(outside: &str) -> String {
    format!("<bdi>{}</bdi>", escaped(outside))
}

fn escaped(outside: &str) -> String {
    let mut html = String::with_capacity(outside.len());
    for character in outside.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            // Control signs, and those that turn the direction of what follows, are shown as what they are: unreadable.
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => html.push('\u{fffd}'),
            character if character.is_control() => html.push('\u{fffd}'),
            character => html.push(character),
        }
    }
    html
}
