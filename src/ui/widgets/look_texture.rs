//! Small pictures on the graphics card that are made anew where their study is looked at otherwise.

use crate::radiograph::{Raster, Voi};
use crate::ui::look::Look;
use crate::ui::orientation::Orientation;
use eframe::egui::{ColorImage, Id, TextureHandle, TextureOptions, Ui};
use std::fmt::Debug;
use std::hash::Hash;

/// What a texture holds: number of what it was made of, and how that is looked at.
#[derive(Clone, PartialEq)]
struct Shows {
    number: u64,
    voi: Voi,
    inverted: bool,
    orientation: Orientation,
}

/// The texture of this name: the one that is there, or of the greys that are made now.
pub fn look_texture(
    ui: &Ui,
    name: impl Hash + Debug,
    (number, look): (u64, &Look),
    greys: impl FnOnce() -> Raster<u8>,
) -> TextureHandle {
    let text = format!("{name:?}");
    let id = Id::unique(("looked at", name));
    let shows = Shows {
        number,
        voi: look.voi.clone(),
        inverted: look.inverted,
        orientation: look.orientation,
    };
    let known = ui.data(|data| data.get_temp::<(TextureHandle, Shows)>(id));
    if let Some((texture, shown)) = known
        && shown == shows
    {
        return texture;
    }
    let greys = greys();
    let (width, height) = greys.size();
    let image = ColorImage::from_gray([width, height], greys.values());
    let texture = ui.ctx().load_texture(text, image, TextureOptions::LINEAR);
    ui.data_mut(|data| data.insert_temp(id, (texture.clone(), shows)));
    texture
}
