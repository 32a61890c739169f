//! What the columns of a table mean, and which way is better.

/// Which values of a score are better.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Better {
    /// High ones.
    Higher,
    /// Low ones.
    Lower,
    /// Those near to this one.
    Near(f64),
    /// It says nothing about the prediction.
    Neither,
}

impl Better {
    /// How far a score is from the best there could be, up to a constant: the larger, the worse; `None` where
    /// nothing is better.
    pub fn badness(self, value: f64) -> Option<f64> {
        match self {
            Self::Higher => Some(-value),
            Self::Lower => Some(value),
            Self::Near(best) => Some((value - best).abs()),
            Self::Neither => None,
        }
    }

    /// By how much `value` is better than `than`, in the score's own units; below 0 where it is worse.
    pub fn advantage(self, value: f64, than: f64) -> Option<f64> {
        Some(self.badness(than)? - self.badness(value)?)
    }
}

/// One column of a table of scores.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// Which way is better.
    pub better: Better,
    /// Unit; empty for ratios.
    pub unit: &'static str,
    /// Decimals that mean something.
    pub decimals: usize,
    /// How to read it.
    pub meaning: &'static str,
}

const fn new(
    name: &'static str,
    better: Better,
    unit: &'static str,
    decimals: usize,
    meaning: &'static str,
) -> Column {
    Column {
        name,
        better,
        unit,
        decimals,
        meaning,
    }
}

/// Every column.
pub const COLUMNS: [Column; 19] = [
    new(
        "BSR",
        Better::Higher,
        "",
        3,
        "bone suppression ratio; 1 is best, but bone that is left is free: read it with RBF",
    ),
    new(
        "MSE",
        Better::Lower,
        "",
        5,
        "mean squared error of grey values 0 to 1; lower is better",
    ),
    new(
        "PSNR",
        Better::Higher,
        "dB",
        2,
        "peak signal-to-noise ratio to the known soft-tissue image, dB; higher is better",
    ),
    new(
        "LPIPS",
        Better::Lower,
        "",
        3,
        "perceptual distance; lower is better",
    ),
    new(
        "SSIM",
        Better::Higher,
        "",
        3,
        "structural similarity; 1 is equal",
    ),
    new(
        "PSNRaff",
        Better::Higher,
        "dB",
        2,
        "tone-free PSNR: after the best gain and offset, dB; higher is better",
    ),
    new(
        "identity_PSNR",
        Better::Neither,
        "dB",
        2,
        "PSNR of the untouched radiograph, dB: what doing nothing scores",
    ),
    new(
        "RBF",
        Better::Near(0.0),
        "",
        3,
        "residual bone fraction in the lungs: 0 no bone left, 1 all of it, below 0 too much taken",
    ),
    new(
        "edgeBF",
        Better::Near(0.0),
        "",
        3,
        "bone outlines left in the lungs: 0 none, 1 all",
    ),
    new(
        "detail_corr",
        Better::Higher,
        "",
        3,
        "correlation of fine detail with the known image's, in the lungs; 1 is best",
    ),
    new(
        "detail_gain",
        Better::Near(1.0),
        "",
        3,
        "strength of fine detail in the lungs; 1 is kept, below 1 blurred, above 1 noisy",
    ),
    new(
        "lung_PSNR",
        Better::Higher,
        "dB",
        2,
        "PSNR inside the lungs, dB; higher is better",
    ),
    new(
        "lung_SSIM",
        Better::Higher,
        "",
        3,
        "structural similarity inside the lungs; 1 is equal",
    ),
    new(
        "outside_PSNR",
        Better::Higher,
        "dB",
        2,
        "PSNR outside the lung mask, dB; higher is better",
    ),
    new(
        "outside_SSIM",
        Better::Higher,
        "",
        3,
        "structural similarity outside the lung mask; 1 is equal",
    ),
    new(
        "finding_gain",
        Better::Near(1.0),
        "",
        3,
        "contrast of the nodules, of phantoms that have some; 1 is kept, 0 gone, above 1 exaggerated",
    ),
    new(
        "band_holds",
        Better::Near(0.95),
        "",
        3,
        "share of the lungs' pixels whose truth lies within the 95 % band of the uncertainty; 0.95 is right",
    ),
    new(
        "band_width",
        Better::Lower,
        "",
        4,
        "mean half-width of that band in the lungs, grey values 0 to 1; lower is better where it holds",
    ),
    new(
        "Dice",
        Better::Higher,
        "",
        4,
        "overlap of the lung masks; 1 is equal",
    ),
];

/// The column of this name.
pub fn column(name: &str) -> Option<&'static Column> {
    COLUMNS.iter().find(|column| column.name == name)
}

/// One line a column that says how to read it.
pub fn legend(columns: &[&str]) -> String {
    let known = columns.iter().filter_map(|name| column(name));
    let lines = known.map(|column| format!("{:<14}{}", column.name, column.meaning));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{Scored, score};
    use crate::radiograph::Raster;

    #[test]
    fn every_score_has_a_column() {
        let picture = Raster::filled(8, 8, 0.5_f32);
        let scores = score(&Scored {
            cxr: &picture,
            soft: &picture,
            pred: &picture,
            mask: None,
        })
        .unwrap();
        for (name, _) in scores.columns() {
            assert!(column(name).is_some(), "{name}");
        }
        assert!(legend(&["RBF"]).starts_with("RBF           residual bone fraction"));
    }

    #[test]
    fn advantages_are_positive_where_it_is_better() {
        assert_eq!(Better::Higher.advantage(31.0, 30.0), Some(1.0));
        assert_eq!(Better::Lower.advantage(0.25, 0.5), Some(0.25));
        // Too much taken is as far from right as too little.
        assert_eq!(Better::Near(0.0).advantage(-0.5, 0.5), Some(0.0));
        assert_eq!(Better::Near(1.0).advantage(0.75, 1.5), Some(0.25));
        assert_eq!(Better::Neither.advantage(1.0, 2.0), None);
    }
}
