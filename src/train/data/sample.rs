//! One radiograph in memory, with what is known about it.

use super::SampleFiles;
use super::read;
use crate::dataset::is_one_shape;
use crate::formats::raster::read_mask;
use crate::radiograph::{FloatImage, resize_area, resize_bicubic};
use crate::train::{SourceKind, TrainError};
use std::borrow::Cow;
use std::path::Path;

/// Below this correlation a radiograph and its soft-tissue image are not taken for the same patient.
/// Registered dual-energy pairs reach 0.98; two patients in the same pose about 0.5 to 0.8.
const LEAST_PAIR_CORRELATION: f64 = 0.85;

/// One radiograph with its soft-tissue image and lung field; all of one size.
#[derive(Debug, Clone)]
pub struct Sample {
    /// Name shared by its files.
    pub name: String,
    /// Radiograph, display values in `[0, 1]`, bones white.
    pub radiograph: FloatImage,
    /// Soft-tissue image; where it is valid in the lungs only, the radiograph stands outside.
    pub soft_tissue: Option<FloatImage>,
    /// 1 inside the lung field, 0 outside.
    pub lungs: Option<FloatImage>,
    /// Whether the soft-tissue image is valid inside the lung field only.
    pub valid_in_lungs_only: bool,
}

impl Sample {
    /// Reads the files of one radiograph; images whose longer side exceeds `longest_side_px` are
    /// reduced by averaging.
    ///
    /// # Errors
    /// [`TrainError::Data`] naming the file that cannot be read, differs in shape, or does not show
    /// the same patient. A mate of another size and the same shape is scaled.
    pub fn read(files: &SampleFiles, longest_side_px: Option<usize>) -> Result<Self, TrainError> {
        Self::read_with_keys(files, longest_side_px).map(|(sample, _)| sample)
    }

    /// [`Self::read`], with checksums of who and what the radiograph shows.
    pub(super) fn read_with_keys(
        files: &SampleFiles,
        longest_side_px: Option<usize>,
    ) -> Result<(Self, Vec<String>), TrainError> {
        let inverted = files.kind == SourceKind::LungOnly;
        let upright = |values: FloatImage| {
            if inverted {
                values.map(|v| 1.0 - v)
            } else {
                values
            }
        };
        let shown = read::radiograph(&files.radiograph)?;
        let mut soft_tissue = match &files.soft_tissue {
            Some(path) => Some(upright(read::soft_tissue(path, &shown)?)),
            None => None,
        };
        let radiograph = upright(shown.values);
        let lungs = files
            .lungs
            .as_deref()
            .map(|path| lung_field(path, radiograph.size()))
            .transpose()?;
        if let (Some(soft), Some(path)) = (&mut soft_tissue, &files.soft_tissue) {
            if soft.size() != radiograph.size() {
                let (width, height) = radiograph.size();
                if !is_one_shape(soft.size(), (width, height)) {
                    let reason = "radiograph and soft-tissue image differ in shape";
                    return Err(TrainError::data(path, reason));
                }
                *soft = resize_bicubic(soft, width, height).map(|v| v.clamp(0.0, 1.0));
            }
            if let (true, Some(lungs)) = (inverted, &lungs) {
                fill_outside(soft, &radiograph, lungs);
            }
            check_pair(&radiograph, soft, path)?;
        }
        let sample = Self {
            name: files.name.clone(),
            radiograph,
            soft_tissue,
            lungs,
            valid_in_lungs_only: inverted,
        };
        Ok((sample.reduced(longest_side_px), shown.keys))
    }

