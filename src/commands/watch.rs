//! `watch`: one line for each change of a row as it happens, for scripts.
//!
//! It listens to whoever collects, goes on with the next one when that one goes, and ends when nobody
//! reads its lines any more, also while there are none.

mod spoken;

use std::collections::BTreeMap;
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use pane_patrol_hooks::timestamp::Timestamp;
use rustix::event::{PollFd, PollFlags, poll};
use serde_json::json;
use time::UtcOffset;

use super::Context;
use super::follow::{Follow, On, RETRY, expect_somebody_at};
use super::lookup::{self, By, Unknown};
use super::rows::{self, Known};
use crate::cli::WatchArgs;
use crate::error::{CommandError, CommandResult, unprinted};
use crate::hub::client::{HubClient, HubError};
use crate::log::when::LocalClock;
use crate::messages::Output;
use crate::state::Row;
use crate::state::update::Update;

/// Prints until nobody reads any more.
pub(super) fn run(context: &Context, arguments: &WatchArgs) -> CommandResult {
    let only = Only::all(context, &arguments.target)?;
    let mut watch = Watch {
        only,
        form: Form::of(arguments),
        offset: context.offset,
        shown: BTreeMap::new(),
        output: Output::open(),
    };
    let reader = Reader::default();
    reader.watch_for_end();
    let hub = context.hub();
    let mut listening = Follow::default();
    while !reader.is_gone() {
        let heard = hub
            .subscribe("watch")
            .and_then(|mut hub| reader.let_end(&hub).follow(&mut watch, &mut hub));
        let heard = match heard {
            Ok(Heard::NobodyReads) => break,
            Ok(Heard::HubHasGone) => Ok(()),
            Err(_) if reader.is_gone() => break,
            Err(error) => Err(error),
        };
        listening.go_on(heard)?;
        thread::sleep(RETRY);
    }
    watch
        .output
        .close()
        .map_err(|error| unprinted("could not print the changes", &error))
}

/// One that is meant, and on which server where its name is a place.
struct Only<'a> {
    name: &'a str,
    on: On,
}

impl<'a> Only<'a> {
    /// One for each of `names`.
    ///
    /// # Errors
    /// A word that nobody has is a slip; but somebody may come to a place.
    fn all(context: &Context, names: &'a [String]) -> Result<Vec<Self>, CommandError> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let known = rows::live(context, "watch")?;
        let all = names.iter().map(|name| Self::of(context, name, &known));
        all.collect()
    }

    fn of(context: &Context, name: &'a str, known: &Known) -> Result<Self, CommandError> {
        let on = match lookup::pick(&known.rows, name, &known.own) {
            Ok(row) => On::of(row, On::ours(context)),
            Err(Unknown::Several(_)) => On::Any,
            Err(Unknown::Nobody) => {
                expect_somebody_at(context, name, None, known)?;
                On::ours(context)
            }
        };
        Ok(Self { name, on })
    }

    fn means(&self, row: &Row) -> bool {
        match lookup::meaning(row, self.name) {
            Some(By::Target | By::Pane) => self.on.holds(row),
            Some(By::Id | By::Word) => true,
            None => false,
        }
    }
}

/// Why a hub is not followed any longer.
enum Heard {
    HubHasGone,
    NobodyReads,
}

/// Whoever reads what is printed.
#[derive(Clone, Default)]
struct Reader {
    is_gone: Arc<AtomicBool>,
    /// What is listened to, to be ended with the reader.
    hub: Arc<Mutex<Option<UnixStream>>>,
}

impl Reader {
    /// Ends the listening as soon as nobody can read any more.
    fn watch_for_end(&self) {
        let reader = self.clone();
        // Without the thread the next change finds it out.
        let _ = thread::Builder::new().name("reader".into()).spawn(move || {
            let stdout = std::io::stdout();
            let over = PollFlags::ERR | PollFlags::HUP;
            let is_over = || {
                let mut waiting = [PollFd::new(&stdout, PollFlags::empty())];
                poll(&mut waiting, None).is_ok() && waiting[0].revents().intersects(over)
            };
            while !is_over() {
                thread::sleep(RETRY);
            }
            reader.is_gone.store(true, Ordering::Release);
            if let Some(hub) = reader.lock().as_ref() {
                // It may be closed already.
                let _ = hub.shutdown(Shutdown::Both);
            }
        });
    }

