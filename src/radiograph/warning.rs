//! What a reader should know before trusting a picture, and how much it weighs.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What a warning is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Topic {
    /// Which end of the stored values is white.
    Polarity,
    /// Whose picture it is.
    Identity,
    /// Modality, view, body part or processing that the networks were not made for.
    Kind,
    /// An age that the networks have not seen.
    Age,
    /// A picture too small for a fine result.
    Size,
    /// The size or shape of a pixel.
    Spacing,
    /// Windows and look-up tables of the file.
    Grey,
    /// Anything else in which the file departs from its standard.
    File,
    /// A lung mask that does not look like two lungs.
    LungMask,
    /// What suppression changed beyond bones.
    Changes,
}

/// One sentence, capital first and stop last, with what it is about.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Warning {
    /// What it is about.
    pub topic: Topic,
    /// The sentence.
    pub text: String,
}

impl Warning {
    /// A warning about `topic`.
    pub fn new(topic: Topic, text: impl Into<String>) -> Self {
        let text = text.into();
        Self { topic, text }
    }

    /// A warning about a departure from the file's standard.
    pub fn file(text: impl Into<String>) -> Self {
        Self::new(Topic::File, text)
    }

    /// Whether, overlooked, it costs more than a poor picture: the picture may be another one than it
    /// seems, or suppression may make nonsense of it.
    pub fn is_caution(&self) -> bool {
        match self.topic {
            Topic::Polarity
            | Topic::Identity
            | Topic::Kind
            | Topic::Age
            | Topic::LungMask
            | Topic::Changes => true,
            Topic::Size | Topic::Spacing | Topic::Grey | Topic::File => false,
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}
