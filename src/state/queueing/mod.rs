//! Random sub-agents whose dialogs queue, against a small model of how Claude does that: what is on
//! the screen is among what waits, and what was answered is not, whatever was lost.

use std::collections::btree_map::OccupiedEntry;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

use pane_patrol_hooks::event::{Assistant, Event, Kind, Source, State};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;
use proptest::prelude::*;

use super::{Command, Input, Level, Reading, Row, Settings, Table};

const PID: u32 = 4242;
const AGENTS: [&str; 3] = ["a", "b", "c"];

/// So long after the start of its tool, in ms, a dialog opens, and its hook is heard before.
const OPENS_AFTER: i64 = 100;
const REPORTED_AFTER: i64 = 60;
/// So long after an answer a command runs.
const RUNS_AFTER: i64 = 70;
/// A tool that begins while others wait is taken for one of them after so long.
const QUEUED_AFTER: i64 = 300;

#[derive(Clone, Copy, Debug)]
enum Step {
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
enum Phase {
    Opens,
    Asks { since: i64 },
    Runs { since: i64 },
    Over,
}

#[derive(Clone, Debug)]
struct Use {
    agent: usize,
    line: String,
    shell: bool,
    since: i64,
    phase: Phase,
    /// Its start was heard.
    is_known: bool,
    /// By what its answer, if it was answered, can be known since when.
    told: Option<i64>,
}

/// What happens by itself.
#[derive(Clone, Debug)]
enum Happening {
    Opens(usize),
    Heard(Box<Event>),
    FileChanged,
}

/// Claude, and the table that hears of it.
struct Scene {
    table: Table,
    now: i64,
    uses: Vec<Use>,
    /// The dialogs; the first is on the screen.
    queue: VecDeque<usize>,
    newest_first: bool,
    with_approvals: bool,
    sees_commands: bool,
    file: (Level, i64),
    /// The last reading: the level's time, and when it was read.
    read: (i64, i64),
    schedule: BTreeMap<(i64, usize), Happening>,
    count: usize,
    /// The number of the delivery that is lost.
    lost: usize,
}

fn server() -> Server {
    Server {
        socket: "/tmp/tmux/default".into(),
        pid: 77,
    }
}

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

impl Scene {
    fn new((newest_first, with_approvals, sees_commands): (bool, bool, bool), lost: usize) -> Self {
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

    fn event(&self, kind: Kind, agent: Option<usize>) -> Event {
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

    fn about(&self, kind: Kind, index: usize) -> Event {
        let tool = &self.uses[index];
        let mut event = self.event(kind, Some(tool.agent));
        event.tool = Some(if tool.shell { "Bash" } else { "WebFetch" }.to_owned());
        event.message = Some(tool.line.clone());
        event.request_id = Some(format!("call {index}"));
        event
    }

    fn apply(&mut self, event: Event) {
        self.table
            .apply(Input::Event(Box::new(event)), at(self.now));
    }

    fn plan(&mut self, after: i64, what: Happening) {
        self.count += 1;
        self.schedule.insert((self.now + after, self.count), what);
    }

    /// Plans what may be lost; whether it is not.
    fn deliver(&mut self, after: i64, what: Happening) -> bool {
        let is_lost = self.count == self.lost;
        self.plan(after, what);
        if is_lost {
            let lost = self.count;
            self.schedule.retain(|(_, number), _| *number != lost);
        }
        !is_lost
    }

    fn hear(&mut self, event: Event) -> bool {
        self.deliver(5, Happening::Heard(Box::new(event)))
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Start { agent, asks, shell } => self.start(agent, asks, shell),
            Step::Answer { deny, ours } => self.answer(deny, ours),
            Step::End { agent } => self.end(agent),
        }
    }

    fn start(&mut self, agent: usize, asks: bool, shell: bool) {
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

    fn opens(&mut self, index: usize) {
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

    fn answer(&mut self, deny: bool, ours: bool) {
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

    fn end(&mut self, agent: usize) {
        let runs = |tool: &Use| {
            tool.agent == agent && matches!(tool.phase, Phase::Runs { since } if since < self.now)
        };
        if let Some(index) = self.uses.iter().position(runs) {
            self.over(index, true);
        }
    }

    fn over(&mut self, index: usize, finished: bool) {
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

    /// Lets time pass; what happens meanwhile is looked at each time.
    fn pass(&mut self, time: i64) -> Result<(), TestCaseError> {
        let until = self.now + time;
        loop {
            let next = self.schedule.keys().next().map(|(at, _)| *at);
            let due = self
                .table
                .next_deadline()
                .map(|due| (due.as_micros() + 999) / 1000);
            let Some(next) = [next, due]
                .into_iter()
                .flatten()
                .min()
                .filter(|at| *at <= until)
            else {
                break;
            };
            self.now = self.now.max(next);
            let due = self
                .schedule
                .first_entry()
                .filter(|first| first.key().0 <= self.now);
            match due.map(OccupiedEntry::remove) {
                Some(Happening::Opens(index)) => self.opens(index),
                Some(Happening::Heard(event)) => self.apply(*event),
                Some(Happening::FileChanged) => self.read_file(),
                None => {
                    let outcome = self.table.apply(Input::Tick, at(self.now));
                    if !outcome.reread.is_empty() {
                        self.read_file();
                    }
                }
            }
            self.check()?;
        }
        self.now = until;
        self.check()
    }

    /// Reads the session file as the witness does, with what runs while it says that it waits.
    fn read_file(&mut self) {
        let (level, written) = self.file;
        if written > self.now {
            return;
        }
        if self.sees_commands && level == Level::WaitingApproval {
            let commands = self.commands();
            for event in self.table.answers_shown_by(PID, &commands) {
                self.apply(event);
            }
        }
        let reading = Reading {
            assistant: Assistant::CLAUDE,
            level,
            written: at(written),
            seen: at(self.now),
            instance_id: Some("s".into()),
            pid: Some(PID),
            pane: Some((server(), PaneId(1))),
            cwd: None,
            home: None,
            attended: true,
            detail: None,
            lag: Duration::ZERO,
            stands_in: false,
            prompted: None,
        };
        self.table
            .apply(Input::Reading(Box::new(reading)), at(self.now));
        self.read = (written, self.now);
    }

    fn commands(&self) -> Vec<Command> {
        let runs = |tool: &Use| match tool.phase {
            Phase::Runs { since } if tool.shell && since <= self.now => Some(Command {
                line: tool.line.clone(),
                began: at(since),
            }),
            _ => None,
        };
        self.uses.iter().filter_map(runs).collect()
    }

    fn row(&self) -> Row {
        self.table.rows().remove(0)
    }

    fn check(&self) -> Result<(), TestCaseError> {
        let row = self.row();
        let lists = |tool: &Use| {
            let mut waiting = row.waiting.iter();
            waiting.any(|request| request.message.as_ref() == Some(&tool.line))
        };
        let (written, read) = self.read;
        let is_current = written == self.file.1;
        if let Some(shown) = self.queue.front().map(|index| &self.uses[*index])
            && let Phase::Asks { since } = shown.phase
        {
            let is_read = is_current && read >= since.max(shown.since + QUEUED_AFTER);
            if is_read && shown.is_known {
                prop_assert!(
                    lists(shown),
                    "{shown:?} at {} is missing: {row:#?}",
                    self.now
                );
            }
            if is_read && shown.is_known {
                prop_assert_eq!(row.state, State::WaitingApproval, "{:#?}", row);
            }
        }
        for tool in &self.uses {
            let is_told = tool.told.is_some_and(|told| told < self.now);
            prop_assert!(
                !(is_told && lists(tool)),
                "{tool:?} at {}: {row:#?}",
                self.now
            );
            if let Phase::Runs { since } = tool.phase
                && self.sees_commands
                && tool.shell
                && self.file.0 == Level::WaitingApproval
                && is_current
                && read >= since
            {
                prop_assert!(!lists(tool), "{tool:?} at {} runs: {row:#?}", self.now);
            }
        }
        let several = row.waiting.len() > 1;
        let message = row.message.unwrap_or_default();
        prop_assert_eq!(several, message.starts_with("one of "));
        Ok(())
    }
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..AGENTS.len(), any::<bool>(), any::<bool>())
            .prop_map(|(agent, asks, shell)| Step::Start { agent, asks, shell }),
        2 => (any::<bool>(), any::<bool>())
            .prop_map(|(deny, ours)| Step::Answer { deny, ours }),
        1 => (0..AGENTS.len()).prop_map(|agent| Step::End { agent }),
    ]
}

/// Plays the steps, each with the time after it, and then answers all that waits.
fn play(
    steps: Vec<(Step, i64)>,
    manners: (bool, bool, bool),
    lost: usize,
) -> Result<(), TestCaseError> {
    let mut scene = Scene::new(manners, lost);
    for (step, time) in steps {
        scene.take(step);
        scene.pass(time)?;
    }
    // Everything is answered: in the end nobody waits.
    scene.lost = usize::MAX;
    scene.pass(500)?;
    while !scene.queue.is_empty() {
        scene.answer(false, false);
        scene.pass(1500)?;
    }
    scene.pass(1500)?;
    let row = scene.row();
    let is_read = scene.read.0 == scene.file.1;
    prop_assert!(!is_read || row.waiting.is_empty(), "{:#?}", row);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_on_the_screen_is_listed_and_what_was_answered_is_not(
        steps in proptest::collection::vec((step(), 1_i64..2500), 1..14),
        manners in any::<(bool, bool, bool)>(),
        lost in 0_usize..60,
    ) {
        play(steps, manners, lost)?;
    }
}

/// Found by chance, and kept.
#[test]
fn a_request_that_queues_while_the_first_is_answered_here_is_listed() {
    let start = |agent, asks| Step::Start {
        agent,
        asks,
        shell: false,
    };
    let answer = Step::Answer {
        deny: false,
        ours: true,
    };
    let steps = vec![
        (start(0, false), 1861),
        (start(1, true), 124),
        (start(2, true), 21),
        (answer, 324),
    ];
    play(steps, (false, false, false), 1).unwrap();
}
