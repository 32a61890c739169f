//! Laying nodules on a radiograph's stored values.

use super::Nodule;
use crate::display::GreyScale;
use crate::radiograph::{
    FloatImage, Radiograph, Raster, ShapeError, SourceFile, StoredValues, StudyId,
};

/// Why nodules cannot be laid on a radiograph.
#[derive(Debug, thiserror::Error)]
pub enum LesionError {
    /// It has no window under which a contrast would mean something.
    #[error("the radiograph has no window; a nodule's contrast is a share of what a window shows")]
    NoWindow,
    /// Its pixels and its size do not agree.
    #[error(transparent)]
    Shape(#[from] ShapeError),
}

/// A radiograph with nodules, and what they really added to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Planted {
    /// The radiograph. Its identity is its own, so that no result of it is taken for the patient's.
    pub radiograph: Radiograph,
    /// What the nodules added, display units of the first window: stored values are whole numbers, and nothing is whiter
    /// than white.
    pub added: FloatImage,
}

/// Display values of every stored value of a radiograph, sorted, for the way back.
struct Inverse(Vec<(f32, i32)>);

impl Inverse {
    fn new(radiograph: &Radiograph, scale: &GreyScale) -> Self {
        let stored = radiograph.bits.range();
        let mut shown: Vec<(f32, i32)> = stored
            .filter(|&v| !scale.is_padding(v))
            .map(|v| (scale.display(v), v))
            .collect();
        shown.sort_by(|a, b| a.0.total_cmp(&b.0));
        Self(shown)
    }

    /// The stored value that is shown nearest to `display`; `None` where every one is padding.
    fn stored(&self, display: f32) -> Option<i32> {
        let above = self.0.partition_point(|&(shown, _)| shown < display);
        let near = [above.checked_sub(1), Some(above)];
        let near = near.into_iter().flatten().filter_map(|i| self.0.get(i));
        let distance = |shown: f32| (shown - display).abs();
        near.min_by(|a, b| distance(a.0).total_cmp(&distance(b.0)))
            .map(|&(_, stored)| stored)
    }
}

/// Adds nodules to what a radiograph's first window shows. Padding and pixels that no nodule reaches stay what they are.
///
/// # Errors
/// [`LesionError::NoWindow`].
pub fn laid_on(radiograph: &Radiograph, nodules: &[Nodule]) -> Result<Planted, LesionError> {
    let voi = radiograph.vois.first().ok_or(LesionError::NoWindow)?;
    let scale = GreyScale::new(radiograph, voi);
    let inverse = Inverse::new(radiograph, &scale);
    let (width, height) = radiograph.size();
    let mut wanted = vec![0.0_f32; width * height];
    for nodule in nodules {
        let layer = nodule.layer(width, height);
        for (sum, v) in wanted.iter_mut().zip(layer.values()) {
            *sum += v;
        }
    }
    let mut added = Vec::with_capacity(wanted.len());
    let mut stored = Vec::with_capacity(wanted.len());
    for (before, want) in radiograph.stored.iter().zip(wanted) {
        let shown = scale.display(before);
        let after = if want == 0.0 || scale.is_padding(before) {
            before
        } else {
            inverse.stored(shown + want).unwrap_or(before)
        };
        stored.push(after);
        added.push(scale.display(after) - shown);
    }
    Ok(Planted {
        radiograph: nobody(radiograph, stored)?,
        added: Raster::new(width, height, added)?,
    })
}

/// The radiograph with other pixels, under a name that is no patient's.
fn nobody(radiograph: &Radiograph, stored: Vec<i32>) -> Result<Radiograph, ShapeError> {
    let (width, height) = radiograph.size();
    // Every value is one that the stored bits can hold.
    let stored = match &radiograph.stored {
        StoredValues::U16(_) => {
            let values = stored.into_iter().map(|v| v as u16).collect();
            StoredValues::U16(Raster::new(width, height, values)?)
        }
        StoredValues::I16(_) => {
            let values = stored.into_iter().map(|v| v as i16).collect();
            StoredValues::I16(Raster::new(width, height, values)?)
        }
    };
    Ok(Radiograph {
        id: StudyId(format!("{} with synthetic nodules", radiograph.id.0)),
        source: SourceFile {
            path: radiograph.source.path.clone(),
            kind: radiograph.source.kind.clone(),
        },
        stored,
        ..radiograph.clone()
    })
}
