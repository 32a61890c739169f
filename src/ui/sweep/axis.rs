//! The settings that a grid varies: their values as they are proposed, written and applied.

use crate::ui::leg_scrub::LEG_RANGE;
use crate::ui::panels::settings::most_steps;
use crate::worker::SuppressionSettings;

/// Values of one setting at most.
const MOST_VALUES: usize = 5;
/// Distance of the proposed LEG weights, as a share of the study's own.
const LEG_STEP: f64 = 0.2;
/// The least distance of them.
const LEAST_LEG_STEP: f64 = 0.25;

/// A setting that a grid can vary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SweepParameter {
    /// The LEG weight.
    LegWeight,
    /// The steps of the sampler.
    Steps,
    /// The seed.
    Seed,
}

/// Which two settings a grid varies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum SweepAxes {
    /// LEG weight from left to right, steps downwards.
    #[default]
    LegAndSteps,
    /// LEG weight from left to right, seeds downwards.
    LegAndSeed,
    /// Steps from left to right, seeds downwards.
    StepsAndSeed,
}

/// A value of a setting.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum SweepValue {
    /// Of the LEG weight.
    LegWeight(f64),
    /// Of the steps.
    Steps(usize),
    /// Of the seed.
    Seed(u64),
}

/// Why values cannot be taken as they are written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AxisError {
    /// None.
    #[error("write one to {MOST_VALUES} values, with commas between them")]
    Empty,
    /// More than fit.
    #[error("{0} values are too many; write {MOST_VALUES} at most")]
    TooMany(usize),
    /// One is none of this setting's.
    #[error("\"{text}\" is not {wanted}")]
    Invalid {
        /// As written.
        text: String,
        /// What it should be.
        wanted: String,
    },
}

impl SweepAxes {
    /// Every pair.
    pub const ALL: [Self; 3] = [Self::LegAndSteps, Self::LegAndSeed, Self::StepsAndSeed];

    /// What varies from left to right.
    pub fn columns(self) -> SweepParameter {
        match self {
            Self::LegAndSteps | Self::LegAndSeed => SweepParameter::LegWeight,
            Self::StepsAndSeed => SweepParameter::Steps,
        }
    }

    /// What varies downwards.
    pub fn rows(self) -> SweepParameter {
        match self {
            Self::LegAndSteps => SweepParameter::Steps,
            Self::LegAndSeed | Self::StepsAndSeed => SweepParameter::Seed,
        }
    }

    /// Its name on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::LegAndSteps => "LEG weight and steps",
            Self::LegAndSeed => "LEG weight and seed",
            Self::StepsAndSeed => "Steps and seed",
        }
    }
}

impl SweepParameter {
    /// Every setting.
    pub const ALL: [Self; 3] = [Self::LegWeight, Self::Steps, Self::Seed];

    /// What it is called with several values.
    pub fn name(self) -> &'static str {
        match self {
            Self::LegWeight => "LEG weights",
            Self::Steps => "Steps",
            Self::Seed => "Seeds",
        }
    }

    /// Values round those of the study, as text; seeds so far apart that no two cells share a picture.
    pub(super) fn proposed(self, settings: &SuppressionSettings, num_seeds: usize) -> String {
        let mut values: Vec<SweepValue> = match self {
            Self::LegWeight => {
                let own = settings.leg_weight;
                let (low, high) = (*LEG_RANGE.start(), *LEG_RANGE.end());
                // To a twentieth: nobody tells finer ones apart.
                let step = ((LEG_STEP * own * 20.0).round() / 20.0).max(LEAST_LEG_STEP);
                let near = [(own - step).max(low), own, (own + step).min(high)];
                near.map(SweepValue::LegWeight).into()
            }
            Self::Steps => {
                let own = settings.steps;
                let most = most_steps(settings.sampler);
                let near = [(own / 2).max(1), own, (own * 2).min(most)];
                near.map(SweepValue::Steps).into()
            }
            Self::Seed => {
                let seed = |i: u64| settings.seed.wrapping_add(i * num_seeds as u64);
                [0, 1, 2].map(|i| SweepValue::Seed(seed(i))).into()
            }
        };
        values.dedup();
        let texts: Vec<String> = values.iter().map(SweepValue::number).collect();
        texts.join(", ")
    }

    /// The values that were written, in their order, each once.
    ///
    /// # Errors
    /// [`AxisError`] in a reader's words.
    pub(super) fn parse(
        self,
        text: &str,
        settings: &SuppressionSettings,
    ) -> Result<Vec<SweepValue>, AxisError> {
        let words = text.split(|c: char| c == ',' || c == ';' || c.is_whitespace());
        let mut values = Vec::new();
        for word in words.filter(|word| !word.is_empty()) {
            let value = self
                .value(word, settings)
                .ok_or_else(|| AxisError::Invalid {
                    text: word.to_owned(),
                    wanted: self.wanted(settings),
                })?;
            if !values.contains(&value) {
                values.push(value);
            }
        }
        match values.len() {
            0 => Err(AxisError::Empty),
            count if count > MOST_VALUES => Err(AxisError::TooMany(count)),
            _ => Ok(values),
        }
    }

    fn value(self, word: &str, settings: &SuppressionSettings) -> Option<SweepValue> {
        match self {
            Self::LegWeight => {
                let weight: f64 = word.parse().ok()?;
                // What the study has was allowed elsewhere.
                let allowed = LEG_RANGE.contains(&weight)
                    || weight.to_bits() == settings.leg_weight.to_bits();
                allowed.then_some(SweepValue::LegWeight(weight))
            }
            Self::Steps => {
                let steps: usize = word.parse().ok()?;
                let allowed = (1..=most_steps(settings.sampler)).contains(&steps);
                allowed.then_some(SweepValue::Steps(steps))
            }
            Self::Seed => word.parse().ok().map(SweepValue::Seed),
        }
    }

    fn wanted(self, settings: &SuppressionSettings) -> String {
        match self {
            Self::LegWeight => {
                let (low, high) = (LEG_RANGE.start(), LEG_RANGE.end());
                format!("a number from {low} to {high}")
            }
            Self::Steps => format!("a whole number from 1 to {}", most_steps(settings.sampler)),
            Self::Seed => "a whole number".to_owned(),
        }
    }
}

