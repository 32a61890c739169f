//! `diaphane probe`: what becomes of synthetic nodules that are laid on radiographs.
//!
//! Every radiograph is suppressed twice from the same noise, without and with its nodules; what stands between the two
//! soft-tissue images is what is kept of them. No picture with a nodule is written: it is nobody's.

pub mod args;

use super::inputs;
use super::job::{self, NetworkChoice};
use super::report::{Machine, Tally, print_line, sentence};
use super::session::Session;
use super::suppress::suppress_one;
use super::words::Grid;
use crate::contest::{shown, soft_tissue};
use crate::dataset::{self, PairFiles};
use crate::evidence::{Survival, Trial};
use crate::formats;
use crate::lesion::{self, ASSUMED_SIDE_MM, BoneHeight, Nodule, Plant};
use crate::radiograph::{FloatImage, Radiograph, counted, resize_bicubic};
use crate::worker::{SuppressionRequest, SuppressionResult, SuppressionSettings};
use anyhow::{Context as _, bail, ensure};
use args::ProbeArgs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Diameters that a nodule at a place may have, mm.
const DIAMETERS_MM: std::ops::RangeInclusive<f64> = 2.0..=100.0;
/// Contrasts that it may have, grey levels of 255, darker or brighter.
const LEAST_GREY: f64 = 2.0;
const MOST_GREY: f64 = 200.0;

/// A radiograph that is probed.
struct Subject {
    name: String,
    path: PathBuf,
    /// File of the known soft-tissue image.
    soft: Option<PathBuf>,
}

pub(super) fn run(args: &ProbeArgs) -> anyhow::Result<Tally> {
    check(args)?;
    let machine = Machine::new(args.json);
    let mut tally = Tally::default();
    let subjects = subjects(args, &mut tally)?;
    let network = NetworkChoice::new(&args.network)?;
    let settings = job::settings(&args.settings, Grid::Native, &network.bundle)?;
    let session = Session::start(network.compute)?;
    if session.load(&network)?.is_none() {
        tally.interrupted = true;
        return Ok(tally);
    }
    let probing = Probing {
        args,
        session,
        settings,
    };
    let mut survival = Survival::default();
    let mut failed = Vec::new();
    for (index, subject) in subjects.iter().enumerate() {
        match probing.subject(subject, index as u64) {
            Ok(Some(trials)) => {
                tally.done += 1;
                survival.trials.extend(trials);
            }
            Ok(None) => {
                tally.interrupted = true;
                break;
            }
            Err(err) => {
                let text = sentence(&err);
                failed.push(serde_json::json!({
                    "file": subject.path.display().to_string(), "error": text,
                }));
                // The one document of --json says it at the end.
                tally.fail(Machine::new(false), &subject.path, &text);
            }
        }
    }
    publish(args, machine, &survival, &failed)?;
    Ok(tally)
}

/// Refuses what cannot be before anything is run.
fn check(args: &ProbeArgs) -> anyhow::Result<()> {
    for file in [&args.csv, &args.plot].into_iter().flatten() {
        ensure!(
            args.overwrite || !file.exists(),
            "{} exists; give --overwrite to replace it",
            file.display()
        );
    }
    ensure!(
        DIAMETERS_MM.contains(&args.diameter_mm),
        "--diameter-mm is {}; choose {} to {}",
        args.diameter_mm,
        DIAMETERS_MM.start(),
        DIAMETERS_MM.end()
    );
    ensure!(
        (LEAST_GREY..=MOST_GREY).contains(&args.contrast),
        "--contrast is {}; choose {LEAST_GREY} to {MOST_GREY} grey levels",
        args.contrast
    );
    Ok(())
}

