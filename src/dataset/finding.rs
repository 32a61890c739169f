//! What is wrong, or odd, in a dataset.

use serde::Serialize;
use std::fmt;
use std::path::PathBuf;

/// Whether a network may learn from what was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// It must not: the dataset is refused until it is mended or left out.
    Error,
    /// It may, and somebody should have looked.
    Warning,
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $kind:ident => $severity:ident, $title:literal;)*) => {
        /// What was found.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum FindingKind {
            $($(#[doc = $doc])* $kind,)*
        }

        impl FindingKind {
            /// Every kind, errors first.
            pub const ALL: &[Self] = &[$(Self::$kind,)*];

            /// Whether a network may learn from it.
            pub fn severity(self) -> Severity {
                match self {
                    $(Self::$kind => Severity::$severity,)*
                }
            }

            /// In a few words, for a heading.
            pub fn title(self) -> &'static str {
                match self {
                    $(Self::$kind => $title,)*
                }
            }
        }
    };
}

kinds! {
    /// A file of a pair cannot be read.
    Unreadable => Error, "cannot be read";
    /// A radiograph has several files that could be its soft-tissue image.
    SeveralMates => Error, "several soft-tissue images";
    /// The mates have no common grid.
    SizeMismatch => Error, "mates of different shape";
    /// The mates have other numbers of bits: their values have no common scale.
    BitDepth => Error, "mates of different bit depth";
    /// The mates show black and white the other way round.
    MatePolarity => Error, "mates of opposite polarity";
    /// The radiograph is the other way round than most of the dataset.
    OddPolarity => Error, "black and white exchanged";
    /// The soft-tissue image is a mirror image.
    Mirrored => Error, "mirrored soft-tissue image";
    /// The mates show different pictures.
    NoPair => Error, "not the same picture";
    /// The mates are the same picture.
    SamePicture => Error, "nothing was taken off";
    /// The radiograph seems to be the soft-tissue image, and the other way round.
    Exchanged => Error, "radiograph and soft-tissue image exchanged";
    /// A picture has one value.
    Blank => Error, "blank picture";
    /// Much of a picture is cut off at its darkest or brightest value.
    Clipped => Error, "clipped picture";
    /// One picture under two names, of different patients as far as is known.
    Duplicate => Error, "the same picture twice";
    /// The mates' headers name different patients.
    TwoPatients => Error, "mates of two patients";
    /// The header says that it is no frontal chest radiograph.
    NotChest => Error, "no frontal chest radiograph";
    /// A soft-tissue image made by a network.
    OwnOutput => Error, "made by a network";
    /// The radiograph's description says that its bones were taken already.
    AlreadySuppressed => Error, "bones already suppressed";
    /// The lung mask does not fit the radiograph, or is empty.
    Mask => Error, "unusable lung mask";
    /// One patient in two parts of a split.
    Leak => Error, "a patient in two parts of the split";
    /// A file of a split has changed since.
    Changed => Error, "changed since the split";
    /// A radiograph without a soft-tissue image, or the reverse.
    NoMate => Warning, "without a mate";
    /// A file that is no picture.
    PassedOver => Warning, "passed over";
    /// The mates are of different size and the same shape.
    OtherSize => Warning, "mates of different size";
    /// The mates state other pixel sizes, or one states none.
    MateSpacing => Warning, "mates of different pixel size";
    /// A pixel size far from the dataset's.
    OddSpacing => Warning, "odd pixel size";
    /// The soft-tissue image lies beside the radiograph.
    Shifted => Warning, "shifted";
    /// Places moved between the exposures.
    Moved => Warning, "moved between exposures";
    /// Compressed with loss.
    Lossy => Warning, "compressed with loss";
    /// Fewer pixels than the networks look at.
    Small => Warning, "small";
    /// Some of a picture is cut off at its darkest or brightest value.
    PartlyClipped => Warning, "partly clipped";
    /// Two radiographs that are nearly one.
    NearDuplicate => Warning, "nearly the same picture";
    /// The tone between the mates is unlike the others'.
    OddTone => Warning, "odd tone";
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}

/// One thing found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What it is.
    pub kind: FindingKind,
    /// Whether it refuses the dataset.
    pub severity: Severity,
    /// The files it is about.
    pub files: Vec<PathBuf>,
    /// One sentence: what, and what to do.
    pub text: String,
}

impl Finding {
    /// Something found in `files`.
    pub(super) fn new(kind: FindingKind, files: &[&PathBuf], text: impl Into<String>) -> Self {
        Self {
            kind,
            severity: kind.severity(),
            files: files.iter().map(|path| (*path).clone()).collect(),
            text: text.into(),
        }
    }
}
