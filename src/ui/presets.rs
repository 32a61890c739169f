//! Windows to choose from by name or number: the file's own first, then those made from its values.

use super::study::OpenStudy;
use crate::display::percentile_window;
use crate::radiograph::{LungMask, Voi, VoiFunction};

/// Share of the pixels, in percent, that an automatic window leaves black, and as many white: markers and
/// collimator edges do not decide the contrast.
const CLIPPED_PERCENT: f64 = 1.0;

/// A window that a study offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WindowPreset {
    /// The file's own, by its place there.
    File(usize),
    /// From the smallest to the largest value.
    WholeRange,
    /// From the values of the whole picture.
    AutoPicture,
    /// From the values inside the lung mask.
    AutoLungs,
}

impl WindowPreset {
    /// What a study offers, in the order of the number keys.
    pub fn all(study: &OpenStudy) -> Vec<Self> {
        let files = (0..study.radiograph.vois.len()).map(Self::File);
        let has_lungs = |preset: &Self| *preset != Self::AutoLungs || study.lung_mask().is_some();
        let made = [Self::AutoLungs, Self::AutoPicture, Self::WholeRange];
        files.chain(made.into_iter().filter(has_lungs)).collect()
    }

    /// Its name in a menu: the file's explanation, its numbers, or how it is made.
    pub fn name(self, study: &OpenStudy) -> String {
        match self {
            Self::File(index) => study
                .radiograph
                .vois
                .get(index)
                .map_or_else(String::new, voi_name),
            Self::WholeRange => "Whole range of values".to_owned(),
            Self::AutoPicture => "Automatic, whole picture".to_owned(),
            Self::AutoLungs => "Automatic, lungs".to_owned(),
        }
    }

    /// The window itself.
    pub fn voi(self, study: &OpenStudy) -> Voi {
        let percentiles = |mask| {
            let (low, high) = (CLIPPED_PERCENT, 100.0 - CLIPPED_PERCENT);
            percentile_window(&study.radiograph, mask, low, high)
        };
        let made = match self {
            Self::File(index) => {
                let file = study.radiograph.vois.get(index).cloned();
                return file.unwrap_or_else(|| study.loaded_voi());
            }
            Self::WholeRange => Voi::covering(study.modality_range.0, study.modality_range.1),
            Self::AutoPicture => percentiles(None),
            Self::AutoLungs => percentiles(study.lung_mask()),
        };
        named(made, self.name(study))
    }

    /// Whether a picture is shown with it; an automatic window is known by its name, until it is dragged.
    pub fn is_shown(self, study: &OpenStudy, voi: &Voi) -> bool {
        match self {
            Self::File(index) => study.radiograph.vois.get(index) == Some(voi),
            _ => voi_name(voi) == self.name(study),
        }
    }
}

impl OpenStudy {
    /// Where the lungs are, as far as it is known: in the result shown, else as the reader drew them, else as they were
    /// found to be drawn; `None` where no pixel is one of them.
    pub fn lung_mask(&self) -> Option<&LungMask> {
        let of_result = self.result().map(|result| &result.lung_mask);
        let drawn = [&self.mask, &self.segmented].into_iter().flatten();
        let mut known = of_result
            .into_iter()
            .chain(drawn.map(|version| version.mask.as_ref()));
        known.find(|mask| mask.num_inside() > 0)
    }
}

fn named(voi: Voi, explanation: String) -> Voi {
    match voi {
        Voi::Window {
            center,
            width,
            function,
            ..
        } => Voi::Window {
            center,
            width,
            function,
            explanation,
        },
        table @ Voi::Lut(_) => table,
    }
}

/// A setting in words: its explanation, or its numbers.
pub(super) fn voi_name(voi: &Voi) -> String {
    match voi {
        Voi::Window {
            center,
            width,
            function,
            explanation,
        } if explanation.is_empty() => {
            let sigmoid = match function {
                VoiFunction::Sigmoid => ", sigmoid",
                VoiFunction::Linear | VoiFunction::LinearExact => "",
            };
            format!("Centre {center:.0}, width {width:.0}{sigmoid}")
        }
        Voi::Window { explanation, .. } => explanation.clone(),
        Voi::Lut(lut) if lut.explanation.is_empty() => "Table of the file".to_owned(),
        Voi::Lut(lut) => lut.explanation.clone(),
    }
}
