//! Follows the event log while it grows: every line once, in the order of the files, through rotation,
//! truncation, deletion and whatever else stands in them.
//!
//! A file is known by what it is and by how far it was read. When the name stands for another file,
//! the old one is read to its end first, then the ones that came between, then the new one; and the
//! old ones stay open for a while, because a writer that was slow still writes to what it opened.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::files::{Files, Identity, Opened};
use super::split::{Content, Splitter};

/// A hook looks for the log when its payload begins to come, and ends within a tenth of a second, or
/// a second on a busy machine; a writer that was stopped for longer than this has lost its line.
const RETIRED_FOR: Duration = Duration::from_secs(5);

/// Files that are kept open for stragglers; with a rotation every few milliseconds the oldest go.
const MAX_RETIRED: usize = 64;

/// How much is read at once.
const BLOCK_BYTES: usize = 256 * 1024;

/// As many bytes from the beginning, and before the place that was reached, tell whether a file is
/// still the one that was read: enough for the time of an event.
const MARK_BYTES: usize = 256;

/// Where to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// With the oldest file.
    Beginning,
    /// So many bytes before the end, over all files, at the next line.
    Tail(u64),
}

/// One line, and where it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line<'a> {
    /// The file, by the name that it had when it was opened.
    pub path: &'a Path,
    /// The line's number, when the file was read from its beginning.
    pub number: Option<u64>,
    /// The line.
    pub content: Content<'a>,
}

/// Takes the lines; breaks off when it wants no more.
pub(crate) type Sink<'a> = dyn FnMut(Line<'_>) -> ControlFlow<()> + 'a;

/// See the module.
#[derive(Debug)]
pub(crate) struct Tailer {
    log: PathBuf,
    live: Option<Followed>,
    retired: Vec<(Followed, Instant)>,
    /// Every file of the event log that was there when we last looked at all of them.
    known: HashSet<Identity>,
    block: Vec<u8>,
}

impl Tailer {
    /// Opens the files of `log`; reads nothing yet. There may be none.
    pub(crate) fn open(log: &Path, start: Start, now: Instant) -> Self {
        let mut tailer = Self {
            log: log.to_owned(),
            live: None,
            retired: Vec::new(),
            known: HashSet::new(),
            block: vec![0; BLOCK_BYTES],
        };
        let files = Files::open(log, &|_| false);
        let has_live = files.live.is_some();
        let mut left = match start {
            Start::Beginning => u64::MAX,
            Start::Tail(bytes) => bytes,
        };
        let mut followed: Vec<Followed> = Vec::new();
        let files: Vec<Opened> = files.into_oldest_first().collect();
        for (age, opened) in files.into_iter().rev().enumerate() {
            tailer.known.insert(opened.identity);
            if left > 0 || (age == 0 && has_live) {
                let length = opened.length();
                followed.push(Followed::from(opened, length.saturating_sub(left)));
                left = left.saturating_sub(length);
            }
        }
        if has_live {
            tailer.live = Some(followed.remove(0));
        }
        followed.reverse();
        tailer.retired = followed.into_iter().map(|file| (file, now)).collect();
        tailer
    }

    /// The event log that is followed.
    pub(crate) fn log(&self) -> &Path {
        &self.log
    }

    /// Whether there is a file that is written, as far as it could be opened.
    pub(crate) fn has_live(&self) -> bool {
        self.live.is_some()
    }

    /// Hands over every line that has come since the last time. Never waits.
    pub(crate) fn poll(&mut self, now: Instant, sink: &mut Sink<'_>) -> ControlFlow<()> {
        for (file, _) in &mut self.retired {
            file.drain(&mut self.block, sink)?;
        }
        self.retire_old(now, sink)?;
        if let Some(live) = &mut self.live {
            live.drain(&mut self.block, sink)?;
        }
        while self.live.as_ref().map(|live| live.identity) != Identity::at(&self.log) {
            if !self.switch(now, sink)? {
                break;
            }
        }
        ControlFlow::Continue(())
    }

    /// Hands over the torn last lines too: nobody writes any more.
    pub(crate) fn finish(mut self, sink: &mut Sink<'_>) -> ControlFlow<()> {
        let retired = self.retired.drain(..).map(|(file, _)| file);
        for mut file in retired.chain(self.live.take()) {
            file.finish(sink)?;
        }
        ControlFlow::Continue(())
    }

    /// Whether it wants to be asked again soon, even if nobody says that a file has changed.
    pub(crate) fn has_stragglers(&self) -> bool {
        !self.retired.is_empty()
    }

    /// Goes over to the files that have come. Says whether there was one to go to.
    fn switch(&mut self, now: Instant, sink: &mut Sink<'_>) -> ControlFlow<(), bool> {
        let files = Files::open(&self.log, &|identity| self.known.contains(identity));
        let Some(next) = files.live.filter(|next| {
            self.live
                .as_ref()
                .is_none_or(|live| live.identity != next.identity)
        }) else {
            return ControlFlow::Continue(false);
        };
        if let Some(mut old) = self.live.take() {
            old.drain(&mut self.block, sink)?;
            self.retired.push((old, now));
        }
        for opened in files.rotated {
            let mut between = Followed::from(opened, 0);
            between.drain(&mut self.block, sink)?;
            self.retired.push((between, now));
        }
        let retired = self.retired.iter().map(|(file, _)| file.identity);
        self.known = files.seen.into_iter().chain(retired).collect();
        let mut next = Followed::from(next, 0);
        next.drain(&mut self.block, sink)?;
        self.live = Some(next);
        ControlFlow::Continue(true)
    }

