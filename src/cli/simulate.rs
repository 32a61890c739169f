//! `diaphane simulate`.

use super::args::SimulateArgs;
use super::interrupt::{AT_ONCE, Interrupt};
use super::report::{Machine, Tally};
use super::session::{BAR_LENGTH, bar};
use super::words::Noise;
use crate::simulate::{NoiseModel, PhantomConfig, SoftTone, write_studies};

pub(super) fn run(args: &SimulateArgs) -> anyhow::Result<Tally> {
    let config = PhantomConfig {
        size_px: args.size,
        noise: match args.noise {
            Noise::Shared => NoiseModel::Shared,
            Noise::Independent => NoiseModel::Independent,
            Noise::None => NoiseModel::None,
        },
        soft_tone: if args.tone_offset {
            SoftTone::Offset
        } else {
            SoftTone::Common
        },
    };
    let interrupt = Interrupt::install()?;
    let bar = bar("phantoms");
    let mut progress = |done: usize, count: usize| {
        bar.set_position(BAR_LENGTH * done as u64 / count.max(1) as u64);
        bar.set_message(format!("{done}/{count}"));
        // Between two studies every file is complete.
        if interrupt.is_set() && done < count {
            eprintln!("{done} of {count} studies are drawn");
            std::process::exit(AT_ONCE);
        }
    };
    let (output, count) = (&args.output, args.count);
    let written = write_studies(
        &output.out,
        count,
        args.seed,
        &config,
        output.overwrite,
        &mut progress,
    )?;
    bar.finish_and_clear();
    let machine = Machine::new(output.json);
    for file in &written {
        machine.line(&serde_json::json!({
            "event": "written",
            "file": file.display().to_string(),
        }));
    }
    let written = if count == 1 {
        "1 study is"
    } else {
        &format!("{count} studies are")
    };
    eprintln!("{written} in {}", output.out.display());
    Ok(Tally {
        done: count,
        ..Tally::default()
    })
}
