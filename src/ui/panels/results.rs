//! The results of the study shown, as a strip: what made each of them, which is shown, which it is compared with.

use crate::radiograph::FloatImage;
use crate::ui::command::UiCommand;
use crate::ui::file_id::FileId;
use crate::ui::runs::Run;
use crate::ui::state::AppState;
use crate::ui::study::OpenStudy;
use crate::ui::theme;
use crate::worker::mask8_sha256;
use eframe::egui::{
    Button, ColorImage, Frame, Id, Image, Panel, RichText, Role, ScrollArea, TextWrapMode,
    TextureHandle, TextureOptions, Ui, WidgetInfo, style::ScrollStyle,
};

/// The strip at the bottom of `ui`, where there is something to choose from; of one height however much that is.
pub fn results_panel_ui(
    ui: &mut Ui,
    state: &AppState,
    frame: Frame,
    commands: &mut Vec<UiCommand>,
) {
    let Some(study) = state.study().filter(|study| study.runs.all().len() > 1) else {
        return;
    };
    Panel::bottom("results")
        .frame(frame)
        .exact_size(theme::RESULTS_HEIGHT)
        .resizable(false)
        .show(ui, |ui| results_ui(ui, study, commands));
}

/// Draws the results, newest first.
fn results_ui(ui: &mut Ui, study: &OpenStudy, commands: &mut Vec<UiCommand>) {
    // Beside the cards, never over them, and there as long as there is something to scroll to.
    ui.spacing_mut().scroll = ScrollStyle::solid();
    ScrollArea::horizontal().auto_shrink(false).show(ui, |ui| {
        ui.horizontal(|ui| {
            // A card that has no room left stands further right; wrapped, its text would grow the strip.
            ui.style_mut().wrap_mode = Some(TextWrapMode::Extend);
            for run in study.runs.all().iter().rev() {
                run_ui(ui, study, run, commands);
            }
        });
    });
}

fn run_ui(ui: &mut Ui, study: &OpenStudy, run: &Run, commands: &mut Vec<UiCommand>) {
    let is_shown = study
        .runs
        .shown()
        .is_some_and(|shown| shown.number == run.number);
    let is_rival = study
        .runs
        .rival()
        .is_some_and(|rival| rival.number == run.number);
    let fill = if is_shown {
        theme::of(ui).selected
    } else {
        theme::of(ui).panel
    };
    Frame::new().fill(fill).inner_margin(4).show(ui, |ui| {
        let texture = texture(ui, study.file_id, run);
        let picture = Image::new(&texture).fit_to_exact_size(texture.size_vec2());
        let shown = ui.add(Button::image(picture).frame(false));
        let name = format!("Show result {}", run.number);
        shown.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        if shown
            .on_hover_text(long_text(run, mask_origin(run)))
            .clicked()
        {
            commands.push(UiCommand::ShowRun(run.number));
        }
        ui.vertical(|ui| {
            ui.label(RichText::new(short_text(run, study.runs.all())).small());
            ui.horizontal(|ui| {
                let rival = (!is_rival).then_some(run.number);
                let compare = Button::new("Compare").selected(is_rival);
                let tip = "In the original's place in wipe, lens, flicker, slider and difference";
                if ui
                    .add_enabled(!is_shown, compare)
                    .on_hover_text(tip)
                    .clicked()
                {
                    commands.push(UiCommand::CompareWithRun(rival));
                }
                let pin = Button::new("Keep").selected(run.pinned);
                let tip = "Keeps it in memory when room is needed";
                if ui.add(pin).on_hover_text(tip).clicked() {
                    commands.push(UiCommand::PinRun(run.number, !run.pinned));
                }
                let copy = ui
                    .button("Copy")
                    .on_hover_text("Copies its settings as text");
                if copy.clicked() {
                    // The hash is that of the certificate, and of the mask file that it names.
                    let hash = mask8_sha256(&run.result.lung_mask);
                    let mask = format!("{}, SHA-256 {hash}", mask_origin(run));
                    ui.ctx().copy_text(long_text(run, &mask));
                }
                if ui.button("Forget").clicked() {
                    commands.push(UiCommand::ForgetRun(run.number));
                }
            });
        });
    });
}

/// The line beside a thumbnail; it names the model where the results of the study are those of several.
fn short_text(run: &Run, all: &[Run]) -> String {
    let settings = &run.result.settings;
    let mut parts = vec![
        format!("LEG {}", settings.leg_weight),
        format!("{} steps", settings.steps),
    ];
    let sha256 = &run.result.bundle_sha256;
    if all
        .iter()
        .any(|other| other.result.bundle_sha256 != *sha256)
    {
        parts.insert(0, run.result.bundle_name.clone());
    }
    parts.push(match run.result.seeds.len() {
        0 | 1 => format!("seed {}", settings.seed),
        several => format!("mean of {several}"),
    });
    if run.mask.is_some() {
        parts.push("drawn mask".to_owned());
    }
    format!("{}: {}", run.number, parts.join(", "))
}

/// Whose lung mask a run was given.
fn mask_origin(run: &Run) -> &'static str {
    run.mask.as_ref().map_or("found", |_| "drawn")
}

/// Everything that makes the same picture again.
fn long_text(run: &Run, mask: &str) -> String {
    let result = &run.result;
    let settings = &result.settings;
    let secs: f64 = result
        .stage_times
        .iter()
        .map(|time| time.elapsed_secs)
        .sum();
    format!(
        "Result {}\nLEG weight {}, steps {}, {}\nguidance {:?}, sampler {:?}, clipping {:?}, fusion {:?}, output {:?}\n\
         model {} ({}), {} {}\nlung mask {mask}\nmade in {secs:.1} s",
        run.number,
        settings.leg_weight,
        settings.steps,
        seeds_text(&result.seeds),
        settings.guidance,
        settings.sampler,
        settings.clipping,
        settings.fusion,
        settings.output,
        result.bundle_name,
        result
            .bundle_sha256
            .get(..12)
            .unwrap_or(&result.bundle_sha256),
        result.device,
        result.precision,
    )
}

/// The seed, or those of the pictures averaged.
fn seeds_text(seeds: &[u64]) -> String {
    let all: Vec<_> = seeds.iter().map(u64::to_string).collect();
    match all.as_slice() {
        [one] => format!("seed {one}"),
        several => format!(
            "mean of {} pictures, seeds {}",
            several.len(),
            several.join(", ")
        ),
    }
}

/// The thumbnail on the graphics card, uploaded once.
fn texture(ui: &Ui, study: FileId, run: &Run) -> TextureHandle {
    let id = Id::unique(("thumbnail", study, run.number));
    let known = ui.data(|data| data.get_temp::<TextureHandle>(id));
    known.unwrap_or_else(|| {
        let image = grey_image(&run.thumbnail);
        let name = format!("result {} of study {}", run.number, study.number());
        let texture = ui.ctx().load_texture(name, image, TextureOptions::LINEAR);
        ui.data_mut(|data| data.insert_temp(id, texture.clone()));
        texture
    })
}

fn grey_image(picture: &FloatImage) -> ColorImage {
    let (width, height) = picture.size();
    let grey = picture.values().iter();
    let grey: Vec<u8> = grey
        .map(|v| (255.0 * v.clamp(0.0, 1.0)).round() as u8)
        .collect();
    ColorImage::from_gray([width, height], &grey)
}