    /// The images in the middle of black squares, which hold no lungs beyond them.
    pub(super) fn squared(&self) -> Cow<'_, Self> {
        let (width, height) = self.radiograph.size();
        if width == height {
            return Cow::Borrowed(self);
        }
        let side = width.max(height);
        let frame = |image: &FloatImage| image.centred(side, side, 0.0).0;
        Cow::Owned(Self {
            name: self.name.clone(),
            radiograph: frame(&self.radiograph),
            soft_tissue: self.soft_tissue.as_ref().map(frame),
            lungs: self.lungs.as_ref().map(frame),
            valid_in_lungs_only: self.valid_in_lungs_only,
        })
    }

    fn reduced(self, longest_side_px: Option<usize>) -> Self {
        let (width, height) = self.radiograph.size();
        let longest = width.max(height);
        let Some(limit) = longest_side_px.filter(|&limit| limit < longest) else {
            return self;
        };
        let share = limit as f64 / longest as f64;
        let side = |px: usize| ((px as f64 * share).round() as usize).max(1);
        let (width, height) = (side(width), side(height));
        Self {
            radiograph: resize_area(&self.radiograph, width, height),
            soft_tissue: self
                .soft_tissue
                .map(|soft| resize_area(&soft, width, height)),
            lungs: self.lungs.map(|lungs| {
                resize_area(&lungs, width, height).map(|&share| f32::from(u8::from(share >= 0.5)))
            }),
            ..self
        }
    }
}

/// 1 inside the lungs: in a label image bits 0 to 3 hold 1 or 2 there, a mask is what scoring takes for one.
fn lung_field(path: &Path, size: (usize, usize)) -> Result<FloatImage, TrainError> {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    let lungs = if stem.is_some_and(|stem| stem.ends_with("_labels")) {
        read::labels(path)?.map(|&value| f32::from(u8::from(matches!(value & 0x0f, 1 | 2))))
    } else {
        read_mask(path)?.raster().map(|&inside| f32::from(inside))
    };
    if !is_one_shape(lungs.size(), size) {
        let reason = "radiograph and lung mask differ in shape";
        return Err(TrainError::data(path, reason));
    }
    if lungs.values().iter().all(|&v| v < 0.5) {
        return Err(TrainError::data(path, "the lung mask is empty"));
    }
    if lungs.size() == size {
        return Ok(lungs);
    }
    let (width, height) = size;
    Ok(resize_area(&lungs, width, height).map(|&share| f32::from(u8::from(share >= 0.5))))
}

fn fill_outside(soft: &mut FloatImage, radiograph: &FloatImage, lungs: &FloatImage) {
    for ((soft, &radiograph), &inside) in soft
        .values_mut()
        .iter_mut()
        .zip(radiograph.values())
        .zip(lungs.values())
    {
        if inside < 0.5 {
            *soft = radiograph;
        }
    }
}

fn check_pair(radiograph: &FloatImage, soft: &FloatImage, path: &Path) -> Result<(), TrainError> {
    if radiograph == soft {
        return Err(TrainError::data(
            path,
            "the soft-tissue image equals the radiograph",
        ));
    }
    let correlation = correlation(radiograph.values(), soft.values());
    if correlation.is_nan() || correlation < LEAST_PAIR_CORRELATION {
        return Err(TrainError::data(
            path,
            format!(
                "radiograph and soft-tissue image do not show the same patient (correlation {correlation:.2})"
            ),
        ));
    }
    Ok(())
}

