//! Why a row shows what it shows, in sentences: which event, from where, how old, which rule.

use std::fmt::Write;

use pane_patrol_hooks::event::{Source, State};
use pane_patrol_hooks::text::printable_line;
use pane_patrol_hooks::timestamp::Timestamp;

use super::decisions::Decided;
use super::when::{Grain, LocalClock, age};
use crate::state::words::word;
use crate::state::{Evidence, Row};

/// Explains `row` as it was at `clock.now`; `decided`: what was decided about its session, oldest first.
/// `others`: rows that may be told of as well.
pub(crate) fn explain(
    row: &Row,
    others: &[Row],
    decided: &[Decided],
    clock: &LocalClock,
) -> String {
    let mut text = String::new();
    let what = [row.tool.as_deref(), row.message.as_deref()];
    let what: Vec<&str> = what.into_iter().flatten().collect();
    let what = if what.is_empty() {
        String::new()
    } else {
        format!(": {}", what.join(": "))
    };
    // A string takes everything.
    let _ = writeln!(
        text,
        "{} in {} {}{what}",
        row.assistant,
        row.target,
        says(row.state)
    );
    let _ = writeln!(
        text,
        "  since {}, {} ago",
        time(row.since, clock),
        age(clock.now.since(row.since), Grain::Fine)
    );
    if let Some(recap) = row.recap.as_ref().filter(|_| row.recap != row.message) {
        let _ = writeln!(text, "  it said last: {recap}");
    }
    if let Some(facts) = &row.facts {
        let words: Vec<String> = facts.words().collect();
        if !words.is_empty() {
            let _ = writeln!(text, "  it works with: {}", words.join(" · "));
        }
        if let Some(limit) = &facts.limit {
            let _ = writeln!(text, "  a limit is reached: {limit}");
        }
    }
    for request in row.waiting.iter().skip(1) {
        let message = request
            .message
            .as_deref()
            .unwrap_or("(nothing more is known)");
        let _ = writeln!(text, "  and {}: {message}", says(request.state));
    }
    for conflict in &row.conflicts {
        let names = conflict.with.iter().map(|other| {
            let place = others.iter().find(|row| row.id == other.id);
            let place = place.map_or_else(String::new, |row| format!(" in {}", row.target));
            format!("{}{place}", other.assistant)
        });
        let _ = writeln!(
            text,
            "  {} was also written by {}",
            printable_line(&conflict.path),
            names.collect::<Vec<_>>().join(", ")
        );
    }
    text.push_str("because\n");
    if row.evidence.is_empty() {
        text.push_str("  nothing is known any more of what was heard\n");
    }
    // The latest first, as what was heard stands there.
    let mut decided = decided.iter().rev().peekable();
    for (at, evidence) in row.evidence.iter().enumerate() {
        // What was heard late stands where it was heard.
        let latest_left = row.evidence[at..].iter().map(|left| left.at).max();
        while let Some(later) = decided.next_if(|it| Some(it.ts) >= latest_left) {
            let _ = writeln!(text, "  {}", decision(later, clock));
        }
        let _ = writeln!(text, "  {}", sentence(evidence, clock));
    }
    for earlier in decided {
        let _ = writeln!(text, "  {}", decision(earlier, clock));
    }
    text
}

fn decision(decided: &Decided, clock: &LocalClock) -> String {
    let how = if decided.is_refused() {
        "refused"
    } else {
        "decided in your name"
    };
    format!(
        "{}, {} ago: {how}: {}.",
        time(decided.ts, clock),
        age(clock.now.since(decided.ts), Grain::Fine),
        decided.sentence()
    )
}

fn sentence(evidence: &Evidence, clock: &LocalClock) -> String {
    let from = match evidence.source {
        Source::Hook => "a hook reported",
        Source::Witness => "the assistant's own files showed",
        Source::User => "you did",
        Source::Emit => "a script reported",
    };
    let effect = match (evidence.before, evidence.after) {
        (None, after) => format!("which made the row: `{}`", word(after)),
        (Some(before), after) if before == after => {
            format!("which left it at `{}`", word(after))
        }
        (Some(before), after) => {
            format!("which turned `{}` into `{}`", word(before), word(after))
        }
    };
    let rule = evidence
        .reason
        .as_ref()
        .map_or_else(String::new, |reason| format!(" (rule: {reason})"));
    format!(
        "{}, {} ago: {from} `{}`, {effect}{rule}.",
        time(evidence.at, clock),
        age(clock.now.since(evidence.at), Grain::Fine),
        evidence.what
    )
}

