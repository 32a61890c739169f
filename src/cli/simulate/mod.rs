//! `diaphane simulate`.

pub mod args;
mod figures;

use super::interrupt::{AT_ONCE, Interrupt};
use super::report::{Machine, Tally};
use super::session::{BAR_LENGTH, bar};
use super::words::{Noise, PhantomGroup, SoftWord};
use crate::radiograph::{agreeing, counted};
use crate::simulate::ct::{
    CtChest, CtConfig, CtPose, CtSoft, CtStudy, CtVolume, write_projections,
};
use crate::simulate::{
    CalciumLayer, Group, Groups, IntensityFigures, NoiseModel, PhantomConfig, PhantomProfile,
    PhantomStudy, SoftTone, StudyFolder, Variety, compare_figures, write_studies,
};
use args::{ProjectionArgs, SimulateArgs, SimulateOutput, VariedArgs};
use std::path::PathBuf;

pub(super) fn run(args: &SimulateArgs) -> anyhow::Result<Tally> {
    let mut series = Vec::new();
    let written = if args.projection.ct.is_empty() {
        phantoms(args, &mut series)?
    } else {
        projections(args, &mut series)?
    };
    let machine = Machine::new(args.output.json);
    for file in &written {
        machine.line(&serde_json::json!({
            "event": "written",
            "file": file.display().to_string(),
        }));
    }
    if args.figures {
        figures::print(machine, series.len(), &compare_figures(&series));
    }
    if let Some(out) = &args.output.out {
        eprintln!(
            "{} {} in {}",
            counted(args.count, "study"),
            agreeing(args.count, "is", "are"),
            out.display()
        );
    }
    Ok(Tally {
        done: args.count,
        ..Tally::default()
    })
}

/// Draws phantoms, and measures them into `series` where figures are asked for.
fn phantoms(
    args: &SimulateArgs,
    series: &mut Vec<IntensityFigures>,
) -> anyhow::Result<Vec<PathBuf>> {
    let config = PhantomConfig {
        size_px: args.size,
        noise: noise(args.noise),
        soft_tone: soft_tone(args),
        profile: profile(&args.varied),
    };
    let advance = Advance::new("phantoms", args.count)?;
    let written = write_studies(
        folder(&args.output),
        (args.count, args.seed),
        &config,
        &mut |done, study| {
            series.extend(study.filter(|_| args.figures).map(PhantomStudy::figures));
            advance.to(done);
        },
    )?;
    advance.finish();
    Ok(written)
}

/// Projects a CT series, likewise.
fn projections(
    args: &SimulateArgs,
    series: &mut Vec<IntensityFigures>,
) -> anyhow::Result<Vec<PathBuf>> {
    let config = ct_config(args);
    config.validate()?;
    let chest = CtChest::new(&CtVolume::read(&args.projection.ct)?)?;
    for warning in chest.warnings() {
        eprintln!("warning: {warning}");
    }
    let advance = Advance::new("projections", args.count)?;
    let written = write_projections(
        folder(&args.output),
        &chest,
        (args.count, args.seed),
        &config,
        &mut |done, study| {
            series.extend(study.filter(|_| args.figures).map(CtStudy::figures));
            advance.to(done);
        },
    )?;
    advance.finish();
    Ok(written)
}

fn folder(output: &SimulateOutput) -> Option<StudyFolder<'_>> {
    output.out.as_deref().map(|dir| StudyFolder {
        dir,
        overwrite: output.overwrite,
    })
}

/// A bar over the studies, which Ctrl-C ends between two of them: every file is complete then.
struct Advance {
    bar: indicatif::ProgressBar,
    interrupt: Interrupt,
    count: usize,
}

impl Advance {
    fn new(what: &'static str, count: usize) -> anyhow::Result<Self> {
        Ok(Self {
            interrupt: Interrupt::install()?,
            bar: bar(what),
            count,
        })
    }

    fn to(&self, done: usize) {
        let count = self.count;
        self.bar
            .set_position(BAR_LENGTH * done as u64 / count.max(1) as u64);
        self.bar.set_message(format!("{done}/{count}"));
        if self.interrupt.is_set() && done < count {
            eprintln!(
                "{done} of {} {} drawn",
                counted(count, "study"),
                agreeing(count, "is", "are")
            );
            std::process::exit(AT_ONCE);
        }
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn noise(word: Noise) -> NoiseModel {
    match word {
        Noise::Shared => NoiseModel::Shared,
        Noise::Independent => NoiseModel::Independent,
        Noise::None => NoiseModel::None,
    }
}

fn soft_tone(args: &SimulateArgs) -> SoftTone {
    if args.tone_offset {
        SoftTone::Offset
    } else {
        SoftTone::Common
    }
}

fn ct_config(args: &SimulateArgs) -> CtConfig {
    let ProjectionArgs {
        ref kvp,
        soft,
        yaw,
        pitch,
        roll,
        ..
    } = args.projection;
    let tube_kv = |index: usize| kvp.get(index).copied().unwrap_or(0.0);
    CtConfig {
        size_px: args.size,
        pose: CtPose {
            yaw_deg: yaw,
            pitch_deg: pitch,
            roll_deg: roll,
        },
        tube_kv: [tube_kv(0), tube_kv(1)],
        soft: match soft {
            SoftWord::Exact => CtSoft::Exact,
            SoftWord::Subtracted => CtSoft::Subtracted,
        },
        noise: noise(args.noise),
        soft_tone: soft_tone(args),
    }
}

/// What `--varied` and its companions ask for.
fn profile(args: &VariedArgs) -> PhantomProfile {
    if !args.varied {
        return PhantomProfile::Plain;
    }
    let groups = args
        .without
        .iter()
        .fold(Groups::ALL, |groups, &word| groups.without(group(word)));
    PhantomProfile::Varied(Variety {
        groups,
        calcium: if args.keep_calcium {
            CalciumLayer::SoftTissue
        } else {
            CalciumLayer::Bone
        },
        motion: args.motion,
    })
}

fn group(word: PhantomGroup) -> Group {
    match word {
        PhantomGroup::Patient => Group::Patient,
        PhantomGroup::Nodules => Group::Nodules,
        PhantomGroup::Pathology => Group::Pathology,
        PhantomGroup::Devices => Group::Devices,
        PhantomGroup::Calcium => Group::Calcium,
        PhantomGroup::Beam => Group::Beam,
        PhantomGroup::Vendor => Group::Vendor,
    }
}
