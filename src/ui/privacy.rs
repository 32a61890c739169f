//! Whether the screen tells whose pictures it shows.

/// Whether the screen tells whose pictures it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Privacy {
    /// Names, dates and files stand where a reader looks for them.
    #[default]
    Open,
    /// Nothing tells whose pictures these are, file names included.
    Hidden,
}

impl Privacy {
    /// The other one.
    #[must_use]
    pub fn toggled(self) -> Self {
        match self {
            Self::Open => Self::Hidden,
            Self::Hidden => Self::Open,
        }
    }
}

/// Stands for a path while patient details are hidden.
pub const HIDDEN: &str = "(hidden)";
