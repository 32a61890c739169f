//! Which of the numbers that were read from pixels are those of the picture on the screen.

use super::measuring::PixelReading;
use super::state::AppState;
use super::study::OpenStudy;
use crate::measure::{Layer, LayerStatistics, LineProfile, Measure};

impl OpenStudy {
    /// What the pixels under a measure say, read of this very shape, of the result shown and in the unit in force;
    /// `None` until they were.
    pub fn current_reading(&self, measure: &Measure) -> Option<&PixelReading> {
        let reading = self.measure_record.readings.get(&measure.id)?;
        let is_current = reading.shape == measure.shape
            && reading.revision == self.shown_run()
            && reading.scale == self.scale();
        is_current.then_some(&reading.value)
    }
}

impl AppState {
    /// Why there are no numbers of what suppression made; `None` where there are.
    pub fn withheld_text(&self) -> Option<&'static str> {
        self.interpolation()?;
        Some(if self.is_running(self.study()?) {
            "interpolated: numbers come with the true picture"
        } else {
            "interpolated: release for numbers"
        })
    }

    /// Statistics of the layers that have numbers now.
    pub(super) fn told_statistics<'a>(
        &self,
        layers: &'a [LayerStatistics],
    ) -> impl Iterator<Item = &'a LayerStatistics> + use<'a> {
        let is_withheld = self.withheld_text().is_some();
        let is_told = move |one: &&LayerStatistics| is_told(one.layer, is_withheld);
        layers.iter().filter(is_told)
    }

    /// Profiles of the layers that have numbers now.
    pub(super) fn told_profiles(&self, profiles: &[LineProfile]) -> Vec<LineProfile> {
        let is_withheld = self.withheld_text().is_some();
        let profiles = profiles.iter();
        let told = profiles.filter(|profile| is_told(profile.layer, is_withheld));
        told.cloned().collect()
    }
}

/// Only the original is the same under an interpolated picture.
fn is_told(layer: Layer, is_withheld: bool) -> bool {
    layer == Layer::Original || !is_withheld
}
