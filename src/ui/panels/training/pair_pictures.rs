//! Small pictures of pairs beside their rows: on the graphics card while their row is in sight, and no longer.

use crate::dataset::{Finding, PairReport, Report, Severity};
use crate::radiograph::Raster;
use crate::ui::theme;
use eframe::egui::{ColorImage, Id, Image, Rect, TextureHandle, TextureOptions, Ui, Vec2};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Side of the square that a small picture is fitted into, points.
pub(super) const PICTURE_SIDE: f32 = 72.0;
/// Gap between two pictures, points.
const GAP: f32 = 4.0;
/// Most pictures beside a row.
const MOST: usize = 3;
/// Width of the pictures beside a row, points.
pub(super) const PICTURES_WIDTH: f32 = MOST as f32 * (PICTURE_SIDE + GAP);

/// What a small picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Shown {
    Radiograph,
    SoftTissue,
    Difference,
}

impl Shown {
    /// Everything that is shown of a pair.
    pub const ALL: [Self; MOST] = [Self::Radiograph, Self::SoftTissue, Self::Difference];

    fn name(self) -> &'static str {
        match self {
            Self::Radiograph => "Radiograph",
            Self::SoftTissue => "Soft tissue",
            Self::Difference => "Difference",
        }
    }

    fn of(self, pair: &PairReport) -> Option<&Raster<u8>> {
        let pictures = pair.thumbnails.as_ref()?;
        match self {
            Self::Radiograph => Some(&pictures.radiograph),
            Self::SoftTissue => Some(&pictures.soft_tissue),
            Self::Difference => pictures.difference.as_ref(),
        }
    }
}

/// Index of a pair in its report, and which of its pictures.
pub(super) type PictureOf = (usize, Shown);

/// The pictures beside a finding: those of its pair, or the radiographs of two pairs that it is about.
pub(super) fn pictures_of(report: &Report, found: &Finding) -> Vec<PictureOf> {
    let mut pairs: Vec<usize> = (found.files.iter().take(2))
        .filter_map(|file| pair_of(report, file))
        .collect();
    pairs.dedup();
    match pairs.as_slice() {
        [one] => Shown::ALL.map(|shown| (*one, shown)).into(),
        both => both.iter().map(|&pair| (pair, Shown::Radiograph)).collect(),
    }
}

fn pair_of(report: &Report, file: &Path) -> Option<usize> {
    // As bytes: paths compared part by part would take their time among thousands.
    let is_it = |path: &PathBuf| path.as_os_str() == file.as_os_str();
    let mut pairs = report.pairs.iter();
    pairs.position(|pair| {
        let mask = pair.lung_mask.as_ref();
        let files = [Some(&pair.radiograph), Some(&pair.soft_tissue), mask];
        files.into_iter().flatten().any(is_it)
    })
}

/// Textures of the rows that are in sight.
#[derive(Clone, Default)]
pub(super) struct PairTextures {
    /// The report whose pairs they show; `None` of none.
    report: Option<Arc<Report>>,
    /// Its pairs and the worst that was found in each, those with findings first.
    order: Arc<[(usize, Option<Severity>)]>,
    before: HashMap<PictureOf, TextureHandle>,
    kept: HashMap<PictureOf, TextureHandle>,
}

/// Pairs by their indices with the worst that was found in each: errors first, then warnings, then the others, each in the
/// order of the report.
fn in_order(report: &Report) -> Arc<[(usize, Option<Severity>)]> {
    let mut worst: HashMap<&Path, Severity> = HashMap::new();
    for found in &report.findings {
        for file in &found.files {
            let known = worst.entry(file.as_path()).or_insert(found.severity);
            *known = found.severity.min(*known);
        }
    }
    let of_pair = |pair: &PairReport| {
        let mask = pair.lung_mask.as_ref();
        let files = [Some(&pair.radiograph), Some(&pair.soft_tissue), mask];
        let found = files.into_iter().flatten();
        found
            .filter_map(|file| worst.get(file.as_path()))
            .min()
            .copied()
    };
    let pairs = report.pairs.iter().enumerate();
    let mut order: Vec<_> = pairs.map(|(index, pair)| (index, of_pair(pair))).collect();
    order.sort_by_key(|&(_, worst)| (worst.is_none(), worst));
    order.into()
}

impl PairTextures {
    fn id() -> Id {
        Id::unique("pictures of pairs")
    }

    /// Those of the frame before, where they are of this report.
    pub fn take(ui: &Ui, report: &Arc<Report>) -> Self {
        let known = ui.data_mut(|data| data.remove_temp::<Self>(Self::id()));
        let known = known.filter(|known| {
            let before = known.report.as_ref();
            before.is_some_and(|before| Arc::ptr_eq(before, report))
        });
        let (before, order) = match known {
            Some(known) => (known.kept, known.order),
            None => (HashMap::new(), in_order(report)),
        };
        Self {
            report: Some(Arc::clone(report)),
            order,
            before,
            kept: HashMap::new(),
        }
    }

    /// The pairs as they are listed, with the worst that was found in each.
    pub fn order(&self) -> Arc<[(usize, Option<Severity>)]> {
        Arc::clone(&self.order)
    }

    /// Keeps for the next frame what was drawn in this one; the rest leaves the graphics card.
    pub fn keep(mut self, ui: &Ui) {
        self.before.clear();
        ui.data_mut(|data| data.insert_temp(Self::id(), self));
    }

    fn texture(&mut self, ui: &Ui, of: PictureOf) -> Option<TextureHandle> {
        if let Some(texture) = self.kept.get(&of) {
            return Some(texture.clone());
        }
        let texture = if let Some(texture) = self.before.remove(&of) {
            texture
        } else {
            let (pair, shown) = of;
            let picture = shown.of(self.report.as_ref()?.pairs.get(pair)?)?;
            let (width, height) = picture.size();
            let image = ColorImage::from_gray([width, height], picture.values());
            (ui.ctx()).load_texture("picture of a pair", image, TextureOptions::LINEAR)
        };
        self.kept.insert(of, texture.clone());
        Some(texture)
    }

    /// Draws pictures from the left of `area` on; `called` is the name of a pair on the screen.
    pub fn draw(
        &mut self,
        ui: &mut Ui,
        area: Rect,
        pictures: &[PictureOf],
        called: impl Fn(usize) -> String,
    ) {
        for (place, &of) in pictures.iter().take(MOST).enumerate() {
            let Some(texture) = self.texture(ui, of) else {
                continue;
            };
            let left = area.left() + place as f32 * (PICTURE_SIDE + GAP);
            let square = Rect::from_min_size(area.with_min_x(left).min, Vec2::splat(PICTURE_SIDE));
            let (pair, shown) = of;
            let name = format!("{} of {}", shown.name(), called(pair));
            let picture = Image::new(&texture).max_size(square.size());
            ui.painter().rect_filled(square, 0, theme::VIEW_BACKGROUND);
            ui.put(square, picture.alt_text(&name)).on_hover_ui(|ui| {
                ui.label(&name);
                ui.image(&texture);
            });
        }
    }
}
