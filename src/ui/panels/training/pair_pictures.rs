//! Small pictures of pairs beside their rows: on the graphics card while their row is in sight, and no longer.

use crate::dataset::{Finding, PairReport, Report, Severity, THUMBNAIL_PX};
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

/// What a small picture shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Shown {
    Radiograph,
    SoftTissue,
    Difference,
    Registered,
}

impl Shown {
    /// Everything that may be shown of a pair, from the left.
    const ALL: [Self; 4] = [
        Self::Radiograph,
        Self::SoftTissue,
        Self::Difference,
        Self::Registered,
    ];
    /// How many of them a pair has that lies on its radiograph.
    const USUAL: usize = 3;

    /// What is shown of this pair.
    pub fn of_pair(pair: &PairReport) -> impl Iterator<Item = Self> {
        let all = Self::ALL.into_iter();
        all.filter(|shown| shown.of(pair).is_some())
    }

    /// As it is called above a list.
    fn heading(self) -> &'static str {
        match self {
            Self::Radiograph => "Radiograph",
            Self::SoftTissue => "Soft tissue",
            Self::Difference => "Difference",
            Self::Registered => "After registration",
        }
    }

    /// What stands beside it in large, from the left.
    fn large(self, pair: &PairReport) -> Vec<Self> {
        match self {
            Self::Difference | Self::Registered => Self::of_pair(pair)
                .filter(|shown| matches!(shown, Self::Difference | Self::Registered))
                .collect(),
            alone => vec![alone],
        }
    }

    /// As it is called, of a pair that is called `called`.
    fn caption(self, pair: &PairReport, called: &str) -> String {
        let when = match self {
            Self::Registered => " after registration",
            Self::Difference if Self::Registered.of(pair).is_some() => " before registration",
            _ => "",
        };
        let what = match self {
            Self::Registered => Self::Difference.heading(),
            other => other.heading(),
        };
        format!("{what} of {called}{when}")
    }

    fn of(self, pair: &PairReport) -> Option<&Raster<u8>> {
        let pictures = pair.thumbnails.as_ref()?;
        match self {
            Self::Radiograph => Some(&pictures.radiograph),
            Self::SoftTissue => Some(&pictures.soft_tissue),
            Self::Difference => pictures.difference.as_ref(),
            Self::Registered => pictures.difference_registered.as_ref(),
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
        [one] => {
            let pair = report.pairs.get(*one).into_iter();
            let shown = pair.flat_map(Shown::of_pair);
            shown.map(|shown| (*one, shown)).collect()
        }
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
    /// Most pictures that one of them has.
    most: usize,
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

/// Most pictures that a pair of a report has.
fn most_pictures(report: &Report) -> usize {
    let pairs = report.pairs.iter();
    let most = pairs.map(|pair| Shown::of_pair(pair).count()).max();
    most.unwrap_or(0).max(Shown::USUAL)
}

/// Where a picture of a row begins.
fn left_of(row: Rect, place: usize) -> f32 {
    row.left() + place as f32 * (PICTURE_SIDE + GAP)
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
        let (before, order, most) = match known {
            Some(known) => (known.kept, known.order, known.most),
            None => (HashMap::new(), in_order(report), most_pictures(report)),
        };
        Self {
            report: Some(Arc::clone(report)),
            order,
            most,
            before,
            kept: HashMap::new(),
        }
    }

    /// The pairs as they are listed, with the worst that was found in each.
    pub fn order(&self) -> Arc<[(usize, Option<Severity>)]> {
        Arc::clone(&self.order)
    }

    /// Width of the pictures beside a row, points.
    pub fn width(&self) -> f32 {
        self.most as f32 * (PICTURE_SIDE + GAP)
    }

    /// What the pictures of a row are called, and where that stands above them.
    pub fn headings(&self, row: Rect) -> impl Iterator<Item = (&'static str, Rect)> + use<> {
        let shown = Shown::ALL.into_iter().take(self.most).enumerate();
        shown.map(move |(place, shown)| {
            let left = left_of(row, place);
            let cell = row.with_min_x(left).with_max_x(left + PICTURE_SIDE);
            (shown.heading(), cell)
        })
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
        let Some(report) = self.report.clone() else {
            return;
        };
        for (place, &(index, shown)) in pictures.iter().take(self.most).enumerate() {
            let (Some(texture), Some(pair)) =
                (self.texture(ui, (index, shown)), report.pairs.get(index))
            else {
                continue;
            };
            let corner = area.with_min_x(left_of(area, place)).min;
            let square = Rect::from_min_size(corner, Vec2::splat(PICTURE_SIDE));
            let name = called(index);
            let picture = Image::new(&texture).max_size(square.size());
            ui.painter().rect_filled(square, 0, theme::VIEW_BACKGROUND);
            ui.put(square, picture.alt_text(shown.caption(pair, &name)))
                .on_hover_ui(|ui| {
                    ui.horizontal(|ui| {
                        for shown in shown.large(pair) {
                            self.large_ui(ui, (index, shown), &shown.caption(pair, &name));
                        }
                    });
                });
        }
    }

    /// A picture under its words.
    fn large_ui(&mut self, ui: &mut Ui, of: PictureOf, caption: &str) {
        ui.vertical(|ui| {
            if let Some(texture) = self.texture(ui, of) {
                ui.set_max_width(THUMBNAIL_PX as f32);
                ui.label(caption);
                ui.image(&texture);
            }
        });
    }
}
