//! What becomes of nodules of known size and contrast: the trials, their medians, a table and a plot.

use super::table::csv_cell;
use crate::lesion::{CONTRASTS, DIAMETERS_MM, Ground};
use serde_json::{Value, json};

/// One nodule that was laid on a radiograph.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// Name of the radiograph.
    pub case: String,
    /// Row of its middle, pixels of the radiograph.
    pub row_px: f64,
    /// Column of its middle.
    pub col_px: f64,
    /// What lies over it; `None` where that is not known.
    pub ground: Option<Ground>,
    /// Its diameter, mm.
    pub diameter_mm: f64,
    /// Its contrast in the radiograph, display units.
    pub contrast: f64,
    /// Share of the contrast that the soft-tissue image keeps; 1 = all of it.
    pub kept: f64,
}

impl Trial {
    /// Whether its nodule was of this size and contrast.
    fn is_of(&self, diameter_mm: f64, contrast: f64) -> bool {
        is(self.diameter_mm, diameter_mm) && is(self.contrast, contrast)
    }

    fn to_json(&self) -> Value {
        json!({
            "image": self.case,
            "row_px": self.row_px,
            "col_px": self.col_px,
            "under_rib": self.ground.map(|ground| ground == Ground::UnderRib),
            "diameter_mm": self.diameter_mm,
            "contrast": self.contrast,
            "kept": self.kept,
        })
    }
}

/// Median and quartiles of what is kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// Number of nodules.
    pub count: usize,
    /// Share that a quarter of the nodules stays below.
    pub lower: f64,
    /// Median share.
    pub median: f64,
    /// Share that a quarter exceeds.
    pub upper: f64,
}

impl Spread {
    /// `None` without values.
    fn of(mut values: Vec<f64>) -> Option<Self> {
        values.sort_by(f64::total_cmp);
        let quantile = |share: f64| {
            let at = share * values.len().checked_sub(1)? as f64;
            let (low, high) = (at.floor(), at.ceil());
            let (a, b) = (values.get(low as usize)?, values.get(high as usize)?);
            Some(a + (b - a) * (at - low))
        };
        Some(Self {
            count: values.len(),
            lower: quantile(0.25)?,
            median: quantile(0.5)?,
            upper: quantile(0.75)?,
        })
    }

    fn to_json(self) -> Value {
        json!({"count": self.count, "lower": self.lower, "median": self.median, "upper": self.upper})
    }
}

/// Sizes of the plot.
const LEFT: f64 = 46.0;
const PANEL: f64 = 220.0;
const HEIGHT: f64 = 240.0;
/// Its colours.
const UNDER: &str = "#b3261e";
const BETWEEN: &str = "#1f5fa8";

/// Grounds with the words of tables.
const GROUNDS: [(Ground, &str); 2] = [
    (Ground::UnderRib, "under ribs"),
    (Ground::BetweenRibs, "between ribs"),
];

/// The trials of a model.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Survival {
    /// One after the other.
    pub trials: Vec<Trial>,
}

impl Survival {
    /// Spread over the nodules on a ground for which `is_meant` holds; `None` where there is none.
    pub fn spread(&self, ground: Ground, is_meant: impl Fn(&Trial) -> bool) -> Option<Spread> {
        let found = self.trials.iter();
        let found = found.filter(|trial| trial.ground == Some(ground) && is_meant(trial));
        Spread::of(found.map(|trial| trial.kept).collect())
    }

    /// Lines for people: per diameter and contrast, then of all.
    pub fn table(&self) -> String {
        let heads = GROUNDS.map(|(_, words)| format!("{words:>29}"));
        let mut lines = vec![format!("diameter  contrast  {}", heads.join("  "))];
        let line = |label: &str, is_meant: &dyn Fn(&Trial) -> bool| {
            let cells = GROUNDS.map(|(ground, _)| cell(self.spread(ground, is_meant)));
            format!("{label:<18}  {}", cells.join("  "))
        };
        for (diameter, contrast) in kinds() {
            let label = format!("{diameter:>5.0} mm  {:>5.0} grey", 255.0 * contrast);
            lines.push(line(&label, &|trial| trial.is_of(diameter, contrast)));
        }
        lines.push(line("all", &|_| true));
        lines.push(
            "median share of the contrast that is kept (quartiles; number of nodules)".to_owned(),
        );
        lines.join("\n")
    }

