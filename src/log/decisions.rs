//! The audit as it is read: what was decided or done in the person's name, by which door and right, and
//! what came of it. Written by the actor; whatever stands in the file, here it is only told.

use std::fmt::Write;

use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::text::printable_line;
use pane_patrol_hooks::timestamp::Timestamp;
use serde::Deserialize;

use super::filter::Filter;
use super::print::Printer;
use super::whom::{Told, Whom};
use crate::state::RowKey;

/// So much of the audit's end is read, in bytes: twice what is kept where nobody has set anything else.
pub(crate) const READ_BYTES: u64 = 64 << 20;

/// The outcome of what is about to be done.
const BEGUN: &str = "begun";

/// One line, as far as it is told to people; what it lacks is empty.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Decided {
    /// When.
    pub ts: Timestamp,
    /// What: `approve`, `deny`, `answer`, `ask`, `stop`, `start`, `trust`, `snooze`, or what was not allowed.
    pub decision: String,
    /// What came of it: `done`, `equal`, `late`, `nothing`, `unknown`, `not_allowed`; `begun` before it is done.
    pub outcome: String,
    /// What the line before it is done and the one after that have in common.
    intent: Option<String>,
    /// `user`, `rule` or `trust`.
    #[serde(default)]
    by: String,
    rule: Option<String>,
    why: Option<String>,
    #[serde(default)]
    way: String,
    /// Where the person, or whoever it was, said it.
    pub door: Option<String>,
    right: Option<String>,
    /// The process that said it.
    pid: Option<u32>,
    reason: Option<String>,
    /// The row's id.
    #[serde(default)]
    pub row: String,
    #[serde(default)]
    target: String,
    #[serde(default)]
    assistant: String,
    /// The assistant's session.
    pub instance_id: Option<String>,
    agent_id: Option<String>,
    request_id: Option<String>,
    tool: Option<String>,
    message: Option<String>,
    /// So many refusals before this one were only counted.
    #[serde(default)]
    left_out: u64,
}

impl Decided {
    /// Reads a line; `None` where it is none.
    pub(crate) fn parse(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok()
    }

    /// What tells the two lines of one decision from others: that before it was done (true) and the one after.
    pub(crate) fn intent(&self) -> Option<(&str, bool)> {
        Some((self.intent.as_deref()?, self.outcome == BEGUN))
    }

    /// Whether somebody wanted it, and it was not done.
    pub(crate) fn is_refused(&self) -> bool {
        self.by == "user" && ["nothing", "late", "not_allowed"].contains(&self.outcome.as_str())
    }

    /// Whether it was about one of that name.
    pub(crate) fn is_of(&self, whom: &Whom) -> bool {
        let key = RowKey::named(&self.row).next();
        let pane = key.as_ref().and_then(|key| match key.place {
            Target::Pane(pane) => Some(pane),
            _ => None,
        });
        let target = self.target.parse().ok();
        let told = Told {
            server: key.as_ref().and_then(|key| key.server.as_ref()),
            pane,
            target: target.as_ref(),
            cwd: None,
            instance: self.instance_id.as_deref(),
        };
        self.row == whom.name() || whom.fits_told(&told)
    }

    /// Whether it came by this door: by its name, or the kind of door before a client's name.
    pub(crate) fn is_by_door(&self, name: &str) -> bool {
        let door = self.door.as_deref().unwrap_or(&self.by);
        let rest = door.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    }

    /// Whether it is about this row's session, or was when nobody knew of one.
    pub(crate) fn is_about(&self, row: &str, instance_id: Option<&str>) -> bool {
        let is_its = |known: &str| instance_id == Some(known);
        self.row == row && self.instance_id.as_deref().is_none_or(is_its)
    }

    /// What and about what: `approve Bash: cargo publish`.
    fn what(&self) -> String {
        let about = [self.tool.as_deref(), self.message.as_deref()];
        let about: Vec<&str> = about.into_iter().flatten().collect();
        format!("{} {}", self.decision, about.join(": "))
            .trim_end()
            .to_owned()
    }

