//! A record as a line for people.

use std::fmt::Write;

use pane_patrol_hooks::event::{Event, Source, State};
use pane_patrol_hooks::text::printable_line;
use pane_patrol_hooks::timestamp::Timestamp;

use super::when::LocalClock;

/// How lines are printed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printer {
    /// For local times.
    pub clock: LocalClock,
    /// Whether states have a colour.
    pub has_colour: bool,
}

impl Printer {
    /// Writes the line of `event` with its end to `line`: when, state, whose, where, and what was
    /// said. It may be printed as it is: only its own colours are for the terminal.
    pub(crate) fn print(&self, event: &Event, line: &mut String) {
        let (on, off) = self.colour(event.state);
        let what = what_of(event);
        let (what, target) = (printable_line(&what), event.target.to_string());
        // A string takes everything.
        let _ = writeln!(
            line,
            "{}  {on}{:<16}{off}  {:<8}  {}  {what}",
            self.time(event.ts),
            event.state,
            event.assistant.as_str(),
            printable_line(&target),
        );
    }

    /// Local date and time, to the millisecond.
    pub(super) fn time(&self, ts: Timestamp) -> String {
        let at = self.clock.local(ts);
        let millis = ts.as_micros().rem_euclid(1_000_000) / 1000;
        format!(
            "{} {:02}:{:02}:{:02}.{millis:03}",
            at.date(),
            at.hour(),
            at.minute(),
            at.second()
        )
    }

    fn colour(&self, state: State) -> (&'static str, &'static str) {
        if !self.has_colour {
            return ("", "");
        }
        let on = match state {
            State::WaitingApproval => "\x1b[31m",
            State::WaitingInput => "\x1b[33m",
            State::Error => "\x1b[35m",
            State::Completed => "\x1b[32m",
            State::Running => "\x1b[34m",
            State::Idle => "\x1b[2m",
        };
        (on, "\x1b[0m")
    }
}

/// Who said what: `PreToolUse Bash: cargo test`, `witness: permission prompt`.
fn what_of(event: &Event) -> String {
    let kind = event.kind.map(pane_patrol_hooks::event::Kind::as_str);
    let mut what = match event.source {
        Source::Witness => "witness".to_owned(),
        Source::User => format!("you {}", event.event.as_deref().unwrap_or_default()),
        Source::Hook | Source::Emit => event.event.as_deref().or(kind).unwrap_or("").to_owned(),
    };
    if let Some(tool) = &event.tool {
        what.push(' ');
        what.push_str(tool);
    }
    if let Some(message) = &event.message {
        what.push_str(if what.is_empty() { "" } else { ": " });
        what.push_str(message);
    }
    if event.agent_id.is_some() {
        what.push_str(" (sub-agent)");
    }
    what.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::Assistant;
    use pane_patrol_hooks::timestamp::Timestamp;
    use time::UtcOffset;

    use super::*;

    #[test]
    fn a_line_says_when_who_where_and_what() {
        let ts = Timestamp::parse("2026-11-21T23:30:05.250Z").unwrap();
        let target = "work:1.2".parse().unwrap();
        let mut event = Event::new(Assistant::CLAUDE, State::WaitingApproval, target, ts);
        event.event = Some("PreToolUse".into());
        event.tool = Some("Bash".into());
        event.message = Some("cargo test".into());
        let mut printer = Printer {
            clock: LocalClock {
                now: ts,
                offset: UtcOffset::from_hms(1, 0, 0).unwrap(),
            },
            has_colour: false,
        };
        let mut line = String::new();
        printer.print(&event, &mut line);
        assert_eq!(
            line,
            "2026-11-22 00:30:05.250  waiting_approval  claude    work:1.2  PreToolUse Bash: cargo test\n"
        );
        printer.has_colour = true;
        line.clear();
        printer.print(&event, &mut line);
        assert!(line.contains("\x1b[31mwaiting_approval\x1b[0m"));
    }
}
