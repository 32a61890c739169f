//! `diaphane simulate`.

use super::args::SimulateArgs;
use super::interrupt::{AT_ONCE, Interrupt};
use super::report::{Machine, Tally};
use super::session::{BAR_LENGTH, bar};
use crate::simulate::{PhantomConfig, write_studies};

pub(super) fn run(args: &SimulateArgs) -> anyhow::Result<Tally> {
    let config = PhantomConfig {
        size_px: args.size,
        ..PhantomConfig::default()
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
