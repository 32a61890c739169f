//! The plot of what is kept, as SVG.

use super::{GROUNDS, Survival, is};
use crate::lesion::{CONTRASTS, DIAMETERS_MM};

/// Sizes of the plot.
const LEFT: f64 = 46.0;
const PANEL: f64 = 220.0;
const HEIGHT: f64 = 240.0;
/// Its colours.
const UNDER: &str = "#b3261e";
const BETWEEN: &str = "#1f5fa8";

impl Survival {
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
