//! Status records: what a program says of itself to its terminal.

use std::fs;
use std::path::Path;

use super::*;
use crate::status_record::{Kind as Blocked, Piece, Record, Splitter, Word};

/// An assistant of which no file tells.
const CODEX: Assistant = Assistant::CODEX;

fn record_of(assistant: &Assistant, level: Level, written: i64) -> Reading {
    Reading {
        assistant: assistant.clone(),
        cwd: None,
        by_record: true,
        ..reading(level, written)
    }
}

fn codex(event: Event) -> Event {
    Event {
        assistant: CODEX,
        ..event
    }
}

impl Story {
    /// An assistant that has reported nothing.
    fn silent() -> Self {
        let mut story = Self::new();
        story.list(0, vec![listed(1, address(1))]);
        let present = Present {
            assistant: CODEX,
            pid: PID,
            pane: (server(), PANE),
            cwd: None,
            why: "no hooks".to_owned(),
        };
        let present = vec![present];
        let server = server();
        story.apply(Input::Present { server, present }, 5);
        story
    }

    /// A session whose hooks tell of its start alone.
    fn begun(assistant: &Assistant) -> Self {
        let mut story = Self::new();
        let mut start = event(0, Kind::SessionStarted);
        start.assistant = assistant.clone();
        story.tell(start);
        story
    }

    /// One that asks whether it may run `touch f1`, and has no session file.
    fn codex_asking() -> Self {
        let mut story = Self::begun(&CODEX);
        story.tell(codex(event(100, Kind::TurnStarted)));
        story.tell(codex(tool(
            200,
            Kind::ToolStarted,
            Some("c1"),
            "Bash",
            "touch f1",
        )));
        story.tell(codex(tool(
            250,
            Kind::ApprovalRequested,
            None,
            "Bash",
            "touch f1",
        )));
        story
    }

    fn record(&mut self, level: Level, written: i64) -> Outcome {
        let reading = record_of(&self.row().assistant, level, written);
        self.apply(Input::Reading(Box::new(reading)), written + 5)
    }

    /// The session file says so, which was written long before it is read.
    fn read_late(&mut self, level: Level, written: i64, seen: i64) {
        let file = Reading {
            seen: Timestamp::from_millis(seen),
            ..reading(level, written)
        };
        self.apply(Input::Reading(Box::new(file)), seen + 5);
    }

    /// The title of the pane says so, as it was at `asked`.
    fn title(&mut self, level: Level, asked: i64, lag: i64) {
        let lag = Duration::from_millis(u64::try_from(lag).unwrap());
        let seen = Timestamp::from_millis(asked);
        let title = Reading {
            assistant: CODEX,
            written: seen.minus(lag),
            seen,
            lag,
            ..reading(level, asked)
        };
        self.apply(Input::Reading(Box::new(title)), asked + 5);
    }
}

/// Every record of a captured session, with its milliseconds since the start.
fn captured(name: &str) -> Vec<(i64, Record)> {
    let file = format!("tests/fixtures/status-records/{name}.txt");
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
    let line = |line: &str| {
        let seconds: f64 = line.split_whitespace().next().unwrap().parse().unwrap();
        let raw = line
            .split("  ")
            .find(|part| part.starts_with(r"\x1b]"))
            .unwrap();
        let raw = raw
            .replace(r"\x1b", "\x1b")
            .replace(r"\x07", "\x07")
            .replace(r"\\", "\\");
        let mut found = None;
        Splitter::default().feed(raw.as_bytes(), &mut |piece| {
            if let Piece::Record { record, .. } = piece {
                found = record;
            }
        });
        #[allow(clippy::cast_possible_truncation, reason = "seconds of one session")]
        let millis = (seconds * 1000.0) as i64;
        (millis, found.unwrap_or_else(|| panic!("{line}")))
    };
    text.lines().map(line).collect()
}

fn level(record: &Record) -> Option<Level> {
    Some(match record.state {
        Word::Idle => Level::Idle,
        Word::Working => Level::Busy,
        Word::Blocked if record.kind == Some(Blocked::Permission) => Level::WaitingApproval,
        Word::Blocked => Level::WaitingInput,
        Word::Done => Level::Done,
        Word::Error => Level::Failed,
        Word::Clear => return None,
    })
}

