//! Line integrals along the rays of a cone beam.

use super::geometry::Geometry;
use super::tissue::{Tissue, UNIT, Voxel};
use crate::radiograph::{FloatImage, Raster};

/// What lies along the ray to each pixel.
#[derive(Debug, Clone)]
pub(super) struct PathLengths {
    /// Soft tissue, bones replaced by it, g/cm2.
    pub(super) soft: FloatImage,
    /// Cortical bone, cm.
    pub(super) bone: FloatImage,
    /// Lung, cm.
    pub(super) lung: FloatImage,
    /// All of the body, lung too, cm.
    pub(super) body: FloatImage,
}

/// Integrals of one ray: soft (g/cm2), bone, lung and body (cm).
type Sums = [f32; 4];

/// Sums up the tissue along every ray, `size_px` to a side, with the processor's threads.
///
/// P. M. Joseph's scheme: a ray is sampled where it crosses each plane of voxels across the body,
/// by linear interpolation between the four voxels around it there. Beyond its first and last
/// slice the chest goes on unchanged.
pub(super) fn project(tissue: &Tissue, geometry: &Geometry, size_px: usize) -> PathLengths {
    let mut sums = vec![[0.0_f32; 4]; size_px * size_px];
    let num_threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let rows = size_px.div_ceil(num_threads);
    std::thread::scope(|scope| {
        for (part, sums) in sums.chunks_mut(rows * size_px).enumerate() {
            scope.spawn(move || {
                for (i, sums) in sums.iter_mut().enumerate() {
                    let (row, col) = (part * rows + i / size_px, i % size_px);
                    *sums = Ray::new(tissue, geometry, row, col).sums(tissue);
                }
            });
        }
    });
    let layer = |index: usize| {
        let mut image = Raster::filled(size_px, size_px, 0.0_f32);
        for (value, sums) in image.values_mut().iter_mut().zip(&sums) {
            *value = sums[index];
        }
        image
    };
    PathLengths {
        soft: layer(0),
        bone: layer(1),
        lung: layer(2),
        body: layer(3),
    }
}

/// A ray in voxels: where it crosses plane `y` is `(x, z) + y * (per_plane)`.
struct Ray {
    x: f32,
    z: f32,
    x_per_plane: f32,
    z_per_plane: f32,
    /// Length between two planes, cm.
    step_cm: f32,
}

impl Ray {
    fn new(tissue: &Tissue, geometry: &Geometry, row: usize, col: usize) -> Self {
        let (from, to) = (geometry.source, geometry.pixel(row, col));
        let [dx, dy, dz] = [0, 1, 2].map(|axis| to[axis] - from[axis]);
        let [mm_x, mm_y, mm_z] = tissue.spacing_mm;
        let length = (dx * dx + dy * dy + dz * dz).sqrt();
        Self {
            x: ((from[0] - from[1] * dx / dy) / mm_x) as f32,
            z: ((from[2] - from[1] * dz / dy) / mm_z) as f32,
            x_per_plane: (mm_y * dx / dy / mm_x) as f32,
            z_per_plane: (mm_y * dz / dy / mm_z) as f32,
            step_cm: (0.1 * mm_y * length / dy.abs()) as f32,
        }
    }

    fn sums(&self, tissue: &Tissue) -> Sums {
        let [nx, ny, nz] = tissue.size;
        let (first, last) = tissue.body[1];
        let mut sums = [0.0_f32; 4];
        for y in first..=last {
            let x = self.x + y as f32 * self.x_per_plane;
            let left = x.floor();
            if left < 0.0 || left as usize + 1 >= nx {
                continue;
            }
            let z = (self.z + y as f32 * self.z_per_plane).clamp(0.0, (nz - 1) as f32);
            let below = z.floor().min((nz - 1) as f32);
            let (right, up) = (x - left, z - below);
            let (left, below) = (left as usize, below as usize);
            let above = (below + 1).min(nz - 1);
            let at = |x: usize, z: usize| tissue.voxels[(z * nx + x) * ny + y];
            add(&mut sums, at(left, below), (1.0 - right) * (1.0 - up));
            add(&mut sums, at(left + 1, below), right * (1.0 - up));
            add(&mut sums, at(left, above), (1.0 - right) * up);
            add(&mut sums, at(left + 1, above), right * up);
        }
        let [soft, bone, lung, body] = sums;
        let unit = self.step_cm / UNIT;
        [
            soft * unit,
            bone * unit,
            lung * self.step_cm,
            body * self.step_cm,
        ]
    }
}

fn add(sums: &mut Sums, voxel: Voxel, weight: f32) {
    sums[0] += weight * f32::from(voxel.soft);
    sums[1] += weight * f32::from(voxel.bone);
    sums[2] += weight * f32::from(voxel.lung);
    sums[3] += weight * f32::from(u8::from(voxel.soft > 0));
}

