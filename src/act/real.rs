//! The hub, the session file and tmux, as the procedure in [`super::keys`] sees them.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use pane_patrol_hooks::decide::Verdict;
use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::timestamp::Timestamp;
use rustix::fs::{CWD, FlockOperation, Mode, OFlags, flock, openat};

use super::dialog;
use super::keys::{
    Guard, Outcome, Pane, Press, Pressed, Seen, World, carry_out, is_over, once_it_waits,
};
use super::record::Line;
use super::request::{Bound, Decision};
use super::shown::{Shown, check};
use super::tell;
use crate::asked::{self, Full, Sources};
use crate::hub_client::HubClient;
use crate::mux::tmux::{Belief, Call, Format, TmuxError};
use crate::protocol::Decide;
use crate::state::Row;
use crate::witness::claude;

/// What a pane is asked beside its text; the first line of the answer.
const FLAGS: &str = "#{pid} #{pane_dead} #{pane_in_mode} #{pane_synchronized} #{pane_input_off}";

/// The real world of one decision.
#[derive(Clone, Debug)]
pub struct RealWorld {
    /// Where the hub listens and decisions are written down.
    pub places: Places,
    /// The user.
    pub uid: u32,
    /// Where assistants keep their requests, and Claude its session files when a row names no other
    /// folder.
    pub sources: Sources,
    /// Which tmux servers are talked to.
    pub belief: Belief,
}

impl RealWorld {
    /// Answers, through the hook that waits for it or else by keys, and writes the decision down. Two
    /// never act at the same time, in whatever process: the second one must see what the first one did.
    pub fn answer(&self, bound: &Bound, decision: &Decision, shown: &Shown) -> Outcome {
        let began = Timestamp::now();
        let (way, outcome) = match self.lock() {
            Ok(_lock) => self.act(bound, decision, shown),
            Err(why) => ("keys", Outcome::Nothing(why)),
        };
        if outcome == Outcome::Done {
            tell::answered(bound, decision, began, (&self.places, self.uid));
        }
        if let Some(path) = self.places.decisions() {
            let line = Line::by_hand(bound, decision, shown, way, &outcome, Timestamp::now());
            // The answer is given; that it could not be written down changes nothing about it.
            let _ = line.append(&path);
        }
        outcome
    }

    fn act(&self, bound: &Bound, decision: &Decision, shown: &Shown) -> (&'static str, Outcome) {
        let bound = match self.as_shown(bound, decision, shown) {
            Ok(bound) => bound,
            Err(why) => return ("keys", Outcome::Nothing(why)),
        };
        match self.by_hook(&bound, decision) {
            Some(outcome) => ("hook", outcome),
            None => ("keys", carry_out(&bound, decision, self)),
        }
    }

    /// The request with its whole command, if it is still asked and may be answered by whoever had
    /// `shown` before them: read again, all of it, before anything is sent in whatever way.
    fn as_shown(&self, bound: &Bound, decision: &Decision, shown: &Shown) -> Result<Bound, String> {
        let row = self.row(&bound.row)?;
        if let Some(difference) = bound.difference(row.as_ref()) {
            return Err(difference.to_owned());
        }
        let age = bound.age(Timestamp::now());
        let known = asked::look(bound, &self.sources, age, &std::thread::sleep);
        check(bound, decision, shown, &known).map_err(|why| why.to_string())?;
        Ok(Bound {
            command: known.full().and_then(Full::command),
            ..bound.clone()
        })
    }

    /// Through the assistant's own hook, when one waits for just this request; `None` when not.
    fn by_hook(&self, bound: &Bound, decision: &Decision) -> Option<Outcome> {
        let decide = Decide {
            row: bound.row.clone(),
            instance_id: bound.instance_id.clone(),
            request: bound.request.clone(),
            verdict: verdict(bound, decision)?,
        };
        let seen = once_it_waits(bound, self).ok()?;
        let mut hub =
            HubClient::subscribe(&self.places, self.uid, "decide", Timestamp::now).ok()?;
        match hub.decide(&decide, Timestamp::now) {
            Ok(false) => None,
            Ok(true) if is_over(bound, seen.as_ref(), self) => Some(Outcome::Done),
            Ok(true) => Some(Outcome::Unknown(
                "the hook has got the answer, but the dialog is still there".to_owned(),
            )),
            // It may have got it or not: keys now could answer twice.
            Err(error) => Some(Outcome::Unknown(error.to_string())),
        }
    }

    /// The rows as they are now.
    pub fn rows(&self) -> Result<Vec<Row>, String> {
        HubClient::subscribe(&self.places, self.uid, "act", Timestamp::now)
            .and_then(|mut client| client.rows())
            .map_err(|error| error.to_string())
    }

    fn lock(&self) -> Result<File, String> {
        let path = self.places.runtime.join("act.lock");
        let flags = OFlags::RDWR | OFlags::CREATE | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let file = openat(CWD, &path, flags, Mode::RUSR | Mode::WUSR)
            .map_err(|error| format!("could not lock {}: {error}", path.display()))?;
        flock(&file, FlockOperation::NonBlockingLockExclusive)
            .map_err(|_| "another answer is just being given".to_owned())?;
        Ok(File::from(file))
    }
}

