//! A registered copy of the pairs: offered where some lie off, and what came of it.

use super::data::path_ui;
use super::findings::progress_ui;
use super::{ask, caution_ui, failure_ui, main_button};
use crate::dataset::{Outcome, RegisteredCopy, RegisteredPair, Report};
use crate::radiograph::{counted, first_of};
use crate::ui::command::UiCommand;
use crate::ui::state::AppState;
use crate::ui::theme;
use crate::ui::training::{PathField, TrainingCommand, count_of};
use eframe::egui::{Grid, Label, RichText, Ui};

/// Most pairs that are named.
const MOST_NAMES: usize = 5;

/// Offers a registered copy of pairs of which some lie off, tells how far it is, and why there is none.
pub(super) fn offer_ui(
    ui: &mut Ui,
    state: &AppState,
    report: &Report,
    commands: &mut Vec<UiCommand>,
) {
    let copy = &state.training.wizard.registering;
    let off = report.pairs.iter().filter(|pair| pair.lies_off()).count();
    if off == 0 {
        return;
    }
    let all = report.pairs.len();
    let (do_not_lie, them) = if off == 1 {
        ("does not lie on its radiograph", "it")
    } else {
        ("do not lie on their radiographs", "them")
    };
    let text = format!(
        "{off} of {} {do_not_lie}: a network would learn double outlines from {them}. A registered copy of all pairs can be \
         made; the pairs themselves stay as they are.",
        counted(all, "pair")
    );
    caution_ui(ui, &text);
    if let Some(progress) = &copy.progress {
        let stop = TrainingCommand::StopRegister;
        progress_ui(ui, progress, ("Stop the copy", stop), commands);
        return;
    }
    Grid::new("registered copy").num_columns(3).show(ui, |ui| {
        path_ui(ui, state, (PathField::Copy, "Copy goes to"), commands);
        ui.end_row();
    });
    let can_register = !copy.out.trim().is_empty();
    if main_button(ui, can_register, "Register into the copy") {
        ask(commands, TrainingCommand::Register);
    }
    if copy.is_stopped() {
        let text = "The copy was stopped and is of no use as it lies there: register again into the same folder, which \
                    makes it whole, or remove that folder.";
        caution_ui(ui, text);
    }
    if let Some(sentence) = copy.made.failure() {
        failure_ui(ui, sentence);
    }
}

/// What became of the pairs of the copy that is gone on with.
pub(super) fn made_ui(ui: &mut Ui, state: &AppState) {
    let wizard = &state.training.wizard;
    let Some(copy) = wizard.registering.made.done() else {
        return;
    };
    let mut text = made_text(copy);
    if wizard.report.done().is_none() {
        text += " Check it before you go on.";
    }
    let text = RichText::new(text).color(theme::of(ui).accent);
    ui.add(Label::new(text.strong()).wrap());
    for (outcome, what) in [
        (
            Outcome::Moved,
            "Moved in places by themselves, which no registering mends; look at them, and take them out of the copy where \
             outlines run double",
        ),
        (Outcome::LeftOut, "Left out, for their errors"),
    ] {
        if let Some(names) = names(state, copy, outcome) {
            caution_ui(ui, &format!("{what}: {names}."));
        }
    }
}

/// How many pairs were kept, registered, moved and left out, and how far those registered lay off and lie off now.
fn made_text(copy: &RegisteredCopy) -> String {
    let counts = [
        Outcome::Kept,
        Outcome::Registered,
        Outcome::Moved,
        Outcome::LeftOut,
    ]
    .map(|outcome| format!("{} {}", count_of(copy, outcome), outcome.word()));
    let registered = copy.pairs.iter().filter(|pair| pair.after.is_some());
    let farthest = |of: fn(&RegisteredPair) -> Option<f64>| {
        let found = registered.clone().filter_map(of);
        found.fold(0.0, f64::max)
    };
    let before = farthest(|pair| Some(pair.before?.farthest_px));
    let after = farthest(|pair| Some(pair.after?.farthest_px));
    let shift = if before > 0.0 {
        format!(" The farthest shift was {before:.1} px before and is {after:.1} px now.")
    } else {
        String::new()
    };
    format!(
        "The registered copy is made and is the folder of the pairs now: {}.{shift}",
        counts.join(", ")
    )
}

/// The first pairs that this became of, or how many, where names may be those of patients; `None` where there are none.
fn names(state: &AppState, copy: &RegisteredCopy, outcome: Outcome) -> Option<String> {
    let pairs = copy.pairs.iter().filter(|pair| pair.outcome == outcome);
    let names: Vec<&str> = pairs.map(|pair| pair.name.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    Some(if state.is_patient_hidden() {
        counted(names.len(), "pair")
    } else {
        first_of(&names, MOST_NAMES)
    })
}
