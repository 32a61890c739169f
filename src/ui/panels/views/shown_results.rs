//! Which results a view shows, and where: rings and labels belong to the picture that they are of.

use super::view::View;
use crate::render::{Mixture, Region};
use crate::ui::camera::Placement;
use crate::ui::look::Content;
use crate::ui::runs::Run;
use eframe::egui::{Pos2, Rect};

/// Width of the rim in which rounding could tell a border of the picture wrong, screen pixels.
const RIM_PX: f32 = 1.0;

/// Where in a view a picture stands; screen pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Part {
    /// All over it.
    Whole,
    /// In a region.
    Inside(Region),
    /// Everywhere else.
    Outside(Region),
}

impl Part {
    /// Whether the picture stands at a screen pixel.
    pub fn contains(self, at: [f32; 2]) -> bool {
        match self {
            Self::Whole => true,
            Self::Inside(region) => region.contains(at),
            Self::Outside(region) => !region.contains(at),
        }
    }

    /// Whether the picture stands all over the rectangle between these corners.
    pub fn covers(self, min: [f32; 2], max: [f32; 2]) -> bool {
        match self {
            Self::Whole => true,
            // A region has no dents: it holds a rectangle with its corners.
            Self::Inside(region) => [min, max, [min[0], max[1]], [max[0], min[1]]]
                .into_iter()
                .all(|corner| region.contains(corner)),
            Self::Outside(region) => !region.touches(min, max),
        }
    }
}

/// A result in a view.
#[derive(Debug, Clone, Copy)]
pub(super) struct ShownResult<'a> {
    pub run: &'a Run,
    pub part: Part,
    /// It is the one that the result shown is compared with.
    pub is_rival: bool,
}

impl<'a> View<'a> {
    /// The results whose pictures this view shows. The original shows where the places lie that were marked in the
    /// result of its place.
    pub(super) fn shown_results(&self, content: Content, mixture: Mixture) -> Vec<ShownResult<'a>> {
        let runs = &self.study.runs;
        let result = |run, part, is_rival| ShownResult {
            run,
            part,
            is_rival,
        };
        let Some(shown) = runs.shown() else {
            return Vec::new();
        };
        let Some(rival) = runs.rival() else {
            let is_result = content != Content::SoftTissue || self.state.interpolation().is_none();
            let shown = is_result.then(|| result(shown, Part::Whole, false));
            return shown.into_iter().collect();
        };
        let [base, layer] = match content {
            Content::Original if self.cell == Content::Original => [Some(Part::Whole), None],
            Content::SoftTissue => parts(mixture),
            Content::Difference => [Some(Part::Whole); 2],
            Content::Original | Content::Bone | Content::Uncertainty => [None, Some(Part::Whole)],
        };
        let layer = layer.map(|part| result(shown, part, false));
        let base = base.map(|part| result(rival, part, true));
        layer.into_iter().chain(base).collect()
    }

    /// The part of the view that the picture covers, points; where it covers none, a rectangle without area at the
    /// view's border.
    pub(super) fn picture_rect(&self, placement: &Placement, pixels_per_point: f32) -> Rect {
        let at = |image| {
            let [x, y] = placement.screen_from_image(image);
            (Pos2::new(x, y) / pixels_per_point).clamp(self.rect.min, self.rect.max)
        };
        Rect::from_two_pos(at([0.0, 0.0]), at(self.image().size))
    }

    /// Whether anything on this view's screen is not the original as it is.
    pub(super) fn shows_processed(
        &self,
        content: Content,
        mixture: Mixture,
        (placement, pixels_per_point): (&Placement, f32),
    ) -> bool {
        match content {
            Content::Original => self.shows_rival(),
            Content::SoftTissue if self.study.runs.rival().is_none() => {
                let picture = self.picture_rect(placement, pixels_per_point);
                let on_screen =
                    |at: Pos2, rim: f32| [at.x, at.y].map(|v| v * pixels_per_point + rim);
                let min = on_screen(picture.min, -RIM_PX);
                let max = on_screen(picture.max, RIM_PX);
                mixture.amount > 0.0
                    && (mixture.region == Region::Everywhere || mixture.region.touches(min, max))
            }
            _ => true,
        }
    }
}

/// Where base and layer stand in a mixture.
fn parts(mixture: Mixture) -> [Option<Part>; 2] {
    let is_mixed = mixture.amount < 1.0;
    match mixture.region {
        _ if mixture.amount <= 0.0 => [Some(Part::Whole), None],
        Region::Everywhere => [is_mixed.then_some(Part::Whole), Some(Part::Whole)],
        region => {
            let base = if is_mixed {
                Part::Whole
            } else {
                Part::Outside(region)
            };
            [Some(base), Some(Part::Inside(region))]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIPE: Region = Region::Beyond {
        point: [100.0, 0.0],
        normal: [1.0, 0.0],
    };

    #[test]
    fn each_side_of_a_wipe_holds_its_own_picture_and_a_mixture_both() {
        let of = |amount, region| parts(Mixture { amount, region });
        let whole = Some(Part::Whole);
        assert_eq!(
            of(1.0, WIPE),
            [Some(Part::Outside(WIPE)), Some(Part::Inside(WIPE))]
        );
        assert_eq!(of(0.5, WIPE), [whole, Some(Part::Inside(WIPE))]);
        assert_eq!(of(1.0, Region::Everywhere), [None, whole]);
        assert_eq!(of(0.5, Region::Everywhere), [whole, whole]);
        assert_eq!(of(0.0, WIPE), [whole, None]);
    }

    #[test]
    fn a_rectangle_across_the_line_lies_on_neither_side() {
        let [inside, outside] = [Part::Inside(WIPE), Part::Outside(WIPE)];
        let (left, across, right) = ([0.0, 90.0], [90.0, 110.0], [110.0, 200.0]);
        let covers = |part: Part, [min, max]: [f32; 2]| part.covers([min, 0.0], [max, 9.0]);
        assert!(covers(inside, right) && !covers(inside, across) && !covers(inside, left));
        assert!(covers(outside, left) && !covers(outside, across) && !covers(outside, right));
        assert!(outside.contains([99.0, 0.0]) && inside.contains([101.0, 0.0]));
    }
}
