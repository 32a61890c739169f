//! The grey of single values, in both directions.

mod inverse;

use crate::radiograph::{ModalityTransform, Polarity, Radiograph, Voi, VoiFunction, VoiLut};
use inverse::LutInverse;
use std::sync::OnceLock;

/// Values of interest as arithmetic, the way back prepared when it is first gone.
#[derive(Debug, Clone)]
enum Curve {
    Window {
        center: f64,
        width: f64,
        function: VoiFunction,
    },
    Table {
        lut: VoiLut,
        inverse: OnceLock<LutInverse>,
    },
}

impl Curve {
    fn new(voi: &Voi) -> Self {
        match voi {
            Voi::Window {
                center,
                width,
                function,
                ..
            } => Self::Window {
                center: *center,
                width: *width,
                function: *function,
            },
            Voi::Lut(lut) => Self::Table {
                inverse: OnceLock::new(),
                lut: lut.clone(),
            },
        }
    }
}

/// Turns stored into modality and display values under one choice of window or table.
#[derive(Debug, Clone)]
pub struct GreyScale {
    modality: ModalityTransform,
    curve: Curve,
    polarity: Polarity,
    padding: Option<(i32, i32)>,
}

/// What padding is shown as in either polarity: the surround of a picture is black.
const PADDING_GREY: f32 = 0.0;

impl GreyScale {
    /// Prepares the transform of a radiograph under `voi`.
    pub fn new(radiograph: &Radiograph, voi: &Voi) -> Self {
        Self {
            modality: radiograph.modality.clone(),
            curve: Curve::new(voi),
            polarity: radiograph.polarity,
            padding: radiograph.padding,
        }
    }

    /// Modality value of a stored value (PS3.3 C.11.1).
    pub fn modality(&self, stored: i32) -> f64 {
        self.modality.apply(stored)
    }

    /// Display value of a stored value, in `[0, 1]`, 1 is white; padding is black in either polarity.
    pub fn display(&self, stored: i32) -> f32 {
        if self.is_padding(stored) {
            return PADDING_GREY;
        }
        self.display_from_modality(self.modality(stored))
    }

    /// Whether a stored value is padding, not anatomy.
    pub fn is_padding(&self, stored: i32) -> bool {
        self.padding
            .is_some_and(|(first, last)| (first..=last).contains(&stored))
    }

    /// Display value of a modality value that stands at a pixel with the value `stored`: padding stays
    /// what it is.
    pub fn display_at(&self, stored: i32, modality: f64) -> f32 {
        if self.is_padding(stored) {
            return PADDING_GREY;
        }
        self.display_from_modality(modality)
    }

    /// Display value of a modality value, in `[0, 1]`, 1 is white; modality values between stored
    /// ones are welcome.
    pub fn display_from_modality(&self, modality: f64) -> f32 {
        let grey = match &self.curve {
            Curve::Window {
                center,
                width,
                function,
            } => windowed(modality, *center, *width, *function),
            Curve::Table { lut, .. } => looked_up(lut, modality),
        };
        with_polarity(grey, self.polarity) as f32
    }

    /// The modality value that is shown as `display`: the inverse of [`Self::display_from_modality`]
    /// inside the window. 0 and 1 give the edges of the window. A table gives the first of its values
    /// that reaches the grey, from below where it rises and from above where it falls, between entries
    /// linearly; one that turns back on itself ([`VoiLut::is_monotone`]) is inverted along its envelope.
    pub fn modality_from_display(&self, display: f32) -> f64 {
        let grey = with_polarity(f64::from(display.clamp(0.0, 1.0)), self.polarity);
        match &self.curve {
            Curve::Window {
                center,
                width,
                function,
            } => unwindowed(grey, *center, *width, *function),
            Curve::Table { lut, inverse } => inverse
                .get_or_init(|| LutInverse::new(lut, largest(lut)))
                .modality(grey),
        }
    }
}

fn with_polarity(grey: f64, polarity: Polarity) -> f64 {
    match polarity {
        Polarity::HighIsWhite => grey,
        Polarity::LowIsWhite => 1.0 - grey,
    }
}

/// The window functions of PS3.3 C.11.2.1.2 and C.11.2.1.3 with an output range of 0 to 1.
fn windowed(x: f64, center: f64, width: f64, function: VoiFunction) -> f64 {
    match function {
        VoiFunction::Linear => ramp(x, center - 0.5, width - 1.0),
        VoiFunction::LinearExact => ramp(x, center, width),
        VoiFunction::Sigmoid => 1.0 / (1.0 + (-4.0 * (x - center) / width).exp()),
    }
}

/// 0 up to `center - extent / 2`, 1 above `center + extent / 2`, linear between. An extent of zero
/// (a `LINEAR` window of width 1) is a step, and never a division.
fn ramp(x: f64, center: f64, extent: f64) -> f64 {
    if x <= center - extent / 2.0 {
        0.0
    } else if x > center + extent / 2.0 {
        1.0
    } else {
        (x - center) / extent + 0.5
    }
}

fn unwindowed(grey: f64, center: f64, width: f64, function: VoiFunction) -> f64 {
    match function {
        VoiFunction::Linear => center - 0.5 + (grey - 0.5) * (width - 1.0),
        VoiFunction::LinearExact => center + (grey - 0.5) * width,
        VoiFunction::Sigmoid => {
            // A sigmoid reaches neither black nor white; 1e-6 is below any display's step.
            let grey = grey.clamp(1e-6, 1.0 - 1e-6);
            center + width / 4.0 * (grey / (1.0 - grey)).ln()
        }
    }
}

/// PS3.3 C.11.2.1.1: values below the first mapped get the first entry, above the last the last.
fn looked_up(lut: &VoiLut, modality: f64) -> f64 {
    let last = lut.entries.len().saturating_sub(1) as f64;
    let index = (modality.round() - f64::from(lut.first)).clamp(0.0, last);
    lut.entries
        .get(index as usize)
        .map_or(0.0, |&entry| f64::from(entry) / largest(lut))
}

fn largest(lut: &VoiLut) -> f64 {
    f64::from((1_u32 << u32::from(lut.bits.clamp(1, 16))) - 1)
}

#[cfg(test)]
mod tests;
