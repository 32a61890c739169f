//! How the files that `suppress` writes are recognised.

/// Endings of the pictures' names, behind the radiograph's stem.
pub(super) const PICTURE_ENDINGS: [&str; 4] = [SOFT, BONE, LUNG_MASK, UNCERTAINTY];
/// Of the soft-tissue image.
pub(super) const SOFT: &str = "_soft.png";
/// Of the bone image.
pub(super) const BONE: &str = "_bone.png";
/// Of the lung mask.
pub(super) const LUNG_MASK: &str = "_lungmask.png";
/// Of the deviation over several seeds.
pub(super) const UNCERTAINTY: &str = "_uncertainty.png";
