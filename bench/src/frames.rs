//! What a key, a change of a row and a frame cost the dashboard, by how many rows it has: with a filter
//! typed, on 200 x 50 cells, by attention and by project. CPU of this thread, without a terminal. The fewest
//! rows leave most of the screen blank; from there to a full one the figures grow, and no further.

use std::sync::Arc;
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use pane_patrol::state::update::Update;
use pane_patrol::state::{Evidence, Row};
use pane_patrol::tui::{Message, Model, Setup, Theme, update, view};
use pane_patrol_hooks::event::{Assistant, Source, State};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use rustix::time::{ClockId, clock_gettime};

const SIZE: (u16, u16) = (200, 50);
const ROWS: [u32; 3] = [10, 1000, 10_000];
/// How often each thing is done; the median counts.
const TIMES: u32 = 201;
/// What stands in the filter: half of the rows have it.
const FILTER: &str = "shop";

/// Prints the figures, each also as a ratio to that with the fewest rows.
pub(crate) fn measure() {
    println!("\nthe dashboard's own work, 200 x 50 cells, filter \"{FILTER}\", CPU");
    println!(
        "  {:>16} {:>10} {:>11} {:>9} {:>9} {:>14}",
        "rows", "load", "one by one", "letter", "key", "change + frame"
    );
    for by_project in [false, true] {
        let mut fewest = None;
        for rows in ROWS {
            let figures = Dashboard::figures(rows, by_project);
            let fewest = *fewest.get_or_insert(figures);
            let [load, singly, letter, key, change] = figures.map(|time| time.as_secs_f64() * 1e3);
            let ratio = |n: usize| figures[n].as_secs_f64() / fewest[n].as_secs_f64();
            let scope = if by_project { "by project" } else { "" };
            println!(
                "  {scope:>10}{rows:>6} {load:>7.1} ms {singly:>8.1} ms {letter:>6.2} ms \
                 {key:>6.2} ms {change:>6.2} ms  {:.2}x {:.2}x",
                ratio(3),
                ratio(4)
            );
        }
    }
}

struct Dashboard {
    model: Model,
    now: Timestamp,
}

impl Dashboard {
    /// Loading all at once and one by one, one letter of the filter, a key with its frame, and a change
    /// of a row with its frame.
    fn figures(rows: u32, by_project: bool) -> [Duration; 5] {
        let now = Timestamp::from_millis(1_795_000_000_000);
        let all: Vec<Row> = (0..rows).map(|number| row(number, 0, now)).collect();
        let mut singly = Self::new(now);
        let one_by_one = timed(|| {
            for row in all.clone() {
                singly.take(Message::Update(Update::Row(Arc::new(row))));
            }
            singly.frame();
        });
        let mut dashboard = Self::new(now);
        let load = timed(|| {
            dashboard.take(Message::Update(Update::Snapshot(all)));
            dashboard.frame();
        });
        if by_project {
            dashboard.key('b');
        }
        dashboard.key('/');
        for letter in FILTER.chars() {
            dashboard.key(letter);
        }
        let letter = median(|turn| {
            let key = if turn.is_multiple_of(2) {
                KeyCode::Char('s')
            } else {
                KeyCode::Backspace
            };
            timed(|| {
                dashboard.press(key);
                dashboard.frame();
            })
        });
        dashboard.press(KeyCode::Backspace);
        dashboard.press(KeyCode::Enter);
        assert!(dashboard.shows(&format!("filter \"{FILTER}\"")));
        assert!(dashboard.shows("cargo test"), "half of the rows are shown");
        let key = median(|turn| {
            let key = if turn % 10 < 8 { 'j' } else { 'G' };
            timed(|| {
                dashboard.key(key);
                dashboard.frame();
            })
        });
        let change = median(|turn| {
            let number = turn.wrapping_mul(7919) % rows;
            let row = row(number, turn + 1, now);
            let message = Message::Update(Update::Row(Arc::new(row)));
            timed(|| {
                dashboard.take(message);
                dashboard.frame();
            })
        });
        [load, one_by_one, letter, key, change]
    }

