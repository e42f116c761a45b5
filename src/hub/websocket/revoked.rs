//! Whoever is revoked is cut off at once, by whatever process: the file of the devices is watched, and who stands in
//! it no longer has its connections ended.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use super::visits::Visits;
use crate::hub::devices::Devices;
use crate::sys::file_watch::{Waker, Watch};

/// Heeded until it is dropped.
#[derive(Debug)]
pub(super) struct Revocations {
    is_over: Arc<AtomicBool>,
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

impl Revocations {
    /// Ends the visits of devices that are none any more.
    pub(super) fn heed(devices: Devices, visits: Arc<Visits>) -> io::Result<Self> {
        let is_over = Arc::new(AtomicBool::new(false));
        let (mut watch, waker) = Watch::of(devices.path());
        let over = Arc::clone(&is_over);
        let heed = move || {
            while !over.load(Ordering::Relaxed) {
                watch.wait(None);
                let there = visits.devices();
                if there.is_empty() {
                    continue;
                }
                for device in devices.gone(&there) {
                    visits.revoke(device);
                }
            }
        };
        let thread = std::thread::Builder::new().name("revoked".into());
        Ok(Self {
            is_over,
            waker,
            thread: Some(thread.spawn(heed)?),
        })
    }
}

impl Drop for Revocations {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.waker.wake();
        if let Some(thread) = self.thread.take() {
            // It has nothing to give back.
            let _ = thread.join();
        }
    }
}