    /// One row a nodule.
    pub fn csv(&self) -> String {
        let mut lines = vec!["image,row_px,col_px,ground,diameter_mm,contrast,kept".to_owned()];
        lines.extend(self.trials.iter().map(|t| {
            let ground = GROUNDS.iter().find(|(ground, _)| t.ground == Some(*ground));
            let ground = ground.map_or("", |(_, words)| words);
            format!(
                "{},{},{},{ground},{},{},{:.4}",
                csv_cell(&t.case),
                t.row_px,
                t.col_px,
                t.diameter_mm,
                t.contrast,
                t.kept
            )
        }));
        lines.push(String::new());
        lines.join("\n")
    }

    /// Everything: `{"under_ribs": {count, lower, median, upper}, "between_ribs", "cells": [...], "nodules": [...]}`.
    pub fn to_json(&self) -> Value {
        let of = |ground, is_meant: &dyn Fn(&Trial) -> bool| {
            self.spread(ground, is_meant).map(Spread::to_json)
        };
        let cells = kinds().map(|(diameter, contrast)| {
            let is_meant = |trial: &Trial| trial.is_of(diameter, contrast);
            json!({
                "diameter_mm": diameter,
                "contrast": contrast,
                "under_ribs": of(Ground::UnderRib, &is_meant),
                "between_ribs": of(Ground::BetweenRibs, &is_meant),
            })
        });
        json!({
            "under_ribs": of(Ground::UnderRib, &|_| true),
            "between_ribs": of(Ground::BetweenRibs, &|_| true),
            "cells": cells.collect::<Vec<_>>(),
            "nodules": self.trials.iter().map(Trial::to_json).collect::<Vec<_>>(),
        })
    }

    /// A plot: kept contrast over diameter, a panel a contrast, medians with their quartiles, under and between ribs.
    pub fn to_svg(&self) -> String {
        let width = LEFT + PANEL * CONTRASTS.len() as f64;
        let mut drawing = vec![format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{HEIGHT}\" \
             font-family=\"sans-serif\" font-size=\"11\"><rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
        )];
        for share in [0.0, 0.25, 0.5, 0.75, 0.85, 1.0] {
            let (at, dash) = (y_of(share), if is(share, 0.85) { "4 3" } else { "none" });
            drawing.push(format!(
                "<line x1=\"{LEFT}\" x2=\"{width}\" y1=\"{at:.1}\" y2=\"{at:.1}\" stroke=\"#ccc\" stroke-dasharray=\"{dash}\"/>\
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{:.0} %</text>",
                LEFT - 6.0,
                at + 4.0,
                100.0 * share
            ));
        }
        for (index, contrast) in CONTRASTS.into_iter().enumerate() {
            let left = LEFT + PANEL * index as f64;
            drawing.push(format!(
                "<text x=\"{}\" y=\"16\" text-anchor=\"middle\">{:.0} grey levels of 255</text>",
                left + 0.5 * PANEL,
                255.0 * contrast
            ));
            let step = PANEL / DIAMETERS_MM.len() as f64;
            for (place, diameter) in DIAMETERS_MM.into_iter().enumerate() {
                let middle = left + step * (place as f64 + 0.5);
                drawing.push(format!(
                    "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\">{diameter:.0} mm</text>",
                    HEIGHT - 28.0
                ));
                drawing.extend(self.marks(middle, diameter, contrast));
            }
        }
        drawing.push(format!(
            "<text x=\"{LEFT}\" y=\"{}\">contrast kept over diameter; medians and quartiles; \
             <tspan fill=\"{UNDER}\">\u{25cf} under ribs</tspan> <tspan fill=\"{BETWEEN}\">\u{25cf} between ribs</tspan></text></svg>",
            HEIGHT - 8.0
        ));
        drawing.concat()
    }

    /// Medians and quartiles of one kind of nodule, side by side.
    fn marks(&self, middle: f64, diameter: f64, contrast: f64) -> impl Iterator<Item = String> {
        let looks = [(UNDER, -5.0), (BETWEEN, 5.0)];
        let grounds = GROUNDS.into_iter().zip(looks);
        grounds.filter_map(move |((ground, _), (colour, aside))| {
            let spread = self.spread(ground, |trial| trial.is_of(diameter, contrast))?;
            let (x, median) = (middle + aside, y_of(spread.median));
            let (low, high) = (y_of(spread.lower), y_of(spread.upper));
            Some(format!(
                "<line x1=\"{x}\" x2=\"{x}\" y1=\"{low:.1}\" y2=\"{high:.1}\" stroke=\"{colour}\" stroke-width=\"1.5\"/>\
                 <circle cx=\"{x}\" cy=\"{median:.1}\" r=\"3.5\" fill=\"{colour}\"/>"
            ))
        })
    }
}

