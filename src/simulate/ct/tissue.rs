//! What a chest CT is made of: soft tissue, bone and lung in every voxel.

use super::morphology::Mask;
use super::{CtError, CtVolume};
use crate::simulate::materials::{BONE_DENSITY, bone, water};

/// Brighter than fat: the body's outline, whose table lies apart once thin bridges are cut.
const BODY_HU: i16 = -250;
/// Width of the bridges cut between body and table, mm.
const BRIDGE_MM: f64 = 3.5;
/// Darker than any tissue but lung.
const AIR_HU: i16 = -400;
/// Parts of the lungs against the larger one; smaller parts are gas in the bowel.
const LUNG_SHARE: f64 = 0.1;
/// Certainly bone, and possibly bone beside it.
const BONE_HU: i16 = 380;
const MARROW_HU: i16 = 130;
/// How far bone reaches from what is certain, mm.
const MARROW_MM: f64 = 3.5;
/// Mean photon energy of a CT at 120 kV in the patient, keV.
const CT_ENERGY_KEV: f64 = 70.0;
/// Density of soft tissue, g/cm3.
pub(super) const SOFT_DENSITY: f64 = 1.04;
/// Half width beyond which dense matter is no cortical bone, mm, and the volume that is worth a
/// warning, mm3.
const THICK_MM: f64 = 6.0;
const THICK_MM3: f64 = 3000.0;

/// One voxel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Voxel {
    /// Density of soft tissue where bone is replaced by it, 1e-4 g/cm3.
    pub(super) soft: u16,
    /// Share of the volume that is cortical bone, 1e-4.
    pub(super) bone: u16,
    /// 1 in the lungs.
    pub(super) lung: u16,
}

/// Units of [`Voxel`] to one g/cm3, or to the whole volume.
pub(super) const UNIT: f32 = 1e4;

/// Tissue of a chest: voxel `(x, y, z)` at `(z * nx + x) * ny + y`, so that rays from back to front
/// run through neighbours.
#[derive(Debug, Clone)]
pub(super) struct Tissue {
    pub(super) voxels: Vec<Voxel>,
    pub(super) size: [usize; 3],
    pub(super) spacing_mm: [f64; 3],
    /// First and last voxel of the body, along each axis.
    pub(super) body: [(usize, usize); 3],
    /// Width of the lungs, mm.
    pub(super) lung_width_mm: f64,
    /// Whether something wider than bone is as dense as bone.
    pub(super) has_thick_bone: bool,
}

impl Tissue {
    /// Tells the tissues of `volume` apart; the table is taken away.
    pub(super) fn new(volume: &CtVolume) -> Result<Self, CtError> {
        let body = body(volume);
        let lung = lungs(volume, &body)?;
        let (bone, has_thick_bone) = bones(volume, &body);
        let [nx, ny, nz] = volume.size;
        let mut voxels = vec![Voxel::default(); nx * ny * nz];
        let mut extent = [(usize::MAX, 0); 3];
        let mut lung_columns = (usize::MAX, 0);
        for (i, &hounsfield) in volume.hounsfield.iter().enumerate() {
            if !body.inside[i] {
                continue;
            }
            let place = [i % nx, i / nx % ny, i / (nx * ny)];
            for (extent, at) in extent.iter_mut().zip(place) {
                *extent = (extent.0.min(at), extent.1.max(at));
            }
            let [x, y, z] = place;
            if lung.inside[i] {
                lung_columns = (lung_columns.0.min(x), lung_columns.1.max(x));
            }
            voxels[(z * nx + x) * ny + y] = Voxel {
                lung: u16::from(lung.inside[i]),
                ..matter(hounsfield, bone.inside[i])
            };
        }
        Ok(Self {
            voxels,
            size: volume.size,
            spacing_mm: volume.spacing_mm,
            body: extent,
            lung_width_mm: lung_columns.1.saturating_sub(lung_columns.0) as f64
                * volume.spacing_mm[0],
            has_thick_bone,
        })
    }
}