fn subjects(args: &ProbeArgs, tally: &mut Tally) -> anyhow::Result<Vec<Subject>> {
    if let Some(folder) = &args.pairs {
        let listing = dataset::list_pairs(folder, None)?;
        if let Some(found) = listing.ambiguous(&[]) {
            bail!("{} ({})", found.text, folder.display());
        }
        let of_pair = |pair: PairFiles| Subject {
            name: pair.name,
            path: pair.radiograph,
            soft: Some(pair.soft_tissue),
        };
        return Ok(listing.pairs.into_iter().map(of_pair).collect());
    }
    let inputs = inputs::collect(&args.paths, None)?;
    for line in inputs.left_out() {
        eprintln!("{line}");
    }
    for (path, sentence) in &inputs.refused {
        tally.fail(Machine::new(false), path, sentence);
    }
    let of_input = |input: inputs::Input| Subject {
        name: input.stem,
        path: input.path,
        soft: None,
    };
    Ok(inputs.files.into_iter().map(of_input).collect())
}

struct Probing<'a> {
    args: &'a ProbeArgs,
    session: Session,
    settings: SuppressionSettings,
}

impl Probing<'_> {
    /// The nodules of one radiograph and what is kept of them; `None` on Ctrl-C.
    fn subject(&self, subject: &Subject, index: u64) -> anyhow::Result<Option<Vec<Trial>>> {
        let radiograph = self.args.reading.read(&subject.path)?;
        let Some(without) = self.suppress(&radiograph, &subject.name)? else {
            return Ok(None);
        };
        let pixel_mm = pixel_mm(&radiograph);
        let height = bone_height(&radiograph, &without, subject.soft.as_deref(), pixel_mm)?;
        let plants = match self.args.at {
            Some(at) => vec![self.plant_at(at, &radiograph, pixel_mm)?],
            None => self.plants(height.as_ref(), &without, pixel_mm, index)?,
        };
        let nodules: Vec<Nodule> = plants.iter().map(|plant| plant.nodule).collect();
        let planted = lesion::laid_on(&radiograph, &nodules)?;
        let with_nodules = Arc::new(planted.radiograph);
        let label = format!("{} with nodules", subject.name);
        let Some(with) = self.suppress(&with_nodules, &label)? else {
            return Ok(None);
        };
        let (before, after) = (shown(&radiograph, &without)?, shown(&radiograph, &with)?);
        let trials = plants.iter().filter_map(|plant| {
            let nodule = plant.nodule;
            let kept = lesion::kept(&nodule, &planted.added, &before, &after)?;
            let middle = (
                nodule.row_px.round() as usize,
                nodule.col_px.round() as usize,
            );
            let height = height.as_ref();
            Some(Trial {
                case: subject.name.clone(),
                row_px: nodule.row_px,
                col_px: nodule.col_px,
                ground: height.and_then(|height| height.ground(middle.0, middle.1)),
                diameter_mm: plant.diameter_mm,
                contrast: nodule.contrast,
                kept,
            })
        });
        let trials: Vec<Trial> = trials.collect();
        ensure!(
            !trials.is_empty(),
            "every nodule lies where the picture is white already, and adds nothing to it; choose another place"
        );
        Ok(Some(trials))
    }

    fn suppress(
        &self,
        radiograph: &Arc<Radiograph>,
        label: &str,
    ) -> anyhow::Result<Option<Arc<SuppressionResult>>> {
        let request = SuppressionRequest::new(Arc::clone(radiograph), self.settings.clone());
        suppress_one(&self.session, request, label)
    }

    fn plant_at(
        &self,
        (row, col): (usize, usize),
        radiograph: &Radiograph,
        pixel_mm: f64,
    ) -> anyhow::Result<Plant> {
        let (width, height) = radiograph.size();
        ensure!(
            row < height && col < width,
            "--at is {row},{col}, and the radiograph has {height} rows and {width} columns; choose a pixel of it"
        );
        Ok(Plant {
            nodule: Nodule {
                row_px: row as f64,
                col_px: col as f64,
                radius_px: 0.5 * self.args.diameter_mm / pixel_mm,
                contrast: self.args.contrast / 255.0,
            },
            // What lies over it is read from the bones when it is told.
            ground: lesion::Ground::BetweenRibs,
            diameter_mm: self.args.diameter_mm,
        })
    }

    fn plants(
        &self,
        height: Option<&BoneHeight>,
        without: &SuppressionResult,
        pixel_mm: f64,
        index: u64,
    ) -> anyhow::Result<Vec<Plant>> {
        let height = height.context("no lungs with ribs were found; give --at for one place")?;
        let places = lesion::places(height, &without.lung_mask, pixel_mm);
        let count = usize::from(self.args.nodules);
        let plants = lesion::plant(&places, pixel_mm, count, self.args.places, index);
        ensure!(
            !plants.is_empty(),
            "the lungs have no room for a nodule; give --at for one place"
        );
        Ok(plants)
    }
}