    /// What came of it, and who it was: `done by keys, from dashboard (own)`.
    fn end(&self) -> String {
        let way = match self.way.as_str() {
            "keys" => " by keys",
            "hook" => " at its hook",
            "id" => " by its id",
            "inbox" => " through its inbox",
            "server" => " by its server",
            "queue" => " by its queue",
            _ => "",
        };
        let mut end = match self.outcome.as_str() {
            "done" | "equal" => format!("done{way}"),
            "nothing" => "nothing done".to_owned(),
            "late" => "too late".to_owned(),
            "unknown" => format!("not known{way}"),
            "not_allowed" => "not allowed".to_owned(),
            BEGUN => format!("begun{way}, outcome unknown"),
            other => other.to_owned(),
        };
        if let Some(reason) = &self.reason {
            end = format!("{end}: {reason}");
        }
        // One of our own commands is known by its name; whose a client is, its process tells.
        let pid = self.pid.filter(|_| self.is_by_door("hub"));
        // A string takes everything.
        let _ = match (&self.door, &self.right, pid) {
            (Some(door), Some(right), Some(pid)) => {
                write!(end, ", from {door} ({right}, process {pid})")
            }
            (Some(door), Some(right), None) => write!(end, ", from {door} ({right})"),
            (Some(door), None, _) => write!(end, ", from {door}"),
            (None, ..) => write!(end, ", by {}", self.by),
        };
        if let Some(rule) = &self.rule {
            let _ = write!(end, " `{rule}`");
        }
        if let Some(why) = &self.why {
            let _ = write!(end, ": {why}");
        }
        if self.left_out > 0 {
            let _ = write!(end, " ({} more refusals before it)", self.left_out);
        }
        end
    }

    /// In one sentence without its end: `approve Bash: cargo publish, done by keys, from dashboard (own)`.
    pub(crate) fn sentence(&self) -> String {
        printable_line(&format!("{}, {}", self.what(), self.end()))
    }
}

impl Printer {
    /// Writes the line of `decided` with its end to `line`, as one of an event is written.
    pub(crate) fn print_decided(&self, decided: &Decided, line: &mut String) {
        let (on, off) = if self.has_colour {
            ("\x1b[36m", "\x1b[0m")
        } else {
            ("", "")
        };
        // A string takes everything.
        let _ = writeln!(
            line,
            "{}  {on}{:<16}{off}  {:<8}  {}  {}",
            self.time(decided.ts),
            "decision",
            or_dash(&decided.assistant),
            or_dash(&decided.target),
            decided.sentence(),
        );
    }
}

fn or_dash(text: &str) -> String {
    match text {
        "" => "-".to_owned(),
        text => printable_line(text),
    }
}

impl Filter {
    /// Whether the decision is wanted; a state or kind has an event only.
    pub(crate) fn accepts_decided(&self, decided: &Decided) -> bool {
        let any = |wanted: &[String], fits: &dyn Fn(&String) -> bool| {
            wanted.is_empty() || wanted.iter().any(fits)
        };
        self.states.is_empty()
            && self.kinds.is_empty()
            && self.since.is_none_or(|since| decided.ts >= since)
            && self.until.is_none_or(|until| decided.ts < until)
            && any(&self.assistants, &|name| *name == decided.assistant)
            && any(&self.tools, &|tool| decided.tool.as_ref() == Some(tool))
            && any(&self.instances, &|beginning| {
                let instance = decided.instance_id.as_ref();
                instance.is_some_and(|instance| instance.starts_with(beginning))
            })
            && (self.targets.is_empty() || self.targets.iter().any(|whom| decided.is_of(whom)))
            && self.greps.iter().all(|text| holds(decided, text))
    }
}

