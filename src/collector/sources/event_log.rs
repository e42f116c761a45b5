//! The thread that reads the event log on: what hooks logged but could not deliver still counts.

use std::io;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use crate::collector::Message;
use crate::log::fault;
use crate::log::tailer::{Line, Tailer};
use crate::sys::file_watch::{Waker, Watch};
use crate::sys::monotone_clock::Clock;

/// How soon a file that is no longer written is looked at again, for a writer that was slow.
const STRAGGLER_PAUSE: Duration = Duration::from_millis(500);

/// The thread; it ends with this.
#[derive(Debug)]
pub(in crate::collector) struct Tail {
    is_over: Arc<AtomicBool>,
    waker: Waker,
}

impl Drop for Tail {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        self.waker.wake();
    }
}

/// Starts it behind what `tailer` has read.
pub(in crate::collector) fn start_tail(
    mut tailer: Tailer,
    clock: Arc<Clock>,
    output: SyncSender<Message>,
) -> io::Result<Tail> {
    let (mut watch, waker) = Watch::of(tailer.log());
    let is_over = Arc::new(AtomicBool::new(false));
    let ended = Arc::clone(&is_over);
    std::thread::Builder::new()
        .name("tail".into())
        .spawn(move || {
            while !ended.load(Ordering::Relaxed) {
                let mut pass = |line: Line<'_>| pass_on(&line, &clock, &output);
                if tailer.poll(Instant::now(), &mut pass).is_break() {
                    return;
                }
                watch.wait(tailer.has_stragglers().then_some(STRAGGLER_PAUSE));
            }
        })?;
    Ok(Tail { is_over, waker })
}

/// Passes on what hooks and scripts logged; what the collector itself wrote it knows.
fn pass_on(line: &Line<'_>, clock: &Clock, output: &SyncSender<Message>) -> ControlFlow<()> {
    let found = fault::read(line.content);
    let fault = found.fault.map(|fault| Message::Unreadable(fault.reason()));
    let event = found
        .record
        .filter(|(record, _)| !record.is_ours() && !record.is_hearsay())
        .map(|(record, _)| Message::Logged(Box::new(record.event), clock.now()));
    for message in fault.into_iter().chain(event) {
        if output.send(message).is_err() {
            return ControlFlow::Break(());
        }
    }
    ControlFlow::Continue(())
}
