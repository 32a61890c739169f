//! Thumbnails on the graphics card, uploaded once and only when their row is drawn.

use super::study::Study;
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
    /// Lets the thumbnails of files go that are not on the list any more.
    pub(super) fn keep_listed(&mut self, studies: &[Study]) {
        // Entries of one path share a thumbnail: never more of these than of those, unless some have left.
        if self.uploaded.len() > studies.len() {
            self.uploaded
                .retain(|path, _| studies.iter().any(|study| study.path == *path));
        }
    }

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
