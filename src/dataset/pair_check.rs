//! One pair, looked at from every side that does not need the other pairs.

use super::finding::{Finding, FindingKind as Kind};
use super::pair_report::{PairReport, RegistrationReport};
use super::pairing::PairFiles;
use super::picture::{Picture, coarse, likeness, mirrored, small};
use super::registration::{Registration, register};
use super::tone::Tone;
use crate::formats;
use crate::radiograph::{FileKind, FloatImage, Topic, resize_area, resize_bicubic};
use std::path::PathBuf;

/// Correlation of the finer structure below which two pictures are not of one chest. The worst of the four SZCH pairs has
/// 0.85, a radiograph and the soft-tissue image of another at most 0.24.
const LEAST_LIKENESS: f32 = 0.55;
/// Correlation of tone from which the mates are the other way round.
const OPPOSITE: f64 = -0.3;
/// Mean difference below which nothing was taken off, grey levels of 255.
const LEAST_CHANGE: f64 = 0.5;
/// Correlation of the outlines, once registered, below which two pictures are not of one chest either: the ten real
/// pairs have 0.74 or more, two chests of SZCH 0.4 at most.
const LEAST_AGREEMENT: f64 = 0.55;
/// How far, in pixels of 1024 rows, mates may lie apart: further blurs the finest detail of what is learned.
const MOST_SHIFT_PX: f64 = 1.0;
/// How far places may have moved by themselves: the real pairs stay below 1.
const MOST_MOTION_PX: f64 = 2.0;
/// Share of pixels at the darkest or the brightest value from which a picture is refused, and from which it is told.
const REFUSED_CLIPPING: f64 = 0.5;
const TOLD_CLIPPING: [f64; 2] = [0.3, 0.05];
/// Networks look at 1024 pixels; with fewer than half there is no detail to learn.
const LEAST_PX: usize = 512;
/// Ratio of the fine contrast of radiograph and soft-tissue image below which they seem exchanged: nine real pairs of
/// two sites have 1.16 to 2.0.
const EXCHANGED_RATIO: f64 = 0.95;

/// Looks at one pair; what cannot be read is a finding, and there is no report then.
pub(super) fn check_pair(files: &PairFiles) -> (Option<PairReport>, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut read = |path: &PathBuf, voi: Option<&_>| {
        Picture::read(path, voi)
            .map_err(|err| {
                let text = format!("{}.", err.problem);
                findings.push(Finding::new(Kind::Unreadable, &[path], text));
            })
            .ok()
    };
    let radiograph = read(&files.radiograph, None);
    // A window of its own would hide the very difference that is to be learned.
    let voi = radiograph.as_ref().map(|picture| &picture.voi);
    let soft_tissue = read(&files.soft_tissue, voi);
    let (Some(radiograph), Some(soft_tissue)) = (radiograph, soft_tissue) else {
        return (None, findings);
    };
    let mut check = PairCheck {
        files,
        radiograph,
        soft_tissue,
        findings,
    };
    check.each_picture();
    check.headers();
    check.mask();
    let (registration, tone) = check.together();
    let report = check.report(registration, tone);
    (Some(report), check.findings)
}

struct PairCheck<'a> {
    files: &'a PairFiles,
    radiograph: Picture,
    soft_tissue: Picture,
    findings: Vec<Finding>,
}

