//! The loaded bundle, where its networks run, and where they could.

use crate::worker::{BundleChoice, ComputeOptions, DeviceInfo};
use std::path::PathBuf;

/// What the loaded bundle says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleInfo {
    /// Name.
    pub name: String,
    /// SHA-256, hexadecimal.
    pub sha256: String,
    /// Device the networks run on.
    pub device: String,
    /// Number format of the noise estimator.
    pub precision: String,
}

/// Where networks run and could run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Compute {
    /// Devices of this machine, as the worker found them; empty until a bundle was loaded.
    pub devices: Vec<DeviceInfo>,
    /// What was asked for with the bundle in force.
    options: ComputeOptions,
    /// Folder of the bundle in force.
    loaded: Option<PathBuf>,
    /// The bundle that is being loaded.
    asked: Option<BundleChoice>,
}

impl Compute {
    /// What the next bundle runs on: what was asked for last and not refused.
    pub fn options(&self) -> ComputeOptions {
        let asked = self.asked.as_ref().and_then(|asked| asked.compute);
        asked.unwrap_or(self.options)
    }

    /// The folder of the bundle in force, or of the one that takes its place; `None` without either.
    pub(super) fn bundle(&self) -> Option<PathBuf> {
        let asked = self.asked.as_ref().map(|asked| &asked.path);
        asked.or(self.loaded.as_ref()).cloned()
    }

    /// A bundle is being loaded.
    pub(super) fn ask(&mut self, choice: BundleChoice) {
        self.asked = Some(choice);
    }

    /// The bundle asked for is in force.
    pub(super) fn settle(&mut self, devices: Vec<DeviceInfo>) {
        self.devices = devices;
        self.options = self.options();
        if let Some(asked) = self.asked.take() {
            self.loaded = Some(asked.path);
        }
    }

    /// The bundle asked for was not loaded: what was in force stays.
    pub(super) fn refuse(&mut self) {
        self.asked = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::{DeviceChoice, PrecisionChoice};

    #[test]
    fn what_was_refused_is_forgotten_and_what_was_loaded_stays() {
        let on_cpu = ComputeOptions {
            device: DeviceChoice::Cpu,
            precision: PrecisionChoice::F32,
        };
        let choice = |path: &str, compute| BundleChoice {
            adapter: None,
            path: path.into(),
            compute: Some(compute),
        };
        let mut compute = Compute::default();
        compute.ask(choice("a", on_cpu));
        assert_eq!(compute.options(), on_cpu, "shown while it is loaded");
        compute.settle(Vec::new());
        let on_card = ComputeOptions {
            device: DeviceChoice::Cuda(3),
            ..on_cpu
        };
        compute.ask(choice("b", on_card));
        compute.refuse();
        assert_eq!(compute.options(), on_cpu);
        assert_eq!(compute.bundle(), Some("a".into()));
    }
}