#[cfg(test)]
mod tests {
    use super::super::CtPose;
    use super::*;

    const RADIUS_MM: f64 = 40.0;
    const SPACING_MM: [f64; 3] = [1.0, 0.8, 1.5];
    const SIZE: [usize; 3] = [120, 160, 90];

    /// Centre of the ball, mm from the first voxel: beside the middle, so that rays are oblique.
    const CENTER_MM: [f64; 3] = [48.0, 70.0, 80.0];

    /// Share of voxel `place` that the ball covers, from 5 x 5 x 5 points in it.
    fn share_in_ball(place: [usize; 3]) -> f64 {
        let mut inside = 0;
        for i in 0..125 {
            let offsets = [i % 5, i / 5 % 5, i / 25].map(|k| (f64::from(k) - 2.0) / 5.0);
            let distance2: f64 = (0..3)
                .map(|axis| {
                    let at = (place[axis] as f64 + offsets[axis]) * SPACING_MM[axis];
                    (at - CENTER_MM[axis]).powi(2)
                })
                .sum();
            inside += usize::from(distance2 <= RADIUS_MM * RADIUS_MM);
        }
        inside as f64 / 125.0
    }

    fn ball() -> Tissue {
        let [nx, ny, nz] = SIZE;
        let voxels = (0..nx * ny * nz).map(|i| {
            let share = share_in_ball([i / ny % nx, i % ny, i / (nx * ny)]);
            Voxel {
                soft: (f64::from(UNIT) * share).round() as u16,
                bone: (0.5 * f64::from(UNIT) * share).round() as u16,
                lung: 0,
            }
        });
        Tissue {
            voxels: voxels.collect(),
            size: SIZE,
            spacing_mm: SPACING_MM,
            body: [(0, nx - 1), (0, ny - 1), (0, nz - 1)],
            lung_width_mm: 0.0,
            has_thick_bone: false,
        }
    }

    /// Length of the ray to pixel `(row, col)` inside the ball, cm: twice the half chord at the
    /// ray's distance from the centre.
    fn chord_cm(geometry: &Geometry, row: usize, col: usize) -> f64 {
        let (from, to) = (geometry.source, geometry.pixel(row, col));
        let ray = [0, 1, 2].map(|axis| to[axis] - from[axis]);
        let towards = [0, 1, 2].map(|axis| CENTER_MM[axis] - from[axis]);
        let dot = |a: [f64; 3], b: [f64; 3]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let along = dot(ray, towards) / dot(ray, ray).sqrt();
        let distance2 = dot(towards, towards) - along * along;
        0.2 * (RADIUS_MM * RADIUS_MM - distance2).max(0.0).sqrt()
    }

    #[test]
    fn a_ball_casts_its_chords_from_every_direction() {
        let tissue = ball();
        for (yaw_deg, pitch_deg, roll_deg) in [(0.0, 0.0, 0.0), (20.0, -12.0, 7.0)] {
            let pose = CtPose {
                yaw_deg,
                pitch_deg,
                roll_deg,
            };
            let geometry = Geometry::new(&tissue, &pose, 64);
            let paths = project(&tissue, &geometry, 64);
            let mut largest = 0.0_f64;
            for i in 0..64 * 64 {
                let expected = chord_cm(&geometry, i / 64, i % 64);
                let soft = f64::from(paths.soft.values()[i]);
                let bone = f64::from(paths.bone.values()[i]);
                // The outline is drawn by voxels of up to 0.15 cm: within a quarter of one a chord 2 h at the distance d
                // changes by 2 d / h times that. Rays that only touch the ball are bounded.
                let half = 0.5 * expected;
                let distance = (0.01 * RADIUS_MM * RADIUS_MM - half * half).max(0.0).sqrt();
                let tolerance = (0.03 + 0.25 * 0.15 * 2.0 * distance / half.max(1e-3)).min(0.8);
                assert!(
                    (soft - expected).abs() < tolerance,
                    "{i}: {soft} {expected}"
                );
                assert!((bone - 0.5 * soft).abs() < 1e-3);
                largest = largest.max(soft);
            }
            assert!((largest - 8.0).abs() < 0.05, "{largest}");
        }
    }

    #[test]
    fn the_mass_of_a_ball_is_kept() {
        // Volume of the ball as seen by parallel rays: the field's magnification taken out.
        let tissue = ball();
        let geometry = Geometry::new(&tissue, &CtPose::default(), 128);
        let paths = project(&tissue, &geometry, 128);
        let sum: f64 = paths.soft.values().iter().map(|&v| f64::from(v)).sum();
        let expected: f64 = (0..128 * 128)
            .map(|i| chord_cm(&geometry, i / 128, i % 128))
            .sum();
        assert!((sum / expected - 1.0).abs() < 2e-3, "{}", sum / expected);
    }
}
