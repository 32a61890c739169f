//! Figures as inline SVG.

use super::escaped;
use crate::evidence::column::column;
use crate::evidence::{Comparison, Table};

/// Columns of which the first known one is drawn case by case.
const PAIRED: [&str; 2] = ["PSNRaff", "PSNR"];
const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 150.0;
/// Room for labels left, right, above and below.
const MARGIN: (f64, f64, f64, f64) = (44.0, 44.0, 14.0, 26.0);
/// Room for the names of columns.
const NAMES: f64 = 74.0;
/// Height of a line of the intervals.
const LINE: f64 = 18.0;

/// Values laid on a length of the drawing.
struct Scale {
    low: f64,
    high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    /// Covers the values with a little room on both sides.
    fn covering(values: impl Iterator<Item = f64>, from: f64, to: f64) -> Self {
        let finite = values.filter(|value| value.is_finite());
        let (low, high) = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value))
        });
        let room = if high > low { 0.06 * (high - low) } else { 0.5 };
        Self {
            low: low - room,
            high: high + room,
            from,
            to,
        }
    }

    fn at(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        self.from + share * (self.to - self.from)
    }

    /// Round values inside, four or so.
    fn ticks(&self) -> Vec<f64> {
        let span = self.high - self.low;
        let power = 10_f64.powf((span / 4.0).log10().floor());
        let steps = [1.0, 2.0, 5.0, 10.0].map(|step| step * power);
        let step = steps.into_iter().find(|step| span / step <= 6.0);
        let step = step.unwrap_or(span);
        let first = (self.low / step).ceil();
        let count = ((self.high / step).floor() - first).max(0.0) as usize;
        (0..=count).map(|i| (first + i as f64) * step).collect()
    }
}

/// A line a case, from one model's score to the other's; empty where no case has both.
pub(super) fn paired((of, ours): (&str, &Table), (than, theirs): (&str, &Table)) -> String {
    let known = |name: &&str| ours.mean(name).is_some() && theirs.mean(name).is_some();
    let Some(name) = PAIRED.into_iter().find(known) else {
        return String::new();
    };
    let pair = |(case, _): &(String, Vec<Option<f64>>)| {
        let both = (theirs.value(case, name)?, ours.value(case, name)?);
        (both.0.is_finite() && both.1.is_finite()).then(|| (case.clone(), both))
    };
    let pairs: Vec<(String, (f64, f64))> = ours.rows().iter().filter_map(pair).collect();
    if pairs.is_empty() {
        return String::new();
    }
    let (left, right, above, below) = MARGIN;
    let values = pairs.iter().flat_map(|(_, (a, b))| [*a, *b]);
    let scale = Scale::covering(values, HEIGHT - below, above);
    let (x0, x1) = (left + 30.0, WIDTH - right - 30.0);
    let mut drawing = Vec::new();
    for tick in scale.ticks() {
        let y = scale.at(tick);
        drawing.push(format!(
            "<line x1=\"{left}\" x2=\"{}\" y1=\"{y:.1}\" y2=\"{y:.1}\" stroke=\"#ddd\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            WIDTH - right,
            left - 4.0,
            y + 3.0,
            short(tick)
        ));
    }
    for (case, (before, after)) in &pairs {
        let (y0, y1) = (scale.at(*before), scale.at(*after));
        let dash = if after < before {
            " stroke-dasharray=\"4 2\""
        } else {
            ""
        };
        drawing.push(format!(
            "<g><title>{}: {before:.2} to {after:.2}</title>\
             <line x1=\"{x0}\" y1=\"{y0:.1}\" x2=\"{x1}\" y2=\"{y1:.1}\" stroke=\"#333\"{dash}/>\
             <circle cx=\"{x0}\" cy=\"{y0:.1}\" r=\"2.5\"/><circle cx=\"{x1}\" cy=\"{y1:.1}\" r=\"2.5\"/></g>",
            escaped(case)
        ));
    }
    for (x, model) in [(x0, than), (x1, of)] {
        drawing.push(format!(
            "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            HEIGHT - 10.0,
            escaped(&clipped(model))
        ));
    }
    let caption = format!("{name} of each case; broken where it got worse");
    svg(WIDTH, HEIGHT, &drawing, &caption)
}

