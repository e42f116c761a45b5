//! The tailer against a small model of what stands in the files, and each hard case by itself.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::Write;

use pane_patrol_hooks::event_log::{EventLog, Limits, rotate};
use proptest::prelude::*;

use super::*;
use crate::log::split::MAX_LINE_BYTES;

struct TailedLog {
    folder: tempfile::TempDir,
    start: Instant,
    tailer: Tailer,
    seen: Vec<String>,
}

impl TailedLog {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let start = Instant::now();
        let log = folder.path().join("e.jsonl");
        fs::write(&log, "").unwrap();
        let limits = Limits {
            max_files: 100,
            messages: true,
            ..Limits::default()
        };
        rotate::write_limits(&log, limits).unwrap();
        Self {
            tailer: Tailer::open(&log, Start::Beginning, start),
            folder,
            start,
            seen: Vec::new(),
        }
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("e.jsonl")
    }

    fn write(&self, text: &str) {
        let mut options = OpenOptions::new();
        let mut file = options.append(true).open(self.log()).unwrap();
        file.write_all(text.as_bytes()).unwrap();
    }

    fn rotate(&self) {
        rotate::rotate_now(&self.log()).unwrap();
    }

    fn poll(&mut self) {
        let seen = &mut self.seen;
        let flow = self.tailer.poll(self.start, &mut |line| {
            seen.push(word(line.content));
            ControlFlow::Continue(())
        });
        assert!(flow.is_continue());
    }

    fn reopen(&mut self, start: Start) {
        self.tailer = Tailer::open(&self.log(), start, self.start);
        self.seen.clear();
    }

    fn take(&mut self) -> Vec<String> {
        self.poll();
        std::mem::take(&mut self.seen)
    }
}

fn word(content: Content<'_>) -> String {
    match content {
        Content::Whole(line) => String::from_utf8_lossy(line).into_owned(),
        Content::TooLong(length) => format!("<{length}>"),
        Content::Torn(line) => format!("{}<torn>", String::from_utf8_lossy(line)),
    }
}

#[test]
fn the_old_file_is_read_to_its_end_and_then_those_between() {
    let mut log = TailedLog::new();
    log.write("a\n");
    assert_eq!(log.take(), ["a"]);
    let straggler = EventLog::open(&log.log()).unwrap();
    for line in ["b\n", "c\n", "d\n"] {
        log.write(line);
        log.rotate();
    }
    log.write("e\n");
    assert_eq!(log.take(), ["b", "c", "d", "e"]);
    straggler.append(b"late");
    assert_eq!(log.take(), ["late"]);
    assert_eq!(log.take(), [""; 0]);
}

#[test]
fn a_file_that_is_emptied_and_written_again_is_read_from_its_beginning() {
    let mut log = TailedLog::new();
    log.write("one\ntwo\n");
    assert_eq!(log.take(), ["one", "two"]);
    File::create(log.log()).unwrap();
    log.write("three\n");
    assert_eq!(log.take(), ["three"]);
    File::create(log.log()).unwrap();
    log.write("longer than it was before\n");
    assert_eq!(log.take(), ["longer than it was before"]);
}

#[test]
fn a_file_that_was_cut_is_followed_from_its_new_end() {
    let mut log = TailedLog::new();
    log.write("one\ntwo\nthree\n");
    assert_eq!(log.take(), ["one", "two", "three"]);
    let file = OpenOptions::new().write(true).open(log.log()).unwrap();
    file.set_len(8).unwrap();
    assert_eq!(log.take(), [""; 0]);
    log.write("four\n");
    assert_eq!(log.take(), ["four"]);
}

#[test]
fn a_log_that_is_deleted_and_made_again_is_followed() {
    let mut log = TailedLog::new();
    log.write("one\n");
    log.rotate();
    log.write("two\n");
    assert_eq!(log.take(), ["one", "two"]);
    fs::remove_file(log.log()).unwrap();
    assert_eq!(log.take(), [""; 0]);
    fs::create_dir(log.log()).unwrap();
    assert_eq!(log.take(), [""; 0]);
    fs::remove_dir(log.log()).unwrap();
    fs::write(log.log(), "three\n").unwrap();
    assert_eq!(log.take(), ["three"]);
}

