//! What may be asked of the phantom.

use super::SimulateError;

/// Smallest side that still resolves a rib's cortex.
pub const MIN_SIZE_PX: usize = 128;
/// Largest side made; beyond it a study takes more memory than it teaches.
pub const MAX_SIZE_PX: usize = 4096;

/// How a phantom study is drawn and shown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PhantomConfig {
    /// Side of the square pictures in pixels, [`MIN_SIZE_PX`] to [`MAX_SIZE_PX`].
    pub size_px: usize,
    /// Grain of the two pictures.
    pub noise: NoiseModel,
    /// Grey scale of the soft-tissue image against the radiograph's.
    pub soft_tone: SoftTone,
    /// How far patients, findings, devices and processing vary.
    pub profile: PhantomProfile,
}

impl Default for PhantomConfig {
    fn default() -> Self {
        Self {
            size_px: 1024,
            noise: NoiseModel::Shared,
            soft_tone: SoftTone::Common,
            profile: PhantomProfile::Plain,
        }
    }
}

/// How far phantoms differ from each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhantomProfile {
    /// Healthy adults before one machine, now and then a round nodule or a port: the study of
    /// examples and of tests with exact numbers. What a seed draws does not change between versions.
    Plain,
    /// What a network has to meet in training: every [`Group`] that is not left out.
    Varied(Variety),
}

/// What varies in [`PhantomProfile::Varied`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Variety {
    /// Groups drawn; the others stay as in [`PhantomProfile::Plain`], without its nodules and port.
    pub groups: Groups,
    /// Where calcium that is no bone goes.
    pub calcium: CalciumLayer,
    /// Whether heart and diaphragm move between the two exposures, as in a two-shot machine: dark
    /// and bright bands along their borders in the soft-tissue image, which is no longer exact there.
    pub motion: bool,
}

impl Default for Variety {
    fn default() -> Self {
        Self {
            groups: Groups::ALL,
            calcium: CalciumLayer::Bone,
            motion: false,
        }
    }
}

/// Where granulomas and calcified vessels go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CalciumLayer {
    /// Into the bone image: a dual-energy machine cannot tell calcium from bone, and takes it off.
    Bone,
    /// Into the soft-tissue image: kept, as a reader may want it.
    SoftTissue,
}

/// What may be left out of a varied phantom.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Group {
    /// Habitus, pose and breath beyond the plain ranges.
    Patient,
    /// Lung nodules: solid, part-solid, ground-glass, spiculated, cavitary.
    Nodules,
    /// Consolidation, effusion, pneumothorax, plate atelectasis, reticulation, bulla, hilar mass.
    Pathology,
    /// Tubes, lines, ports, pacemakers, drains, clips, wires, electrodes, markers.
    Devices,
    /// Calcified granulomas and nodes, calcium of the aortic arch.
    Calcium,
    /// Tube voltage.
    Beam,
    /// Tone curve, band gains, scatter and grain of the display processing.
    Vendor,
}

/// A set of [`Group`]s.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Groups(u8);

impl Groups {
    /// Every group.
    pub const ALL: Self = Self(0x7F);

    /// Whether `group` is in the set.
    pub fn has(self, group: Group) -> bool {
        self.0 & Self::bit(group) != 0
    }

    /// The set without `group`.
    #[must_use]
    pub fn without(self, group: Group) -> Self {
        Self(self.0 & !Self::bit(group))
    }

    fn bit(group: Group) -> u8 {
        1 << (group as u8)
    }
}

/// Whether the two pictures of a study carry the same grain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoiseModel {
    /// The same grain in both, so that `radiograph = soft_tissue + bone` holds in every pixel.
    Shared,
    /// Grain of its own in each, as in two exposures; weaker in the soft-tissue image.
    Independent,
    /// No grain.
    None,
}

/// Grey scale of the soft-tissue image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoftTone {
    /// The radiograph's: the bone image is 0 away from bones.
    Common,
    /// Darker than the radiograph by an offset drawn for each study, 9 to 22 grey of 255: real
    /// dual-energy pairs differ by that much. The bone image stays free of it.
    Offset,
}

impl PhantomConfig {
    /// Checks the size.
    ///
    /// # Errors
    /// [`SimulateError::Size`] outside [`MIN_SIZE_PX`] to [`MAX_SIZE_PX`].
    pub fn validate(&self) -> Result<(), SimulateError> {
        if (MIN_SIZE_PX..=MAX_SIZE_PX).contains(&self.size_px) {
            Ok(())
        } else {
            Err(SimulateError::Size {
                size_px: self.size_px,
            })
        }
    }
}