/// What the hook is told; `None` for what it cannot decide: a question, and a plan, whose dialog stays.
fn verdict(bound: &Bound, decision: &Decision) -> Option<Verdict> {
    if bound.is_question() || bound.request.tool.as_deref() == Some("ExitPlanMode") {
        return None;
    }
    match decision {
        Decision::Approve => Some(Verdict::Allow),
        Decision::Deny { message } => Some(Verdict::Deny {
            message: message
                .clone()
                .unwrap_or_else(|| "denied by the user".to_owned()),
            interrupt: message.is_none(),
        }),
        Decision::Answer(_) => None,
    }
}

impl World for RealWorld {
    fn row(&self, id: &str) -> Result<Option<Row>, String> {
        Ok(self.rows()?.into_iter().find(|row| row.id == id))
    }

    fn witness(&self, bound: &Bound) -> Option<Seen> {
        let home = bound.home.as_deref().map(Path::new);
        let home = home.or(self.sources.claude_home.as_deref())?;
        let reading = claude::look(home, bound.pid?)?;
        Some(Seen {
            level: reading.level,
            instance_id: reading.instance_id,
            written: reading.written,
        })
    }

    fn look(&self, bound: &Bound) -> Result<Pane, String> {
        let flags = Call::new("display-message").flag("-p").target(bound.pane);
        let flags = flags.format_operand(&Format::own(FLAGS));
        // Joined lines would be longer than the pane and break what is found by line.
        let mut capture = Call::new("capture-pane").flag("-p").target(bound.pane);
        if dialog::reads_colours(&bound.assistant) {
            capture = capture.flag("-e");
        }
        let answer = self
            .belief
            .tmux(Path::new(&bound.server.socket))
            .and_then(|tmux| tmux.run(&flags.then(capture)))
            .map_err(|error| explain(&error))?;
        parse_pane(&String::from_utf8_lossy(&answer), bound.server.pid)
    }

    fn press(&self, bound: &Bound, press: &Press, guard: &Guard) -> Result<Pressed, String> {
        let keys = Call::new("send-keys").target(bound.pane);
        let keys = match press {
            Press::Text(text) => keys.flag("-l").operand(text),
            Press::Key(name) => keys.operand(name),
        };
        let told = Call::new("display-message").flag("-p").operand("pressed");
        let condition = condition(guard, bound.server.pid);
        let call = Call::new("if-shell").flag("-F").target(bound.pane);
        let call = call.format_operand(&condition).script(&keys.then(told));
        let answer = self
            .belief
            .tmux(Path::new(&bound.server.socket))
            .and_then(|tmux| tmux.run(&call))
            .map_err(|error| explain(&error))?;
        Ok(if answer.starts_with(b"pressed") {
            Pressed::Yes
        } else {
            Pressed::No
        })
    }

    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn wait(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

fn explain(error: &TmuxError) -> String {
    match error {
        TmuxError::NoServer { .. } => "its tmux server is gone".to_owned(),
        TmuxError::Failed { stderr, .. } if stderr.contains("find pane") => {
            "the pane is gone".to_owned()
        }
        TmuxError::TimedOut { .. } => "tmux does not answer".to_owned(),
        other => other.to_string(),
    }
}

fn parse_pane(answer: &str, server_pid: u32) -> Result<Pane, String> {
    let (flags, screen) = answer.split_once('\n').unwrap_or((answer, ""));
    let flags: Vec<&str> = flags.split(' ').collect();
    let [pid, dead, in_mode, synchronized, input_off] = flags[..] else {
        return Err("the pane is gone".to_owned());
    };
    if pid.parse() != Ok(server_pid) {
        return Err("its tmux server is gone".to_owned());
    }
    let is_on = |flag: &str| !matches!(flag, "" | "0");
    let unfit = [
        (dead, "the assistant has ended"),
        (in_mode, "the pane is in copy mode"),
        (
            synchronized,
            "the pane shares its keys with others (synchronize-panes)",
        ),
        (input_off, "the pane takes no keys"),
    ];
    Ok(Pane {
        screen: screen.to_owned(),
        unfit: unfit
            .iter()
            .find(|(flag, _)| is_on(flag))
            .map(|(_, words)| *words),
    })
}

/// What tmux checks in the moment of the press: its own process, the pane's state, and that each line
/// is on the screen (`#{C/r:...}` searches the visible lines).
fn condition(guard: &Guard, server_pid: u32) -> Format {
    let is = [
        ("pid", server_pid),
        ("pane_in_mode", 0),
        ("pane_synchronized", 0),
        ("pane_input_off", 0),
        ("pane_dead", 0),
    ];
    let is = is.map(|(variable, value)| Format::is(variable, value));
    let shows = guard.shows.iter().map(|line| Format::shows(line));
    Format::all(is.into_iter().chain(shows))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pane_of_a_restarted_server_is_gone() {
        let answer = "7 0 0 0 0\nhello\n";
        assert_eq!(parse_pane(answer, 7).unwrap().screen, "hello\n");
        assert!(parse_pane(answer, 8).is_err());
        let in_mode = parse_pane("7 0 1 1 \nx\n", 7).unwrap().unfit;
        assert_eq!(in_mode, Some("the pane is in copy mode"));
        assert!(parse_pane("", 7).is_err());
    }
}
