//! The hub, the session file and the multiplexer, as the procedure in [`super::keys`] sees them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use pane_patrol_hooks::event::Assistant;
use pane_patrol_hooks::event_log::rotate::read_limits;
use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::timestamp::Timestamp;

use super::audit::Line;
use super::keys::{Access, Guard, Pane, Press, Pressed, Seen};
use super::refusals::Refusals;
use super::{dialog, foreground};
use crate::assistants::facets::Verdict;
use crate::assistants::homes::Homes;
use crate::assistants::request as asked;
use crate::assistants::{self, Facets};
use crate::hub::client::{HubError, random_id};
use crate::hub::protocol::Right;
use crate::hub::server::Collector;
use crate::mux::{self, Gone, Multiplexer, PATIENCE, Place, Reach, Undone};
use crate::state::{Bound, Row};
use crate::sys::process;

/// Why nothing is done.
pub(super) type Refusal = String;

/// Carries acts out, and looks again before that.
#[derive(Clone, Debug)]
pub(crate) struct Executor {
    /// Where the hub listens and decisions are written down.
    pub places: Places,
    /// The user.
    pub uid: u32,
    /// Where assistants keep their files when a row names no other folder.
    pub homes: Homes,
    /// The person's home.
    pub home: Option<PathBuf>,
    /// Which multiplexers there are, and which servers are talked to.
    pub reach: Reach,
    /// The collector in whose process it is carried out.
    pub collector: Arc<dyn Collector>,
    /// What was refused lately.
    pub refusals: Arc<Refusals>,
}

impl Executor {
    /// Writes a line of the audit about what is wanted by somebody of that right.
    pub(super) fn record(&self, line: &Line<'_>, right: Right) {
        let Some(path) = self.places.decisions() else {
            return;
        };
        // It is done, or not; that it could not be written down changes nothing about it.
        let _ = match line.refusal() {
            None => line.append(&path),
            Some(kind) => match self.refusals.admit(right, kind, Instant::now()) {
                Some(left_out) => line.append_short(&path, left_out),
                None => return,
            },
        };
    }

    /// Whether prompts and commands may be written down, as the event log has it.
    pub(super) fn keeps_messages(&self) -> bool {
        let log = self.places.event_log();
        log.is_none_or(|log| read_limits(&log).messages)
    }

    /// Writes down that something is about to be done; by what is given back the line is known that tells what
    /// came of it.
    pub(super) fn intend(&self, line: Line<'_>, right: Right) -> String {
        let intent = random_id();
        self.record(&line.begun(&intent), right);
        intent
    }

    /// What the assistant of a row says of itself now; `None` where it says nothing.
    pub(super) fn witness_of(&self, row: &Row) -> Option<Seen> {
        self.seen(
            &row.assistant,
            row.home.as_deref(),
            row.pid,
            row.instance_id.as_deref(),
        )
    }

    fn seen(
        &self,
        assistant: &Assistant,
        home: Option<&str>,
        pid: Option<u32>,
        session: Option<&str>,
    ) -> Option<Seen> {
        let home = self.homes.of(assistant, home)?;
        let files = assistants::of(assistant)?.session_files()?;
        let reading = files.look(&home, pid?, session)?;
        Some(Seen {
            level: reading.level,
            instance_id: reading.instance_id,
            written: reading.written,
        })
    }

    fn pane_of(&self, bound: &Bound) -> (Place, Box<dyn Multiplexer>) {
        let pane = bound
            .pane
            .map_or_else(|| bound.target.clone(), Target::Pane);
        let place = self.reach.place(bound.server.clone(), pane);
        let mux = mux::of(place.kind, &self.reach);
        (place, mux)
    }
}

impl Access for Executor {
    fn row(&self, id: &str) -> Result<Option<Row>, HubError> {
        self.collector.row(id)
    }

    fn in_full(&self, bound: Bound) -> Bound {
        asked::with_command(&bound, &self.homes)
    }

    fn open_calls(&self, bound: &Bound) -> Vec<Bound> {
        asked::open_calls(bound, &self.homes)
    }

    fn has_company(&self, bound: &Bound) -> bool {
        asked::has_company(bound, &self.homes)
    }

    fn has_result(&self, bound: &Bound) -> Option<bool> {
        asked::has_result(bound, &self.homes)
    }

    fn verdict(&self, bound: &Bound) -> Option<Verdict> {
        asked::verdict(bound, &self.homes)
    }

    fn runs(&self, bound: &Bound, since: Timestamp) -> bool {
        let (Some(pid), Some(command)) = (bound.pid, bound.command.as_deref()) else {
            return false;
        };
        let calls = assistants::of(&bound.assistant).and_then(Facets::calls);
        calls.is_some_and(|calls| calls.is_run_by(pid, command, since))
    }

    fn witness(&self, bound: &Bound) -> Option<Seen> {
        let (home, session) = (bound.home.as_deref(), bound.instance_id.as_deref());
        self.seen(&bound.assistant, home, bound.pid, session)
    }

    fn is_at_rest(&self, bound: &Bound) -> Option<bool> {
        process::waits(bound.pid?)
    }

    fn look(&self, bound: &Bound) -> mux::Outcome<Pane> {
        let (place, mux) = self.pane_of(bound);
        look((&bound.assistant, bound.pid), &place, &*mux)
    }

    fn press(&self, bound: &Bound, press: &Press, guard: &Guard) -> mux::Outcome<Pressed> {
        let (place, mux) = self.pane_of(bound);
        let pressed = mux.press(&place, press, guard, PATIENCE);
        pressed.map_err(|undone| explain(undone, &place))
    }

    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn wait(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// What the pane of an assistant, and of its process, shows now.
pub(super) fn look(
    (assistant, pid): (&Assistant, Option<u32>),
    place: &Place,
    mux: &dyn Multiplexer,
) -> mux::Outcome<Pane> {
    let coloured = dialog::reads_colours(assistant);
    let screen = mux.read(place, coloured, PATIENCE);
    let screen = screen.map_err(|undone| explain(undone, place))?;
    let objection = || foreground::objection(screen.pid?, pid, assistant.as_str());
    Ok(Pane {
        unfit: screen.unfit.or_else(objection),
        screen: screen.text,
        width: screen.width,
        stamp: screen.stamp,
    })
}

/// A server that is gone is named by its kind.
fn explain(undone: Undone, place: &Place) -> Undone {
    match undone {
        Undone::Gone(Gone::Server) => Undone::Refused(format!("its {} server is gone", place.kind)),
        other => other,
    }
}
