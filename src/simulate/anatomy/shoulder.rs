//! The shoulder girdle with its edges and processes: clavicle, scapula, humerus.

use crate::simulate::canvas::{Canvas, Node, Section, smooth_curve};
use crate::simulate::frame::{Point, Side};
use crate::simulate::patient::Patient;
use crate::simulate::shading::{chord, line, smooth_step};
use crate::simulate::shoulder::{Girdle, triangle_depth};
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

/// Attenuation of the middle of a clavicle, of a scapula's flat and borders, of a humeral shaft.
const CLAVICLE: f32 = 0.105;
const BLADE: f32 = 0.030;
const BORDER: f32 = 0.105;
const HUMERUS: f32 = 0.25;
/// Half width of the line that an edge of a thin bone casts, picture heights.
const EDGE: f32 = 0.001_6;

const LONG_BONE: Section = Section::Cortical {
    shell: 0.13,
    marrow: 0.25,
};
const SHAFT: Section = Section::Cortical {
    shell: 0.24,
    marrow: 0.12,
};

/// Draws both girdles.
pub(in crate::simulate) fn add_shoulders(
    canvas: &mut Canvas<'_>,
    patient: &Patient,
    rng: &mut ChaCha8Rng,
) {
    // Both hands rest alike: the shoulder blades are turned out alike, too.
    let turned_out = rng.random_range(0.0_f32..1.0);
    for side in Side::BOTH {
        let girdle = Girdle::new(patient, side);
        let scapula = Scapula {
            girdle: &girdle,
            turned_out: turned_out + rng.random_range(-0.1..0.1),
        };
        scapula.add(canvas);
        add_humerus(&girdle, canvas);
        add_clavicle(&girdle, canvas);
    }
}

fn add_curve(canvas: &mut Canvas<'_>, nodes: &[Node], section: Section) {
    canvas.add_tube(&smooth_curve(nodes, 8), section);
}

struct Scapula<'a> {
    girdle: &'a Girdle,
    /// How far its lower angle is turned outwards, 0 to 1.
    turned_out: f32,
}

impl Scapula<'_> {
    fn add(&self, canvas: &mut Canvas<'_>) {
        self.add_blade(canvas);
        self.add_spine(canvas);
        self.add_coracoid(canvas);
        self.add_glenoid(canvas);
    }

    /// A point of it: it turns about its glenoid.
    fn point(&self, x: f32, y: f32) -> Point {
        let out = self.turned_out * (0.075 * (y - 0.24) / 0.22);
        self.girdle.point(x + out, y, 0.0)
    }

    fn node(&self, (x, y): (f32, f32), radius: f32, attenuation: f32) -> Node {
        Node {
            at: self.point(x, y),
            radius,
            attenuation: self.girdle.density * attenuation,
        }
    }

    /// The flat with its three borders: the medial one sharp, the lateral one thick, the upper one thin.
    fn add_blade(&self, canvas: &mut Canvas<'_>) {
        let corners = [(0.228, 0.178), (0.362, 0.250), (0.317, 0.468)];
        let corners = corners.map(|(x, y)| self.point(x, y));
        let middle = self.point(0.305, 0.30);
        canvas.add_solid(middle, 0.20, |point| {
            let depth = triangle_depth(&corners, point) + 0.010;
            // Thinnest in the middle of the fossa.
            let fossa = 1.0 - 0.45 * smooth_step(0.0, 0.035, depth);
            self.girdle.density * BLADE * fossa * smooth_step(0.0, 0.004, depth)
        });
        let edge = |at, share: f32| self.node(at, EDGE, share * BORDER);
        let medial = [
            edge((0.228, 0.172), 0.30),
            edge((0.236, 0.230), 0.42),
            edge((0.258, 0.320), 0.42),
            edge((0.292, 0.415), 0.42),
            edge((0.312, 0.466), 0.36),
        ];
        let upper = [
            edge((0.228, 0.172), 0.30),
            edge((0.270, 0.186), 0.30),
            edge((0.317, 0.208), 0.34),
        ];
        for border in [&medial[..], &upper] {
            add_curve(canvas, border, Section::Solid);
        }
        let lateral = [
            self.node((0.360, 0.268), 0.012, 0.75 * BORDER),
            self.node((0.351, 0.310), 0.008, BORDER),
            self.node((0.345, 0.365), 0.006, BORDER),
            self.node((0.336, 0.425), 0.005, 0.8 * BORDER),
            self.node((0.322, 0.466), 0.005, 0.35 * BORDER),
        ];
        add_curve(canvas, &lateral, LONG_BONE);
    }

    /// The scapular spine between its two edges, out to the acromion over the joint.
    fn add_spine(&self, canvas: &mut Canvas<'_>) {
        let spine = [
            self.node((0.234, 0.222), 0.004, 0.20 * BORDER),
            self.node((0.285, 0.208), 0.008, 0.55 * BORDER),
            self.node((0.340, 0.190), 0.010, 0.75 * BORDER),
            self.node((0.400, 0.170), 0.013, 0.85 * BORDER),
            self.node((0.448, 0.166), 0.017, 0.80 * BORDER),
            self.node((0.474, 0.180), 0.015, 0.70 * BORDER),
        ];
        add_curve(canvas, &spine, LONG_BONE);
        // The crest casts a line of its own.
        let crest = [
            self.node((0.250, 0.212), EDGE, 0.15 * BORDER),
            self.node((0.330, 0.184), EDGE, 0.45 * BORDER),
            self.node((0.410, 0.158), EDGE, 0.45 * BORDER),
            self.node((0.455, 0.152), EDGE, 0.20 * BORDER),
        ];
        add_curve(canvas, &crest, Section::Solid);
    }

    /// Seen end-on: a ring, with its root behind.
    fn add_coracoid(&self, canvas: &mut Canvas<'_>) {
        let center = self.point(0.356, 0.203);
        let radii = (0.017, 0.014);
        canvas.add_solid(center, 0.026, |point| {
            let t = ((point.x - center.x) / radii.0).hypot((point.y - center.y) / radii.1);
            self.girdle.density
                * BORDER
                * (0.75 * line((t - 1.0) / 0.14) + 0.35 * chord(t.min(1.0)))
        });
        let root = [
            self.node((0.330, 0.222), 0.008, 0.45 * BORDER),
            self.node((0.350, 0.208), 0.012, 0.50 * BORDER),
        ];
        add_curve(canvas, &root, LONG_BONE);
    }

    /// The rim of the socket, front and back, and the dense plate between.
    fn add_glenoid(&self, canvas: &mut Canvas<'_>) {
        let center = self.point(0.372, 0.240);
        canvas.add_solid(center, 0.050, |point| {
            let lean = self.girdle.side.sign() * 0.15 * (point.y - center.y);
            let x = (point.x - center.x - lean) / 0.010;
            let t = x.hypot((point.y - center.y) / 0.034);
            self.girdle.density
                * BORDER
                * (0.75 * line((t - 1.0) / 0.13) + 0.30 * chord(t.min(1.0)))
        });
        let neck = [
            self.node((0.338, 0.250), 0.020, 0.40 * BORDER),
            self.node((0.362, 0.246), 0.024, 0.50 * BORDER),
        ];
        add_curve(canvas, &neck, LONG_BONE);
    }
}