#[test]
fn each_captured_session_is_shown_as_it_says_step_by_step() {
    let sessions = [
        (CODEX, "codex-sequence-cx1"),
        (CODEX, "codex-sequence-cx2"),
        (CODEX, "codex-sequence-cxq"),
        (Assistant::CLAUDE, "claude-sequence-cl2"),
        (Assistant::CLAUDE, "claude-sequence-cl3"),
        (Assistant::known("pi"), "pi-sequence-pi1"),
        (Assistant::known("pi"), "pi-sequence-pi2"),
    ];
    for (assistant, name) in sessions {
        let mut story = Story::begun(&assistant);
        let all = captured(name);
        let mut lasting = 0;
        for (at, (millis, record)) in all.iter().enumerate() {
            let Some(level) = level(record).filter(|_| record.id.is_none()) else {
                continue;
            };
            story.record(level, *millis);
            // What lasts for less than 200 ms is settled only with what comes next.
            let next = all.get(at + 1).map_or(i64::MAX, |(next, _)| *next);
            if next.saturating_sub(*millis) < 200 {
                continue;
            }
            story.wait_until(millis + 170);
            let expected = match level {
                Level::Busy => State::Running,
                Level::WaitingApproval => State::WaitingApproval,
                Level::WaitingInput => State::WaitingInput,
                Level::Done => State::Completed,
                Level::Failed => State::Error,
                // Also after an error: the next key has seen it.
                _ => State::Idle,
            };
            assert_eq!(story.state(), expected, "{name} at {millis}");
            lasting += 1;
        }
        assert!(lasting > 10, "{name}: {lasting}");
    }
}

#[test]
fn a_dialog_that_a_record_confirms_keeps_what_the_hook_has_told_of_it() {
    let mut story = Story::codex_asking();
    story.record(Level::WaitingApproval, 340);
    let row = story.row();
    assert_eq!(
        (row.waiting.len(), row.message.as_deref()),
        (1, Some("touch f1"))
    );
    assert_eq!(row.source, Source::Hook);
    for (level, shown) in [
        (Level::Busy, State::Running),
        (Level::Done, State::Completed),
        (Level::Idle, State::Idle),
    ] {
        let mut story = Story::codex_asking();
        story.record(Level::WaitingApproval, 340);
        story.record(level, 900);
        story.wait_until(1060);
        assert_eq!(story.state(), shown);
    }
}

#[test]
fn a_dialog_of_which_only_a_record_tells_is_one_request_and_says_what_the_record_says() {
    let mut story = Story::begun(&Assistant::known("pi"));
    let mut blocked = record_of(&Assistant::known("pi"), Level::WaitingInput, 500);
    blocked.detail = Some("sign in".to_owned());
    story.apply(Input::Reading(Box::new(blocked)), 505);
    story.record(Level::WaitingInput, 800);
    let row = story.row();
    assert_eq!((row.state, row.waiting.len()), (State::WaitingInput, 1));
    assert_eq!(row.message.as_deref(), Some("sign in"));
    assert_eq!(
        row.evidence[0].what,
        "status record says waiting for input (sign in)"
    );
}

#[test]
fn what_was_answered_before_the_end_of_its_turn_is_not_what_a_later_record_asks() {
    for end in [Level::Done, Level::Idle, Level::Failed] {
        let mut story = Story::codex_asking();
        story.record(Level::WaitingApproval, 340);
        story.record(Level::Busy, 500);
        story.record(end, 900);
        story.wait_until(1100);
        story.record(Level::WaitingInput, 2000);
        let row = story.row();
        assert_eq!(
            (row.state, row.tool),
            (State::WaitingInput, None),
            "{end:?}"
        );
    }
}

#[test]
fn a_record_opens_no_second_request_and_takes_no_other_name() {
    let mut story = Story::codex_asking();
    story.record(Level::WaitingInput, 340);
    let row = story.row();
    assert_eq!((row.state, row.waiting.len()), (State::WaitingApproval, 1));
    assert_eq!(row.instance_id.as_deref(), Some("s1"));
}

#[test]
fn a_record_makes_no_row() {
    let mut story = Story::new();
    let reading = record_of(&CODEX, Level::WaitingApproval, 100);
    story.apply(Input::Reading(Box::new(reading)), 105);
    assert!(story.table.is_empty());
}

