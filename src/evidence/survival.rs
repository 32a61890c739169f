//! What becomes of nodules of known size and contrast: the trials, their medians, a table and a plot.

mod plot;

use super::table::csv_cell;
use crate::lesion::{CONTRASTS, DIAMETERS_MM, Ground};
use serde_json::{Value, json};
use std::collections::BTreeMap;

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
    /// Whether the guard would mark the place, had the nodule gone wholly with the bones.
    pub is_marked_if_erased: bool,
    /// Whether the guard would mark the place, had the networks drawn the nodule where the radiograph has none.
    pub is_marked_if_invented: bool,
}

impl Trial {
    /// What lies over it, in words.
    pub fn ground_words(&self) -> &'static str {
        match self.ground {
            Some(Ground::UnderRib) => "under a rib",
            Some(Ground::BetweenRibs) => "between ribs",
            None => "at the edge of a bone, or outside of the lungs",
        }
    }

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
            "is_marked_if_erased": self.is_marked_if_erased,
            "is_marked_if_invented": self.is_marked_if_invented,
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
    /// Marks of the guard on each radiograph without any nodule, by their reasons in words: what is marked there is a
    /// false alarm as far as these trials know.
    pub marks_without: Vec<Vec<&'static str>>,
}

/// How often the guard marks what is wrong, of one kind of nodule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sensitivity {
    /// Number of nodules.
    pub count: usize,
    /// Share that is marked where it was erased.
    pub erased: f64,
    /// Share that is marked where it was invented.
    pub invented: f64,
}

impl Survival {
    /// Spread over the nodules on a ground for which `is_meant` holds; `None` where there is none.
    pub fn spread(&self, ground: Ground, is_meant: impl Fn(&Trial) -> bool) -> Option<Spread> {
        let found = self.trials.iter();
        let found = found.filter(|trial| trial.ground == Some(ground) && is_meant(trial));
        Spread::of(found.map(|trial| trial.kept).collect())
    }

    /// How often the guard marks nodules for which `is_meant` holds; `None` where there is none.
    pub fn sensitivity(&self, is_meant: impl Fn(&Trial) -> bool) -> Option<Sensitivity> {
        let meant: Vec<&Trial> = self.trials.iter().filter(|t| is_meant(t)).collect();
        let share = |is: fn(&Trial) -> bool| {
            let marked = meant.iter().filter(|trial| is(trial)).count();
            marked as f64 / meant.len() as f64
        };
        (!meant.is_empty()).then(|| Sensitivity {
            count: meant.len(),
            erased: share(|t| t.is_marked_if_erased),
            invented: share(|t| t.is_marked_if_invented),
        })
    }

    /// Marks on the radiographs without nodules, a radiograph: of every reason, with its words, and of all.
    pub fn false_alarms(&self) -> (BTreeMap<&'static str, f64>, f64) {
        let images = self.marks_without.len().max(1) as f64;
        let mut reasons = BTreeMap::new();
        for &reason in self.marks_without.iter().flatten() {
            *reasons.entry(reason).or_insert(0.0) += 1.0 / images;
        }
        let all = reasons.values().sum();
        (reasons, all)
    }

    /// Lines for people about the guard: what it marks of every kind of nodule, and how much it marks for nothing.
    pub fn guard_table(&self) -> String {
        let mut lines = vec!["diameter  contrast  marked if erased  marked if invented".to_owned()];
        let line = |label: &str, found: Option<Sensitivity>| {
            let cells = found.map_or_else(
                || format!("{:>16}  {:>18}", "-", "-"),
                |s| format!("{:>16.2}  {:>18.2}  ({})", s.erased, s.invented, s.count),
            );
            format!("{label:<18}  {cells}")
        };
        for (diameter, contrast) in kinds() {
            let label = format!("{diameter:>5.0} mm  {:>5.0} grey", 255.0 * contrast);
            lines.push(line(
                &label,
                self.sensitivity(|t| t.is_of(diameter, contrast)),
            ));
        }
        lines.push(line("all", self.sensitivity(|_| true)));
        let (reasons, all) = self.false_alarms();
        lines.push(format!(
            "without any nodule, marks on a radiograph: {all:.2}"
        ));
        lines.extend(
            reasons
                .iter()
                .map(|(reason, mean)| format!("  {mean:.2}  {reason}")),
        );
        lines.join("\n")
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
        let mut lines = vec![
            "image,row_px,col_px,ground,diameter_mm,contrast,kept,marked_if_erased,marked_if_invented".to_owned()];
        lines.extend(self.trials.iter().map(|t| {
            let ground = GROUNDS.iter().find(|(ground, _)| t.ground == Some(*ground));
            let ground = ground.map_or("", |(_, words)| words);
            format!(
                "{},{},{},{ground},{},{},{:.4},{},{}",
                csv_cell(&t.case),
                t.row_px,
                t.col_px,
                t.diameter_mm,
                t.contrast,
                t.kept,
                t.is_marked_if_erased,
                t.is_marked_if_invented
            )
        }));
        lines.push(String::new());
        lines.join("\n")
    }

    /// Everything: `{"under_ribs": {count, lower, median, upper}, "between_ribs", "cells": [...],
    /// "guard": {...}, "nodules": [...]}`.
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
            "guard": self.guard_json(),
            "nodules": self.trials.iter().map(Trial::to_json).collect::<Vec<_>>(),
        })
    }

    fn guard_json(&self) -> Value {
        let (reasons, all) = self.false_alarms();
        let found = self.sensitivity(|_| true);
        json!({
            "marked_if_erased": found.map(|found| found.erased),
            "marked_if_invented": found.map(|found| found.invented),
            "marks_without": all,
            "marks_without_by_reason": reasons,
        })
    }
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
            is_marked_if_erased: kept < 0.7,
            is_marked_if_invented: true,
        }
    }

    fn survival() -> Survival {
        let under = [0.4, 0.8, 0.9, 1.0, 0.6];
        let mut trials: Vec<Trial> = under
            .map(|kept| trial(Ground::UnderRib, 8.0, 0.08, kept))
            .to_vec();
        trials.push(trial(Ground::BetweenRibs, 8.0, 0.08, 0.95));
        Survival {
            trials,
            marks_without: vec![vec!["a", "b", "a"], vec![]],
        }
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
    fn the_guard_is_judged_by_what_it_marks_and_by_what_it_marks_for_nothing() {
        let survival = survival();
        let found = survival.sensitivity(|_| true).unwrap();
        assert_eq!(found.count, 6);
        assert!((found.erased - 2.0 / 6.0).abs() < 1e-12 && (found.invented - 1.0).abs() < 1e-12);
        let (reasons, all) = survival.false_alarms();
        assert!((reasons["a"] - 1.0).abs() < 1e-12 && (all - 1.5).abs() < 1e-12);
        let table = survival.guard_table();
        assert!(table.contains("0.33") && table.contains("1.50"), "{table}");
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
        assert_eq!(json["guard"]["marks_without"], 1.5);
        let svg = survival.to_svg();
        assert_eq!(svg.matches("<circle").count(), 2);
    }
}
