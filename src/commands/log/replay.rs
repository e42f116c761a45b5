//! `log replay`: the log in the dashboard, as it happened.
//!
//! The rows come from the real table. They are shown with their ages of then: all their times are
//! moved by what lies between then and now.

use std::fmt::Write;
use std::io::{self, IsTerminal};
use std::ops::ControlFlow;
use std::process::Command;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use pane_patrol_hooks::target::{PaneId, Server};
use pane_patrol_hooks::timestamp::Timestamp;

use super::query::{Query, read_records};
use crate::actor::{self, Bound, Decision};
use crate::assistants::request::Known;
use crate::commands::{Context, dashboard};
use crate::error::{CommandError, CommandResult, unprinted};
use crate::git::{DiffSummary, Patch, PatchRequest};
use crate::launch::Stopped;
use crate::log::Record;
use crate::log::away::Digest;
use crate::log::filter::Filter;
use crate::log::player::Player;
use crate::log::when::LocalClock;
use crate::messages::Output;
use crate::mux::{Attach, Beside, Glimpse, Onlooker, Typed};
use crate::notify::Snoozes;
use crate::state::update::{Health, Role, Update};
use crate::state::{EndedSession, Outcome, Row, Settings, Table};
use crate::tasks::{TaskChange, TaskSummary};
use crate::tui::{
    self, Actions, Change, Choice, Hooks, InstallOffer, InstallOutcome, Jumped, Kept, Letter,
    Listed, Need, NoOffer, NoPatch, NotStarted, ONLY_A_REPLAY, Posted, Reread, Started, Unchanged,
    Whose,
};

/// Where nothing happened, at most this long is waited.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// Plays what was asked for, `speed` times as fast as it happened; 0 makes no pauses.
pub(super) fn run(context: &Context, query: &Query, speed: f64, plain: bool) -> CommandResult {
    let pace = Pace { speed };
    let mut records = Vec::new();
    read_records(&query.from, &query.filter.targets, &mut |record| {
        records.push(record);
        ControlFlow::Continue(())
    })?;
    // What comes before is played, too, at once.
    let wanted = Filter {
        since: None,
        ..query.filter.clone()
    };
    records.retain(|record| wanted.accepts(&record.event));
    let replay = Replay {
        records,
        since: query.filter.since,
        pace,
        clock: query.clock,
    };
    if plain || !io::stdout().is_terminal() {
        return print(replay);
    }
    let setup = dashboard::screen_setup(context, query.clock.offset)?;
    let (sender, update) = channel();
    std::thread::Builder::new()
        .name("replay".into())
        .spawn(move || replay.update(&sender))
        .map_err(|error| CommandError::new("could not start a thread").caused_by(&error))?;
    show(setup, update)
}

fn show(setup: tui::Setup, update: Receiver<Update>) -> CommandResult {
    tui::run(setup, update, Arc::new(Idle))
        .map_err(|error| CommandError::new("could not use the terminal").caused_by(&error))
}

/// How long to wait between two records.
#[derive(Clone, Copy)]
struct Pace {
    speed: f64,
}

impl Pace {
    fn pause(self, span: Duration) -> Duration {
        if self.speed == 0.0 {
            return Duration::ZERO;
        }
        let seconds = (span.as_secs_f64() / self.speed).min(LONGEST_PAUSE.as_secs_f64());
        Duration::from_secs_f64(seconds)
    }
}

struct Replay {
    records: Vec<Record>,
    since: Option<Timestamp>,
    pace: Pace,
    clock: LocalClock,
}

/// What was told at one moment of the log.
type Teller<'a> = dyn FnMut(&Table, &Outcome, Timestamp) -> ControlFlow<()> + 'a;

