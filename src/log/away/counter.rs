//! Counts what happened, while the event log is played.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::PathBuf;
use std::time::Duration;

use pane_patrol_hooks::event::{Event, Kind, Source, State};
use pane_patrol_hooks::timestamp::Timestamp;

use super::{Counts, Digest, Happened, Told, What, asked, in_order};
use crate::log::Record;
use crate::log::notes::Notes;
use crate::log::player::Player;
use crate::log::wrote::Writing;
use crate::state::{Outcome, Request, Row, RowKey, Settings, Table};

/// Counts from a moment on.
#[derive(Debug)]
pub(crate) struct Counter {
    player: Player,
    book: Book,
    writing: Writing,
    first: Option<Timestamp>,
    until: Timestamp,
}

#[derive(Debug)]
struct Book {
    since: Timestamp,
    lines: BTreeMap<RowKey, Line>,
    shown: HashMap<RowKey, Shown>,
    /// The rows that the last input has changed.
    last: Vec<RowKey>,
}

/// What is to be told of the rows of one pane.
#[derive(Debug)]
struct Line {
    told: Told,
    counts: Counts,
    waited: Duration,
    files: BTreeSet<PathBuf>,
}

/// How a row was shown last.
#[derive(Debug, Default)]
struct Shown {
    state: Option<State>,
    generation: u64,
    requests: BTreeSet<Asking>,
    /// Since when anything is asked.
    waits: Option<Timestamp>,
}

/// What makes a request another one.
type Asking = (Timestamp, Option<String>, Option<String>);

/// When the person left: their last act before the latest span of at least `after` in which there was none. `acts` in
/// any order; `None`: there was no such span.
pub(crate) fn left(records: &[Record], after: Duration, now: Timestamp) -> Option<Timestamp> {
    let acts = records.iter().map(|record| &record.event);
    let mut acts: Vec<Timestamp> = acts.filter(|it| is_of_person(it)).map(|it| it.ts).collect();
    acts.retain(|at| *at <= now);
    acts.sort_unstable();
    let nexts = acts.iter().skip(1).copied().chain([now]);
    let spans = acts.iter().copied().zip(nexts);
    let long = spans.filter(|(at, next)| next.since(*at) >= after);
    long.last().map(|(at, _)| at)
}

/// Whether the person has done it: given a prompt, looked, or decided something.
fn is_of_person(event: &Event) -> bool {
    let is_prompt = event.kind == Some(Kind::TurnStarted) && event.agent_id.is_none();
    event.source == Source::User || is_prompt && event.source == Source::Hook
}

impl Counter {
    /// Nothing counted yet. `notes`: for what whoever collected has taken the events.
    pub(crate) fn new(notes: Notes, since: Timestamp, until: Timestamp) -> Self {
        let settings = Settings {
            ttl: Duration::MAX,
            own_server: None,
        };
        let mut player = Player::new(settings, until);
        player.heed(notes);
        Self {
            player,
            book: Book {
                since,
                lines: BTreeMap::new(),
                shown: HashMap::new(),
                last: Vec::new(),
            },
            writing: Writing::default(),
            first: None,
            until,
        }
    }

    /// Plays a record, and counts it.
    pub(crate) fn take(&mut self, record: Record) {
        let at = record.event.ts;
        if at > self.until {
            return;
        }
        self.first = Some(self.first.map_or(at, |first| first.min(at)));
        let event = &record.event;
        let is_told = at >= self.book.since && !record.is_ours();
        let begins = event.kind == Some(Kind::TurnStarted) && event.agent_id.is_none();
        // What was begun before counts once it is done.
        let mut files = self.writing.take(event);
        if !is_told {
            files.clear();
        }
        let book = &mut self.book;
        self.player.play(record, &mut |table, outcome, at| {
            book.follow(table, outcome, at);
        });
        if is_told && (begins || !files.is_empty()) {
            self.book.note(self.player.table(), begins, files);
        }
    }

    /// What was counted.
    pub(crate) fn finish(mut self) -> Digest {
        let (book, until) = (&mut self.book, self.until);
        self.player.pass_time(until, &mut |table, outcome, at| {
            book.follow(table, outcome, at);
        });
        let table = self.player.table();
        let keys: Vec<RowKey> = self.book.shown.keys().cloned().collect();
        for key in keys {
            if let Some(row) = table.row(&key) {
                self.book.end(&key, &row, until);
            }
        }
        let since = self.book.since;
        let told = self.book.lines.into_values().map(Line::told).collect();
        let begins_late = self.first.is_none_or(|first| first > since);
        let unknown = begins_late.then(|| match self.first {
            Some(first) => format!("the event log begins at {first}: what was before is not known"),
            None => "the event log holds nothing: what was before it was switched on is not known"
                .to_owned(),
        });
        Digest {
            since,
            until,
            unknown: unknown.into_iter().collect(),
            assistants: in_order(told),
        }
    }
}

