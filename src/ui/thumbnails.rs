//! Thumbnails on the graphics card, uploaded once and only when their row is drawn.

use crate::radiograph::Raster;
use eframe::egui::{ColorImage, Context, TextureHandle, TextureOptions};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What was uploaded, by file.
#[derive(Default)]
pub struct ThumbnailTextures {
    uploaded: HashMap<PathBuf, (Arc<Raster<u8>>, TextureHandle)>,
}

impl ThumbnailTextures {
    /// The texture of a file's thumbnail.
    pub fn of(&mut self, ctx: &Context, path: &Path, thumbnail: &Arc<Raster<u8>>) -> TextureHandle {
        if let Some((uploaded, texture)) = self.uploaded.get(path)
            && Arc::ptr_eq(uploaded, thumbnail)
        {
            return texture.clone();
        }
        let (width, height) = thumbnail.size();
        let image = ColorImage::from_gray([width, height], thumbnail.values());
        let texture = ctx.load_texture("thumbnail", image, TextureOptions::LINEAR);
        let entry = (Arc::clone(thumbnail), texture.clone());
        self.uploaded.insert(path.to_owned(), entry);
        texture
    }
}
