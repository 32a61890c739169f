//! What the mates of a pair say together: whether they show one chest, and how one lies on the other.

use super::finding::FindingKind as Kind;
use super::picture::{Picture, likeness, mirrored, small, turned};
use super::registration::{Registration, register};
use super::tone::Tone;
use crate::radiograph::{FloatImage, gaussian_blur, resize_area, resize_bicubic};

/// Correlation of the finer structure below which two pictures are not of one chest. The worst of the four SZCH pairs has
/// 0.85, a radiograph and the soft-tissue image of another at most 0.24.
const LEAST_LIKENESS: f32 = 0.55;
/// Correlation of tone from which the mates are the other way round.
const OPPOSITE: f64 = -0.3;
/// Mean difference below which nothing was taken off, grey levels of 255.
const LEAST_CHANGE: f64 = 0.5;
/// Correlation of the outlines, once registered, below which two pictures are not of one chest either: the ten real
/// pairs have 0.74 or more, two chests of SZCH 0.4 at most.
pub(super) const LEAST_AGREEMENT: f64 = 0.55;
/// How far, in pixels of 1024 rows, mates may lie apart: further blurs the finest detail of what is learned.
pub(super) const MOST_SHIFT_PX: f64 = 1.0;
/// How far places may have moved by themselves: the real pairs stay below 1.
pub(super) const MOST_MOTION_PX: f64 = 2.0;
/// Ratio of the fine contrast of radiograph and soft-tissue image below which they seem exchanged: nine real pairs of
/// two sites have 1.16 to 2.0.
const EXCHANGED_RATIO: f64 = 0.95;

/// Median of radiograph less soft-tissue image below which the latter is told to be too bright, grey levels of 255: the
/// real pairs of three sites have -2 to 22.
const MOST_BRIGHTER: f64 = -8.0;

/// Slope of the soft-tissue image over its radiograph beyond which their values have no common scale: ten real pairs of
/// two sites have 0.94 to 1.03, twelve bits in a file of sixteen 0.06.
const SLOPES: [f64; 2] = [0.4, 2.5];

/// Two pictures on one grid, as grey `[0, 1]` under the radiograph's window.
pub(super) struct Mates {
    pub(super) radiograph: FloatImage,
    /// Scaled to the radiograph's grid where it had another.
    pub(super) soft_tissue: FloatImage,
    /// `None` where they show no common chest.
    pub(super) registration: Option<Registration>,
    pub(super) tone: Tone,
}

/// What two pictures say together.
#[derive(Default)]
pub(super) struct Compared {
    pub(super) mates: Option<Mates>,
    pub(super) told: Vec<(Kind, String)>,
}

/// Whether two pictures of these widths and heights can be laid on each other by scaling, to one in a hundred.
pub fn is_one_shape(first: (usize, usize), second: (usize, usize)) -> bool {
    let ratio = |(width, height): (usize, usize)| width as f64 / height.max(1) as f64;
    (ratio(first) / ratio(second) - 1.0).abs() <= 0.01
}

/// Compares a radiograph with its soft-tissue image.
pub(super) fn compare(radiograph: &Picture, soft_tissue: &Picture) -> Compared {
    let mut compared = Compared::default();
    let pictures = [radiograph, soft_tissue];
    let [one, other] = pictures.map(|picture| picture.radiograph.bits.stored);
    if one != other || pictures.iter().any(|picture| picture.at_ends[0] >= 1.0) {
        // Under the radiograph's window its mate is black or white, or there is nothing to compare.
        return compared;
    }
    let cxr = radiograph.grey.clone();
    let Some(soft) = compared.on_one_grid(&cxr, &soft_tissue.grey) else {
        return compared;
    };
    let tone = Tone::of(&cxr, &soft);
    let mut registration = None;
    if compared.is_one_chest(&cxr, &soft, &tone) {
        registration = register(&cxr, &soft);
        match &registration {
            Some(found) => compared.position(found, cxr.height()),
            None => compared.tell(
                Kind::NoPair,
                "Nothing of one is found in the other; put each with its own mate.",
            ),
        }
    }
    compared.mates = Some(Mates {
        radiograph: cxr,
        soft_tissue: soft,
        registration,
        tone,
    });
    compared
}

impl Compared {
    fn tell(&mut self, kind: Kind, text: impl Into<String>) {
        self.told.push((kind, text.into()));
    }