/// Mean differences with their intervals, of the columns in dB.
pub(super) fn intervals(comparison: &Comparison) -> String {
    let in_db = |name: &str| column(name).is_some_and(|column| column.unit == "dB");
    let rows: Vec<_> = comparison
        .differences
        .iter()
        .filter(|found| in_db(found.column))
        .collect();
    if rows.is_empty() {
        return String::new();
    }
    let bounds = rows.iter().flat_map(|found| {
        let interval = found.interval;
        [
            Some(0.0),
            Some(found.mean),
            interval.map(|i| i.low),
            interval.map(|i| i.high),
        ]
    });
    let scale = Scale::covering(bounds.flatten(), NAMES, WIDTH - 10.0);
    let height = LINE * rows.len() as f64 + 30.0;
    let bottom = height - 20.0;
    let mut drawing = Vec::new();
    for tick in scale.ticks() {
        let x = scale.at(tick);
        let colour = if tick == 0.0 { "#777" } else { "#ddd" };
        drawing.push(format!(
            "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"4\" y2=\"{bottom}\" stroke=\"{colour}\"/>\
             <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>",
            bottom + 11.0,
            short(tick)
        ));
    }
    for (index, found) in rows.iter().enumerate() {
        let y = LINE * (index as f64 + 0.5) + 4.0;
        if let Some(interval) = found.interval {
            drawing.push(format!(
                "<line x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{y}\" y2=\"{y}\" stroke=\"#222\" stroke-width=\"1.5\"/>",
                scale.at(interval.low),
                scale.at(interval.high)
            ));
        }
        drawing.push(format!(
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{}</text><circle cx=\"{:.1}\" cy=\"{y}\" r=\"3\"/>",
            NAMES - 6.0,
            y + 3.0,
            escaped(found.column),
            scale.at(found.mean)
        ));
    }
    let caption = format!(
        "{} over {}, dB: mean and 95 % interval",
        comparison.of, comparison.than
    );
    svg(WIDTH, height, &drawing, &caption)
}

fn svg(width: f64, height: f64, drawing: &[String], caption: &str) -> String {
    let (drawing, caption) = (drawing.concat(), escaped(caption));
    format!(
        "<figure><svg width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"sans-serif\" font-size=\"9\" role=\"img\" \
         aria-label=\"{caption}\">{drawing}</svg><figcaption>{caption}</figcaption></figure>"
    )
}

/// A tick's value without the noise of its arithmetic.
fn short(value: f64) -> String {
    let text = format!("{value:.3}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" {
        "0".to_owned()
    } else {
        text.to_owned()
    }
}

/// A name that fits below a figure: its end, which tells one run's folder from another's.
fn clipped(name: &str) -> String {
    const MOST: usize = 26;
    let count = name.chars().count();
    if count <= MOST {
        return name.to_owned();
    }
    let end: String = name.chars().skip(count - MOST + 1).collect();
    format!("…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let scale = Scale::covering([29.3, 33.1].into_iter(), 0.0, 100.0);
        assert_eq!(scale.ticks(), [30.0, 31.0, 32.0, 33.0]);
        let flat = Scale::covering([0.0].into_iter(), 0.0, 100.0);
        assert!(flat.ticks().contains(&0.0));
        assert_eq!([short(-0.0), short(0.25), short(30.0)], ["0", "0.25", "30"]);
        let name = clipped("a/very/long/path/to/the/runs/site-3");
        assert!(
            name.starts_with('…') && name.ends_with("runs/site-3"),
            "{name}"
        );
        assert_eq!(name.chars().count(), 26);
    }
}