/// Height of a share in the plot, which ends at a quarter below nothing and above everything.
fn y_of(share: f64) -> f64 {
    24.0 + (1.25 - share.clamp(-0.25, 1.25)) / 1.5 * (HEIGHT - 70.0)
}

/// Every diameter with every contrast.
fn kinds() -> impl Iterator<Item = (f64, f64)> {
    let diameters = DIAMETERS_MM.into_iter();
    diameters.flat_map(|diameter| CONTRASTS.map(|contrast| (diameter, contrast)))
}

fn cell(spread: Option<Spread>) -> String {
    spread.map_or_else(
        || format!("{:>29}", "-"),
        |s| {
            let text = format!(
                "{:.2} ({:.2} to {:.2}; {})",
                s.median, s.lower, s.upper, s.count
            );
            format!("{text:>29}")
        },
    )
}

/// Whether two values of one list are the same entry.
fn is(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-9
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trial(ground: Ground, diameter_mm: f64, contrast: f64, kept: f64) -> Trial {
        Trial {
            case: "a, b".to_owned(),
            row_px: 10.0,
            col_px: 20.0,
            ground: Some(ground),
            diameter_mm,
            contrast,
            kept,
        }
    }

    fn survival() -> Survival {
        let under = [0.4, 0.8, 0.9, 1.0, 0.6];
        let mut trials: Vec<Trial> = under
            .map(|kept| trial(Ground::UnderRib, 8.0, 0.08, kept))
            .to_vec();
        trials.push(trial(Ground::BetweenRibs, 8.0, 0.08, 0.95));
        Survival { trials }
    }

    /// `numpy.quantile([0.4, 0.8, 0.9, 1.0, 0.6], [0.25, 0.5, 0.75])`
    #[test]
    fn medians_and_quartiles_are_those_of_numpy() {
        let spread = survival().spread(Ground::UnderRib, |_| true).unwrap();
        assert_eq!(spread.count, 5);
        for (found, expected) in [
            (spread.lower, 0.6),
            (spread.median, 0.8),
            (spread.upper, 0.9),
        ] {
            assert!((found - expected).abs() < 1e-12, "{spread:?}");
        }
        let other = survival().spread(Ground::UnderRib, |t| t.diameter_mm > 10.0);
        assert_eq!(other, None);
    }

    #[test]
    fn table_csv_json_and_plot_tell_the_same() {
        let survival = survival();
        let table = survival.table();
        let line = table.lines().find(|line| line.contains("8 mm     20 grey"));
        assert!(line.unwrap().contains("0.80 (0.60 to 0.90; 5)"), "{table}");
        assert_eq!(survival.csv().lines().count(), 7);
        assert!(
            survival
                .csv()
                .contains("\"a, b\",10,20,under ribs,8,0.08,0.4000")
        );
        let json = survival.to_json();
        assert_eq!(json["under_ribs"]["count"], 5);
        assert_eq!(json["nodules"].as_array().unwrap().len(), 6);
        let svg = survival.to_svg();
        assert_eq!(svg.matches("<circle").count(), 2);
    }
}