#[test]
fn an_endless_line_costs_no_memory_and_hides_no_other() {
    let mut log = TailedLog::new();
    log.write("one\n");
    let part = "x".repeat(1 << 20);
    for _ in 0..100 {
        log.write(&part);
        log.poll();
    }
    log.write("\ntwo\n");
    assert_eq!(log.take(), ["one", "<104857600>", "two"]);
}

#[test]
fn a_line_in_two_pieces_is_one_line() {
    let mut log = TailedLog::new();
    log.write("on");
    assert_eq!(log.take(), [""; 0]);
    log.write("e\ntw");
    assert_eq!(log.take(), ["one"]);
    log.rotate();
    log.write("three\n");
    assert_eq!(log.take(), ["three"]);
    let mut rest = Vec::new();
    let tailer = std::mem::replace(
        &mut log.tailer,
        Tailer::open(Path::new("/nowhere/e.jsonl"), Start::Beginning, log.start),
    );
    let _ = tailer.finish(&mut |line| {
        rest.push(word(line.content));
        ControlFlow::Continue(())
    });
    assert_eq!(rest, ["tw<torn>"]);
}

#[test]
fn a_tail_begins_with_a_whole_line_and_reaches_into_older_files() {
    let mut log = TailedLog::new();
    log.write("one\ntwo\n");
    log.rotate();
    log.write("three\nfour\n");
    for (bytes, expected) in [
        (0, vec![]),
        (1, vec![]),
        (5, vec!["four"]),
        (7, vec!["four"]),
        (11, vec!["three", "four"]),
        (14, vec!["three", "four"]),
        (15, vec!["two", "three", "four"]),
        (99, vec!["one", "two", "three", "four"]),
    ] {
        log.reopen(Start::Tail(bytes));
        assert_eq!(log.take(), expected, "{bytes}");
    }
    log.reopen(Start::Tail(0));
    log.poll();
    log.write("five\n");
    log.rotate();
    log.write("six\n");
    assert_eq!(log.take(), ["five", "six"]);
}

#[test]
fn lines_are_numbered_only_where_they_were_counted() {
    let mut log = TailedLog::new();
    log.write("one\ntwo\n");
    for (start, expected) in [(Start::Beginning, Some(2)), (Start::Tail(4), None)] {
        log.reopen(start);
        let mut last = None;
        let _ = log.tailer.poll(log.start, &mut |line| {
            last = line.number;
            ControlFlow::Continue(())
        });
        assert_eq!(last, expected);
    }
}

#[derive(Clone, Copy, Debug)]
enum Action {
    Line,
    LongLine,
    Torn,
    Rotate,
    Empty,
    Cut,
    Delete,
    Hold,
    HeldLine,
    Poll,
}

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let action = prop_oneof![
        8 => Just(Action::Line),
        1 => Just(Action::LongLine),
        2 => Just(Action::Torn),
        3 => Just(Action::Rotate),
        1 => Just(Action::Empty),
        1 => Just(Action::Cut),
        1 => Just(Action::Delete),
        2 => Just(Action::Hold),
        2 => Just(Action::HeldLine),
        4 => Just(Action::Poll),
    ];
    proptest::collection::vec(action, 0..60)
}

/// What should have been seen: each line once, or at most once when it was destroyed before anybody
/// could look.
#[derive(Default)]
struct Model {
    count: u32,
    partial: String,
    owed: BTreeSet<String>,
    doubtful: BTreeSet<String>,
}

impl Model {
    fn unique(&mut self, kind: &str) -> String {
        self.count += 1;
        format!("{kind}{}", self.count)
    }