fn add_humerus(girdle: &Girdle, canvas: &mut Canvas<'_>) {
    let middle = (0.434, 0.245);
    let shape = [
        (0.030, 0.036, 0.25),
        (0.060, 0.030, 0.55),
        (0.110, 0.024, 0.90),
        (0.30, 0.021, 1.0),
        (0.60, 0.020, 1.0),
    ];
    add_curve(canvas, &girdle.humerus(HUMERUS, middle, shape), SHAFT);
    // A ball of spongy bone under a thin shell, brightest where it faces the socket.
    let head = girdle.point(0.430, 0.238, 0.0);
    let radius = 0.043;
    canvas.add_solid(head, 1.1 * radius, |point| {
        let t = head.distance(point) / radius;
        let facing = 0.5 - 0.5 * girdle.side.sign() * (point.x - head.x) / radius;
        let shell = line((t - 0.97) / 0.030) * (0.25 + 0.75 * facing);
        girdle.density * HUMERUS * (0.36 * chord(t.min(1.0)) + 0.22 * shell)
    });
    let tuberosity = [(-0.020, 0.016, 0.10), (0.030, 0.024, 0.22)];
    let tuberosity = girdle.humerus(HUMERUS, middle, tuberosity);
    let tuberosity = tuberosity.map(|node| Node {
        at: Point::new(node.at.x + girdle.side.sign() * 0.026, node.at.y),
        ..node
    });
    add_curve(canvas, &tuberosity, LONG_BONE);
}

fn add_clavicle(girdle: &Girdle, canvas: &mut Canvas<'_>) {
    let shape = [
        (0.028, 0.224, 0.0175, 0.70),
        (0.046, 0.219, 0.0165, 0.85),
        (0.075, 0.209, 0.0130, 0.95),
        (0.125, 0.193, 0.0110, 1.05),
        (0.190, 0.168, 0.0100, 1.10),
        (0.260, 0.146, 0.0105, 1.0),
        (0.330, 0.138, 0.0115, 0.85),
        (0.385, 0.148, 0.0125, 0.70),
        (0.412, 0.156, 0.0120, 0.60),
    ];
    canvas.add_tube(&girdle.clavicle(CLAVICLE, shape), LONG_BONE);
}
