//! How each picture of a study is looked at, and what moves together in all of them.

use super::camera::Camera;
use super::orientation::Orientation;
use crate::display::GreyScale;
use crate::radiograph::Voi;
use serde::{Deserialize, Serialize};

/// What a view shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Content {
    /// The radiograph.
    Original,
    /// The soft-tissue image.
    #[default]
    SoftTissue,
    /// The bone layer.
    Bone,
    /// What was taken away, in colours.
    Difference,
    /// How far pictures of different noise differ.
    Uncertainty,
}

impl Content {
    /// Every picture of a study.
    pub const ALL: [Self; 5] = [
        Self::Original,
        Self::SoftTissue,
        Self::Bone,
        Self::Difference,
        Self::Uncertainty,
    ];

    /// Its name on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Original => "Original",
            Self::SoftTissue => "Soft tissue",
            Self::Bone => "Bone",
            Self::Difference => "Original - soft tissue",
            Self::Uncertainty => "Uncertainty",
        }
    }

    /// Whether it is a grey picture of the patient, which has a window of its own. The others are scaled by the range of
    /// the difference.
    pub fn has_window(self) -> bool {
        matches!(self, Self::Original | Self::SoftTissue)
    }

    fn index(self) -> usize {
        match self {
            Self::Original => 0,
            Self::SoftTissue => 1,
            Self::Bone => 2,
            Self::Difference => 3,
            Self::Uncertainty => 4,
        }
    }
}

/// Whether places to look at twice have rings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Rings {
    /// In every view.
    #[default]
    Shown,
    /// In the list alone.
    Hidden,
}

impl Rings {
    /// The other one.
    #[must_use]
    pub fn toggled(self) -> Self {
        match self {
            Self::Shown => Self::Hidden,
            Self::Hidden => Self::Shown,
        }
    }
}

/// How one picture is looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct Look {
    /// Values of interest.
    pub voi: Voi,
    /// Black and white are exchanged on the screen.
    pub inverted: bool,
    /// Zoom and pan.
    pub camera: Camera,
    /// Turned and mirrored this way.
    pub orientation: Orientation,
}

impl Look {
    /// As a file is first shown.
    pub fn new(voi: Voi) -> Self {
        Self {
            voi,
            inverted: false,
            camera: Camera::default(),
            orientation: Orientation::default(),
        }
    }

    /// Grey on the screen, 0 is black and 1 white: padding stays black, inverted or not.
    pub fn on_screen(&self, display: f32, is_padding: bool) -> f32 {
        if self.inverted && !is_padding {
            1.0 - display
        } else {
            display
        }
    }

    /// Grey of a modality value on the screen in 8 bits, where the radiograph has this stored value.
    pub(super) fn grey8(&self, scale: &GreyScale, stored: i32, modality: f64) -> u8 {
        let display = scale.display_at(stored, modality);
        let grey = self.on_screen(display, scale.is_padding(stored));
        (255.0 * grey.clamp(0.0, 1.0)).round() as u8
    }
}

/// A part of a look that may be linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// Zoom and pan.
    Camera,
    /// Window centre and width.
    Window,
    /// Black and white exchanged.
    Invert,
    /// Turned and mirrored.
    Orientation,
}

impl Link {
    /// Every part, with its name in the menu.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Camera, "Zoom and pan"),
        (Self::Window, "Window"),
        (Self::Invert, "Black and white"),
        (Self::Orientation, "Turn and mirror"),
    ];

    fn copy(self, from: &Look, to: &mut Look) {
        match self {
            Self::Camera => to.camera = from.camera,
            Self::Window => to.voi = from.voi.clone(),
            Self::Invert => to.inverted = from.inverted,
            Self::Orientation => to.orientation = from.orientation,
        }
    }
}

/// What moves together in all pictures of a study; everything, until the reader says otherwise.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Links {
    /// One bit for each link that is cut.
    cut: u8,
}