#[test]
fn the_hooks_word_for_an_end_counts_before_and_after_the_record() {
    let mut stop = codex(event(900, Kind::TurnFinished));
    stop.message = Some("All done".to_owned());
    for at_first in [true, false] {
        let mut story = Story::codex_asking();
        if at_first {
            story.tell(stop.clone());
        }
        story.record(Level::Done, 905);
        if !at_first {
            story.tell(stop.clone());
        }
        story.wait_until(1200);
        let row = story.row();
        assert_eq!(
            (row.state, row.message.as_deref()),
            (State::Completed, Some("All done"))
        );
        assert_eq!(row.source, Source::Hook);
    }
    // One that comes later still.
    let mut story = Story::codex_asking();
    story.record(Level::Done, 890);
    story.wait_until(1060);
    assert_eq!(
        (story.state(), story.row().source),
        (State::Completed, Source::Witness)
    );
    story.tell(stop);
    assert_eq!(story.row().message.as_deref(), Some("All done"));
}

#[test]
fn a_failure_of_which_no_hook_tells_is_one_with_its_words() {
    let mut story = Story::codex_asking();
    let mut failed = record_of(&CODEX, Level::Failed, 900);
    failed.detail = Some("500 overloaded".to_owned());
    story.apply(Input::Reading(Box::new(failed)), 905);
    story.wait_until(1060);
    let row = story.row();
    assert_eq!(
        (row.state, row.kind),
        (State::Error, Some(Kind::TurnFailed))
    );
    assert_eq!(row.message.as_deref(), Some("500 overloaded"));
}

#[test]
fn the_next_key_after_an_end_has_seen_it() {
    let mut story = Story::codex_asking();
    story.tell(codex(event(900, Kind::TurnFinished)));
    story.record(Level::Done, 905);
    assert_eq!(story.state(), State::Completed);
    story.record(Level::Idle, 5000);
    assert_eq!(story.state(), State::Idle);
}

/// Codex's record of an error is taken back by the next key, as that of a turn's end is. Nobody presses one where
/// nothing but its title rests.
#[test]
fn the_next_key_after_an_error_has_seen_it_and_a_title_without_a_mark_has_not() {
    let mut story = Story::codex_asking();
    story.record(Level::WaitingApproval, 340);
    story.record(Level::Busy, 700);
    story.record(Level::Failed, 900);
    story.wait_until(1060);
    assert_eq!(story.state(), State::Error);
    story.title(Level::Idle, 4000, 1200);
    assert_eq!(story.state(), State::Error);
    story.record(Level::Idle, 5000);
    let row = story.row();
    assert_eq!((row.state, row.kind), (State::Idle, Some(Kind::TurnFailed)));
    // A failure of which a hook tells is the same one.
    let mut story = Story::codex_asking();
    story.tell(codex(event(900, Kind::TurnFailed)));
    story.wait_until(12_000);
    assert_eq!(story.state(), State::Error);
    story.record(Level::Idle, 13_000);
    assert_eq!(story.state(), State::Idle);
}

#[test]
fn a_record_from_before_a_hook_undoes_nothing() {
    for level in [Level::Idle, Level::Done, Level::Busy, Level::Failed] {
        let mut story = Story::codex_asking();
        let mut old = record_of(&CODEX, level, -100);
        old.seen = Timestamp::from_millis(5000);
        story.apply(Input::Reading(Box::new(old)), 5000);
        story.wait_until(6000);
        assert_eq!(story.state(), State::WaitingApproval, "{level:?}");
    }
}

/// It was kept in a pipe for seconds; the turn is the same.
#[test]
fn a_record_that_was_overtaken_by_the_hook_of_a_request_does_not_end_it() {
    for level in [Level::Idle, Level::Done, Level::Busy, Level::Failed] {
        let mut story = Story::codex_asking();
        story.tell(codex(tool(
            3000,
            Kind::ToolFinished,
            Some("c1"),
            "Bash",
            "touch f1",
        )));
        story.tell(codex(tool(
            3050,
            Kind::ToolStarted,
            Some("c2"),
            "Bash",
            "make",
        )));
        story.tell(codex(tool(
            3100,
            Kind::ApprovalRequested,
            None,
            "Bash",
            "make",
        )));
        let mut old = record_of(&CODEX, level, 1500);
        old.seen = Timestamp::from_millis(5000);
        story.apply(Input::Reading(Box::new(old)), 5000);
        story.wait_until(6000);
        assert_eq!(story.state(), State::WaitingApproval, "{level:?}");
        assert_eq!(story.row().waiting.len(), 1, "{level:?}");
        story.tell(codex(tool(
            6500,
            Kind::ToolFinished,
            Some("c2"),
            "Bash",
            "make",
        )));
        assert_eq!(story.state(), State::Running, "{level:?}");
    }
}