    fn let_end(&self, hub: &HubClient) -> &Self {
        *self.lock() = hub.try_clone_stream();
        self
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<UnixStream>> {
        self.hub.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_gone(&self) -> bool {
        self.is_gone.load(Ordering::Acquire)
    }

    fn follow(&self, watch: &mut Watch<'_>, hub: &mut HubClient) -> Result<Heard, HubError> {
        // It may have gone before its end could end this.
        while !self.is_gone() {
            let Some(update) = hub.next_update()? else {
                return Ok(Heard::HubHasGone);
            };
            if !watch.take(update) {
                return Ok(Heard::NobodyReads);
            }
        }
        Ok(Heard::NobodyReads)
    }
}

/// For whom a change is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// Columns for a person's eyes, and for `grep`.
    Plain,
    /// A program.
    Json,
    /// A person's ears.
    Spoken,
}

impl Form {
    fn of(arguments: &WatchArgs) -> Self {
        match (arguments.json, arguments.spoken) {
            (true, _) => Self::Json,
            (false, true) => Self::Spoken,
            (false, false) => Self::Plain,
        }
    }
}

struct Watch<'a> {
    /// Only these, or all when there are none.
    only: Vec<Only<'a>>,
    form: Form,
    offset: UtcOffset,
    /// The rows as they were printed last.
    shown: BTreeMap<String, Row>,
    output: Output,
}

impl Watch<'_> {
    /// Prints what is new in it; false when nobody reads.
    fn take(&mut self, update: Update) -> bool {
        let mut lines = Vec::new();
        match update {
            Update::Snapshot(rows) => {
                let is_left = |id: &String| rows.iter().all(|row| row.id != *id);
                let gone: Vec<String> = self
                    .shown
                    .keys()
                    .filter(|id| is_left(id))
                    .cloned()
                    .collect();
                for id in gone {
                    self.end(&id, &mut lines);
                }
                for row in rows {
                    self.change(row, &mut lines);
                }
            }
            Update::Row(row) => self.change(Arc::unwrap_or_clone(row), &mut lines),
            Update::Gone(id) => self.end(&id, &mut lines),
            Update::Diff(..)
            | Update::Tasks(..)
            | Update::Ended(_)
            | Update::Health(_)
            | Update::Role(_) => {}
        }
        let (form, output) = (self.form, &mut self.output);
        let mut printed = lines.iter().map(|line| {
            if form == Form::Json {
                output.print_json(line)
            } else {
                output.print(&format!("{line}\n"))
            }
        });
        let is_read = printed.all(|printed| printed.is_continue());
        is_read && (lines.is_empty() || self.output.flush().is_continue())
    }

    fn change(&mut self, row: Row, lines: &mut Vec<String>) {
        let is_wanted = self.only.is_empty() || self.only.iter().any(|only| only.means(&row));
        if !is_wanted {
            // A pane that was moved elsewhere is not there any more.
            return self.end(&row.id, lines);
        }
        let before = self.shown.get(&row.id);
        let is_new = before.is_none_or(|before| visible(before) != visible(&row));
        if is_new {
            // What changes unheard is said once.
            let told = |row: &Row| spoken::sentence(row, &self.shown);
            let is_repeated = self.form == Form::Spoken
                && before.is_some_and(|before| told(before) == told(&row));
            let line = match self.form {
                Form::Json => json!(row).to_string(),
                Form::Spoken => told(&row),
                Form::Plain => self.line(row.state.as_str(), &row),
            };
            if !is_repeated {
                lines.push(line);
            }
            self.shown.insert(row.id.clone(), row);
        }
    }

    fn end(&mut self, id: &str, lines: &mut Vec<String>) {
        let Some(row) = self.shown.remove(id) else {
            return;
        };
        let line = match self.form {
            Form::Json => json!({"id": id, "gone": true}).to_string(),
            Form::Spoken => spoken::farewell(&row, &self.shown),
            Form::Plain => self.line("gone", &row),
        };
        lines.push(line);
    }

    fn line(&self, word: &str, row: &Row) -> String {
        let now = Timestamp::now();
        let clock = LocalClock {
            now,
            offset: self.offset,
        };
        let at = clock.local(now);
        let what = [row.tool.as_deref(), row.message.as_deref()];
        let what: Vec<&str> = what.into_iter().flatten().collect();
        let standing = row.standing();
        let standing = standing.map_or_else(String::new, |word| format!(" ({word})"));
        let line = format!(
            "{:02}:{:02}:{:02}  {word:<16}  {:<8}  {}{standing}  {}",
            at.hour(),
            at.minute(),
            at.second(),
            row.assistant.as_str(),
            row.target,
            what.join(": "),
        );
        line.trim_end().to_owned()
    }
}

/// The row without what changes at every word that is heard of it.
fn visible(row: &Row) -> Row {
    Row {
        ts: Timestamp::default(),
        generation: 0,
        evidence: Vec::new(),
        ..row.clone()
    }
}
