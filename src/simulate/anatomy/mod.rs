//! What varied phantoms have beyond the few shapes of plain ones: vessels of every calibre with the bronchi beside them,
//! vertebrae and shoulder girdles with their processes, spongy bone, muscles, folds and lines of the mediastinum.
//!
//! Everything here is drawn with chance of its own, so that plain phantoms stay what they are.

mod bronchi;
mod lines;
mod muscles;
mod shoulder;
mod spine;
mod trabeculae;
mod vessels;

pub(super) use bronchi::add_bronchi;
pub(super) use lines::add_lines;
pub(super) use muscles::add_muscles;
pub(super) use shoulder::add_shoulders;
pub(super) use spine::add_spine;
pub(super) use trabeculae::add_trabeculae;
pub(super) use vessels::grow_trees;