impl Links {
    /// Nothing moves together.
    pub const NONE: Self = Self { cut: 0b1111 };

    /// Whether this part moves together.
    pub fn has(self, link: Link) -> bool {
        self.cut & (1 << link as u8) == 0
    }

    /// This link made or cut.
    #[must_use]
    pub fn with(self, link: Link, linked: bool) -> Self {
        let bit = 1 << link as u8;
        let cut = if linked {
            self.cut & !bit
        } else {
            self.cut | bit
        };
        Self { cut }
    }

    fn all(self) -> impl Iterator<Item = Link> {
        let links = Link::ALL.into_iter().map(|(link, _)| link);
        links.filter(move |&link| self.has(link))
    }
}

/// How every picture of a study is looked at. What is linked is equal in all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Looks {
    looks: [Look; Content::ALL.len()],
}

impl Looks {
    /// All alike.
    pub fn new(look: &Look) -> Self {
        Self {
            looks: std::array::from_fn(|_| look.clone()),
        }
    }

    /// How this picture is looked at.
    pub fn of(&self, content: Content) -> &Look {
        let [original, soft_tissue, bone, difference, uncertainty] = &self.looks;
        match content {
            Content::Original => original,
            Content::SoftTissue => soft_tissue,
            Content::Bone => bone,
            Content::Difference => difference,
            Content::Uncertainty => uncertainty,
        }
    }

    /// Changes how `content` is looked at; every picture follows in what is linked.
    pub fn change(&mut self, content: Content, links: Links, change: impl FnOnce(&mut Look)) {
        let mut changed = self.of(content).clone();
        change(&mut changed);
        for (index, look) in self.looks.iter_mut().enumerate() {
            if index == content.index() {
                *look = changed.clone();
            } else {
                links.all().for_each(|link| link.copy(&changed, look));
            }
        }
    }

    /// Makes every picture follow `content` in what is linked, after a link was made.
    pub fn follow(&mut self, content: Content, links: Links) {
        self.change(content, links, |_| {});
    }
}

#[cfg(test)]
mod tests {
    use super::super::camera::Zoom;
    use super::*;
    use rand::{Rng as _, SeedableRng as _};

    fn is_linked(looks: &Looks, link: Link) -> bool {
        let first = looks.of(Content::Original);
        Content::ALL.into_iter().all(|content| {
            let mut copied = looks.of(content).clone();
            link.copy(first, &mut copied);
            copied == *looks.of(content)
        })
    }

    fn change_one(look: &mut Look, link: Link, number: u32) {
        match link {
            Link::Camera => look.camera.zoom = Zoom::Scale(2.0 + number as f32),
            Link::Window => look.voi = Voi::covering(0.0, f64::from(number) + 2.0),
            Link::Invert => look.inverted = !look.inverted,
            Link::Orientation => look.orientation = look.orientation.turned_right(),
        }
    }

    /// Whatever is done in whatever order: linked parts are equal everywhere, cut ones stay in their own picture.
    #[test]
    fn links_hold_under_any_sequence_of_changes() {
        let mut random = rand_chacha::ChaCha8Rng::seed_from_u64(7);
        for _ in 0..200 {
            let mut looks = Looks::new(&Look::new(Voi::covering(0.0, 1.0)));
            let mut links = Links::default();
            for number in 0..40 {
                let content = Content::ALL[random.random_range(0..5)];
                let (link, _) = Link::ALL[random.random_range(0..4)];
                if random.random_bool(0.3) {
                    links = links.with(link, random.random_bool(0.5));
                    looks.follow(content, links);
                } else {
                    let before = looks.clone();
                    looks.change(content, links, |look| change_one(look, link, number));
                    for other in Content::ALL {
                        let moved = looks.of(other) != before.of(other);
                        assert_eq!(moved, other == content || links.has(link));
                    }
                }
                for (link, name) in Link::ALL {
                    assert!(!links.has(link) || is_linked(&looks, link), "{name}");
                }
            }
        }
    }
}
