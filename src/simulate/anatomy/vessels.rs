//! Pulmonary vessels that reach the pleura: trees that fill the lungs down to calibres finer than a pixel.
//!
//! Ends of vessels are strewn over the lung, and each is joined to the tree where wire and way to the hilum together are
//! shortest (H. Cuntz et al., "One rule to grow them all", 2010). Calibres follow from the number of ends beyond, by Murray's
//! law. A lung is seen through several such trees, one behind the other.

use crate::simulate::body::WATER_PER_CM;
use crate::simulate::canvas::{Canvas, Node, Section};
use crate::simulate::frame::{Point, Side};
use crate::simulate::patient::{PICTURE_CM, Patient};
use crate::simulate::thorax::Thorax;
use rand::Rng as _;
use rand_chacha::ChaCha8Rng;

/// Ends of one tree.
const NUM_ENDS: usize = 2200;
/// How much the way to the hilum counts against the wire.
const BALANCE: f32 = 0.4;
/// Exponent of Murray's law in lungs: between the 3 of laminar flow and the 2.3 of their widest arteries.
const MURRAY: f32 = 2.7;
/// Radius of an end, picture heights: a third of a pixel of 1024.
const END_RADIUS: f32 = 0.000_36;
/// Attenuation of blood in place of lung against water: of a tree that stands for one depth of several.
const BLOOD: f32 = 0.75;
/// Rounds in which vessels are straightened.
const NUM_ROUNDS: usize = 4;

/// Trunks of one tree from the hilum on: an artery's or a vein's, on the patient's left.
type Trunks = &'static [&'static [(f32, f32)]];

const ARTERY: Trunks = &[
    &[
        (0.062, 0.415),
        (0.084, 0.460),
        (0.100, 0.515),
        (0.108, 0.570),
    ],
    &[(0.062, 0.415), (0.082, 0.385), (0.100, 0.335)],
];
const DEEP_ARTERY: Trunks = &[
    &[(0.066, 0.425), (0.094, 0.445), (0.130, 0.470)],
    &[(0.066, 0.425), (0.078, 0.370), (0.080, 0.310)],
    &[(0.066, 0.425), (0.080, 0.500), (0.078, 0.560)],
];
const VEIN: Trunks = &[
    &[(0.045, 0.500), (0.090, 0.510), (0.135, 0.545)],
    &[(0.045, 0.480), (0.085, 0.425), (0.115, 0.375)],
];

/// One branching point, or an end.
#[derive(Debug, Clone, Copy)]
struct Fork {
    at: Point,
    parent: Option<usize>,
    /// Way from the hilum, picture heights.
    way: f32,
    /// Ends beyond.
    ends: u32,
    /// How much longer a ray's way through the vessel is than across it: it runs towards the viewer.
    slant: f32,
}

/// The vessels of one depth of a lung.
pub(in crate::simulate) struct LungTree {
    pub(in crate::simulate) side: Side,
    /// Whether bronchi run beside it.
    pub(in crate::simulate) is_artery: bool,
    forks: Vec<Fork>,
    /// Radius of an end.
    end_radius: f32,
}

/// Grows the trees of both lungs.
pub(in crate::simulate) fn grow_trees(
    patient: &Patient,
    thorax: &Thorax,
    rng: &mut ChaCha8Rng,
) -> Vec<LungTree> {
    let mut trees = Vec::new();
    for side in Side::BOTH {
        for (trunks, is_artery) in [(ARTERY, true), (DEEP_ARTERY, true), (VEIN, false)] {
            let mut tree = LungTree {
                side,
                is_artery,
                forks: Vec::new(),
                end_radius: END_RADIUS * patient.cavity.vessels * rng.random_range(0.9..1.1),
            };
            tree.plant(trunks, rng);
            tree.grow(thorax, rng);
            tree.count_ends();
            tree.straighten();
            trees.push(tree);
        }
    }
    trees
}

impl LungTree {
    fn plant(&mut self, trunks: Trunks, rng: &mut ChaCha8Rng) {
        for trunk in trunks {
            let mut parent: Option<usize> = None;
            for &(x, y) in *trunk {
                let mut near = |v: f32| v + rng.random_range(-0.006_f32..0.006);
                let at = Point::new(near(x), near(y)).mirrored(self.side);
                parent = Some(self.join(at, parent, 1.0));
            }
        }
    }

    fn join(&mut self, at: Point, parent: Option<usize>, slant: f32) -> usize {
        let way = parent.map_or(0.0, |parent| {
            let parent = &self.forks[parent];
            parent.way + parent.at.distance(at)
        });
        self.forks.push(Fork {
            at,
            parent,
            way,
            ends: 0,
            slant,
        });
        self.forks.len() - 1
    }

    fn grow(&mut self, thorax: &Thorax, rng: &mut ChaCha8Rng) {
        let mut ends: Vec<Point> = (0..NUM_ENDS)
            .filter_map(|_| place(self.side, thorax, rng))
            .collect();
        let Some(hilum) = self.forks.first().map(|fork| fork.at) else {
            return;
        };
        ends.sort_by(|a, b| hilum.distance(*a).total_cmp(&hilum.distance(*b)));
        for end in ends {
            let cost = |fork: &Fork| fork.at.distance(end) + BALANCE * fork.way;
            let forks = self.forks.iter().enumerate();
            let nearest = forks.min_by(|(_, a), (_, b)| cost(a).total_cmp(&cost(b)));
            let Some((parent, fork)) = nearest else {
                return;
            };
            let slant = (fork.slant + rng.random_range(-0.25_f32..0.25)).clamp(1.0, 1.9);
            let at = self.join(end, Some(parent), slant);
            self.forks[at].ends = 1;
        }
    }