/// Soft tissue and bone of one voxel: two materials that fill it.
fn matter(hounsfield: i16, is_bone: bool) -> Voxel {
    let against_water = 1.0 + f64::from(hounsfield) / 1000.0;
    let (soft, bone) = if is_bone {
        let cortical = BONE_DENSITY * bone(CT_ENERGY_KEV) / water(CT_ENERGY_KEV);
        let share = (against_water - SOFT_DENSITY) / (cortical - SOFT_DENSITY);
        (SOFT_DENSITY, share.clamp(0.0, 1.0))
    } else {
        (against_water.clamp(0.0, 2.0), 0.0)
    };
    Voxel {
        soft: (soft * f64::from(UNIT)).round() as u16,
        bone: (bone * f64::from(UNIT)).round() as u16,
        lung: 0,
    }
}

/// Voxels of `mm` along `axis`, at least one.
fn steps(volume: &CtVolume, mm: f64, axis: usize) -> usize {
    ((mm / volume.spacing_mm[axis]).round() as usize).max(1)
}

/// The largest connected thing brighter than fat, with all that it encloses.
fn body(volume: &CtVolume) -> Mask {
    let bright = Mask::of(&volume.hounsfield, volume.size, |v| v > BODY_HU);
    let reach = steps(volume, BRIDGE_MM, 0);
    let mut body = bright.clone();
    body.erode_slices(reach);
    body.keep_largest(1.0);
    body.grow_within(&bright, 2 * reach + 1, 0);
    body.fill_slices();
    body
}

fn lungs(volume: &CtVolume, body: &Mask) -> Result<Mask, CtError> {
    let mut lungs = Mask::of(&volume.hounsfield, volume.size, |v| v < AIR_HU);
    for (air, &inside) in lungs.inside.iter_mut().zip(&body.inside) {
        *air &= inside;
    }
    lungs.keep_largest(LUNG_SHARE);
    let voxel_mm3: f64 = volume.spacing_mm.iter().product();
    let litres = lungs.inside.iter().filter(|&&v| v).count() as f64 * voxel_mm3 / 1e6;
    if litres < 0.5 {
        return Err(CtError::NoLungs);
    }
    Ok(lungs)
}

/// Bones, and whether some of them is wider than bone is dense.
fn bones(volume: &CtVolume, body: &Mask) -> (Mask, bool) {
    let in_body = |low: i16| {
        let mut mask = Mask::of(&volume.hounsfield, volume.size, |v| v > low);
        for (value, &inside) in mask.inside.iter_mut().zip(&body.inside) {
            *value &= inside;
        }
        mask
    };
    let mut bone = in_body(BONE_HU);
    let mut thick = bone.clone();
    thick.erode_slices(steps(volume, THICK_MM, 0));
    let voxel_mm3: f64 = volume.spacing_mm.iter().product();
    let thick_mm3 = thick.inside.iter().filter(|&&v| v).count() as f64 * voxel_mm3;
    let [in_slice, across] = [0, 2].map(|axis| steps(volume, MARROW_MM, axis));
    bone.grow_within(&in_body(MARROW_HU), in_slice, across);
    (bone, thick_mm3 > THICK_MM3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matter_follows_hounsfield_units() {
        let air = matter(-1000, false);
        assert_eq!((air.soft, air.bone), (0, 0));
        assert_eq!(matter(0, false).soft, 10_000);
        // 1.04 g/cm3 of soft tissue, and cortical bone at 1.92 g/cm3; numpy, log-log between NIST's 60 and 80 keV: 0.26164
        // and 0.19369 cm2/g at 70 keV.
        assert_eq!(matter(40, true).bone, 0);
        let cortical = 1.92 * 0.261_64 / 0.193_69;
        let half = (1000.0 * (0.5 * (cortical + 1.04) - 1.0)) as i16;
        assert!(matter(half, true).bone.abs_diff(5000) < 30);
        assert_eq!(matter(half, true).soft, 10_400);
    }
}
