//! Pairs of radiographs and soft-tissue images, and whether a network may learn from them.
//!
//! Owns which files belong together, what is wrong or odd in them, how a soft-tissue image lies on its radiograph, and
//! who is kept for the test. Knows nothing of networks: what is found here holds for whatever learns from the pairs.
//!
//! ```text
//! folder ─ pairing ─► pairs ─ pair_check, mates ─► each: files, headers, tone, registration ─┐
//!                       └─────── check ──────────► together: duplicates, polarity, size, tone ┴─► Report ─┬ split ─► Split
//! folder ─ registering ─► a copy whose pairs lie on each other                                        └ page ─► HTML
//! ```

mod check;
mod copy_record;
mod dicom_file;
mod dicom_mates;
mod dicom_pairs;
mod enlarged;
mod error;
mod finding;
mod folders;
mod listed;
mod listing;
mod mates;
mod named;
mod page;
mod pair_check;
mod pair_report;
mod pairing;
mod parallel;
mod patients;
mod phantoms;
mod picture;
mod registering;
mod registration;
mod registration_report;
mod request;
mod split;
mod thumbnail;
mod tone;
mod two_folders;
mod watch;

pub use check::{Report, check};
pub use copy_record::CopySources;
pub use error::DatasetError;
pub use finding::{Finding, FindingKind, Severity};
pub use listing::{FolderKind, Listing, PairFiles};
pub use mates::is_one_shape;
pub use page::report_page;
pub use pair_report::PairReport;
pub use pairing::{list_pairs, list_pairs_watched};
pub use patients::{PATIENTS_FILE, add_patients, patient_key, read_patients};
pub use phantoms::{Simulated, simulated};
pub use picture::patient_sha256;
pub use registering::{Outcome, RegisterRequest, RegisteredCopy, RegisteredPair, register_dataset};
pub use registration::{Registration, register};
pub use registration_report::RegistrationReport;
pub use request::CheckRequest;
pub use split::{LeakCheck, Part, Split, SplitEntry, SplitPlan};
pub use thumbnail::{PairThumbnails, THUMBNAIL_PX};
pub use tone::{TONE_LEVELS, Tone};
pub use watch::{Observer, Unwatched};