impl Replay {
    /// Plays every record and tells what it changed, after the pause that lay before it.
    fn play(self, told: &mut Teller<'_>) {
        let settings = Settings {
            ttl: Duration::MAX,
            own_server: None,
        };
        let mut player = Player::new(settings, self.clock.now);
        player.heed(self.records.iter().collect());
        let mut last: Option<Timestamp> = None;
        for record in self.records {
            let at = record.event.ts;
            let is_shown = self.since.is_none_or(|since| at >= since);
            if let Some(last) = last
                && is_shown
            {
                std::thread::sleep(self.pace.pause(at.since(last)));
            }
            last = is_shown.then_some(last.map_or(at, |last| last.max(at)));
            let mut flow = ControlFlow::Continue(());
            player.play(record, &mut |table, outcome, now| {
                if is_shown && flow.is_continue() {
                    flow = told(table, outcome, now);
                }
            });
            if flow.is_break() {
                return;
            }
        }
    }

    fn update(self, update: &Sender<Update>) {
        let speed = self.pace.speed;
        let _ = update.send(Update::Snapshot(Vec::new()));
        let _ = update.send(Update::Role(Role::Collector));
        let mut told: Option<String> = None;
        let clock = self.clock;
        self.play(&mut |table, outcome, now| {
            let at = clock.local(now);
            let words = format!(
                "a replay, {speed} times as fast: {} {:02}:{:02}",
                at.date(),
                at.hour(),
                at.minute()
            );
            if told.as_ref() != Some(&words) {
                told = Some(words.clone());
                let health = Health {
                    troubles: vec![words],
                    ..Health::default()
                };
                send(update, Update::Health(health))?;
            }
            for key in &outcome.removed {
                send(update, Update::Gone(key.to_string()))?;
            }
            for row in outcome.changed.iter().filter_map(|key| table.row(key)) {
                let row = moved(row, Timestamp::now().since(now));
                send(update, Update::Row(Arc::new(row)))?;
            }
            ControlFlow::Continue(())
        });
        // The last screen stays until the person leaves.
        while update.send(Update::Role(Role::Collector)).is_ok() {
            std::thread::sleep(LONGEST_PAUSE);
        }
    }
}

fn send(update: &Sender<Update>, message: Update) -> ControlFlow<()> {
    match update.send(message) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    }
}

/// The row as if everything had happened `span` later.
fn moved(mut row: Row, span: Duration) -> Row {
    row.since = row.since.plus(span);
    row.ts = row.ts.plus(span);
    for request in &mut row.waiting {
        request.since = request.since.plus(span);
    }
    for evidence in &mut row.evidence {
        let evidence = Arc::make_mut(evidence);
        evidence.at = evidence.at.plus(span);
    }
    row
}

/// Prints each change of a row as a line.
fn print(replay: Replay) -> CommandResult {
    let mut output = Output::open();
    let clock = replay.clock;
    let mut text = String::new();
    replay.play(&mut |table, outcome, now| {
        let at = clock.local(now);
        let (hour, minute, second) = at.to_hms();
        let time = format!("{} {hour:02}:{minute:02}:{second:02}", at.date());
        text.clear();
        for key in &outcome.removed {
            // A string takes everything.
            let _ = writeln!(text, "{time}  gone              {key}");
        }
        for row in outcome.changed.iter().filter_map(|key| table.row(key)) {
            let what = [row.tool.as_deref(), row.message.as_deref()];
            let what: Vec<&str> = what.into_iter().flatten().collect();
            let line = format!(
                "{time}  {:<16}  {:<8}  {}  {}",
                row.state,
                row.assistant.as_str(),
                row.target,
                what.join(": ")
            );
            let _ = writeln!(text, "{}", line.trim_end());
        }
        output.print(&text)?;
        output.flush()
    });
    output
        .close()
        .map_err(|error| unprinted("could not print the log", &error))
}

/// In a replay nothing is done: its panes are those of another time.
struct Idle;

impl Actions for Idle {
    fn settings(&self) -> Option<Result<Box<Reread>, String>> {
        None
    }

    fn ready(&self) {}

    fn kept(&self) -> Kept {
        Kept::default()
    }

    fn keep(&self, _: &[Change]) -> Result<(), Unchanged> {
        Ok(())
    }

    fn jump(&self, _: &Row) -> Jumped {
        Jumped::Failed(ONLY_A_REPLAY.to_owned())
    }