fn holds(decided: &Decided, text: &str) -> bool {
    let texts = [
        Some(&decided.decision),
        Some(&decided.outcome),
        Some(&decided.target),
        decided.message.as_ref(),
        decided.tool.as_ref(),
        decided.door.as_ref(),
        decided.rule.as_ref(),
        decided.why.as_ref(),
        decided.reason.as_ref(),
        decided.instance_id.as_ref(),
        decided.agent_id.as_ref(),
        decided.request_id.as_ref(),
    ];
    texts.into_iter().flatten().any(|held| held.contains(text))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use time::UtcOffset;

    use super::*;
    use crate::log::when::LocalClock;

    fn line(change: &Value) -> Decided {
        let mut line = json!({
            "ts": "2026-11-21T10:00:05Z", "by": "user", "way": "keys", "door": "dashboard",
            "right": "own", "digest": "0f", "decision": "approve", "outcome": "done",
            "row": "/tmp/tmux-1/default,7::%3", "target": "work:1.2", "assistant": "claude",
            "instance_id": "0123-4567", "agent_id": null, "request_id": "toolu_1", "tool": "Bash",
            "message": "cargo publish", "generation": 4,
        });
        for (name, value) in change.as_object().unwrap() {
            line[name] = value.clone();
        }
        Decided::parse(line.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn each_decision_says_what_came_of_it_and_by_which_door_and_right() {
        for (change, words) in [
            (
                json!({}),
                "approve Bash: cargo publish, done by keys, from dashboard (own)",
            ),
            (
                json!({"outcome": "nothing", "reason": "it was not shown", "door": "websocket board", "right": "answer"}),
                "approve Bash: cargo publish, nothing done: it was not shown, from websocket board (answer)",
            ),
            (
                json!({"way": "id", "assistant": "codex"}),
                "approve Bash: cargo publish, done by its id, from dashboard (own)",
            ),
            (
                json!({"by": "rule", "way": "hook", "door": null, "right": null, "rule": "cargo", "why": "allowed"}),
                "approve Bash: cargo publish, done at its hook, by rule `cargo`: allowed",
            ),
            (
                json!({"outcome": "not_allowed", "door": "websocket board", "right": "read", "left_out": 3}),
                "approve Bash: cargo publish, not allowed, from websocket board (read) (3 more refusals before it)",
            ),
            (
                json!({"decision": "stop", "way": "process", "tool": null, "message": null}),
                "stop, done, from dashboard (own)",
            ),
            (
                json!({"decision": "start", "outcome": "not_allowed", "tool": null, "message": null}),
                "start, not allowed, from dashboard (own)",
            ),
            (
                json!({"outcome": "begun", "door": "hub dashboard-1", "pid": 4242}),
                "approve Bash: cargo publish, begun by keys, outcome unknown, from hub dashboard-1 (own, process 4242)",
            ),
            (
                json!({"message": "a\u{1b}[2J\nb\u{202e}c"}),
                "approve Bash: a<U+001B>[2J<U+000A>b<U+202E>c, done by keys, from dashboard (own)",
            ),
        ] {
            assert_eq!(line(&change).sentence(), words);
        }
    }

    #[test]
    fn a_decision_is_one_line_whatever_stands_in_it() {
        let printer = Printer {
            clock: LocalClock {
                now: Timestamp::parse("2026-11-21T10:04:12Z").unwrap(),
                offset: UtcOffset::UTC,
            },
            has_colour: false,
        };
        let mut text = String::new();
        printer.print_decided(
            &line(&json!({"target": "x\n\u{1b}]0;", "assistant": ""})),
            &mut text,
        );
        assert_eq!(text.lines().count(), 1);
        assert!(!text.contains('\u{1b}'), "{text}");
        assert!(text.starts_with("2026-11-21 10:00:05.000  decision          -         "));
    }

    #[test]
    fn each_filter_keeps_what_it_names_and_nothing_else() {
        let decided = line(&json!({}));
        let one = |text: &str| vec![text.to_owned()];
        let at = |text: &str| Timestamp::parse(text);
        let is_kept = |change: &dyn Fn(&mut Filter)| {
            let mut filter = Filter::default();
            change(&mut filter);
            filter.accepts_decided(&decided)
        };
        assert!(is_kept(&|_| ()));
        assert!(is_kept(&|it| it.since = at("2026-11-21T10:00:05Z")));
        assert!(!is_kept(&|it| it.until = at("2026-11-21T10:00:05Z")));
        for (text, is_its) in [
            ("work:1.2", true),
            ("%3", true),
            ("work", true),
            ("%4", false),
            ("wor", false),
        ] {
            assert_eq!(
                is_kept(&|it| it.targets = Whom::parse(text).into_iter().collect()),
                is_its,
                "{text}"
            );
        }
        for (text, is_its) in [
            ("cargo", true),
            ("dashboard", true),
            ("done", true),
            ("deny", false),
        ] {
            assert_eq!(is_kept(&|it| it.greps = one(text)), is_its, "{text}");
        }
        assert!(is_kept(&|it| it.tools = one("Bash")) && !is_kept(&|it| it.tools = one("Edit")));
        assert!(
            is_kept(&|it| it.instances = one("0123")) && !is_kept(&|it| it.instances = one("4"))
        );
        assert!(
            is_kept(&|it| it.assistants = one("claude"))
                && !is_kept(&|it| it.assistants = one("codex"))
        );
        assert!(!is_kept(
            &|it| it.states = vec![pane_patrol_hooks::event::State::Running]
        ));
        let by_client = line(&json!({"door": "websocket board"}));
        assert!(by_client.is_by_door("websocket") && by_client.is_by_door("websocket board"));
        assert!(!by_client.is_by_door("web") && !by_client.is_by_door("board"));
    }
}