    fn new(now: Timestamp) -> Self {
        let model = Model::new(Setup {
            in_multiplexer: true,
            offset: time::UtcOffset::UTC,
            home: Some("/home/ada".to_owned()),
            split: false,
            row_lines: 1,
            launchers: Vec::new(),
            listing: Vec::new(),
            wrapping: Vec::new(),
            theme: Theme::Dark.into(),
            keys: pane_patrol::tui::Bindings::default(),
            pulse: None,
            away_after: Duration::ZERO,
            columns: pane_patrol::tui::ListColumns::default(),
            signs: pane_patrol::tui::Signs::default(),
            answers: false,
            kept: Ok(pane_patrol::tui::Kept::default()),
            size: SIZE,
        });
        Self { model, now }
    }

    fn take(&mut self, message: Message) {
        update(&mut self.model, message, self.now);
    }

    fn press(&mut self, code: KeyCode) {
        self.take(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
    }

    fn key(&mut self, letter: char) {
        self.press(KeyCode::Char(letter));
    }

    /// What the loop does when something has changed, but for the terminal.
    fn frame(&mut self) -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, SIZE.0, SIZE.1));
        view::draw(&self.model, self.now, &mut buffer);
        view::next_change(&self.model, self.now);
        self.take(Message::Drawn(SIZE.0, SIZE.1));
        buffer
    }

    fn shows(&mut self, text: &str) -> bool {
        let buffer = self.frame();
        let cells = buffer.content.iter().map(ratatui::buffer::Cell::symbol);
        cells.collect::<String>().contains(text)
    }
}

fn timed(work: impl FnOnce()) -> Duration {
    let before = cpu();
    work();
    cpu().saturating_sub(before)
}

fn cpu() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap_or_default()
}

fn median(mut once: impl FnMut(u32) -> Duration) -> Duration {
    let mut times: Vec<Duration> = (0..TIMES).map(&mut once).collect();
    times.sort_unstable();
    times[times.len() / 2]
}

/// A row that turns from one state to the next with each turn.
fn row(number: u32, turn: u32, now: Timestamp) -> Row {
    const STATES: [State; 5] = [
        State::Running,
        State::Running,
        State::Completed,
        State::Error,
        State::Idle,
    ];
    let state = STATES[((number + turn) % 5) as usize];
    let since = now.minus(Duration::from_secs(u64::from(number * 37 % 90_000)));
    let evidence = |piece: u64| Evidence {
        at: since.minus(Duration::from_secs(piece)),
        source: Source::Hook,
        what: "PreToolUse Bash: cargo test --workspace --all-targets".to_owned(),
        before: Some(State::Running),
        after: state,
        reason: None,
    };
    let name = if number.is_multiple_of(2) {
        "shop"
    } else {
        "docs"
    };
    let pane = PaneId(number);
    Row {
        id: format!("/tmp/tmux-1000/default,1::%{number}"),
        assistant: Assistant::CLAUDE,
        state,
        kind: None,
        target: Target::Address {
            session: format!("{name}-{}", number / 20),
            window: number % 20,
            pane: 0,
        },
        shown_at: None,
        terminal: None,
        pane: Some(pane),
        server: Some(Server {
            socket: "/tmp/tmux-1000/default".into(),
            pid: 1,
        }),
        instance_id: Some(format!("session-{number}")),
        pid: Some(1000 + number),
        since,
        ts: now,
        tool: Some("Bash".to_owned()),
        message: Some(format!("cargo test --workspace --all-targets, turn {turn}")),
        conversation: None,
        unseen: false,
        recap: None,
        called: None,
        cwd: Some(format!("/home/ada/src/{name}-{}", number / 4)),
        branch: Some("main".to_owned()),
        diff: None,
        tasks: None,
        facts: None,
        conflicts: Vec::new(),
        trusted_until: None,
        home: None,
        source: Source::Hook,
        publisher: None,
        offline: false,
        hearsay: false,
        suspended: false,
        silent: false,
        sub_agents: 0,
        waiting: Vec::new(),
        generation: u64::from(turn),
        evidence: (0..8).map(evidence).map(Arc::new).collect(),
    }
}
