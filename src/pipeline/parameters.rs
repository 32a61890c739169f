//! What made a picture, written into the picture itself: it outlives the certificate beside it.

use super::{Certificate, MaskOrigin, SuppressionSettings};
use serde::{Deserialize, Serialize};

/// The part of a [`Certificate`] that says how a picture was made, and nothing of what: no file, no name, no value of
/// the radiograph.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameters {
    /// Version of the program.
    pub diaphane_version: String,
    /// Name of the bundle.
    pub bundle: String,
    /// SHA-256 of the bundle, hexadecimal.
    pub bundle_sha256: String,
    /// When the bundle was promoted, where it is the site's model; `2026-01-31T13:45:00Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub site_model_promoted: Option<String>,
    /// Settings; `seed` is the first of `seeds`.
    pub settings: SuppressionSettings,
    /// Seeds the result is the mean of.
    pub seeds: Vec<u64>,
    /// Where the lung mask came from.
    pub mask: MaskOrigin,
    /// Device of the networks.
    pub device: String,
    /// Number format of the noise estimator.
    pub precision: String,
}

impl Parameters {
    /// Of the run that a certificate is of.
    pub fn of(certificate: &Certificate) -> Self {
        Self {
            diaphane_version: certificate.diaphane_version.clone(),
            bundle: certificate.bundle.clone(),
            bundle_sha256: certificate.bundle_sha256.clone(),
            site_model_promoted: certificate.site_model_promoted.clone(),
            settings: certificate.settings.clone(),
            seeds: certificate.seeds.clone(),
            mask: certificate.mask,
            device: certificate.device.clone(),
            precision: certificate.precision.clone(),
        }
    }

    /// One line of JSON, with the names of the certificate; `None` where a number has no JSON.
    pub fn to_json(&self) -> Option<String> {
        serde_json::to_string(self).ok()
    }
}
