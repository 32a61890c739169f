//! What can be wrong with a file.

use std::path::{Path, PathBuf};

/// A file that was not read, written or walked, and why.
#[derive(Debug, thiserror::Error)]
#[error("{problem} File: {}", path.display())]
pub struct FormatError {
    /// The file or folder concerned.
    pub path: PathBuf,
    /// What is wrong and what to do.
    #[source]
    pub problem: Problem,
}

impl FormatError {
    /// Ties a problem to the file it was found in.
    pub fn new(path: &Path, problem: impl Into<Problem>) -> Self {
        Self {
            path: path.to_owned(),
            problem: problem.into(),
        }
    }

    /// Short stable word for the kind of problem, for machine output.
    pub fn class(&self) -> &'static str {
        self.problem.class()
    }
}

/// What is wrong with a file; each sentence says what to do where something can be done.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The operating system refused.
    #[error(
        "The file cannot be used: {0}. Check that it exists and that you may read or write it."
    )]
    Io(#[from] std::io::Error),
    /// Nothing in the file.
    #[error("The file is empty. Export it again.")]
    Empty,
    /// No known kind of image.
    #[error(
        "This is not a radiograph: {looks_like}. Diaphane reads DICOM, PNG, TIFF and JPEG files."
    )]
    NotAnImage {
        /// What the file looks like instead.
        looks_like: String,
    },
    /// The file ends before what it announces.
    #[error("The file is cut short: {what}. Copy or export it again.")]
    Truncated {
        /// What is missing.
        what: String,
    },
    /// A length that cannot be true.
    #[error("The file states an impossible length: {what}. Export it again.")]
    BadLength {
        /// Which length.
        what: String,
    },
    /// File Meta Information that a reader needs is missing.
    #[error("The DICOM file meta information is incomplete: {what}. Export it again.")]
    MissingMeta {
        /// What is missing.
        what: String,
    },
    /// An attribute that is needed is missing.
    #[error("{attribute} is missing, so the picture cannot be shown correctly. Export it again.")]
    Missing {
        /// Keyword and tag.
        attribute: String,
    },
    /// An attribute contradicts the standard or the rest of the file.
    #[error("{attribute} is {value}, but {expected}. Export it again.")]
    Inconsistent {
        /// Keyword and tag, or the part of the codestream.
        attribute: String,
        /// The value found.
        value: String,
        /// What the standard or the rest of the file asks for.
        expected: String,
    },
    /// The data set does not parse.
    #[error("The DICOM data set is damaged: {what}. Export it again.")]
    CorruptDataset {
        /// Where and how.
        what: String,
    },
    /// Sequences nested beyond any real use.
    #[error("DICOM sequences are nested more than {limit} deep, which no real file needs.")]
    TooDeep {
        /// Deepest nesting accepted.
        limit: usize,
    },
    /// No picture in the file.
    #[error("The file holds no picture: {what}.")]
    NoPixelData {
        /// What was looked for.
        what: String,
    },
    /// Compressed pixel data that do not decode to what the header says.
    #[error("The compressed picture is damaged: {what}. Export it again.")]
    CorruptCodestream {
        /// Where and how.
        what: String,
    },
    /// A PNG, TIFF or JPEG file that does not decode.
    #[error("The picture is damaged: {what}. Export it again.")]
    CorruptImage {
        /// Where and how.
        what: String,
    },
    /// A transfer syntax without a decoder here.
    #[error(
        "The transfer syntax {name} ({uid}) is not supported. Export it as Explicit VR Little Endian."
    )]
    UnsupportedTransferSyntax {
        /// Transfer Syntax UID.
        uid: String,
        /// Its name, or "unknown".
        name: String,
    },
    /// A variant of a format without support here.
    #[error("{what} is not supported. Export the picture as 8 or 16 bit greyscale.")]
    Unsupported {
        /// Which variant.
        what: String,
    },
    /// Colour, where a radiograph has one channel.
    #[error(
        "This is a colour picture ({what}); a radiograph is greyscale. Export it as greyscale."
    )]
    NotGreyscale {
        /// Colour model found.
        what: String,
    },
    /// Larger than any radiograph.
    #[error("The picture is too large: {what}.")]
    TooLarge {
        /// Stated size and limit.
        what: String,
    },
    /// A picture that does not say where the lungs are.
    #[error(
        "This is no lung mask: {what}. Give a black picture with the lungs white, and nothing else."
    )]
    NotAMask {
        /// What was found instead.
        what: String,
    },
    /// A file that is no slice of a CT series.
    #[error(
        "This is no slice of a CT series: {what}. Give the folder of one axial series, or its files."
    )]
    NotCt {
        /// What was found instead.
        what: String,
    },
    /// A file reference that leads out of its folder.
    #[error("A DICOMDIR record points outside its folder ({what}); nothing is opened.")]
    PathEscape {
        /// The reference, quoted.
        what: String,
    },
    /// A file reference without a file.
    #[error("A DICOMDIR record names a file that is not there ({what}). Copy the whole medium.")]
    MissingFile {
        /// The reference, quoted.
        what: String,
    },
    /// A directory whose records do not form a tree.
    #[error("The DICOMDIR is damaged: {what}. Open the folder instead.")]
    CorruptDicomdir {
        /// Where and how.
        what: String,
    },
    /// A ZIP archive that is damaged, or packed in a way that is not supported.
    #[error("The ZIP archive cannot be read: {what}. Copy or export it again.")]
    CorruptArchive {
        /// Where and how.
        what: String,
    },
    /// A ZIP archive made to harm, or beyond any real use.
    #[error("The ZIP archive is not safe to open: {what}. Ask for the files themselves.")]
    UnsafeArchive {
        /// What is wrong with it.
        what: String,
    },
    /// A file of an archive that needs a password.
    #[error(
        "The file is encrypted inside its ZIP archive. Unpack the archive with its password first."
    )]
    EncryptedEntry,
    /// An archive in an archive.
    #[error("An archive inside an archive is not opened. Unpack the outer one first.")]
    NestedArchive,
    /// A file without DICOM attributes.
    #[error("The file has no DICOM attributes: {what}.")]
    NoAttributes {
        /// What it is instead.
        what: String,
    },
    /// An output that cannot be written where it is to lie.
    #[error(
        "This cannot be written: {0}. Give a file in a folder that exists and that you may write to."
    )]
    Unwritable(#[source] std::io::Error),
    /// An output that exists.
    #[error("The output exists already. Choose another name or allow overwriting.")]
    Exists,
    /// An output that would replace an input.
    #[error("The output would replace its own source. Choose another folder or name.")]
    WouldReplaceSource,
}

