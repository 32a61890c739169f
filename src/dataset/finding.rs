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
    ($($(#[doc = $doc:literal])* $kind:ident => $severity:ident, $title:literal, $advice:literal;)*) => {
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

            /// What to do about it, one sentence.
            pub fn advice(self) -> &'static str {
                match self {
                    $(Self::$kind => $advice,)*
                }
            }
        }
    };
}

kinds! {
    /// A file of a pair cannot be read.
    Unreadable => Error, "cannot be read",
        "Export the file again, or take the pair away.";
    /// A radiograph has several files that could be its soft-tissue image.
    SeveralMates => Error, "several soft-tissue images",
        "Leave one radiograph and one soft-tissue image of each name, or study.";
    /// The mates have no common grid.
    SizeMismatch => Error, "mates of different shape",
        "Export both pictures of the pair uncut and unsqueezed.";
    /// The mates have other numbers of bits: their values have no common scale.
    BitDepth => Error, "mates of different bit depth",
        "Export both pictures with the same number of bits.";
    /// The mates' values have no common scale, though their files name the same number of bits.
    OtherScale => Error, "mates of different scale",
        "Export both pictures so that one grey is the same value in both.";
    /// The mates show black and white the other way round.
    MatePolarity => Error, "mates of opposite polarity",
        "Invert one of the two, so that bones are white in both.";
    /// The radiograph is the other way round than most of the dataset.
    OddPolarity => Error, "black and white exchanged",
        "Invert both pictures of the pair, so that bones are white.";
    /// The soft-tissue image is a mirror image.
    Mirrored => Error, "mirrored soft-tissue image",
        "Mirror one of the two, or export it again.";
    /// The soft-tissue image is turned by quarters.
    Turned => Error, "turned soft-tissue image",
        "Turn one of the two, or export it again.";
    /// The mates show different pictures.
    NoPair => Error, "not the same picture",
        "Put each picture with its own mate, or take the pair away.";
    /// The mates are the same picture.
    SamePicture => Error, "nothing was taken off",
        "Put the soft-tissue image in place of the copy of the radiograph.";
    /// The radiograph seems to be the soft-tissue image, and the other way round.
    Exchanged => Error, "radiograph and soft-tissue image exchanged",
        "Exchange the two files' names.";
    /// A picture has one value.
    Blank => Error, "blank picture",
        "Export the picture again, or take the pair away.";
    /// Much of a picture is cut off at its darkest or brightest value.
    Clipped => Error, "clipped picture",
        "Export the picture with a window that holds all of the chest.";
    /// Too few pixels for any network.
    TooSmall => Error, "too small",
        "Export at full size, or take the pair away.";
    /// One picture under two names, of different patients as far as is known.
    Duplicate => Error, "the same picture twice",
        "Keep one of the two pairs.";
    /// The mates' headers name different patients.
    TwoPatients => Error, "mates of two patients",
        "Put each picture with its own mate.";
    /// The header says that it is no frontal chest radiograph.
    NotChest => Error, "no frontal chest radiograph",
        "Take the pair away: networks here learn frontal chest radiographs of adults.";
    /// A picture made by a network.
    OwnOutput => Error, "made by a network",
        "Use the pictures that the device made.";
    /// The radiograph's description says that its bones were taken already.
    AlreadySuppressed => Error, "bones already suppressed",
        "Use the radiograph as it was taken.";
    /// The lung mask does not fit the radiograph, or is empty.
    Mask => Error, "unusable lung mask",
        "Draw the mask again, or take it away: lungs are found without it too.";
    /// The list of patients says nothing, or two things of one pair.
    PatientList => Error, "unusable list of patients",
        "Mend the line that is named, or take the list away: then each pair counts as a patient of its own.";
    /// One patient in two parts of a split.
    Leak => Error, "a patient in two parts of the split",
        "Split the dataset again, with a list of patients.";
    /// A file of a split has changed since.
    Changed => Error, "changed since the split",
        "Bring the file back as it was, or split again and train anew.";
    /// A pair that was added to a dataset after it was split.
    NotSplit => Error, "not in the split",
        "Split the dataset again, or take the pair away: its patient may be kept for the test.";
    /// A radiograph without a soft-tissue image, or the reverse.
    NoMate => Warning, "without a mate",
        "Give it its mate under the same name, or take it away; it is not used.";
    /// A file that is no picture.
    PassedOver => Warning, "passed over",
        "Nothing, where it is no picture of a pair; it is not used.";
    /// The list of patients names what is no pair.
    StrangePatient => Warning, "patients of no pair",
        "Write pairs into the list as this report names them: a slip can part the pairs of one patient.";
    /// The list of patients, and the files, leave out who is on a pair.
    UnlistedPair => Warning, "pairs without a patient",
        "Add a line for each of them: one person's pairs may come into two parts of a split.";
    /// The mates are of different size and the same shape.
    OtherSize => Warning, "mates of different size",
        "Nothing; better is an export of both in one size.";
    /// The mates state other pixel sizes, or one states none.
    MateSpacing => Warning, "mates of different pixel size",
        "Look whether both are of one exposure and of one field.";
    /// A pixel size far from the dataset's.
    OddSpacing => Warning, "odd pixel size",
        "Look whether it is of the same kind of device, and of an adult.";
    /// The soft-tissue image lies beside the radiograph.
    Shifted => Warning, "shifted",
        "Run diaphane dataset register, and learn from the copy that it writes.";
    /// Places moved between the exposures.
    Moved => Warning, "moved between exposures",
        "Look at the difference: where double outlines run through the lungs, leave the pair out.";
    /// Compressed with loss.
    Lossy => Warning, "compressed with loss",
        "Export without loss, where the device can.";
    /// Fewer pixels than the networks look at.
    Small => Warning, "small",
        "Export at full size, where the device can.";
    /// Some of a picture is cut off at its darkest or brightest value.
    PartlyClipped => Warning, "partly clipped",
        "Look whether it is air and collimator alone; else export with a wider window.";
    /// The soft-tissue image is brighter than its radiograph.
    Brighter => Warning, "brighter than its radiograph",
        "Look whether it is the soft-tissue image, and shown as its radiograph is.";
    /// Two radiographs that are nearly one.
    NearDuplicate => Warning, "nearly the same picture",
        "Nothing: a split keeps such pairs in one part.";
    /// Every pair of a dataset, or of the test part of a split, is a phantom.
    PhantomsOnly => Warning, "phantoms only",
        "Nothing, where the way is tried out; for figures that hold for patients, add pairs of patients.";
    /// The tone between the mates is unlike the others'.
    OddTone => Warning, "odd tone",
        "Look whether the device's processing was another one for this pair.";
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
