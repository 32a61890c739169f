//! Lines that thin layers met edge-on cast: walls of the trachea, pleura beside the spine, the azygos vein, folds of skin.

use crate::simulate::canvas::{Canvas, Node, Section, smooth_curve};
use crate::simulate::frame::{Point, Side};
use crate::simulate::patient::Patient;
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

/// Half width of a line, picture heights.
const LINE: f32 = 0.001_4;

/// Draws them into the soft tissue.
pub(in crate::simulate) fn add_lines(
    canvas: &mut Canvas<'_>,
    patient: &Patient,
    rng: &mut ChaCha8Rng,
) {
    let front = patient.pose.yaw_deg.to_radians().sin();
    let lean = 0.010 + 0.06 * front;
    // Walls of the trachea, on both sides of the air that other phantoms have too.
    for side in Side::BOTH {
        let wall = [
            (0.021, 0.02, 0.012),
            (0.021, 0.12, 0.018),
            (0.021 - 0.4 * lean * side.sign(), 0.24, 0.022),
            (0.021 - lean * side.sign(), 0.345, 0.020),
        ];
        add_line(canvas, &wall, side, LINE);
    }
    let base = patient.cavity.right_dome_y;
    let paraspinal = [
        (0.052, 0.42, 0.0),
        (0.054, 0.50, 0.022),
        (0.055, 0.62, 0.024),
        (0.058, base, 0.0),
    ];
    add_line(canvas, &paraspinal, Side::Left, LINE);
    // Pleura behind heart and oesophagus, from the azygos arch down.
    let recess = [
        (0.030, 0.40, 0.0),
        (0.012 - 0.1 * front, 0.47, 0.020),
        (0.004 - 0.1 * front, 0.58, 0.022),
        (0.008, base - 0.02, 0.0),
    ];
    add_line(canvas, &recess, Side::Right, LINE);
    let azygos = Point::new(-0.030 - lean, 0.362);
    canvas.add_solid(azygos, 0.012, |point| {
        let t = azygos.distance(point) / 0.010;
        0.05 * crate::simulate::shading::chord(t.min(1.0))
    });
    // Skin and muscle above the clavicles, parallel to them.
    for side in Side::BOTH {
        let drop = patient.skeleton.shoulder_drop;
        let companion = [
            (0.090, 0.192, 0.0),
            (0.140, 0.172 + 0.3 * drop, 0.020),
            (0.200, 0.150 + 0.7 * drop, 0.022),
            (0.270, 0.128 + drop, 0.0),
        ];
        add_line(canvas, &companion, side, 0.004);
    }
    if rng.random_bool(0.2) {
        let side = if rng.random_bool(0.5) {
            Side::Left
        } else {
            Side::Right
        };
        let x = rng.random_range(0.20_f32..0.30);
        let y = rng.random_range(0.45_f32..0.62);
        let slant = rng.random_range(0.05_f32..0.14);
        let fold = [
            (x, y, 0.0),
            (x + 0.35 * slant, y + 0.06, 0.03),
            (x + 0.75 * slant, y + 0.14, 0.035),
            (x + slant, y + 0.24, 0.0),
        ];
        add_line(canvas, &fold, side, 0.003);
    }
}

/// Draws a line through points of the patient's left side with their attenuation.
fn add_line(canvas: &mut Canvas<'_>, points: &[(f32, f32, f32)], side: Side, radius: f32) {
    let nodes: Vec<Node> = points
        .iter()
        .map(|&(x, y, attenuation)| Node {
            at: Point::new(x, y).mirrored(side),
            radius,
            attenuation,
        })
        .collect();
    canvas.add_tube(&smooth_curve(&nodes, 12), Section::Solid);
}
