//! `diaphane dataset register`.

use super::args::RegisterArgs;
use super::{LEGEND, Watch, interrupted, request, width_of};
use crate::cli::report::{Machine, Tally, print_line};
use crate::dataset::{
    self, Outcome, RegisterRequest, RegisteredCopy, RegisteredPair, RegistrationReport,
};

const OUTCOMES: [Outcome; 4] = [
    Outcome::Kept,
    Outcome::Registered,
    Outcome::Moved,
    Outcome::LeftOut,
];

pub(super) fn run(args: &RegisterArgs) -> anyhow::Result<Tally> {
    let watch = Watch::install()?;
    let request = RegisterRequest {
        dataset: request(&args.pairs, args.patients.as_ref()),
        out: args.out.clone(),
        overwrite: args.overwrite,
        inverted: args.inverted,
    };
    let done = dataset::register_dataset(&request, &watch)?;
    watch.bar.finish_and_clear();
    let Some(RegisteredCopy {
        pairs,
        findings,
        removed,
    }) = done
    else {
        return Ok(interrupted());
    };
    let count = |outcome| pairs.iter().filter(|pair| pair.outcome == outcome).count();
    Machine::new(args.pairs.json).document(&serde_json::json!({
        "out": args.out.display().to_string(),
        "pairs": pairs,
        "removed": removed,
    }));
    if !args.pairs.json {
        for line in table(&pairs) {
            print_line(&line);
        }
        eprintln!("{LEGEND}");
    }
    tell(&pairs);
    super::tell(&findings);
    for path in &removed {
        eprintln!("taken away, of an earlier copy: {}", path.display());
    }
    let counts = OUTCOMES.map(|outcome| format!("{} {}", count(outcome), outcome.word()));
    eprintln!("{}: {}", args.out.display(), counts.join(", "));
    let failed = count(Outcome::LeftOut);
    Ok(Tally {
        done: pairs.len() - failed,
        failed,
        ..Tally::default()
    })
}

/// Pairs left out, and those that no registration of the whole mends.
fn tell(pairs: &[RegisteredPair]) {
    for pair in pairs {
        match pair.outcome {
            Outcome::LeftOut => {
                eprintln!(
                    "error: {} is left out: {}",
                    pair.name,
                    pair.reasons.join(" ")
                );
            }
            Outcome::Moved => {
                let local = pair
                    .after
                    .or(pair.before)
                    .map_or(0.0, |found| found.local_px);
                eprintln!(
                    "warning: {}: places moved by up to {local:.1} px by themselves; look at it, and leave it out \
                     where outlines run double through the lungs",
                    pair.name
                );
            }
            Outcome::Kept | Outcome::Registered => {}
        }
    }
}

/// A line a pair: what became of it, and how it lay and lies.
fn table(pairs: &[RegisteredPair]) -> Vec<String> {
    let width = width_of(pairs.iter().map(|pair| &pair.name));
    let head = "right px  down px  larger %  corner px  local px  agreement";
    let mut lines = vec![format!(
        "{:<width$} {:<10} {:>6} {head}",
        "pair", "outcome", ""
    )];
    for pair in pairs {
        let figures = |word: &str, found: &RegistrationReport| {
            format!(
                "{word:>6} {:>8.2} {:>8.2} {:>9.2} {:>10.2} {:>9.2} {:>10.3}",
                found.shift_px[0],
                found.shift_px[1],
                found.growth_percent,
                found.farthest_px,
                found.local_px,
                found.agreement[0]
            )
        };
        let before = pair
            .before
            .map_or_else(String::new, |found| figures("before", &found));
        let word = pair.outcome.word();
        lines.push(format!("{:<width$} {word:<10} {before}", pair.name));
        if let Some(after) = &pair.after {
            lines.push(format!(
                "{:<width$} {:<10} {}",
                "",
                "",
                figures("after", after)
            ));
        }
    }
    lines
}
