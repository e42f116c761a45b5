//! A small model of how Claude lets dialogs queue, and the table that hears of it.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use pane_patrol_hooks::event::{Assistant, Event, Kind, Source, State};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;

use super::super::{Input, Level, Settings, Table};

pub(super) const PID: u32 = 4242;
pub(super) const AGENTS: [&str; 3] = ["a", "b", "c"];

/// So long after the start of its tool, in ms, a dialog opens, and its hook is heard before.
pub(super) const OPENS_AFTER: i64 = 100;
pub(super) const REPORTED_AFTER: i64 = 60;
/// So long after an answer a command runs.
pub(super) const RUNS_AFTER: i64 = 70;
/// A tool that begins while others wait is taken for one of them after so long.
pub(super) const QUEUED_AFTER: i64 = 300;

#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// An agent that does nothing uses a tool.
    Start {
        agent: usize,
        asks: bool,
        shell: bool,
    },
    /// The dialog on the screen is answered.
    Answer { deny: bool, ours: bool },
    /// The tool of an agent ends, if it runs.
    End { agent: usize },
}

/// How it is with a tool.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    Opens,
    Asks { since: i64 },
    Runs { since: i64 },
    Over,
}

#[derive(Clone, Debug)]
pub(super) struct Use {
    pub(super) agent: usize,
    pub(super) line: String,
    pub(super) shell: bool,
    pub(super) since: i64,
    pub(super) phase: Phase,
    /// Its start was heard.
    pub(super) is_known: bool,
    /// By what its answer, if it was answered, can be known since when.
    pub(super) told: Option<i64>,
}

/// What happens by itself.
#[derive(Clone, Debug)]
pub(super) enum Happening {
    Opens(usize),
    Heard(Box<Event>),
    FileChanged,
}

/// Claude, and the table that hears of it.
pub(super) struct Scene {
    pub(super) table: Table,
    pub(super) now: i64,
    pub(super) uses: Vec<Use>,
    /// The dialogs; the first is on the screen.
    pub(super) queue: VecDeque<usize>,
    pub(super) newest_first: bool,
    pub(super) with_approvals: bool,
    pub(super) sees_commands: bool,
    pub(super) file: (Level, i64),
    /// The last reading: the level's time, and when it was read.
    pub(super) read: (i64, i64),
    pub(super) schedule: BTreeMap<(i64, usize), Happening>,
    pub(super) count: usize,
    /// The number of the delivery that is lost.
    pub(super) lost: usize,
}

pub(super) fn server() -> Server {
    Server {
        socket: "/tmp/tmux/default".into(),
        pid: 77,
    }
}

pub(super) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

impl Scene {
    pub(super) fn new(
        (newest_first, with_approvals, sees_commands): (bool, bool, bool),
        lost: usize,
    ) -> Self {
        let table = Table::new(Settings {
            ttl: Duration::from_secs(300),
            own_server: Some(server()),
        });
        let mut scene = Self {
            table,
            now: 10_000,
            uses: Vec::new(),
            queue: VecDeque::new(),
            newest_first,
            with_approvals,
            sees_commands,
            file: (Level::Busy, 10_000),
            read: (0, 0),
            schedule: BTreeMap::new(),
            count: 0,
            lost,
        };
        let begin = scene.event(Kind::TurnStarted, None);
        scene.apply(begin);
        for agent in 0..AGENTS.len() {
            let begin = scene.event(Kind::TurnStarted, Some(agent));
            scene.apply(begin);
        }
        scene.read_file();
        scene
    }

    pub(super) fn event(&self, kind: Kind, agent: Option<usize>) -> Event {
        let target = Target::Pane(PaneId(1));
        let mut event = Event::new(Assistant::CLAUDE, State::Running, target, at(self.now));
        event.kind = Some(kind);
        event.pane = Some(PaneId(1));
        event.server = Some(server());
        event.instance_id = Some("s".into());
        event.pid = Some(PID);
        event.agent_id = agent.map(|agent| AGENTS[agent].to_owned());
        event
    }

    pub(super) fn about(&self, kind: Kind, index: usize) -> Event {
        let tool = &self.uses[index];
        let mut event = self.event(kind, Some(tool.agent));
        event.tool = Some(if tool.shell { "Bash" } else { "WebFetch" }.to_owned());
        event.message = Some(tool.line.clone());
        event.request_id = Some(format!("call {index}"));
        event
    }