impl Problem {
    /// Short stable word for the kind of problem, for machine output.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Io(_) => "io",
            Self::Empty => "empty-file",
            Self::NotAnImage { .. } => "not-dicom",
            Self::Truncated { .. } => "truncated",
            Self::BadLength { .. } => "bad-length",
            Self::MissingMeta { .. } => "missing-meta",
            Self::Missing { .. } | Self::Inconsistent { .. } => "inconsistent-header",
            Self::CorruptDataset { .. } => "corrupt-dataset",
            Self::TooDeep { .. } => "too-deep",
            Self::NoPixelData { .. } => "no-pixel-data",
            Self::CorruptCodestream { .. } => "corrupt-codestream",
            Self::CorruptImage { .. } => "corrupt-image",
            Self::UnsupportedTransferSyntax { .. } => "unsupported-transfer-syntax",
            Self::Unsupported { .. } => "unsupported",
            Self::NotGreyscale { .. } => "not-a-grayscale-radiograph",
            Self::TooLarge { .. } => "too-large",
            Self::NotAMask { .. } => "not-a-mask",
            Self::NotCt { .. } => "not-ct",
            Self::PathEscape { .. } => "path-escape",
            Self::MissingFile { .. } => "missing-file",
            Self::CorruptDicomdir { .. } => "corrupt-dicomdir",
            Self::CorruptArchive { .. } => "corrupt-archive",
            Self::UnsafeArchive { .. } => "unsafe-archive",
            Self::EncryptedEntry => "encrypted",
            Self::NestedArchive => "nested-archive",
            Self::NoAttributes { .. } => "no-attributes",
            Self::Unwritable(_) => "unwritable",
            Self::Exists => "exists",
            Self::WouldReplaceSource => "would-replace-source",
        }
    }
}