impl SweepValue {
    /// Gives settings this value.
    pub(super) fn apply(self, settings: &mut SuppressionSettings) {
        match self {
            Self::LegWeight(weight) => settings.leg_weight = weight,
            Self::Steps(steps) => settings.steps = steps,
            Self::Seed(seed) => settings.seed = seed,
        }
    }

    /// Whether settings have this value.
    pub fn is_of(self, settings: &SuppressionSettings) -> bool {
        let mut same = settings.clone();
        self.apply(&mut same);
        same == *settings
    }

    /// As it is written.
    fn number(&self) -> String {
        match self {
            Self::LegWeight(weight) => weight.to_string(),
            Self::Steps(steps) => steps.to_string(),
            Self::Seed(seed) => seed.to_string(),
        }
    }

    /// With the name of its setting.
    pub fn name(self) -> String {
        match self {
            Self::LegWeight(weight) => format!("LEG weight {weight}"),
            Self::Steps(1) => "1 step".to_owned(),
            Self::Steps(steps) => format!("{steps} steps"),
            Self::Seed(seed) => format!("seed {seed}"),
        }
    }

    /// As it stands beside the grid: as short as can be understood.
    pub fn heading(self) -> String {
        match self {
            Self::LegWeight(weight) => format!("LEG {weight}"),
            other => other.name(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::SweepParameter::{LegWeight, Seed, Steps};
    use super::*;
    use crate::ui::state::AppState;

    fn settings(leg_weight: f64, steps: usize) -> SuppressionSettings {
        SuppressionSettings {
            leg_weight,
            steps,
            seed: 7,
            ..AppState::default().defaults
        }
    }

    #[test]
    fn proposed_values_lie_round_the_study_s_own_and_can_be_read_back() {
        for (parameter, own, expected) in [
            (LegWeight, settings(3.0, 8), "2.4, 3, 3.6"),
            (LegWeight, settings(1.25, 8), "1, 1.25, 1.5"),
            (LegWeight, settings(0.0, 8), "0, 0.25"),
            (Steps, settings(3.0, 8), "4, 8, 16"),
            (Steps, settings(3.0, 50), "25, 50"),
            (Steps, settings(3.0, 1), "1, 2"),
            (Seed, settings(3.0, 8), "7, 11, 15"),
        ] {
            let text = parameter.proposed(&own, 4);
            assert_eq!(text, expected);
            let values = parameter.parse(&text, &own).unwrap();
            assert!(values.iter().any(|value| value.is_of(&own)), "{text}");
        }
    }

    #[test]
    fn what_is_written_is_taken_once_or_refused_with_a_reason() {
        let own = settings(3.0, 8);
        let weights = LegWeight.parse(" 2;1.5 2.0,, 1", &own).unwrap();
        assert_eq!(weights, [2.0, 1.5, 1.0].map(SweepValue::LegWeight));
        assert_eq!(LegWeight.parse(" , ", &own), Err(AxisError::Empty));
        let six = Seed.parse("1 2 3 4 5 6", &own);
        assert_eq!(six, Err(AxisError::TooMany(6)));
        for (parameter, text) in [
            (LegWeight, "7"),
            (LegWeight, "NaN"),
            (LegWeight, "inf"),
            (LegWeight, "one"),
            (Steps, "0"),
            (Steps, "51"),
            (Steps, "2.5"),
            (Seed, "-1"),
        ] {
            let refused = parameter.parse(text, &own).unwrap_err().to_string();
            assert!(
                refused.starts_with(&format!("\"{text}\" is not a")),
                "{refused}"
            );
        }
    }
}