    pub(super) fn apply(&mut self, event: Event) {
        self.table
            .apply(Input::Event(Box::new(event)), at(self.now));
    }

    pub(super) fn plan(&mut self, after: i64, what: Happening) {
        self.count += 1;
        self.schedule.insert((self.now + after, self.count), what);
    }

    /// Plans what may be lost; whether it is not.
    pub(super) fn deliver(&mut self, after: i64, what: Happening) -> bool {
        let is_lost = self.count == self.lost;
        self.plan(after, what);
        if is_lost {
            let lost = self.count;
            self.schedule.retain(|(_, number), _| *number != lost);
        }
        !is_lost
    }

    pub(super) fn hear(&mut self, event: Event) -> bool {
        self.deliver(5, Happening::Heard(Box::new(event)))
    }

    pub(super) fn take(&mut self, step: Step) {
        match step {
            Step::Start { agent, asks, shell } => self.start(agent, asks, shell),
            Step::Answer { deny, ours } => self.answer(deny, ours),
            Step::End { agent } => self.end(agent),
        }
    }

    pub(super) fn start(&mut self, agent: usize, asks: bool, shell: bool) {
        if self
            .uses
            .iter()
            .any(|tool| tool.agent == agent && tool.phase != Phase::Over)
        {
            return;
        }
        let index = self.uses.len();
        self.uses.push(Use {
            agent,
            line: format!("do {index}"),
            shell,
            since: self.now,
            phase: Phase::Opens,
            is_known: false,
            told: None,
        });
        let started = self.about(Kind::ToolStarted, index);
        self.uses[index].is_known = self.hear(started);
        if !asks {
            self.uses[index].phase = Phase::Runs {
                since: self.now + RUNS_AFTER,
            };
            return;
        }
        self.plan(OPENS_AFTER, Happening::Opens(index));
        if self.with_approvals {
            let mut asked = self.about(Kind::ApprovalRequested, index);
            asked.state = State::WaitingApproval;
            asked.request_id = None;
            asked.ts = at(self.now + REPORTED_AFTER);
            self.deliver(REPORTED_AFTER + 5, Happening::Heard(Box::new(asked)));
        }
    }

    pub(super) fn opens(&mut self, index: usize) {
        self.uses[index].phase = Phase::Asks { since: self.now };
        if self.newest_first {
            self.queue.push_front(index);
        } else {
            self.queue.push_back(index);
        }
        if self.queue.len() == 1 {
            self.file = (Level::WaitingApproval, self.now + 40);
            self.deliver(45, Happening::FileChanged);
        }
    }

    pub(super) fn answer(&mut self, deny: bool, ours: bool) {
        let Some(index) = self.queue.pop_front() else {
            return;
        };
        if ours {
            let mut answered = self.about(Kind::Answered, index);
            answered.source = Source::User;
            if self.hear(answered) {
                self.uses[index].told = Some(self.now + 5);
            }
        }
        if self.queue.is_empty() {
            self.file = (Level::Busy, self.now + 40);
            self.deliver(45, Happening::FileChanged);
        }
        if deny {
            self.over(index, false);
        } else {
            self.uses[index].phase = Phase::Runs {
                since: self.now + RUNS_AFTER,
            };
        }
    }

    pub(super) fn end(&mut self, agent: usize) {
        let runs = |tool: &Use| {
            tool.agent == agent && matches!(tool.phase, Phase::Runs { since } if since < self.now)
        };
        if let Some(index) = self.uses.iter().position(runs) {
            self.over(index, true);
        }
    }

    pub(super) fn over(&mut self, index: usize, finished: bool) {
        self.uses[index].phase = Phase::Over;
        let mut is_told = false;
        if finished {
            let event = self.about(Kind::ToolFinished, index);
            is_told |= self.hear(event);
        }
        let batch = self.event(Kind::ToolFinished, Some(self.uses[index].agent));
        is_told |= self.hear(batch);
        if is_told {
            let told = self.uses[index].told.unwrap_or(i64::MAX);
            self.uses[index].told = Some(told.min(self.now + 5));
        }
    }
}