#[test]
fn a_sub_agent_may_ask_after_the_end_of_its_parent_and_is_answered_without_work() {
    let mut story = Story::begun(&CODEX);
    story.tell(codex(event(100, Kind::TurnStarted)));
    story.tell(codex(of_agent(
        tool(150, Kind::ToolStarted, Some("c1"), "Bash", "ls"),
        "sub",
    )));
    story.tell(codex(of_agent(
        tool(200, Kind::ApprovalRequested, Some("c1"), "Bash", "ls"),
        "sub",
    )));
    story.record(Level::Done, 210);
    story.record(Level::WaitingApproval, 220);
    story.wait_until(1000);
    let row = story.row();
    assert_eq!((row.state, row.waiting.len()), (State::WaitingApproval, 1));
    assert_eq!(row.waiting[0].agent_id.as_deref(), Some("sub"));
    story.record(Level::Done, 2000);
    story.wait_until(2200);
    let row = story.row();
    assert_eq!((row.waiting.len(), row.sub_agents), (0, 1));
    assert_eq!(row.state, State::Running, "the sub-agent goes on");
    story.tell(codex(of_agent(event(2300, Kind::TurnFinished), "sub")));
    assert_eq!(story.state(), State::Completed);
}

#[test]
fn of_two_sub_agents_that_ask_an_end_says_nothing_until_the_title_does() {
    let mut story = Story::begun(&CODEX);
    story.tell(codex(event(100, Kind::TurnStarted)));
    for (at, agent, call) in [(150, "one", "c1"), (160, "two", "c2")] {
        let asks = tool(at, Kind::ApprovalRequested, Some(call), "Bash", call);
        story.tell(codex(of_agent(asks, agent)));
    }
    story.record(Level::WaitingApproval, 220);
    // The dialog of one has gone, and the other's came in its place.
    story.record(Level::Done, 2000);
    story.wait_until(4000);
    let row = story.row();
    assert_eq!((row.state, row.waiting.len()), (State::WaitingApproval, 2));
    story.title(Level::Busy, 6000, 1200);
    assert!(story.row().waiting.is_empty());
}

#[test]
fn a_title_that_lags_behind_a_record_says_nothing_and_one_that_lasts_does() {
    let mut story = Story::codex_asking();
    story.record(Level::WaitingApproval, 340);
    story.title(Level::Busy, 700, 1200);
    assert_eq!(story.state(), State::WaitingApproval);
    assert_eq!(story.row().evidence.len(), 5);
    // Nobody asks any more: the record was somebody else's, or the answer came without one.
    story.title(Level::Busy, 1700, 1200);
    assert_eq!(story.state(), State::Running);
}

#[test]
fn a_forged_level_is_taken_back_by_the_next_hook() {
    let mut story = Story::codex_asking();
    story.record(Level::WaitingApproval, 340);
    story.record(Level::Done, 900);
    story.wait_until(1060);
    assert_eq!(story.state(), State::Completed);
    story.tell(codex(tool(
        1100,
        Kind::ToolStarted,
        Some("c2"),
        "Bash",
        "make",
    )));
    assert_eq!(story.state(), State::Running);
}

#[test]
fn where_a_session_file_tells_its_word_counts_and_it_is_read_again_at_once() {
    for (said, file) in [
        (Level::Idle, Level::WaitingApproval),
        (Level::Busy, Level::WaitingApproval),
        (Level::Done, Level::WaitingApproval),
        (Level::Failed, Level::WaitingApproval),
    ] {
        let mut story = Story::asking();
        story.read(file, 260);
        for at in 0..20 {
            story.record(said, 900 + at);
        }
        assert_eq!(story.state(), State::WaitingApproval);
        let due = story.table.next_deadline().unwrap();
        assert!(due <= Timestamp::from_millis(925), "{due}");
        let outcome = story.apply(Input::Tick, 925);
        assert_eq!(outcome.reread, [PID]);
        story.read(file, 260);
        story.wait_until(2000);
        assert_eq!(story.state(), State::WaitingApproval, "{said:?}");
    }
    let mut story = Story::running();
    story.read(Level::Busy, 110);
    story.record(Level::WaitingApproval, 900);
    story.wait_until(1200);
    assert_eq!(story.state(), State::Running);
}

