//! What the hub is told of a program: each turn as an event.

use pane_patrol_hooks::event::{Assistant, Event, Kind, Source, State};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::text::{MAX_MESSAGE_CHARS, one_line};
use pane_patrol_hooks::timestamp::Timestamp;
use signal_hook::consts::{SIGHUP, SIGINT, SIGKILL, SIGTERM};

use super::{End, Turn};

/// What a shell adds to a signal to give back that a program was ended by it.
const BY_SIGNAL: i32 = 128;

/// The program and where it runs.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// What it is called in the list.
    pub assistant: Assistant,
    /// This run of it.
    pub instance_id: String,
    /// The command as it was typed.
    pub command: String,
    /// Its pane.
    pub target: Target,
    /// The pane's id and server, when we run in one.
    pub pane: Option<(Server, PaneId)>,
    /// What a person calls it.
    pub label: Option<String>,
    /// Its folder.
    pub cwd: Option<String>,
}

impl End {
    /// The signal that has ended it, also where it has caught that and says so as a shell does.
    fn signal(self) -> Option<i32> {
        match self {
            Self::Killed(signal) => Some(signal),
            Self::Exited(status) => Some(status - BY_SIGNAL).filter(|signal| *signal > 0),
        }
    }

    /// Whether somebody has ended it.
    fn was_wanted(self) -> bool {
        let wanted = [SIGHUP, SIGINT, SIGTERM, SIGKILL];
        self.signal().is_some_and(|signal| wanted.contains(&signal))
    }
}

/// Whether an event is of a result in a place that goes with the program. Then only its name is left to be told by.
pub(super) fn outlives_its_place(event: &Event) -> bool {
    let is_result = [Some(Kind::TurnFinished), Some(Kind::TurnFailed)].contains(&event.kind);
    is_result && event.target.process().is_some()
}

impl Subject {
    /// The event that tells of `turn`; `speaks`: the program tells of its state itself. With its end that is over, and
    /// no piece of work, unless it fails by itself.
    pub(crate) fn event(&self, turn: Turn, speaks: bool, now: Timestamp) -> Event {
        let (state, kind) = match turn {
            Turn::Ended(end) if speaks && (end == End::Exited(0) || end.was_wanted()) => {
                (State::Idle, Kind::SessionEnded)
            }
            Turn::Running { .. } => (State::Running, Kind::TurnStarted),
            Turn::Stopped => (State::Idle, Kind::Interrupted),
            Turn::Ended(End::Exited(0)) => (State::Completed, Kind::TurnFinished),
            // The person did that, or has closed its terminal.
            Turn::Ended(end) if [Some(SIGINT), Some(SIGHUP)].contains(&end.signal()) => {
                (State::Idle, Kind::Interrupted)
            }
            Turn::Ended(_) => (State::Error, Kind::TurnFailed),
        };
        let mut event = Event::new(self.assistant.clone(), state, self.target.clone(), now);
        event.kind = Some(kind);
        event.source = Source::Emit;
        event.message = Some(one_line(&self.message(turn), MAX_MESSAGE_CHARS));
        event.instance_id = Some(self.instance_id.clone());
        event.label.clone_from(&self.label);
        event.cwd.clone_from(&self.cwd);
        if let Some((server, pane)) = &self.pane {
            (event.server, event.pane) = (Some(server.clone()), Some(*pane));
        }
        if let Turn::Running { pid } = turn {
            event.pid = Some(pid);
        }
        event
    }

    fn message(&self, turn: Turn) -> String {
        match turn {
            Turn::Ended(End::Exited(status)) if status != 0 => {
                format!("exit status {status}: {}", self.command)
            }
            Turn::Ended(End::Killed(signal)) => {
                let name = signal_hook::low_level::signal_name(signal);
                let name = name.map_or_else(|| signal.to_string(), str::to_owned);
                format!("killed by {name}: {}", self.command)
            }
            _ => self.command.clone(),
        }
    }
}

/// The event for a hub that runs where panes, processes and folders are others: what it says of them would mean
/// something else there. Its place is the one that the person has told, else it has only a name.
pub(super) fn from_elsewhere(event: &Event, agent: &str) -> Event {
    let mut told = event.clone();
    let is_told = told.pane.is_none() && told.target.process().is_none();
    if !is_told && let Some(named) = Target::agent(agent) {
        told.target = named;
    }
    (told.server, told.pane, told.pid) = (None, None, None);
    told
}

