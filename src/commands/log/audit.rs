//! The audit beside the events: read from its end, and, where somebody follows, as it grows.

use std::collections::{BTreeMap, VecDeque};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Instant;

use pane_patrol_hooks::timestamp::Timestamp;

use crate::log::decisions::{Decided, READ_BYTES};
use crate::log::filter::Filter;
use crate::log::split::Content;
use crate::log::tailer::{Start, Tailer};
use crate::messages;
use crate::sys::file_watch::{Waker, Watch};

/// So many refusals are told at most, the latest ones: what was carried out is told all the same.
const MOST_REFUSED: usize = 10_000;

/// What was decided and not told yet, oldest first.
pub(in crate::commands) struct Audit {
    path: PathBuf,
    tailer: Tailer,
    /// Only by this door.
    door: Option<String>,
    left: VecDeque<(Decided, String)>,
    /// What was about to be done, by its intent, as long as nothing tells what came of it.
    begun: BTreeMap<String, (Decided, String)>,
    unreadable: u64,
}

impl Audit {
    pub(in crate::commands) fn open(path: PathBuf, door: Option<String>) -> Self {
        Self {
            tailer: Tailer::open(&path, Start::Tail(READ_BYTES), Instant::now()),
            path,
            door,
            left: VecDeque::new(),
            begun: BTreeMap::new(),
            unreadable: 0,
        }
    }

    /// Takes in what has come since the last time and is wanted.
    /// `heard` is told of each, wanted or not.
    pub(in crate::commands) fn read(&mut self, filter: &Filter, heard: &mut dyn FnMut(&Decided)) {
        let (door, left, unreadable) = (&self.door, &mut self.left, &mut self.unreadable);
        let begun = &mut self.begun;
        let _ = self.tailer.poll(Instant::now(), &mut |line| {
            let bytes = match line.content {
                Content::Whole(bytes) | Content::Torn(bytes) => bytes,
                Content::TooLong(_) => &[],
            };
            let Some(decided) = Decided::parse(bytes) else {
                *unreadable += 1;
                return ControlFlow::Continue(());
            };
            heard(&decided);
            let intent = decided.intent();
            let intent = intent.map(|(intent, is_begun)| (intent.to_owned(), is_begun));
            if let Some((intent, false)) = &intent {
                begun.remove(intent);
            }
            let is_its = door.as_ref().is_none_or(|door| decided.is_by_door(door));
            if is_its && filter.accepts_decided(&decided) {
                let told = (decided, String::from_utf8_lossy(bytes).into_owned());
                match intent {
                    Some((intent, true)) => drop(begun.insert(intent, told)),
                    _ => left.push_back(told),
                }
            }
            ControlFlow::Continue(())
        });
        self.leave_out();
        self.sort();
    }

    fn leave_out(&mut self) {
        let refused = self.left.iter().filter(|(decided, _)| decided.is_refused());
        let mut more = refused.count().saturating_sub(MOST_REFUSED);
        if more > 0 {
            self.left.retain(|(decided, _)| {
                let goes = more > 0 && decided.is_refused();
                more -= usize::from(goes);
                !goes
            });
        }
    }

    /// Has everything told that was about to be done, up to then or at all, and of which nothing tells what
    /// came of it.
    pub(in crate::commands) fn give_up(&mut self, until: Option<Timestamp>) {
        let is_old = |told: &(Decided, String)| until.is_none_or(|until| told.0.ts <= until);
        let begun = std::mem::take(&mut self.begun);
        let (old, young) = begun.into_iter().partition(|(_, told)| is_old(told));
        self.begun = young;
        let old: BTreeMap<String, _> = old;
        self.left.extend(old.into_values());
        self.sort();
    }

    /// Whether something was about to be done of which nothing tells yet what came of it.
    pub(super) fn has_begun(&self) -> bool {
        !self.begun.is_empty()
    }

    fn sort(&mut self) {
        // Lines of several processes may stand a moment apart.
        self.left
            .make_contiguous()
            .sort_by_key(|(decided, _)| decided.ts);
    }

    /// The oldest one, if it is not younger than that, with its line as it stands in the file.
    pub(in crate::commands) fn next(
        &mut self,
        until: Option<Timestamp>,
    ) -> Option<(Decided, String)> {
        let (first, _) = self.left.front()?;
        if until.is_some_and(|until| first.ts > until) {
            return None;
        }
        self.left.pop_front()
    }

    /// Has `waker` woken whenever something is decided, as long as somebody waits.
    pub(super) fn wake(&self, waker: &Waker) {
        let (path, waker) = (self.path.clone(), waker.clone());
        // Without the thread it is told with the next event.
        let _ = std::thread::Builder::new()
            .name("audit".into())
            .spawn(move || {
                let (mut watch, _own) = Watch::of(&path);
                while waker.is_wanted() {
                    watch.wait(None);
                }
            });
    }

    /// Says how many lines were none.
    pub(in crate::commands) fn sum_up(&self) {
        if self.unreadable > 0 {
            let (path, count) = (self.path.display(), self.unreadable);
            let lines = if count == 1 { "line was" } else { "lines were" };
            messages::warning(&format!("{path}: {count} {lines} no decision"));
        }
    }
}