/// Then no hook comes that would explain it.
#[test]
fn what_file_and_record_both_say_is_over_without_a_result_is_so_at_once() {
    for record_first in [true, false] {
        let mut story = Story::asking();
        story.read(Level::WaitingApproval, 260);
        if record_first {
            story.record(Level::Idle, 890);
        }
        story.read(Level::Idle, 900);
        if !record_first {
            story.record(Level::Idle, 905);
        }
        story.wait_until(915);
        assert_eq!(story.state(), State::Idle, "record first: {record_first}");
    }
    // Not by what was said before the turn.
    let mut story = Story::running();
    story.read(Level::Busy, 110);
    story.record(Level::Idle, 120);
    story.tell(of_turn(event(600, Kind::TurnStarted), "t2"));
    story.read(Level::Busy, 610);
    story.read(Level::Idle, 900);
    story.wait_until(915);
    assert_eq!(story.state(), State::Running);
}

/// It is written some time after the record, and read at once.
#[test]
fn a_file_that_lags_behind_a_record_opens_no_dialog_again_until_it_has_had_its_time() {
    let mut story = Story::running();
    story.read(Level::Busy, 110);
    story.read(Level::WaitingApproval, 260);
    assert_eq!(story.state(), State::WaitingApproval);
    story.record(Level::Busy, 900);
    story.read_late(Level::Busy, 901, 905);
    assert_eq!(story.state(), State::Running);
    story.read_late(Level::WaitingApproval, 260, 910);
    assert_eq!(story.state(), State::Running);
    // However many come, they are one word.
    for at in 0..20 {
        story.record(Level::Busy, 1000 + at);
    }
    story.read_late(Level::WaitingApproval, 260, 1901);
    assert_eq!(story.state(), State::WaitingApproval, "the file counts");
}

#[test]
fn where_the_file_says_only_that_it_is_over_the_record_says_how() {
    for (said, state) in [
        (Level::Done, State::Completed),
        (Level::Failed, State::Error),
    ] {
        for record_first in [true, false] {
            let mut story = Story::running();
            story.read(Level::Busy, 110);
            if record_first {
                story.record(said, 890);
            }
            story.read(Level::Idle, 900);
            story.wait_until(1060);
            if !record_first {
                assert_eq!(story.state(), State::Idle);
                story.record(said, 1070);
            }
            assert_eq!(story.state(), state);
            assert_eq!(story.row().source, Source::Witness);
        }
    }
    // Not how a turn has ended that began after it.
    let mut story = Story::running();
    story.read(Level::Busy, 110);
    story.record(Level::Done, 500);
    story.tell(of_turn(event(600, Kind::TurnStarted), "t2"));
    story.read(Level::Busy, 610);
    story.read(Level::Idle, 900);
    story.wait_until(1060);
    assert_eq!(story.row().kind, Some(Kind::Interrupted));
}

#[test]
fn what_has_reported_nothing_is_shown_by_its_own_word() {
    let mut story = Story::silent();
    for (level, state) in [
        (Level::Busy, State::Running),
        (Level::WaitingApproval, State::WaitingApproval),
        (Level::Done, State::Completed),
        (Level::Failed, State::Error),
        (Level::Idle, State::Idle),
    ] {
        let at = story.now + 1000;
        story.apply(
            Input::Glimpsed(Box::new(record_of(&CODEX, level, at))),
            at + 5,
        );
        let row = story.row();
        assert_eq!((row.state, row.silent), (state, false));
        assert_eq!(row.evidence[0].reason.as_deref(), Some("by its own word"));
        // A title without any mark takes nothing of it back.
        let title = Reading {
            by_record: false,
            ..record_of(&CODEX, Level::Idle, at + 2000)
        };
        story.apply(Input::Glimpsed(Box::new(title)), at + 2005);
        assert_eq!(story.state(), state);
    }
}

/// Codex begins its session with the first prompt: the record comes first, then the hook of the session.
#[test]
fn what_works_by_its_record_does_so_when_its_session_begins() {
    for (level, state) in [(Level::Busy, State::Running), (Level::Idle, State::Idle)] {
        let mut story = Story::silent();
        let record = record_of(&CODEX, level, 1000);
        story.apply(Input::Glimpsed(Box::new(record)), 1005);
        story.tell(codex(event(1050, Kind::SessionStarted)));
        assert_eq!((story.state(), story.row().silent), (state, false));
    }
}