impl Book {
    fn follow(&mut self, table: &Table, outcome: &Outcome, at: Timestamp) {
        for key in &outcome.removed {
            if let Some(shown) = self.shown.remove(key) {
                self.waited(key, shown.waits, at);
            }
            if let Some(line) = self.lines.get_mut(key) {
                line.told.state = None;
            }
        }
        for key in &outcome.changed {
            if let Some(row) = table.row(key) {
                self.look(key, &row, at);
            }
        }
        self.last.clone_from(&outcome.changed);
    }

    /// The row is shown so from `at` on.
    fn look(&mut self, key: &RowKey, row: &Row, at: Timestamp) {
        let shown = self.shown.entry(key.clone()).or_default();
        let is_other = shown.state != Some(row.state) || shown.generation != row.generation;
        (shown.state, shown.generation) = (Some(row.state), row.generation);
        let new: Vec<&Request> = row
            .waiting
            .iter()
            .filter(|request| !shown.requests.contains(&asking(request)))
            .collect();
        shown.requests = row.waiting.iter().map(asking).collect();
        let waited = match (row.waiting.is_empty(), shown.waits) {
            (false, None) => {
                shown.waits = Some(at);
                None
            }
            (true, waits) => {
                shown.waits = None;
                waits
            }
            (false, Some(_)) => None,
        };
        self.waited(key, waited, at);
        if at < self.since {
            return;
        }
        for request in new {
            let line = self.line(key, row);
            line.counts.asked += 1;
            line.told.happened.push(what_is_asked(request));
        }
        let end = match row.state {
            State::Completed if is_other => Some((What::Finished, row.recap.clone())),
            State::Error if is_other => Some((What::Failed, row.message.clone())),
            _ => None,
        };
        if let Some((what, words)) = end {
            let line = self.line(key, row);
            match what {
                What::Failed => line.counts.failed += 1,
                _ => line.counts.finished += 1,
            }
            line.told.happened.push(Happened { at, what, words });
        }
    }

    /// The rows that were changed last have begun a turn, or written these files.
    fn note(&mut self, table: &Table, begins: bool, files: Vec<PathBuf>) {
        let Some(key) = self.last.first().cloned() else {
            return;
        };
        if let Some(row) = table.row(&key) {
            let line = self.line(&key, &row);
            line.counts.turns += u64::from(begins);
            line.files.extend(files);
        }
    }

    /// How a row is in the end.
    fn end(&mut self, key: &RowKey, row: &Row, until: Timestamp) {
        let waits = self.shown.get(key).and_then(|shown| shown.waits);
        if !row.waiting.is_empty() {
            let told = &mut self.line(key, row).told.happened;
            for request in &row.waiting {
                if !told
                    .iter()
                    .any(|it| it.what == What::Asked && it.at == request.since)
                {
                    told.push(what_is_asked(request));
                }
            }
            // Of several that wait the one in front was asked for last, as far as anybody has to know.
            told.sort_by_key(|it| it.at);
        }
        self.waited(key, waits, until);
        if let Some(line) = self.lines.get_mut(key) {
            line.told.state = Some(row.state);
            line.told.target = row.target.to_string();
            line.told.instance_id.clone_from(&row.instance_id);
        }
    }

    fn waited(&mut self, key: &RowKey, from: Option<Timestamp>, until: Timestamp) {
        if let Some(from) = from
            && let Some(line) = self.lines.get_mut(key)
        {
            line.waited += until.since(from.max(self.since));
        }
    }

    fn line(&mut self, key: &RowKey, row: &Row) -> &mut Line {
        let line = self.lines.entry(key.clone()).or_insert_with(|| Line {
            told: Told::new(row),
            counts: Counts::default(),
            waited: Duration::ZERO,
            files: BTreeSet::new(),
        });
        if line.told.instance_id != row.instance_id {
            line.told.instance_id.clone_from(&row.instance_id);
        }
        line
    }
}

impl Line {
    fn told(self) -> Told {
        let counts = Counts {
            waited: self.waited.as_secs(),
            files: self.files.len() as u64,
            ..self.counts
        };
        Told {
            counts: Some(counts),
            ..self.told
        }
    }
}

fn asking(request: &Request) -> Asking {
    (
        request.since,
        request.request_id.clone(),
        request.message.clone(),
    )
}

fn what_is_asked(request: &Request) -> Happened {
    Happened {
        at: request.since,
        what: What::Asked,
        words: asked(request.tool.as_deref(), request.message.as_deref()),
    }
}
