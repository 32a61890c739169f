//! What a graphics device complains of. Without a listener wgpu ends the program at the first complaint.

use crossbeam_channel::{Receiver, bounded};
use eframe::wgpu::{self, DeviceLostReason};
use std::sync::Arc;

/// Complaints that wait to be heard; each frame of a device that refuses something brings more.
const MOST_WAITING: usize = 64;

/// A complaint of the graphics device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GraphicsFault {
    /// Its memory does not hold what was asked for: a picture, or a part of one, is not drawn.
    OutOfMemory,
    /// It refused something, with its reason in its own words.
    Refused(String),
    /// It is gone, by a reset of its driver or with its cable; nothing can be drawn on it again.
    Lost(String),
}

/// Listens to a device from now on; `wake` is called from whatever thread it complains on, so that somebody looks.
///
/// What it complains of is a [`GraphicsFault`] each; that the program itself gives the device back is none.
#[must_use]
pub fn watch(
    device: &wgpu::Device,
    wake: impl Fn() + Clone + Send + Sync + 'static,
) -> Receiver<GraphicsFault> {
    let (sender, faults) = bounded(MOST_WAITING);
    let (lost_sender, lost_wake) = (sender.clone(), wake.clone());
    device.on_uncaptured_error(Arc::new(move |error| {
        let fault = match error {
            wgpu::Error::OutOfMemory { .. } => GraphicsFault::OutOfMemory,
            other => GraphicsFault::Refused(other.to_string()),
        };
        // Where this fails nobody listens any more, or as many as anybody reads wait already.
        drop(sender.try_send(fault));
        wake();
    }));
    device.set_device_lost_callback(move |reason, text| {
        if reason != DeviceLostReason::Destroyed {
            drop(lost_sender.try_send(GraphicsFault::Lost(text)));
            lost_wake();
        }
    });
    faults
}
