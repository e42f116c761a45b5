//! The hub, the session file and tmux, as the procedure in [`super::keys`] sees them.

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use pane_patrol_hooks::approval::Verdict;
use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::target::Server;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_sys::open::Opening;
use rustix::fs::{FlockOperation, flock};

use super::fate::fate;
use super::keys::{Guard, Outcome, Pane, Press, Pressed, Seen, World, carry_out, once_it_waits};
use super::record::Line;
use super::shown::{Shown, check};
use super::{dialog, foreground, tell};
use crate::assistants;
use crate::assistants::homes::Homes;
use crate::assistants::request as asked;
use crate::hub_client::HubClient;
use crate::mux::tmux::moment::{FLAGS, STAMPED, condition};
use crate::mux::tmux::{Belief, Call, Format, TmuxError, lost};
use crate::protocol::Decide;
use crate::state::Row;
use crate::state::{Bound, Decision};

/// The real world of one decision.
#[derive(Clone, Debug)]
pub struct RealWorld {
    /// Where the hub listens and decisions are written down.
    pub places: Places,
    /// The user.
    pub uid: u32,
    /// Where assistants keep their files when a row names no other folder.
    pub homes: Homes,
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
        let known = asked::look(bound, &self.homes, age, &std::thread::sleep);
        check(bound, decision, shown, &known).map_err(|why| why.to_string())?;
        Ok(asked::with_full(bound, known.full(), &self.homes))
    }

    /// Through the assistant's own hook, when one waits for just this request; `None` when not.
    fn by_hook(&self, bound: &Bound, decision: &Decision) -> Option<Outcome> {
        let decide = Decide {
            row: bound.row.clone(),
            instance_id: bound.instance_id.clone(),
            request: bound.request.clone(),
            verdict: verdict(bound, decision)?,
        };
        once_it_waits(bound, self).ok()?;
        let mut hub =
            HubClient::subscribe(&self.places, self.uid, "decide", Timestamp::now).ok()?;
        let began = self.now();
        match hub.decide(&decide, Timestamp::now) {
            Ok(false) => None,
            Ok(true) => {
                let doubt = fate(bound, decision, began, self).doubt();
                let said = |doubt| format!("the hook has got the answer, but {doubt}");
                Some(doubt.map_or(Outcome::Done, |doubt| Outcome::Unknown(said(doubt))))
            }
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
        let opening = Opening::to_update().no_link().may_wait().or_make_private();
        let file = opening
            .anything(&path)
            .map_err(|error| format!("could not lock {}: {error}", path.display()))?;
        flock(&file, FlockOperation::NonBlockingLockExclusive)
            .map_err(|_| "another answer is just being given".to_owned())?;
        Ok(file)
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

    fn in_full(&self, bound: Bound) -> Bound {
        asked::with_command(&bound, &self.homes)
    }

    fn open_calls(&self, bound: &Bound) -> Vec<Bound> {
        asked::open_calls(bound, &self.homes)
    }

    fn has_company(&self, bound: &Bound) -> bool {
        asked::has_company(bound, &self.homes)
    }

    fn has_result(&self, bound: &Bound) -> Option<bool> {
        asked::has_result(bound, &self.homes)
    }

    fn runs(&self, bound: &Bound, since: Timestamp) -> bool {
        let (Some(pid), Some(command)) = (bound.pid, bound.command.as_deref()) else {
            return false;
        };
        let calls = assistants::of(&bound.assistant).and_then(|known| known.calls());
        calls.is_some_and(|calls| calls.is_run_by(pid, command, since))
    }

    fn witness(&self, bound: &Bound) -> Option<Seen> {
        let home = self.homes.of(&bound.assistant, bound.home.as_deref())?;
        let files = assistants::of(&bound.assistant)?.session_files()?;
        let reading = files.look(&home, bound.pid?, bound.instance_id.as_deref())?;
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
            .map_err(|error| explain(&error, &bound.server))?;
        parse_pane(&String::from_utf8_lossy(&answer), bound)
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
            .map_err(|error| explain(&error, &bound.server))?;
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

/// Nobody listens for the pane's server, or another one does.
fn unreached(server: &Server) -> String {
    lost::words(server).unwrap_or_else(|| "its tmux server is gone".to_owned())
}

fn explain(error: &TmuxError, server: &Server) -> String {
    match error {
        TmuxError::NoServer { .. } => unreached(server),
        TmuxError::NotBelieved { .. } => lost::words(server).unwrap_or_else(|| error.to_string()),
        TmuxError::Failed { stderr, .. } if stderr.contains("find pane") => {
            "the pane is gone".to_owned()
        }
        TmuxError::TimedOut { .. } => "tmux does not answer".to_owned(),
        other => other.to_string(),
    }
}

fn parse_pane(answer: &str, bound: &Bound) -> Result<Pane, String> {
    let (flags, screen) = answer.split_once('\n').unwrap_or((answer, ""));
    let flags: Vec<&str> = flags.splitn(10, ' ').collect();
    let [pid, dead, in_mode, synchronized, input_off, stamp @ ..] = &flags[..] else {
        return Err("the pane is gone".to_owned());
    };
    if pid.parse() != Ok(bound.server.pid) {
        return Err(unreached(&bound.server));
    }
    let [width, _, pane_pid, ..] = stamp else {
        return Err("the pane is gone".to_owned());
    };
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
    let unfit = unfit
        .iter()
        .find(|(flag, _)| is_on(flag))
        .map(|(_, words)| *words);
    let objection = || {
        let pane_pid = pane_pid.parse().ok()?;
        foreground::objection(pane_pid, bound.pid, bound.assistant.as_str())
    };
    Ok(Pane {
        screen: screen.to_owned(),
        width: width.parse().unwrap_or(0),
        unfit: unfit.or_else(objection),
        stamp: STAMPED
            .into_iter()
            .zip(stamp.iter().map(|value| (*value).to_owned()))
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::State;

    use super::*;
    use crate::state::Request;

    #[test]
    fn a_pane_of_a_restarted_server_is_gone() {
        let mut bound = Bound::to(&asking()).unwrap();
        bound.server.pid = 7;
        let answer = "7 0 0 0 0 80 24 0 1 my claude\nhello\n";
        let pane = parse_pane(answer, &bound).unwrap();
        assert_eq!((pane.screen.as_str(), pane.width), ("hello\n", 80));
        assert_eq!(
            pane.stamp[4],
            ("pane_current_command", "my claude".to_owned())
        );
        bound.server.pid = 8;
        assert!(parse_pane(answer, &bound).is_err());
        bound.server.pid = 7;
        let in_mode = parse_pane("7 0 1 1  80 24 0 1 x\nx\n", &bound)
            .unwrap()
            .unfit;
        assert_eq!(in_mode, Some("the pane is in copy mode"));
        assert!(parse_pane("", &bound).is_err());
    }

    fn asking() -> Row {
        let mut row = crate::state::fixture::row(1, "claude", State::WaitingApproval, "a:0.0", 5);
        row.waiting = vec![Request {
            state: State::WaitingApproval,
            request_id: None,
            agent_id: None,
            tool: Some("Bash".to_owned()),
            message: Some("touch f".to_owned()),
            since: row.since,
            source: pane_patrol_hooks::event::Source::Hook,
        }];
        row
    }
}