    /// Parents always stand before their children.
    fn count_ends(&mut self) {
        for i in (0..self.forks.len()).rev() {
            let ends = self.forks[i].ends;
            if let Some(parent) = self.forks[i].parent {
                self.forks[parent].ends += ends;
            }
        }
    }

    /// Draws every fork towards the middle between its parent and its thickest child.
    fn straighten(&mut self) {
        let mut thickest: Vec<Option<usize>> = vec![None; self.forks.len()];
        for (i, fork) in self.forks.iter().enumerate() {
            let Some(parent) = fork.parent else { continue };
            let is_thicker = |other: usize| fork.ends > self.forks[other].ends;
            if thickest[parent].is_none_or(is_thicker) {
                thickest[parent] = Some(i);
            }
        }
        for _ in 0..NUM_ROUNDS {
            for (i, child) in thickest.iter().enumerate() {
                let (Some(parent), Some(child)) = (self.forks[i].parent, *child) else {
                    continue;
                };
                let (before, behind) = (self.forks[parent].at, self.forks[child].at);
                let at = &mut self.forks[i].at;
                at.x = 0.5 * at.x + 0.25 * (before.x + behind.x);
                at.y = 0.5 * at.y + 0.25 * (before.y + behind.y);
            }
        }
    }

    fn radius(&self, fork: &Fork) -> f32 {
        self.end_radius * (fork.ends.max(1) as f32).powf(1.0 / MURRAY)
    }

    /// Draws the tree; vessels thin out where the lung does.
    pub(in crate::simulate) fn add(&self, canvas: &mut Canvas<'_>, thorax: &Thorax) {
        let tubes: Vec<Vec<Node>> = self
            .forks
            .iter()
            .filter_map(|fork| {
                let parent = &self.forks[fork.parent?];
                let radius = self.radius(fork);
                let node = |at: Point| {
                    let edge = (1.0 + thorax.cavity_depth(at) / 0.03).clamp(0.0, 1.0);
                    Node {
                        at,
                        radius,
                        attenuation: edge * fork.slant * blood(radius),
                    }
                };
                Some(vec![node(parent.at), node(fork.at)])
            })
            .collect();
        canvas.add_tree(&tubes, Section::Solid);
    }

    /// Vessels at least this thick, each from fork to fork: ends and radius.
    pub(in crate::simulate) fn thick_vessels(
        &self,
        least: f32,
    ) -> impl Iterator<Item = ([Point; 2], f32)> {
        self.forks.iter().filter_map(move |fork| {
            let radius = self.radius(fork);
            let parent = &self.forks[fork.parent?];
            (radius >= least).then_some(([parent.at, fork.at], radius))
        })
    }
}

/// Attenuation on the axis of a vessel of this radius: blood in place of lung.
pub(super) fn blood(radius: f32) -> f32 {
    BLOOD * WATER_PER_CM * 2.0 * radius * PICTURE_CM
}

/// A place in a lung, the likelier the thicker the lung is there.
fn place(side: Side, thorax: &Thorax, rng: &mut ChaCha8Rng) -> Option<Point> {
    const NUM_TRIES: usize = 40;
    (0..NUM_TRIES).find_map(|_| {
        let point = Point::new(
            rng.random_range(0.01_f32..0.40),
            rng.random_range(0.12_f32..0.90),
        );
        let point = point.mirrored(side);
        let share = thorax.lung_cm(point) / 14.0;
        (thorax.cavity_depth(point) > 0.0 && rng.random::<f32>() < share).then_some(point)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;

    #[test]
    fn trees_reach_the_pleura_and_their_calibres_follow_murray() {
        let rng = &mut ChaCha8Rng::seed_from_u64(5);
        let patient = Patient::sample_varied(rng);
        let thorax = Thorax::new(&patient);
        let trees = grow_trees(&patient, &thorax, rng);
        assert_eq!(trees.len(), 6);
        for tree in &trees {
            let radii: Vec<f32> = tree.forks.iter().map(|fork| tree.radius(fork)).collect();
            let (least, most) = radii
                .iter()
                .fold((f32::INFINITY, 0.0_f32), |(low, high), &r| {
                    (low.min(r), high.max(r))
                });
            // Ends are finer than half a pixel of 1024, trunks 3 to 8 mm across.
            assert!(least < 0.5 / 1024.0, "{least}");
            assert!((0.003..0.011).contains(&most), "{most}");
            for fork in &tree.forks {
                let Some(parent) = fork.parent else { continue };
                assert!(tree.forks[parent].ends >= fork.ends);
            }
            let outer = tree.forks.iter().filter(|fork| {
                let depth = thorax.cavity_depth(fork.at);
                (0.0..0.03).contains(&depth)
            });
            let share = outer.count() as f32 / tree.forks.len() as f32;
            assert!(share > 0.08, "{share} within 13 mm of the pleura");
        }
    }
}