/// Size of a pixel in the patient, or what it would be on a detector of 43 cm.
fn pixel_mm(radiograph: &Radiograph) -> f64 {
    let (width, height) = radiograph.size();
    let assumed = ASSUMED_SIDE_MM / width.max(height).max(1) as f64;
    let stated = radiograph.spacing;
    let stated = stated.map(|spacing| (spacing.row_mm * spacing.col_mm).sqrt());
    stated.filter(|mm| *mm > 0.0).unwrap_or(assumed)
}

/// Where bones stand over the lungs: by the known soft-tissue image, or by what the networks took off.
fn bone_height(
    radiograph: &Radiograph,
    without: &SuppressionResult,
    soft: Option<&Path>,
    pixel_mm: f64,
) -> anyhow::Result<Option<BoneHeight>> {
    let Some(path) = soft else {
        return Ok(BoneHeight::new(&without.bone, &without.lung_mask, pixel_mm));
    };
    let (width, height) = radiograph.size();
    let known: FloatImage = resize_bicubic(&soft_tissue(path, radiograph)?, width, height);
    let voi = radiograph
        .vois
        .first()
        .context("the radiograph has no window")?;
    let original = crate::display::display_image(radiograph, voi);
    let bone = original.zip_map(&known, |x, soft| x - soft)?;
    Ok(BoneHeight::new(&bone, &without.lung_mask, pixel_mm))
}

fn publish(
    args: &ProbeArgs,
    machine: Machine,
    survival: &Survival,
    failed: &[serde_json::Value],
) -> anyhow::Result<()> {
    if let Some(csv) = &args.csv {
        formats::write_atomically(csv, survival.csv().as_bytes(), args.overwrite)?;
    }
    if let Some(plot) = &args.plot {
        formats::write_atomically(plot, survival.to_svg().as_bytes(), args.overwrite)?;
    }
    if args.json {
        let mut document = survival.to_json();
        document["failed"] = failed.into();
        machine.document(&document);
        return Ok(());
    }
    if args.at.is_some() {
        for trial in &survival.trials {
            print_line(&told(trial));
        }
    } else if !survival.trials.is_empty() {
        print_line(&survival.table());
        print_line(&counted(survival.trials.len(), "synthetic nodule"));
    }
    Ok(())
}

/// One nodule in a sentence.
fn told(trial: &Trial) -> String {
    let ground = match trial.ground {
        Some(lesion::Ground::UnderRib) => "under a rib",
        Some(lesion::Ground::BetweenRibs) => "between ribs",
        None => "at the edge of a bone, or outside of the lungs",
    };
    format!(
        "{}: a synthetic nodule of {:.0} mm and {:.0} grey levels at row {:.0}, column {:.0} ({ground}) keeps {:.0} % of its \
         contrast: {:.1} grey levels",
        trial.case,
        trial.diameter_mm,
        255.0 * trial.contrast,
        trial.row_px,
        trial.col_px,
        100.0 * trial.kept,
        255.0 * trial.contrast * trial.kept
    )
}
