//! Lung segmenter: cross-entropy and soft Dice on whole images.

use super::judge::mean_terms;
use super::{RunContext, Stage, StepInput, Validation, descend, values};
use crate::model::LungSegmenter;
use crate::model::manifest::{FileRole, SegmenterInput};
use crate::radiograph::equalized_values;
use crate::train::base::load_base;
use crate::train::data::in_square;
use crate::train::losses::{cross_entropy, soft_dice};
use crate::train::observer::Turns;
use crate::train::{SegmenterLoss, Terms, TrainError, TrainedNetwork};
use tch::nn::VarStore;
use tch::{Kind, Tensor};

/// Probability above which a pixel counts as lung in the validation.
const THRESHOLD: f64 = 0.5;

/// Stage `segmenter`.
pub(super) struct SegmenterStage {
    network: [TrainedNetwork; 1],
    segmenter: LungSegmenter,
    loss: SegmenterLoss,
    input: SegmenterInput,
    /// Validation images in the middle of black squares, and their masks, `[1, 1, S, S]`.
    validation: Vec<(Tensor, Tensor)>,
}

impl SegmenterStage {
    pub fn new(context: RunContext<'_>) -> Result<Self, TrainError> {
        let RunContext {
            config,
            device,
            dataset,
            folder,
        } = context;
        let vs = VarStore::new(device);
        let segmenter = LungSegmenter::new(&vs.root(), &config.model.segmenter()?);
        load_base(config, FileRole::Segmenter, &vs, folder)?;
        let side = config.patch_px;
        let validation = dataset
            .validation()
            .filter_map(|(sample, _)| {
                let plane = |image| {
                    Tensor::from_slice(in_square(image, side).values()).reshape([
                        1,
                        1,
                        side as i64,
                        side as i64,
                    ])
                };
                let lungs = plane(sample.lungs.as_ref()?).ge(0.5).to_kind(Kind::Float);
                let image = plane(&sample.radiograph) * 2.0 - 1.0;
                let image = as_input(&image, config.conventions.segmenter_input).ok()?;
                Some((image.to_device(device), lungs.to_device(device)))
            })
            .collect();
        Ok(Self {
            network: [TrainedNetwork::new("", vs, &config.optimizer)],
            segmenter,
            loss: config.loss.segmenter.clone(),
            input: config.conventions.segmenter_input,
            validation,
        })
    }
}

/// Images `[B, 1, S, S]` in `[-1, 1]`, black borders with them, as the segmenter sees them.
fn as_input(images: &Tensor, input: SegmenterInput) -> Result<Tensor, TrainError> {
    if input != SegmenterInput::Equalized {
        return Ok(images.shallow_clone());
    }
    let ranked = images.f_unbind(0)?.into_iter().map(|image| {
        let values = Vec::<f32>::try_from(image.reshape([-1]))?;
        let ranked = Tensor::from_slice(&equalized_values(&values));
        Ok(ranked.reshape(image.size()) * 2.0 - 1.0)
    });
    let ranked = ranked.collect::<Result<Vec<Tensor>, TrainError>>()?;
    Ok(Tensor::f_stack(&ranked, 0)?.to_device(images.device()))
}

impl Stage for SegmenterStage {
    fn networks(&mut self) -> Vec<&mut TrainedNetwork> {
        self.network.iter_mut().collect()
    }

    fn step(&mut self, input: StepInput) -> Result<Terms, TrainError> {
        let StepInput {
            batch,
            learning_rate,
            part,
            ..
        } = input;
        // The lung logit is the largest of the classes', as in `LungSegmenter::forward`.
        let image = as_input(&batch.radiograph, self.input)?;
        let classes = self.segmenter.class_logits(&image, true);
        let logits = classes.f_amax([1_i64], true)?;
        let entropy = cross_entropy(&logits, &batch.lungs);
        let dice = soft_dice(&logits, &batch.lungs);
        let loss = &entropy * self.loss.cross_entropy + &dice * self.loss.dice;
        let [network] = &mut self.network;
        let norm = descend(network, &loss, learning_rate, part, || Ok(()))?;
        let mut terms = values([
            ("loss", &loss),
            ("cross_entropy", &entropy),
            ("dice", &dice),
        ])?;
        terms.insert("gradient_norm".to_owned(), norm);
        Ok(terms)
    }

    fn validate(&mut self, turns: &mut Turns<'_>) -> Result<Option<Validation>, TrainError> {
        let mut each = Vec::new();
        let mut worst = f64::INFINITY;
        for (image, lungs) in &self.validation {
            let check = turns.between_blocks();
            let logits = self.segmenter.forward_checked(image, &check)?;
            let found = logits.sigmoid().gt(THRESHOLD).to_kind(Kind::Float);
            let both = (&found * lungs).sum(Kind::Double).f_double_value(&[])?;
            let total = (&found + lungs).sum(Kind::Double).f_double_value(&[])?;
            let dice = 2.0 * both / total.max(1.0);
            worst = worst.min(dice);
            each.push(Terms::from([("dice".to_owned(), dice)]));
        }
        let mut terms = mean_terms(&each);
        let Some(&score) = terms.get("dice") else {
            return Ok(None);
        };
        terms.insert("least_dice".to_owned(), worst);
        Ok(Some(Validation { terms, score }))
    }
}
