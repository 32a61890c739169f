//! What makes one doubt the study shown, above its pictures: cautions always, all on demand.

use crate::radiograph::Warning;
use crate::ui::command::UiCommand;
use crate::ui::state::{AppState, DoubtsListed};
use crate::ui::theme;
use eframe::egui::{self, Color32, Label, RichText, ScrollArea, Sides, TextWrapMode, Ui};

/// Height the list may take from the pictures, points.
const LIST_HEIGHT: f32 = 150.0;

/// Cautions that are seen unasked, a line each; more would push the pictures off the screen.
const MAX_UNASKED: usize = 3;

/// Draws the strip; `doubts` are those of the study shown, cautions first.
pub fn doubts_ui(ui: &mut Ui, state: &AppState, doubts: &[Warning], commands: &mut Vec<UiCommand>) {
    let Some(first) = doubts.first() else {
        return;
    };
    let unfolded = state.doubts_listed == DoubtsListed::All && doubts.len() > 1;
    let fill = if first.is_caution() {
        theme::of(ui).caution_fill
    } else {
        theme::of(ui).raised
    };
    let frame = egui::Frame::new().fill(fill);
    let frame = frame.inner_margin(egui::Margin::symmetric(10, 4));
    frame.show(ui, |ui| {
        headline_ui(ui, doubts, unfolded, commands);
        if !unfolded {
            let cautions = doubts.iter().skip(1);
            let cautions = cautions.filter(|doubt| doubt.is_caution());
            for doubt in cautions.take(MAX_UNASKED - 1) {
                let text = RichText::new(&doubt.text).color(theme::of(ui).caution);
                ui.add(Label::new(text).wrap());
            }
        }
        if unfolded {
            let list = ScrollArea::vertical().max_height(LIST_HEIGHT);
            list.show(ui, |ui| {
                for doubt in doubts {
                    let text = RichText::new(&doubt.text).color(colour(ui, doubt));
                    ui.add(Label::new(text).wrap().selectable(true));
                }
            });
        }
    });
}

/// The count with the gravest doubt, and the button that lists them all.
fn headline_ui(ui: &mut Ui, doubts: &[Warning], unfolded: bool, commands: &mut Vec<UiCommand>) {
    let Some(first) = doubts.first() else {
        return;
    };
    let count = count_text(doubts);
    // A caution that is cut may lack the very words that matter.
    let sides = Sides::new().shrink_left().wrap_mode(TextWrapMode::Wrap);
    let headline = |ui: &mut Ui| {
        ui.horizontal_wrapped(|ui| {
            ui.label(RichText::new(&count).color(colour(ui, first)).strong());
            if !unfolded {
                let text = RichText::new(&first.text).color(colour(ui, first));
                ui.add(Label::new(text).wrap());
            }
        });
    };
    let button = |ui: &mut Ui| {
        let name = if unfolded { "Fold" } else { "Show all" };
        if doubts.len() > 1 && ui.button(name).clicked() {
            commands.push(UiCommand::ToggleDoubts);
        }
    };
    sides.show(ui, headline, button);
}

fn colour(ui: &Ui, doubt: &Warning) -> Color32 {
    if doubt.is_caution() {
        theme::of(ui).caution
    } else {
        theme::of(ui).text
    }
}

/// How many cautions and how many others, in words.
fn count_text(doubts: &[Warning]) -> String {
    let num_cautions = doubts.iter().filter(|doubt| doubt.is_caution()).count();
    let words = |n: usize, word: &str| match n {
        0 => None,
        1 => Some(format!("1 {word}")),
        n => Some(format!("{n} {word}s")),
    };
    let parts = [
        words(num_cautions, "caution"),
        words(doubts.len() - num_cautions, "note"),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    format!("{}:", parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::radiograph::Topic;

    #[test]
    fn the_count_names_each_weight_once() {
        let doubt = |topic| Warning::new(topic, "");
        let one = [doubt(Topic::Polarity)];
        assert_eq!(count_text(&one), "1 caution:");
        let three = [Topic::Identity, Topic::Size, Topic::File].map(doubt);
        assert_eq!(count_text(&three), "1 caution, 2 notes:");
    }
}
