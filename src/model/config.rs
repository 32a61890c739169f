//! Checks of network sizes that may come from a file.

use thiserror::Error;

/// Why a network of the asked-for sizes cannot be built.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ConfigError {
    /// A size is zero, negative or beyond any sensible network.
    #[error("`{field}` of the {network} is {value}; give a number from 1 to {largest}")]
    OutOfRange {
        /// Which network.
        network: &'static str,
        /// Which field of its configuration.
        field: &'static str,
        /// What it holds.
        value: i64,
        /// Largest accepted value.
        largest: i64,
    },
    /// A list has a length the network cannot be built with.
    #[error("`{field}` of the {network} has {actual} entries; it needs {expected}")]
    Length {
        /// Which network.
        network: &'static str,
        /// Which field of its configuration.
        field: &'static str,
        /// Its length.
        actual: usize,
        /// The accepted lengths in words.
        expected: &'static str,
    },
    /// Channels cannot be split evenly.
    #[error(
        "{channels} channels of the {network} cannot be split into {parts} {what}; choose numbers that divide"
    )]
    Indivisible {
        /// Which network.
        network: &'static str,
        /// The channels to split.
        channels: i64,
        /// Into how many parts.
        parts: i64,
        /// What the parts are.
        what: &'static str,
    },
}

/// Collects the name of a network for the checks of its fields.
#[derive(Clone, Copy)]
pub(super) struct Checker(pub(super) &'static str);

/// Beyond this a size is a corrupt file, not a network.
const LARGEST: i64 = 1 << 16;

impl Checker {
    /// Every value lies in 1..=65,536.
    pub(super) fn positive(self, field: &'static str, values: &[i64]) -> Result<(), ConfigError> {
        match values.iter().find(|value| !(1..=LARGEST).contains(*value)) {
            None => Ok(()),
            Some(&value) => Err(ConfigError::OutOfRange {
                network: self.0,
                field,
                value,
                largest: LARGEST,
            }),
        }
    }

    /// A list of 1 to 8 levels.
    pub(super) fn levels(self, field: &'static str, values: &[i64]) -> Result<(), ConfigError> {
        self.positive(field, values)?;
        if (1..=8).contains(&values.len()) {
            return Ok(());
        }
        Err(ConfigError::Length {
            network: self.0,
            field,
            actual: values.len(),
            expected: "1 to 8",
        })
    }

    /// A list of exactly four entries.
    pub(super) fn four(self, field: &'static str, values: &[i64]) -> Result<(), ConfigError> {
        self.positive(field, values)?;
        if values.len() == 4 {
            return Ok(());
        }
        Err(ConfigError::Length {
            network: self.0,
            field,
            actual: values.len(),
            expected: "4",
        })
    }

    /// `channels` splits evenly into `parts`.
    pub(super) fn divides(
        self,
        channels: i64,
        parts: i64,
        what: &'static str,
    ) -> Result<(), ConfigError> {
        if parts > 0 && channels % parts == 0 {
            return Ok(());
        }
        Err(ConfigError::Indivisible {
            network: self.0,
            channels,
            parts,
            what,
        })
    }
}