/// What the program is called where its place means nothing: itself and its machine, and where that is another
/// one's name, with what makes it unlike all others.
pub(crate) fn names_elsewhere(assistant: &Assistant, host: &str, unique: &str) -> Vec<String> {
    let host: String = host
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'))
        .take(64)
        .collect();
    let name = format!("{assistant}@{host}");
    let pid = std::process::id();
    vec![
        name.clone(),
        format!("{name}-{pid}"),
        format!("{name}-{unique}"),
    ]
}

/// A name for the list from the name of a program: what may not stand in one becomes `-`;
/// `None` when nothing is left.
pub(crate) fn name_of(program: &str) -> Option<Assistant> {
    let file = program.rsplit('/').next().unwrap_or_default();
    let name: String = file
        .to_ascii_lowercase()
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '_' {
                c
            } else {
                '-'
            }
        })
        .take(32)
        .collect();
    let name = name.trim_start_matches(['-', '_']);
    name.trim_end_matches('-').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn subject() -> Subject {
        Subject {
            assistant: name_of("/usr/bin/Aider.py").unwrap(),
            instance_id: "wrap-1".into(),
            command: "aider --yes".into(),
            target: "main:0.0".parse().unwrap(),
            pane: None,
            label: None,
            cwd: None,
        }
    }

    fn told(turn: Turn) -> (State, Option<Kind>, String, Option<u32>) {
        let subject = subject();
        let event = subject.event(turn, false, Timestamp::default());
        assert_eq!(event.assistant.as_str(), "aider-py");
        (event.state, event.kind, event.message.unwrap(), event.pid)
    }

    #[test]
    fn each_turn_is_an_event_that_says_how_it_is() {
        let (state, kind, message, pid) = told(Turn::Running { pid: 7 });
        assert_eq!(
            (state, kind, pid),
            (State::Running, Some(Kind::TurnStarted), Some(7))
        );
        assert_eq!(message, "aider --yes");
        let (state, _, message, pid) = told(Turn::Ended(End::Exited(3)));
        assert_eq!((state, pid), (State::Error, None));
        assert_eq!(message, "exit status 3: aider --yes");
        let (state, _, message, _) = told(Turn::Ended(End::Killed(11)));
        assert_eq!(
            (state, &*message),
            (State::Error, "killed by SIGSEGV: aider --yes")
        );
        assert_eq!(told(Turn::Ended(End::Exited(0))).0, State::Completed);
        for interrupted in [End::Killed(2), End::Exited(130), End::Killed(1)] {
            assert_eq!(told(Turn::Ended(interrupted)).0, State::Idle);
        }
    }

    #[test]
    fn the_end_of_one_that_tells_itself_is_no_result_unless_it_fails_by_itself() {
        let kind = |end| {
            let event = subject().event(Turn::Ended(end), true, Timestamp::default());
            event.kind.unwrap()
        };
        for end in [End::Exited(0), End::Exited(143), End::Killed(9)] {
            assert_eq!(kind(end), Kind::SessionEnded, "{end:?}");
        }
        for end in [End::Exited(1), End::Exited(127), End::Killed(11)] {
            assert_eq!(kind(end), Kind::TurnFailed, "{end:?}");
        }
    }

    #[test]
    fn only_a_result_outlives_a_place_that_goes_with_it() {
        let process: Target = "pts/1@7.8".parse().unwrap();
        let places = [("main:0.0".parse().unwrap(), false), (process, true)];
        for (target, goes) in places {
            let subject = Subject {
                target,
                ..subject()
            };
            for (end, is_result) in [(0, true), (1, true), (129, false)] {
                let turn = Turn::Ended(End::Exited(end));
                let event = subject.event(turn, false, Timestamp::default());
                let outlives = outlives_its_place(&event);
                assert_eq!(outlives, goes && is_result, "{event:?}");
            }
        }
    }

    #[test]
    fn a_name_is_made_of_what_a_name_may_hold() {
        let name = |program| name_of(program).map(|name| name.to_string());
        assert_eq!(name("claude").as_deref(), Some("claude"));
        assert_eq!(name("/opt/a b").as_deref(), Some("a-b"));
        assert_eq!(name("./_a_").as_deref(), Some("a_"));
        assert_eq!((name("./--"), name("é")), (None, None));
    }
}