/// Pearson's correlation; not a number where one image is constant.
fn correlation(a: &[f32], b: &[f32]) -> f64 {
    let mean = |values: &[f32]| {
        values.iter().map(|&v| f64::from(v)).sum::<f64>() / values.len().max(1) as f64
    };
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (&a, &b) in a.iter().zip(b) {
        let (a, b) = (f64::from(a) - mean_a, f64::from(b) - mean_b);
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    ab / (aa * bb).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn correlation_is_pearsons() {
        // Deviations from the means give 7.75 for the product and 8.75 for each square.
        let value = correlation(&[0.0, 1.0, 2.0, 4.0], &[1.0, 3.0, 2.0, 5.0]);
        assert!((value - 7.75 / 8.75).abs() < 1e-9, "{value}");
    }

    #[test]
    fn lung_only_pairs_are_turned_upright_and_filled() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, values: &[u8]| {
            let path = folder.path().join(name);
            image::GrayImage::from_raw(4, 1, values.to_vec())
                .unwrap()
                .save(&path)
                .unwrap();
            path
        };
        let files = SampleFiles {
            kind: SourceKind::LungOnly,
            name: "a".to_owned(),
            radiograph: write("a_cxr_inverted.png", &[255, 155, 55, 0]),
            soft_tissue: Some(write("a_soft_inverted_lungonly.png", &[0, 165, 65, 0])),
            lungs: Some(write("a_lungmask.png", &[0, 255, 255, 0])),
        };
        let sample = Sample::read(&files, None).unwrap();
        let soft = sample.soft_tissue.unwrap();
        let expected = [0.0, 90.0 / 255.0, 190.0 / 255.0, 1.0];
        for (value, expected) in soft.values().iter().zip(expected) {
            assert!((value - expected).abs() < 1e-5, "{value} {expected}");
        }
        assert!(sample.valid_in_lungs_only);
    }

    #[test]
    fn labels_count_lungs_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a_labels.png");
        // Right lung, left lung under a clavicle, heart, clavicle alone.
        image::GrayImage::from_raw(4, 1, vec![1, 18, 3, 16])
            .unwrap()
            .save(&path)
            .unwrap();
        assert_eq!(
            lung_field(&path, (4, 1)).unwrap().values(),
            [1.0, 1.0, 0.0, 0.0]
        );
    }

    #[test]
    fn mates_of_other_bit_depth_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (radiograph, soft) = (
            folder.path().join("a_cxr.png"),
            folder.path().join("a_soft.png"),
        );
        let grey = |x: u32, y: u32| (40 + 5 * x + y) as u8;
        let deep =
            image::ImageBuffer::from_fn(24, 24, |x, y| image::Luma([257 * u16::from(grey(x, y))]));
        deep.save(&radiograph).unwrap();
        let flat = image::GrayImage::from_fn(24, 24, |x, y| image::Luma([grey(x, y)]));
        flat.save(&soft).unwrap();
        let files = SampleFiles {
            kind: SourceKind::Pairs,
            name: "a".to_owned(),
            radiograph,
            soft_tissue: Some(soft),
            lungs: None,
        };
        let refused = Sample::read(&files, None).unwrap_err().to_string();
        assert!(
            refused.contains("has 8 bits, its radiograph 16"),
            "{refused}"
        );
    }

    #[test]
    fn a_mask_is_what_scoring_takes_for_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a_lungmask.png");
        let read = |values: &[u8]| {
            let picture = image::GrayImage::from_raw(4, 1, values.to_vec()).unwrap();
            picture.save(&path).unwrap();
            lung_field(&path, (4, 1)).map(|lungs| lungs.values().to_vec())
        };
        for ends in [1, 100, 255] {
            assert_eq!(read(&[0, ends, ends, 0]).unwrap(), [0.0, 1.0, 1.0, 0.0]);
        }
        // One lung each, or lungs and another organ: nobody can tell.
        let refused = read(&[0, 1, 2, 0]).unwrap_err().to_string();
        assert!(refused.contains("labels"), "{refused}");
    }

    #[test]
    fn a_mate_of_another_size_is_scaled_and_one_of_another_shape_refused() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, width: u32, height: u32, bone: u32| {
            let path = folder.path().join(name);
            let place = |at: u32, side: u32| f64::from(at) / f64::from(side);
            let grey = |x: u32, y: u32| 40.0 + 150.0 * place(x, width) * place(y, height);
            image::GrayImage::from_fn(width, height, |x, y| {
                image::Luma([grey(x, y) as u8 + bone as u8 * u8::from(y % 8 == 0)])
            })
            .save(&path)
            .unwrap();
            path
        };
        let mut files = SampleFiles {
            kind: SourceKind::Pairs,
            name: "a".to_owned(),
            radiograph: write("a_cxr.png", 40, 40, 9),
            soft_tissue: Some(write("a_soft.png", 80, 80, 0)),
            lungs: Some(folder.path().join("a_lungmask.png")),
        };
        let mask = image::GrayImage::from_fn(20, 20, |x, _| image::Luma([255 * u8::from(x < 9)]));
        mask.save(folder.path().join("a_lungmask.png")).unwrap();
        let sample = Sample::read(&files, None).unwrap();
        assert_eq!(sample.soft_tissue.unwrap().size(), (40, 40));
        assert_eq!(sample.lungs.unwrap().size(), (40, 40));
        files.soft_tissue = Some(write("a_cut.png", 80, 70, 0));
        let refused = Sample::read(&files, None).unwrap_err().to_string();
        assert!(refused.contains("shape"), "{refused}");
    }
}