    fn line_ends(&mut self, with: &str) {
        let line = std::mem::take(&mut self.partial) + with;
        self.owed.insert(line);
    }

    fn destroyed(&mut self, seen: &[String]) {
        let seen: BTreeSet<String> = seen.iter().cloned().collect();
        let unseen = std::mem::take(&mut self.owed);
        for line in unseen {
            if seen.contains(&line) {
                self.owed.insert(line);
            } else {
                self.doubtful.insert(line);
            }
        }
        if !self.partial.is_empty() {
            let partial = std::mem::take(&mut self.partial);
            self.doubtful.insert(format!("{partial}<torn>"));
        }
    }

    fn check(&self, seen: &[String]) {
        let mut times: BTreeMap<&String, u32> = BTreeMap::new();
        for line in seen {
            *times.entry(line).or_default() += 1;
        }
        for (line, times) in &times {
            // What was read of a line before the rest of it was destroyed is rightly called torn.
            let is_remainder = !self.doubtful.is_empty() && line.ends_with("<torn>");
            let is_expected =
                self.owed.contains(*line) || self.doubtful.contains(*line) || is_remainder;
            assert!(is_expected && *times == 1, "{line} came {times} times");
        }
        for line in &self.owed {
            assert!(times.contains_key(line), "{line} was lost");
        }
    }
}

fn play(actions: &[Action]) {
    let mut log = TailedLog::new();
    let mut model = Model::default();
    let mut held = None;
    for action in actions {
        match action {
            Action::Line => {
                let line = model.unique("l");
                log.write(&format!("{line}\n"));
                model.line_ends(&line);
            }
            Action::LongLine => {
                model.count += 1;
                let length = 2 * MAX_LINE_BYTES + model.count as usize;
                // Every part of it can be told from every part of another.
                let mut line = format!("{length}-").repeat(length);
                line.truncate(length - model.partial.len());
                log.write(&format!("{line}\n"));
                model.partial.clear();
                model.line_ends(&format!("<{length}>"));
            }
            Action::Torn => {
                let piece = model.unique("t");
                log.write(&piece);
                model.partial.push_str(&piece);
            }
            Action::Rotate => {
                log.rotate();
                if !model.partial.is_empty() {
                    // A straggler would complete it; this one does not come.
                    held = None;
                    let partial = std::mem::take(&mut model.partial);
                    model.owed.insert(format!("{partial}<torn>"));
                }
            }
            Action::Empty => {
                model.destroyed(&log.seen);
                held = None;
                File::create(log.log()).unwrap();
            }
            Action::Cut => {
                log.poll();
                let text = fs::read_to_string(log.log()).unwrap();
                let keep = text[..text.len() / 2].rfind('\n').map_or(0, |end| end + 1);
                if keep > 0 {
                    model.destroyed(&log.seen);
                    let options = OpenOptions::new().write(true).open(log.log());
                    options.unwrap().set_len(keep as u64).unwrap();
                    log.poll();
                }
            }
            Action::Delete => {
                model.destroyed(&log.seen);
                held = None;
                fs::remove_file(log.log()).unwrap();
                fs::write(log.log(), "").unwrap();
            }
            Action::Hold => held = EventLog::open(&log.log()),
            Action::HeldLine => {
                if let Some(held) = held.take()
                    && model.partial.is_empty()
                {
                    let line = model.unique("h");
                    held.append(line.as_bytes());
                    model.line_ends(&line);
                }
            }
            Action::Poll => log.poll(),
        }
    }
    log.poll();
    let TailedLog {
        tailer, mut seen, ..
    } = log;
    let _ = tailer.finish(&mut |line| {
        seen.push(word(line.content));
        ControlFlow::Continue(())
    });
    if !model.partial.is_empty() {
        let partial = std::mem::take(&mut model.partial);
        model.owed.insert(format!("{partial}<torn>"));
    }
    model.check(&seen);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn every_line_comes_once_whatever_happens_to_the_files(actions in actions()) {
        play(&actions);
    }
}