fn says(state: State) -> &'static str {
    match state {
        State::WaitingApproval => "wants approval",
        State::WaitingInput => "asks you",
        State::Error => "failed",
        State::Completed => "is done",
        State::Running => "works",
        State::Idle => "is idle",
    }
}

fn time(at: Timestamp, clock: &LocalClock) -> String {
    let (at, now) = (clock.local(at), clock.local(clock.now));
    let (hour, minute, second) = at.to_hms();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    if at.date() == now.date() {
        time
    } else {
        format!("{} {time}", at.date())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use pane_patrol_hooks::event::{Assistant, Event, Kind};
    use time::UtcOffset;

    use super::*;
    use crate::log::Record;
    use crate::log::player::Player;
    use crate::state::Settings;

    #[test]
    fn a_row_is_explained_by_what_was_heard_of_it() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let event = |ts: &str, state: State, kind: Kind| {
            let mut event = Event::new(
                Assistant::CLAUDE,
                state,
                "work:1.2".parse().unwrap(),
                at(ts),
            );
            event.kind = Some(kind);
            event.instance_id = Some("one".into());
            event
        };
        let mut turn = event("2026-11-21T08:59:00Z", State::Running, Kind::TurnStarted);
        turn.event = Some("UserPromptSubmit".into());
        let mut ask = event(
            "2026-11-21T09:00:00Z",
            State::WaitingApproval,
            Kind::ApprovalRequested,
        );
        ask.event = Some("PermissionRequest".into());
        ask.tool = Some("Bash".into());
        ask.message = Some("cargo publish".into());
        let late = event("2026-11-21T08:58:00Z", State::Running, Kind::TurnStarted);
        let settings = Settings {
            ttl: Duration::from_secs(300),
            own_server: None,
        };
        let clock = LocalClock {
            now: at("2026-11-21T09:04:12Z"),
            offset: UtcOffset::UTC,
        };
        let mut player = Player::new(settings, clock.now);
        for event in [turn, ask, late] {
            player.play(Record::from(event), &mut |_, _, _| {});
        }
        let expected = "\
claude in work:1.2 wants approval: Bash: cargo publish
  since 09:00:00, 4m 12s ago
because
  08:58:00, 6m 12s ago: a hook reported `turn_started`, which left it at `wants approval` (rule: older than what is known).
  09:00:00, 4m 12s ago: a hook reported `PermissionRequest Bash: cargo publish`, which turned `works` into `wants approval`.
  08:59:00, 5m 12s ago: a hook reported `UserPromptSubmit`, which made the row: `works`.
";
        let row = &player.table().rows()[0];
        assert_eq!(explain(row, &[], &[], &clock), expected);
        let decided = ["2026-11-21T08:59:30Z", "2026-11-21T09:01:30Z"].map(|ts| {
            let line = format!(
                r#"{{"ts":"{ts}","decision":"approve","outcome":"done","way":"keys","door":"approve",
                "right":"own","tool":"Bash","message":"ls","row":"x"}}"#
            );
            Decided::parse(line.as_bytes()).unwrap()
        });
        let told = explain(row, &[], &decided, &clock);
        let lines: Vec<&str> = told.lines().skip(3).collect();
        let times = lines
            .iter()
            .map(|line| line.trim_start().split(',').next().unwrap());
        assert_eq!(
            times.collect::<Vec<_>>(),
            ["09:01:30", "08:58:00", "09:00:00", "08:59:30", "08:59:00"]
        );
        assert_eq!(
            lines[0],
            "  09:01:30, 2m 42s ago: decided in your name: approve Bash: ls, done by keys, from approve (own)."
        );
    }
}
