//! Held-out images of a run, read on one grid: what was rendered, and what it is compared with.

use crate::display::{display_image, percentile_window};
use crate::formats;
use crate::radiograph::{FloatImage, resize_area, resize_bilinear};
use crate::ui::training::{SampleMates, SamplePicture, SampleRequest};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What was read; what could not be is left out.
pub(super) fn read(
    request: &SampleRequest,
) -> (Option<Arc<SampleMates>>, Vec<(PathBuf, SamplePicture)>) {
    let mates = request.mates.clone();
    let mates = mates.or_else(|| read_mates(request).map(Arc::new));
    let size = mates.as_ref().map(|mates| mates.radiograph.size());
    let pictures = request.pictures.iter().filter_map(|path| {
        let picture = rendered(path, size)?;
        Some((path.clone(), Arc::new(picture)))
    });
    let pictures = pictures.collect();
    (mates, pictures)
}

/// Radiograph and true soft-tissue image as training shows them to the network: both under the radiograph's window, the
/// longer side spanning the grid.
fn read_mates(request: &SampleRequest) -> Option<SampleMates> {
    let sample = &request.sample;
    let radiograph = formats::read(sample.radiograph.as_ref()?).ok()?;
    let voi = radiograph.vois.first().cloned();
    let voi = voi.unwrap_or_else(|| percentile_window(&radiograph, None, 0.0, 100.0));
    let (width, height) = radiograph.size();
    let longest = width.max(height).max(1);
    let scale = match sample.grid_px {
        0 => 1.0,
        grid_px => grid_px as f64 / longest as f64,
    };
    let side = |px: usize| ((px as f64 * scale).round() as usize).max(1);
    let size = (side(width), side(height));
    let on_grid = |image: FloatImage| {
        let resized = resized(&image, size);
        let upright = if sample.is_inverted {
            resized.map(|v| 1.0 - v)
        } else {
            resized
        };
        Arc::new(upright)
    };
    let soft_tissue = sample.soft_tissue.as_ref();
    let soft_tissue = soft_tissue.and_then(|path| formats::read(path).ok());
    Some(SampleMates {
        radiograph: on_grid(display_image(&radiograph, &voi)),
        soft_tissue: soft_tissue.map(|soft| on_grid(display_image(&soft, &voi))),
    })
}

/// A rendered picture without what pads it to the network's multiples.
fn rendered(path: &Path, size: Option<(usize, usize)>) -> Option<FloatImage> {
    let stored = formats::read(path).ok()?;
    let white = (*stored.bits.range().end()).max(1) as f32;
    let picture = stored.stored.to_float(|value| value as f32 / white).ok()?;
    let Some((width, height)) = size else {
        return Some(picture);
    };
    if picture.width() >= width && picture.height() >= height {
        Some(picture.crop(0, 0, width, height))
    } else {
        Some(resized(&picture, (width, height)))
    }
}

fn resized(image: &FloatImage, (width, height): (usize, usize)) -> FloatImage {
    if width < image.width() {
        resize_area(image, width, height)
    } else {
        resize_bilinear(image, width, height)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Raster;
    use crate::worker::SampleRecord;

    /// A radiograph of 40 x 20 on a grid of 20 was rendered on 32 x 16: 20 x 10 of it are the picture.
    #[test]
    fn what_was_rendered_lies_on_its_radiograph() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        let write = |name: &str, image: &FloatImage| {
            formats::raster::write_grey16(&at(name), image, false).unwrap();
        };
        let left = |col: usize, of: usize| if col < of / 2 { 0.25 } else { 0.75 };
        let grid = |width: usize, height: usize, of: usize| {
            let values = (0..width * height).map(|i| left(i % width, of));
            Raster::new(width, height, values.collect()).unwrap()
        };
        write("cxr.png", &grid(40, 20, 40));
        write("soft.png", &grid(40, 20, 40).map(|v| v - 0.25));
        write("rendered.png", &grid(32, 16, 20));
        let request = SampleRequest {
            sample: SampleRecord {
                radiograph: Some(at("cxr.png")),
                soft_tissue: Some(at("soft.png")),
                grid_px: 20,
                ..SampleRecord::default()
            },
            mates: None,
            pictures: vec![at("rendered.png"), at("gone.png")],
        };
        let (mates, pictures) = read(&request);
        let mates = mates.unwrap();
        let [(_, picture)] = pictures.try_into().unwrap();
        assert_eq!(
            (mates.radiograph.size(), picture.size()),
            ((20, 10), (20, 10))
        );
        let at_both = |image: &FloatImage| [5, 15].map(|col| image.get(5, col).unwrap());
        let [dark, bright] = at_both(&picture);
        assert!((dark - 0.25).abs() < 1e-4 && (bright - 0.75).abs() < 1e-4);
        let [dark, bright] = at_both(&mates.radiograph);
        assert!((dark - 0.25).abs() < 1e-3 && (bright - 0.75).abs() < 1e-3);
        // Under the window of the radiograph, which has no other of its own.
        let [dark, bright] = at_both(mates.soft_tissue.as_ref().unwrap());
        assert!(
            dark.abs() < 1e-3 && (bright - 0.5).abs() < 1e-3,
            "{dark} {bright}"
        );
        // Without a radiograph there is nothing to lay it on.
        let alone = SampleRequest {
            sample: SampleRecord::default(),
            ..request
        };
        let (mates, pictures) = read(&alone);
        assert!(mates.is_none() && pictures[0].1.size() == (32, 16));
    }
}