    fn retire_old(&mut self, now: Instant, sink: &mut Sink<'_>) -> ControlFlow<()> {
        while let Some((_, since)) = self.retired.first() {
            let is_over = now.saturating_duration_since(*since) >= RETIRED_FOR;
            if !is_over && self.retired.len() <= MAX_RETIRED {
                break;
            }
            let (mut file, _) = self.retired.remove(0);
            file.finish(sink)?;
        }
        ControlFlow::Continue(())
    }
}

/// One file, and how far it was read.
#[derive(Debug)]
struct Followed {
    opened: Opened,
    identity: Identity,
    at: u64,
    splitter: Splitter,
    is_numbered: bool,
    /// The first bytes of the file.
    head: Vec<u8>,
    /// The last bytes before `at`.
    tail: Vec<u8>,
}

impl Followed {
    /// The file from the first line on that begins at `start` or later.
    fn from(opened: Opened, start: u64) -> Self {
        let mut followed = Self {
            identity: opened.identity,
            opened,
            at: 0,
            splitter: Splitter::default(),
            is_numbered: true,
            head: Vec::new(),
            tail: Vec::new(),
        };
        followed.go_to(start);
        followed
    }

    fn go_to(&mut self, start: u64) {
        self.is_numbered = start == 0;
        self.tail.clear();
        if start == 0 {
            self.at = 0;
            self.splitter = Splitter::default();
        } else {
            // The byte before is the end of the line before, or else of a line in the middle.
            self.at = start - 1;
            let mut before = [0; MARK_BYTES];
            let wanted = MARK_BYTES.min(usize::try_from(self.at).unwrap_or(MARK_BYTES));
            let before = &mut before[..wanted];
            if self
                .opened
                .file
                .read_exact_at(before, self.at - wanted as u64)
                .is_ok()
            {
                self.tail.extend_from_slice(before);
            }
            self.splitter = Splitter::inside_a_line();
        }
    }

    fn drain(&mut self, block: &mut [u8], sink: &mut Sink<'_>) -> ControlFlow<()> {
        self.notice_rewriting(sink)?;
        loop {
            let read = match self.opened.file.read_at(block, self.at) {
                Ok(read) if read > 0 => &block[..read],
                // A file that cannot be read now may be readable the next time.
                _ => break,
            };
            self.remember(read);
            self.at += read.len() as u64;
            let (path, is_numbered) = (&self.opened.path, self.is_numbered);
            let mut named = |number, content: Content<'_>| {
                sink(Line {
                    path,
                    number: is_numbered.then_some(number),
                    content,
                })
            };
            self.splitter.feed(read, &mut named)?;
        }
        ControlFlow::Continue(())
    }

    fn finish(&mut self, sink: &mut Sink<'_>) -> ControlFlow<()> {
        let (path, is_numbered) = (&self.opened.path, self.is_numbered);
        let mut named = |number, content: Content<'_>| {
            sink(Line {
                path,
                number: is_numbered.then_some(number),
                content,
            })
        };
        self.splitter.finish(&mut named)
    }

    fn remember(&mut self, read: &[u8]) {
        let kept = &read[read.len().saturating_sub(MARK_BYTES)..];
        let excess = (self.tail.len() + kept.len()).saturating_sub(MARK_BYTES);
        self.tail.drain(..excess.min(self.tail.len()));
        self.tail.extend_from_slice(kept);
    }

    /// Finds out whether the file was cut or written anew since it was read, and goes to the place
    /// from which on it is new: its end when it was only cut, else its beginning.
    fn notice_rewriting(&mut self, sink: &mut Sink<'_>) -> ControlFlow<()> {
        let length = self.opened.length();
        let is_cut = length < self.at;
        if is_cut || !self.holds(&self.tail, self.at - self.tail.len() as u64) {
            self.finish(sink)?;
            let common = self
                .head
                .len()
                .min(usize::try_from(length).unwrap_or(usize::MAX));
            let has_same_head = common > 0 && self.holds(&self.head[..common], 0);
            self.go_to(if is_cut && has_same_head { length } else { 0 });
            self.head.clear();
        }
        self.learn_head();
        ControlFlow::Continue(())
    }

    fn learn_head(&mut self) {
        if self.head.len() == MARK_BYTES {
            return;
        }
        let mut head = [0; MARK_BYTES];
        if let Ok(read) = self.opened.file.read_at(&mut head, 0) {
            self.head = head[..read].to_vec();
        }
    }

    fn holds(&self, bytes: &[u8], at: u64) -> bool {
        let mut found = [0; MARK_BYTES];
        let found = &mut found[..bytes.len()];
        self.opened.file.read_exact_at(found, at).is_ok() && found == bytes
    }
}

#[cfg(test)]
mod tests;