    fn glance(&self, _: &Row, _: u16) -> crate::mux::Outcome<Glimpse> {
        Err(ONLY_A_REPLAY.into())
    }

    fn last_key(&self) -> Option<Timestamp> {
        None
    }

    fn decide(&self, _: &Bound, _: &Decision, _: &actor::Shown) -> actor::Outcome {
        actor::Outcome::Nothing(ONLY_A_REPLAY.to_owned())
    }

    fn read_request(&self, _: &Bound) -> Known {
        Known::Beginning(ONLY_A_REPLAY.to_owned())
    }

    fn read_rest(&self, bound: &Bound) -> Known {
        self.read_request(bound)
    }

    fn read_work(&self, _: &Row) -> (DiffSummary, TaskSummary) {
        (DiffSummary::error(ONLY_A_REPLAY), TaskSummary::default())
    }

    fn away(&self, _: Option<Timestamp>) -> Result<Box<Digest>, String> {
        Err(ONLY_A_REPLAY.to_owned())
    }

    fn read_patch(&self, _: &Whose, _: &PatchRequest) -> Result<Patch, NoPatch> {
        Err(NoPatch::OnlyAReplay)
    }

    /// Nobody asks for it: nothing is drawn.
    fn type_into(&self, _: &(Server, PaneId), _: &Typed) -> crate::mux::Outcome<()> {
        Err(ONLY_A_REPLAY.into())
    }

    fn attach(&self, _: &Attach) -> crate::mux::Outcome<Command> {
        // Nobody asks for it: no jump leads to it.
        Err(ONLY_A_REPLAY.into())
    }

    fn hooks(&self) -> Hooks {
        Hooks::Unknown
    }

    fn needs(&self) -> Vec<Need> {
        Vec::new()
    }

    fn draws(&self, _: Onlooker) {}

    fn split(&self, _: &tui::Split) -> Beside {
        Beside {
            note: Some(ONLY_A_REPLAY.to_owned()),
            ..Beside::default()
        }
    }

    fn items(&self) -> Listed {
        Vec::new()
    }

    fn start(&self, _: &Choice, _: Option<&Row>, _: bool) -> Result<Started, NotStarted> {
        Err(NotStarted::OnlyAReplay)
    }

    fn bring(&self, _: &Row, _: bool) -> Result<Started, NotStarted> {
        Err(NotStarted::OnlyAReplay)
    }

    fn resume(&self, _: &EndedSession, _: bool) -> Result<Started, NotStarted> {
        Err(NotStarted::OnlyAReplay)
    }

    fn stop(&self, _: &Row) -> Stopped {
        Stopped::Failed(ONLY_A_REPLAY.to_owned())
    }

    fn close_pane(&self, _: &Row) -> Stopped {
        Stopped::Failed(ONLY_A_REPLAY.to_owned())
    }

    fn snoozes(&self) -> Snoozes {
        Snoozes::default()
    }

    fn snooze(&self, _: &str, _: Option<Timestamp>) -> Result<Snoozes, Unchanged> {
        Err(Unchanged::OnlyAReplay)
    }

    fn send(&self, _: &Letter) -> Posted {
        Posted::Nothing(ONLY_A_REPLAY.to_owned())
    }

    fn recall(&self) -> Vec<String> {
        Vec::new()
    }

    fn remember(&self, _: &str) -> Vec<String> {
        Vec::new()
    }

    fn change_task(&self, _: &Row, _: &TaskChange) -> Result<String, Unchanged> {
        Err(Unchanged::OnlyAReplay)
    }

    fn trust(&self, _: &Row, _: u64) -> Result<String, Unchanged> {
        Err(Unchanged::OnlyAReplay)
    }

    fn plan_install(&self) -> Result<InstallOffer, NoOffer> {
        Err(NoOffer::OnlyAReplay)
    }

    fn apply_install(&self) -> InstallOutcome {
        InstallOutcome {
            said: vec![ONLY_A_REPLAY.to_owned()],
            at: Timestamp::now(),
            awaited: Vec::new(),
        }
    }
}
