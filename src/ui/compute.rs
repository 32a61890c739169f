//! The loaded bundle, where its networks run, and where they could.

use crate::worker::{AdapterChoice, BundleChoice, ComputeOptions, DeviceInfo};
use std::path::PathBuf;

/// What the loaded bundle says about itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleInfo {
    /// Name, with that of the adapter in force.
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
    /// The bundle in force.
    loaded: Option<BundleChoice>,
    /// The bundle that is being loaded.
    asked: Option<BundleChoice>,
    /// Changes of the bundle that the reader wants; in force once they are loaded.
    adapter: Option<AdapterChoice>,
    /// The strength is being moved: nothing is loaded before it is let go.
    is_adapter_moving: bool,
    /// Name of the bundle in force without any adapter.
    base_name: String,
}

/// What a bundle that was loaded is to the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Settled {
    /// The same one with other changes.
    OtherAdapter,
    /// Anything else: the very same, or another one.
    Bundle,
}

impl Compute {
    /// What the next bundle runs on: what was asked for last and not refused.
    pub fn options(&self) -> ComputeOptions {
        let asked = self.asked.as_ref().and_then(|asked| asked.compute);
        asked.unwrap_or(self.options)
    }

    /// The folder of the bundle in force, or of the one that takes its place; `None` without either.
    pub(super) fn bundle(&self) -> Option<PathBuf> {
        Some(self.newest()?.path.clone())
    }

    /// The bundle asked for last, or else in force.
    fn newest(&self) -> Option<&BundleChoice> {
        self.asked.as_ref().or(self.loaded.as_ref())
    }

    /// Name of the bundle in force without any adapter; empty without a bundle.
    pub fn base_name(&self) -> &str {
        &self.base_name
    }

    /// Whether networks of this name are the bundle in force, with an adapter or without.
    pub(super) fn is_base_of(&self, name: &str) -> bool {
        let rest = name.strip_prefix(self.base_name.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(" with "))
    }

    /// Changes of the bundle that the reader wants: in force, or in a moment.
    pub fn adapter(&self) -> Option<&AdapterChoice> {
        self.adapter.as_ref()
    }

    /// The adapter in force.
    fn adapter_in_force(&self) -> Option<&AdapterChoice> {
        self.loaded.as_ref()?.adapter.as_ref()
    }

    /// The adapter that is wanted is not the one in force.
    pub fn is_adapter_waiting(&self) -> bool {
        self.adapter() != self.adapter_in_force()
    }

    /// Wants another adapter, or none; while `is_moving` nothing is loaded.
    pub(super) fn want_adapter(&mut self, adapter: Option<AdapterChoice>, is_moving: bool) {
        self.adapter = adapter;
        self.is_adapter_moving = is_moving;
    }

    /// The strength was let go.
    pub(super) fn release_adapter(&mut self) {
        self.is_adapter_moving = false;
    }

    /// What is to be loaded so that the adapter that is wanted is in force; `None` where nothing is.
    pub(super) fn wanted(&self) -> Option<BundleChoice> {
        let newest = self.newest()?;
        let is_due = newest.adapter != self.adapter && !self.is_adapter_moving;
        is_due.then(|| BundleChoice {
            path: newest.path.clone(),
            compute: Some(self.options()),
            adapter: self.adapter.clone(),
        })
    }

    /// A bundle is being loaded.
    pub(super) fn ask(&mut self, choice: BundleChoice) {
        self.want_adapter(choice.adapter.clone(), false);
        self.asked = Some(choice);
    }

    /// The bundle asked for is in force, under this name.
    pub(super) fn settle(&mut self, name: &str, devices: Vec<DeviceInfo>) -> Settled {
        self.devices = devices;
        self.options = self.options();
        let Some(asked) = self.asked.take() else {
            return Settled::Bundle;
        };
        let before = self.loaded.as_ref();
        let is_known = before.is_some_and(|before| before.path == asked.path);
        if asked.adapter.is_none() {
            name.clone_into(&mut self.base_name);
        } else if !is_known {
            // It was asked for before the bundle itself was there.
            let bare = name.split_once(" with ").map_or(name, |(bare, _)| bare);
            bare.clone_into(&mut self.base_name);
        }
        let is_other_adapter = before
            .is_some_and(|before| before.path == asked.path && before.adapter != asked.adapter);
        self.loaded = Some(asked);
        if is_other_adapter {
            Settled::OtherAdapter
        } else {
            Settled::Bundle
        }
    }

    /// The bundle asked for was not loaded: what was in force stays.
    pub(super) fn refuse(&mut self) {
        self.asked = None;
        self.give_adapter_up();
    }

    /// The adapter that is wanted cannot be loaded: the one before stays.
    pub(super) fn give_adapter_up(&mut self) {
        let adapter = self.newest().and_then(|newest| newest.adapter.clone());
        self.want_adapter(adapter, false);
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
        compute.settle("a", Vec::new());
        let on_card = ComputeOptions {
            device: DeviceChoice::Cuda(3),
            ..on_cpu
        };
        compute.ask(choice("b", on_card));
        compute.refuse();
        assert_eq!(compute.options(), on_cpu);
        assert_eq!(compute.bundle(), Some("a".into()));
    }

    #[test]
    fn an_adapter_is_loaded_once_it_is_let_go_and_given_up_where_it_is_refused() {
        let at = |strength_percent| {
            Some(AdapterChoice {
                path: "site.safetensors".into(),
                strength_percent,
            })
        };
        let mut compute = Compute::default();
        compute.want_adapter(at(100), false);
        assert_eq!(compute.wanted(), None, "there is nothing to apply it to");
        compute.ask(BundleChoice::from(PathBuf::from("a")));
        assert_eq!(compute.settle("a", Vec::new()), Settled::Bundle);
        compute.want_adapter(at(100), false);
        let wanted = compute.wanted().expect("to be loaded");
        assert_eq!(
            (wanted.path.as_path(), &wanted.adapter),
            ("a".as_ref(), &at(100))
        );
        compute.ask(wanted);
        assert!(compute.is_adapter_waiting() && compute.wanted().is_none());
        let settled = compute.settle("a with site (1234) at 100 %", Vec::new());
        assert_eq!((settled, compute.base_name()), (Settled::OtherAdapter, "a"));
        compute.want_adapter(at(150), true);
        assert_eq!(compute.wanted(), None, "it is still moved");
        compute.release_adapter();
        compute.ask(compute.wanted().expect("to be loaded"));
        compute.refuse();
        assert_eq!(compute.adapter(), at(100).as_ref());
        assert!(!compute.is_adapter_waiting());
        // Another bundle has none, until it is given one: before it is there, even.
        compute.ask(BundleChoice::from(PathBuf::from("b")));
        assert_eq!(compute.adapter(), None);
        compute.want_adapter(at(50), false);
        compute.ask(compute.wanted().expect("to be loaded"));
        let settled = compute.settle("b with site (1234) at 50 %", Vec::new());
        assert_eq!((settled, compute.base_name()), (Settled::Bundle, "b"));
        compute.ask(BundleChoice::from(PathBuf::from("c")));
        assert_eq!(compute.settle("c", Vec::new()), Settled::Bundle);
        compute.ask(BundleChoice::from(PathBuf::from("b")));
        assert_eq!(compute.settle("b", Vec::new()), Settled::Bundle);
    }
}
