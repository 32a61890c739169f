//! How far each stage of a job is.

use super::Stage;

/// Steps of each stage that are done, and that will be, over all seeds. A stage whose result is reused takes no part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StageSteps([StepCount; Stage::ALL.len()]);

/// Steps done of steps in all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct StepCount {
    /// Steps that are done.
    pub done: usize,
    /// Steps in all.
    pub total: usize,
}

impl StepCount {
    /// Share that is done, `[0, 1]`; 0 where there are no steps.
    pub fn share(self) -> f32 {
        self.done as f32 / self.total.max(1) as f32
    }
}

impl StageSteps {
    /// Adds steps to a stage.
    pub fn add(&mut self, stage: Stage, done: usize, total: usize) {
        if let Some(count) = self.0.get_mut(stage as usize) {
            count.done += done;
            count.total += total;
        }
    }

    /// The stages that take part, in their order.
    pub fn iter(&self) -> impl Iterator<Item = (Stage, StepCount)> + '_ {
        let counts = self.0.iter().copied();
        let stages = Stage::ALL.into_iter().zip(counts);
        stages.filter(|(_, count)| count.total > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stages_stand_in_their_order_and_only_where_they_take_part() {
        let mut steps = StageSteps::default();
        steps.add(Stage::Restore, 0, 1);
        steps.add(Stage::Global, 2, 4);
        steps.add(Stage::Global, 1, 4);
        let told: Vec<_> = steps
            .iter()
            .map(|(stage, n)| (stage, n.done, n.total))
            .collect();
        assert_eq!(told, [(Stage::Global, 3, 8), (Stage::Restore, 0, 1)]);
        assert!(
            Stage::ALL
                .into_iter()
                .enumerate()
                .all(|(i, stage)| stage as usize == i)
        );
    }
}
