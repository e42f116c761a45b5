//! The recent end of the event log, played into a table: what a collector that starts remembers, and
//! what can be said when nobody collects.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use pane_patrol_hooks::timestamp::Timestamp;

use super::fault;
use super::notes::Notes;
use super::player::Player;
use super::tailer::{Start, Tailer};

/// How much of the event log is recent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// So many bytes before its end.
    pub bytes: u64,
    /// Nothing older than that.
    pub begin: Timestamp,
}

/// Plays what is recent into `player`. Gives the tailer behind what was read, and the time of the
/// last record.
pub(crate) fn play(
    log: &Path,
    bounds: Bounds,
    start: Instant,
    player: &mut Player,
) -> (Tailer, Option<Timestamp>) {
    let mut records = Vec::new();
    let mut tailer = Tailer::open(log, Start::Tail(bounds.bytes), start);
    let _ = tailer.poll(start, &mut |line| {
        if let Some((record, _)) = fault::read(line.content).record
            && record.event.ts >= bounds.begin
        {
            records.push(record);
        }
        ControlFlow::Continue(())
    });
    let last = records.iter().map(|record| record.event.ts).max();
    player.heed(records.iter().collect::<Notes>());
    for record in records {
        player.play(record, &mut |_, _, _| {});
    }
    (tailer, last)
}