    /// Whether the second is the first with something taken off, and not another picture or the same one.
    fn is_one_chest(&mut self, cxr: &FloatImage, soft: &FloatImage, tone: &Tone) -> bool {
        let [first, second] = [cxr, soft].map(small);
        let alike = likeness(&first, &second);
        let change = mean_difference(cxr, soft);
        if tone.correlation < OPPOSITE || alike < -LEAST_LIKENESS {
            let text = "Where one is bright the other is dark; invert one of them.";
            self.tell(Kind::MatePolarity, text);
            false
        } else if alike < LEAST_LIKENESS {
            self.tell_strangers(&first, &second);
            false
        } else if !(SLOPES[0]..=SLOPES[1]).contains(&tone.line[0]) {
            let text = format!(
                "Where the radiograph rises by 100 grey levels, the soft-tissue image rises by {:.1}: its values leave bits \
                 empty, or were scaled.",
                100.0 * tone.line[0]
            );
            self.tell(Kind::OtherScale, text);
            false
        } else if change < LEAST_CHANGE {
            let text = format!("They differ by {change:.2} of 255 grey levels in the mean.");
            self.tell(Kind::SamePicture, text);
            false
        } else {
            if fine_contrast(cxr) < EXCHANGED_RATIO * fine_contrast(soft) {
                let text = "The soft-tissue image has more fine contrast than the radiograph.";
                self.tell(Kind::Exchanged, text);
            }
            if tone.offset < MOST_BRIGHTER {
                let text = format!(
                    "The soft-tissue image is {:.0} grey levels brighter than its radiograph: what was taken off made it brighter.",
                    -tone.offset
                );
                self.tell(Kind::Brighter, text);
            }
            true
        }
    }

    /// Small pictures that are unlike each other: turned, seen in a mirror, or of two chests.
    fn tell_strangers(&mut self, first: &[f32], second: &[f32]) {
        let is_alike = |picture: &[f32]| likeness(picture, second) >= LEAST_LIKENESS;
        let mut upright = first.to_vec();
        for quarters in 0..4 {
            if quarters > 0 && is_alike(&upright) {
                let text = format!(
                    "The soft-tissue image is turned by {} degrees; turn it back.",
                    90 * quarters
                );
                return self.tell(Kind::Turned, text);
            }
            if is_alike(&mirrored(&upright)) {
                let text =
                    "The soft-tissue image is the radiograph's mirror image; export it again.";
                return self.tell(Kind::Mirrored, text);
            }
            upright = turned(&upright);
        }
        let text = "They do not show the same chest; put each with its own mate.";
        self.tell(Kind::NoPair, text);
    }

    /// The soft-tissue image on the radiograph's grid, where both have one shape.
    fn on_one_grid(&mut self, cxr: &FloatImage, soft: &FloatImage) -> Option<FloatImage> {
        let ((width, height), (w, h)) = (cxr.size(), soft.size());
        if (w, h) == (width, height) {
            return Some(soft.clone());
        }
        let text = format!("The radiograph has {width} x {height} pixels, its mate {w} x {h}");
        if !is_one_shape((w, h), (width, height)) {
            self.tell(
                Kind::SizeMismatch,
                format!("{text}: one was cut or squeezed; export both alike."),
            );
            return None;
        }
        self.tell(Kind::OtherSize, format!("{text}; it is scaled to fit."));
        Some(resize_bicubic(soft, width, height).map(|v| v.clamp(0.0, 1.0)))
    }

    fn position(&mut self, found: &Registration, height: usize) {
        let unit = height as f64 / 1024.0;
        if found.agreement_registered < LEAST_AGREEMENT {
            let text = "Their outlines do not agree wherever one is laid on the other; put each with its own mate.";
            return self.tell(Kind::NoPair, text);
        }
        if found.farthest_px > MOST_SHIFT_PX * unit {
            self.tell(Kind::Shifted, format!(
                "The soft-tissue image lies {:.1} px to the right, {:.1} px lower, {:.2} % larger and {:.2} \
                    degrees turned (corners up to {:.1} px off); `dataset register` lays it there.",
                rounded(found.shift_px[0], 10.0),
                rounded(found.shift_px[1], 10.0),
                rounded(found.growth_percent, 100.0),
                rounded(found.turn_degrees, 100.0),
                found.farthest_px
            ));
        }
        if found.local_px > MOST_MOTION_PX * unit {
            self.tell(
                Kind::Moved,
                format!(
                    "Places moved by up to {:.1} px between the exposures, which no \
                registration of the whole takes back.",
                    found.local_px
                ),
            );
        }
    }
}

/// Mean of the absolute differences, grey levels of 255.
fn mean_difference(first: &FloatImage, second: &FloatImage) -> f64 {
    let pixels = first.values().iter().zip(second.values());
    let sum: f64 = pixels.map(|(a, b)| f64::from((a - b).abs())).sum();
    255.0 * sum / first.values().len().max(1) as f64
}

/// Standard deviation of what the finer structure of the middle of a picture has: ribs above all.
fn fine_contrast(image: &FloatImage) -> f64 {
    let side = 256;
    let reduced = resize_area(image, side, side);
    let coarse = gaussian_blur(&reduced, 4.0);
    let pixels = reduced.values().iter().zip(coarse.values()).enumerate();
    let middle = pixels.filter(|(i, _)| {
        let within = |at: usize| (side / 6..side - side / 6).contains(&at);
        within(i % side) && within(i / side)
    });
    let squares: Vec<f64> = middle.map(|(_, (v, c))| f64::from(v - c).powi(2)).collect();
    (squares.iter().sum::<f64>() / squares.len().max(1) as f64).sqrt()
}

/// The value rounded to so many parts of one; never -0.
fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts + 0.0
}
