//! Evidence: which of several models, or settings, makes better soft-tissue images, and how sure that is.
//!
//! Owns tables of scores, differences between models on the same cases, the rule by which a model is promoted, and the
//! pages that show them. Knows no network, and no file: scores come in as numbers, pages go out as text.
//!
//! ```text
//! scores of each case ─► Table ─┬─► Comparison: paired differences with their confidence intervals ─► judge ─► Verdict
//!                               ├─► Ablation: one table a choice, everything else as the bundle has it
//!                               └─► Page (HTML)
//! ```
//!
//! ```
//! use diaphane::evidence::{Comparison, Table};
//!
//! let (mut base, mut candidate) = (Table::default(), Table::default());
//! for (case, before, after) in [("a", 30.0, 30.5), ("b", 31.0, 31.7), ("c", 29.0, 29.6)] {
//!     base.add(case.to_owned(), vec![("PSNR", Some(before))]);
//!     candidate.add(case.to_owned(), vec![("PSNR", Some(after))]);
//! }
//! let comparison = Comparison::new(("candidate", &candidate), ("base", &base));
//! let psnr = comparison.of_column("PSNR").expect("both tables have it");
//! assert!((psnr.mean - 0.6).abs() < 1e-9);
//! assert!(psnr.interval.expect("three cases have one").low > 0.0);
//! ```

mod ablation;
mod column;
mod holm;
mod page;
mod paired;
mod patients;
mod promotion;
mod student;
mod survival;
mod table;
mod test_pairs;

pub use ablation::{Ablation, AblationRow, Published};
pub use column::{Better, COLUMNS, Column, column, legend};
pub use page::{CasePictures, Page, PageSet, Picture};
pub use paired::{Comparison, Interval, PairedDifference, Trend};
pub use patients::Patients;
pub use promotion::{CLEAR_GAIN_DB, Check, FINDINGS, REFERENCE_LOSS_DB, Verdict, WATCHED};
pub use student::{student_beyond, student_quantile};
pub use survival::{Spread, Survival, Trial};
pub use table::{Row, Table, csv_cell, csv_values};
pub use test_pairs::{Learned, TestPairs, TrainedWith};
