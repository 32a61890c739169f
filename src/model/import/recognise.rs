//! Which network a checkpoint holds, told by its tensor names.

use super::ImportError;
use super::checkpoint::Checkpoint;
use crate::model::manifest::FileRole;
use crate::model::weights::TensorSource as _;

/// Tensor names that only one network has; all of a row must be present.
const SIGNS: [(FileRole, &[&str]); 2] = [
    (
        FileRole::Denoiser,
        &[
            "time_embed.0.weight",
            "input_blocks.0.0.weight",
            "out.2.weight",
        ],
    ),
    (
        FileRole::Vqgan,
        &[
            "encoder.blocks.0.conv.weight",
            "quantizer.quantizer.embedding.weight",
        ],
    ),
];

/// Tells the network of a checkpoint, or says what its tensors look like.
pub(super) fn recognise(checkpoint: &Checkpoint) -> Result<FileRole, ImportError> {
    let names = || checkpoint.entries().iter().map(|entry| entry.name.as_str());
    let has = |sign: &&str| names().any(|name| name == *sign);
    let known = SIGNS.iter().find(|(_, signs)| signs.iter().all(has));
    if let Some((role, _)) = known {
        return Ok(*role);
    }
    if names().any(|name| name.starts_with("encoder_stages.")) {
        return Ok(FileRole::Segmenter);
    }
    if has(&"initial_conv.conv.weight") && has(&"final_conv.conv.weight") {
        let reason = "it is the VQGAN's discriminator, which only training needs";
        return Err(ImportError::unsupported(checkpoint.path(), reason));
    }
    Err(ImportError::Unrecognised {
        path: checkpoint.path().to_path_buf(),
        tensors: checkpoint.entries().len(),
        first: names().take(3).map(str::to_owned).collect(),
    })
}
