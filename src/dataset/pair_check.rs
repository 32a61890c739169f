//! One pair, looked at from every side that does not need the other pairs: its files, its headers, its mask.

use super::finding::{Finding, FindingKind as Kind};
use super::listing::PairFiles;
use super::mates::{Mates, compare, is_one_shape};
use super::pair_report::PairReport;
use super::phantoms::{Simulated, simulated};
use super::picture::{Picture, coarse, small};
use super::registration_report::RegistrationReport;
use super::thumbnail::PairThumbnails;
use crate::formats::raster::read_mask;
use crate::radiograph::{FileKind, PixelSpacing, Topic};
use std::path::PathBuf;

/// Share of pixels at the darkest or the brightest value from which a picture is refused, and from which it is told.
const REFUSED_CLIPPING: f64 = 0.5;
const TOLD_CLIPPING: [f64; 2] = [0.3, 0.05];
/// Networks look at 1024 pixels; with fewer than half there is no detail to learn.
const LEAST_PX: usize = 512;
/// With fewer there is no chest to be seen.
const REFUSED_PX: usize = 64;

/// What was found of one pair.
pub(super) struct Examined {
    /// `None` where a file of it cannot be read.
    pub(super) report: Option<PairReport>,
    pub(super) findings: Vec<Finding>,
    /// Both pictures, where they have a common grid and scale.
    pub(super) mates: Option<Mates>,
    /// Of the radiograph.
    pub(super) spacing: Option<PixelSpacing>,
}

/// Looks at one pair; what cannot be read is a finding.
pub(super) fn examine(files: &PairFiles, with_thumbnails: bool) -> Examined {
    let mut findings = Vec::new();
    let mut read = |path: &PathBuf, voi: Option<&_>| {
        Picture::read(path, voi)
            .map_err(|err| {
                let text = err.problem.to_string();
                findings.push(Finding::new(Kind::Unreadable, &[path], text));
            })
            .ok()
    };
    let radiograph = read(&files.radiograph, None);
    // A window of its own would hide the very difference that is to be learned.
    let voi = radiograph.as_ref().map(|picture| &picture.voi);
    let soft_tissue = read(&files.soft_tissue, voi);
    let (Some(radiograph), Some(soft_tissue)) = (radiograph, soft_tissue) else {
        return Examined {
            report: None,
            findings,
            mates: None,
            spacing: None,
        };
    };
    let mut check = PairCheck {
        files,
        radiograph,
        soft_tissue,
        findings,
    };
    check.each_picture();
    check.headers();
    check.origins();
    check.mask();
    let compared = compare(&check.radiograph, &check.soft_tissue);
    for (kind, text) in compared.told {
        check.find(kind, text);
    }
    let mut report = check.report();
    if let Some(mates) = &compared.mates {
        let height = mates.radiograph.height();
        let registration = mates.registration.as_ref();
        report.registration = registration.map(|found| RegistrationReport::new(found, height));
        report.tone = Some(mates.tone);
    }
    if with_thumbnails {
        let pictures = [&check.radiograph.grey, &check.soft_tissue.grey];
        report.thumbnails = Some(PairThumbnails::new(pictures, compared.mates.as_ref()));
    }
    Examined {
        report: Some(report),
        findings: check.findings,
        mates: compared.mates,
        spacing: check.radiograph.radiograph.spacing,
    }
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
                let kind = if width.min(height) < REFUSED_PX {
                    Kind::TooSmall
                } else {
                    Kind::Small
                };
                let text = format!("It has {width} x {height} pixels; the networks look at 1024.");
                add(kind, text);
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
    }

    /// Pictures that are no radiograph and no soft-tissue image of a device, as their files say.
    fn origins(&mut self) {
        let [first, second] = [&self.radiograph, &self.soft_tissue];
        let [made_first, made_second] =
            [first, second].map(|picture| !picture.radiograph.info.derived.is_empty());
        let doubts: Vec<_> = first
            .radiograph
            .warnings
            .iter()
            .chain(&first.radiograph.info.doubts())
            .cloned()
            .collect();
        if made_second {
            self.find(
                Kind::OwnOutput,
                "The soft-tissue image was made by this program: a network would learn \
                its own mistakes.",
            );
        }
        if made_first {
            let text = "The radiograph was made by this program; use the one that the device took.";
            self.find(Kind::OwnOutput, text);
        } else if let Some(doubt) = doubts.iter().find(|doubt| doubt.topic == Topic::Kind) {
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
        let text = match read_mask(path) {
            Err(err) => err.problem.to_string(),
            Ok(mask) => {
                let (w, h) = mask.raster().size();
                let share = f64::from(mask.fraction());
                if !is_one_shape((w, h), (width, height)) {
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

    fn report(&self) -> PairReport {
        let radiograph = &self.radiograph.radiograph;
        PairReport {
            name: self.files.name.clone(),
            patient: self.radiograph.patient_sha256(),
            radiograph: self.files.radiograph.clone(),
            soft_tissue: self.files.soft_tissue.clone(),
            lung_mask: self.files.lung_mask.clone(),
            is_phantom: simulated(&self.files.radiograph) == Some(Simulated::Drawn),
            size: radiograph.size(),
            row_mm: radiograph.spacing.map(|spacing| spacing.row_mm),
            pixels_sha256: self.radiograph.pixels_sha256.clone(),
            known_by: Vec::new(),
            registration: None,
            tone: None,
            thumbnails: None,
            small: small(&self.radiograph.grey),
            coarse: coarse(&self.radiograph.grey),
        }
    }
}