impl PairCheck<'_> {
    fn find(&mut self, kind: Kind, text: impl Into<String>) {
        let files = [&self.files.radiograph, &self.files.soft_tissue];
        self.findings.push(Finding::new(kind, &files, text));
    }

    fn each_picture(&mut self) {
        let pictures = [
            (&self.files.radiograph, &self.radiograph),
            (&self.files.soft_tissue, &self.soft_tissue),
        ];
        let mut found = Vec::new();
        for (path, picture) in pictures {
            let mut add = |kind, text: String| found.push(Finding::new(kind, &[path], text));
            let [dark, bright] = picture.at_ends;
            let (width, height) = picture.radiograph.size();
            if dark >= 1.0 {
                add(
                    Kind::Blank,
                    "Every pixel has the same value; leave it out.".to_owned(),
                );
            } else if dark.max(bright) > REFUSED_CLIPPING {
                let percent = 100.0 * dark.max(bright);
                add(
                    Kind::Clipped,
                    format!(
                        "{percent:.0} % of its pixels have one value at the end of its range; export it again."
                    ),
                );
            } else if dark > TOLD_CLIPPING[0] || bright > TOLD_CLIPPING[1] {
                let [dark, bright] = [dark, bright].map(|share| 100.0 * share);
                add(
                    Kind::PartlyClipped,
                    format!(
                        "{dark:.0} % of its pixels are at its darkest and {bright:.0} % at its brightest value."
                    ),
                );
            }
            if width.min(height) < LEAST_PX {
                add(
                    Kind::Small,
                    format!("It has {width} x {height} pixels; the networks look at 1024."),
                );
            }
            let info = &picture.radiograph.info;
            if picture.radiograph.source.kind == FileKind::Jpeg
                || !info.lossy_compression.is_empty()
            {
                add(
                    Kind::Lossy,
                    "It was compressed with loss, which the networks will learn too.".to_owned(),
                );
            }
        }
        self.findings.append(&mut found);
    }

    fn headers(&mut self) {
        let [first, second] = [&self.radiograph, &self.soft_tissue];
        let patients = [first.patient_sha256(), second.patient_sha256()];
        let depths = [first, second].map(|picture| picture.radiograph.bits.stored);
        let [one, other] =
            [first, second].map(|picture| picture.radiograph.spacing.map(|s| s.row_mm));
        let derived = second.radiograph.info.derived.clone();
        let doubts: Vec<_> = first
            .radiograph
            .warnings
            .iter()
            .chain(&first.radiograph.info.doubts())
            .cloned()
            .collect();
        if let [Some(a), Some(b)] = &patients
            && a != b
        {
            self.find(
                Kind::TwoPatients,
                "Their Patient IDs differ; put each with its own mate.",
            );
        }
        if depths[0] != depths[1] {
            let [a, b] = depths;
            self.find(
                Kind::BitDepth,
                format!(
                    "The radiograph has {a} bits and its mate {b}: one scale of \
                values is needed; export both alike."
                ),
            );
        }
        let differs = match (one, other) {
            (Some(a), Some(b)) => (a / b - 1.0).abs() > 0.01,
            (a, b) => a.is_some() != b.is_some(),
        };
        if differs {
            self.find(
                Kind::MateSpacing,
                "They state different pixel sizes, or one states none.",
            );
        }
        if !derived.is_empty() {
            self.find(
                Kind::OwnOutput,
                "The soft-tissue image was made by this program: a network would learn \
                its own mistakes.",
            );
        }
        if let Some(doubt) = doubts.iter().find(|doubt| doubt.topic == Topic::Kind) {
            let kind = if doubt.text.contains("bones seem") {
                Kind::AlreadySuppressed
            } else {
                Kind::NotChest
            };
            let text = doubt.text.clone();
            self.find(kind, text);
        }
    }

    fn mask(&mut self) {
        let Some(path) = &self.files.lung_mask else {
            return;
        };
        let (width, height) = self.radiograph.radiograph.size();
        let shape = width as f64 / height.max(1) as f64;
        let text = match formats::read(path) {
            Err(err) => format!("{}.", err.problem),
            Ok(mask) => {
                let (w, h) = mask.size();
                let inside = mask.stored.iter().filter(|value| *value != 0).count();
                let share = inside as f64 / (w * h).max(1) as f64;
                if (w as f64 / h.max(1) as f64 / shape - 1.0).abs() > 0.01 {
                    format!("The mask has {w} x {h} pixels, the radiograph {width} x {height}.")
                } else if !(0.02..=0.8).contains(&share) {
                    format!(
                        "{:.0} % of the mask are lung; two lungs are 15 to 45 %.",
                        100.0 * share
                    )
                } else {
                    return;
                }
            }
        };
        self.findings.push(Finding::new(Kind::Mask, &[path], text));
    }

    /// What the mates say together.
    fn together(&mut self) -> (Option<Registration>, Option<Tone>) {
        let pictures = [&self.radiograph, &self.soft_tissue];
        let [one, other] = pictures.map(|picture| picture.radiograph.bits.stored);
        if one != other || pictures.iter().any(|picture| picture.at_ends[0] >= 1.0) {
            // Under the radiograph's window its mate is black or white, or there is nothing to compare.
            return (None, None);
        }
        let Some(soft) = self.on_one_grid() else {
            return (None, None);
        };
        let cxr = self.radiograph.grey.clone();
        let tone = Tone::of(&cxr, &soft);
        if !self.is_one_chest(&cxr, &soft, &tone) {
            return (None, Some(tone));
        }
        let registration = register(&cxr, &soft);
        match &registration {
            Some(found) => self.position(found),
            None => self.find(
                Kind::NoPair,
                "Nothing of one is found in the other; put each with its own mate.",
            ),
        }
        (registration, Some(tone))
    }

    /// Whether the second is the first with something taken off, and not another picture or the same one.
    fn is_one_chest(&mut self, cxr: &FloatImage, soft: &FloatImage, tone: &Tone) -> bool {
        let [first, second] = [cxr, soft].map(small);
        let alike = likeness(&first, &second);
        let change = mean_difference(cxr, soft);
        if tone.correlation < OPPOSITE || alike < -LEAST_LIKENESS {
            let text = "Where one is bright the other is dark; invert one of them.";
            self.find(Kind::MatePolarity, text);
            false
        } else if alike < LEAST_LIKENESS {
            if likeness(&mirrored(&first), &second) >= LEAST_LIKENESS {
                let text =
                    "The soft-tissue image is the radiograph's mirror image; export it again.";
                self.find(Kind::Mirrored, text);
            } else {
                let text = "They do not show the same chest; put each with its own mate.";
                self.find(Kind::NoPair, text);
            }
            false
        } else if change < LEAST_CHANGE {
            let text = format!("They differ by {change:.2} of 255 grey levels in the mean.");
            self.find(Kind::SamePicture, text);
            false
        } else {
            if fine_contrast(cxr) < EXCHANGED_RATIO * fine_contrast(soft) {
                let text = "The soft-tissue image has more fine contrast than the radiograph.";
                self.find(Kind::Exchanged, text);
            }
            true
        }
    }

    /// The soft-tissue image on the radiograph's grid, where both have one shape.
    fn on_one_grid(&mut self) -> Option<FloatImage> {
        let (width, height) = self.radiograph.grey.size();
        let soft = &self.soft_tissue.grey;
        let (w, h) = soft.size();
        if (w, h) == (width, height) {
            return Some(soft.clone());
        }
        let shapes = [
            width as f64 / height.max(1) as f64,
            w as f64 / h.max(1) as f64,
        ];
        let text = format!("The radiograph has {width} x {height} pixels, its mate {w} x {h}");
        if (shapes[0] / shapes[1] - 1.0).abs() > 0.01 {
            self.find(
                Kind::SizeMismatch,
                format!("{text}: one was cut or squeezed; export both alike."),
            );
            return None;
        }
        let scaled = resize_bicubic(soft, width, height);
        self.find(Kind::OtherSize, format!("{text}; it is scaled to fit."));
        Some(scaled)
    }

    fn position(&mut self, found: &Registration) {
        let unit = self.radiograph.grey.height() as f64 / 1024.0;
        if found.agreement_registered < LEAST_AGREEMENT {
            let text = "Their outlines do not agree wherever one is laid on the other; put each with its own mate.";
            return self.find(Kind::NoPair, text);
        }
        if found.farthest_px > MOST_SHIFT_PX * unit {
            self.find(Kind::Shifted, format!(
                "The soft-tissue image lies {:.1} px to the right, {:.1} px lower, {:.2} % larger and {:.2} \
                    degrees turned (corners up to {:.1} px off); registering it is advised.",
                found.shift_px[0], found.shift_px[1], found.growth_percent, found.turn_degrees, found.farthest_px
            ));
        }
        if found.local_px > MOST_MOTION_PX * unit {
            self.find(
                Kind::Moved,
                format!(
                    "Places moved by up to {:.1} px between the exposures, which no \
                registration of the whole takes back.",
                    found.local_px
                ),
            );
        }
    }

    fn report(&self, registration: Option<Registration>, tone: Option<Tone>) -> PairReport {
        let radiograph = &self.radiograph.radiograph;
        PairReport {
            name: self.files.name.clone(),
            patient: self.radiograph.patient_sha256(),
            radiograph: self.files.radiograph.clone(),
            soft_tissue: self.files.soft_tissue.clone(),
            lung_mask: self.files.lung_mask.clone(),
            size: radiograph.size(),
            row_mm: radiograph.spacing.map(|spacing| spacing.row_mm),
            pixels_sha256: self.radiograph.pixels_sha256.clone(),
            registration: registration.as_ref().map(RegistrationReport::from),
            tone,
            small: small(&self.radiograph.grey),
            coarse: coarse(&self.radiograph.grey),
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
    let coarse = crate::radiograph::gaussian_blur(&reduced, 4.0);
    let pixels = reduced.values().iter().zip(coarse.values()).enumerate();
    let middle = pixels.filter(|(i, _)| {
        let within = |at: usize| (side / 6..side - side / 6).contains(&at);
        within(i % side) && within(i / side)
    });
    let squares: Vec<f64> = middle.map(|(_, (v, c))| f64::from(v - c).powi(2)).collect();
    (squares.iter().sum::<f64>() / squares.len().max(1) as f64).sqrt()
}
