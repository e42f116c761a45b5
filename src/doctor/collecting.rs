//! Whether somebody listens, and whether an event gets through to them.

use std::fmt::Write as _;
use std::os::unix::net::UnixDatagram;
use std::thread;
use std::time::{Duration, Instant};

use pane_patrol_hooks::event::{Event, MAX_EVENT_BYTES};
use pane_patrol_hooks::paths::Places;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_installer::Assistant;
use serde_json::json;

use super::{Finding, REPORTS_TO, Variables};
use crate::hub::client::{HubClient, HubError};
use crate::state::update::Health;
use crate::sys::child;

/// How long a test event may be on its way.
const EVENT_BUDGET: Duration = Duration::from_secs(2);

/// How long the hook itself may take before it is ended: a hundred times what it allows itself.
const HOOK_BUDGET: Duration = Duration::from_secs(10);

/// How often the collector's counters are looked at meanwhile.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The name of the checks about test events.
const CHECK_EVENT: &str = "test event";

/// Where the test event is said to come from: no pane, so that it makes no row.
const NOWHERE: &str = "doctor:0.0";

/// Whether somebody listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listening {
    /// A collector answers.
    Yes,
    /// Nobody does.
    No,
}

/// Whether a collector answers, and how well it hears.
pub(crate) fn collecting(places: &Places, uid: u32) -> (Finding, Listening) {
    const CHECK: &str = "collector";
    match health(places, uid) {
        Ok(health) => (judge(&health), Listening::Yes),
        Err(HubError::Nobody { .. }) => {
            let fix = "start `pane-patrol`, or `pane-patrol collect` without a screen";
            (
                Finding::warning(CHECK, "nobody collects, so events are dropped", fix),
                Listening::No,
            )
        }
        Err(error) => {
            let fix = "it may be stopped, or of another version; restart it";
            (
                Finding::failure(CHECK, error.to_string(), fix),
                Listening::No,
            )
        }
    }
}

fn judge(health: &Health) -> Finding {
    const CHECK: &str = "collector";
    let rejected: u64 = health.rejected.values().sum();
    let mut seen = format!(
        "a collector answers; it took {} events and rejected {rejected}",
        health.received
    );
    if health.by_log > 0 {
        let _ = write!(seen, "; {} came by the event log alone", health.by_log);
    }
    if !health.troubles.is_empty() {
        return Finding::warning(
            CHECK,
            format!("{seen}; {}", health.troubles.join("; ")),
            "see to that; everything else works",
        );
    }
    if health.foreign > 0 {
        let fix = "another user sends to your socket; nothing of it was believed";
        return Finding::warning(
            CHECK,
            format!("{seen}, and {} of another user", health.foreign),
            fix,
        );
    }
    match health.rejected.iter().max_by_key(|(_, count)| **count) {
        None => Finding::ok(CHECK, seen),
        Some((reason, count)) => {
            let fix = "some program sends what is no event of version 1";
            Finding::warning(CHECK, format!("{seen} ({count} times: {reason})"), fix)
        }
    }
}

pub(super) fn health(places: &Places, uid: u32) -> Result<Health, HubError> {
    HubClient::subscribe(places, uid, "doctor", Timestamp::now)?.health()
}

/// A hook's command to be tried, and whom it is to reach.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Test<'a> {
    /// As the assistant runs it.
    pub command: &'a str,
    /// Where the collector is looked for.
    pub places: &'a Places,
    /// The user.
    pub uid: u32,
}

impl Test<'_> {
    /// Sends one event with our own environment and looks whether it arrives: at the collector when one
    /// listens, else at a socket of our own.
    pub(crate) fn here(&self, listening: Listening) -> Finding {
        let arrived = match listening {
            Listening::Yes => self.reaches_collector(None),
            Listening::No => reaches_own_socket(self.command),
        };
        let whom = match listening {
            Listening::Yes => "the collector",
            Listening::No => "a socket made for the test",
        };
        match arrived {
            Some(took) => Finding::ok(
                CHECK_EVENT,
                format!("the hook's event reached {whom} in {} ms", took.as_millis()),
            ),
            None => Finding::failure(
                CHECK_EVENT,
                format!("the hook was run, but its event did not reach {whom}"),
                "see whether XDG_RUNTIME_DIR is the same for the assistant and for the collector",
            ),
        }
    }

    /// The same with the environment of a session that runs in a pane, named by `who`: its hooks have
    /// that and not ours.
    pub(crate) fn at_pane(&self, who: &str, variables: &Variables) -> Finding {
        let words = in_words(variables);
        match self.reaches_collector(Some(variables)) {
            Some(took) => Finding::ok(
                CHECK_EVENT,
                format!(
                    "with the environment of {who} ({words}) it reached the collector in {} ms",
                    took.as_millis()
                ),
            ),
            None => Finding::failure(
                CHECK_EVENT,
                format!("with the environment of {who} ({words}) it did not reach the collector"),
                format!(
                    "start `pane-patrol` with the same variables, or {who} without them: until then \
                     nothing is heard of it by hook"
                ),
            ),
        }
    }

    fn reaches_collector(&self, variables: Option<&Variables>) -> Option<Duration> {
        let before = health(self.places, self.uid).ok()?.received;
        let start = Instant::now();
        run(self.command, None, variables)?;
        while start.elapsed() < EVENT_BUDGET {
            if health(self.places, self.uid).ok()?.received > before {
                return Some(start.elapsed());
            }
            thread::sleep(LOOK_EVERY);
        }
        None
    }
}

/// What of an environment says where hooks report to, for a person.
fn in_words(variables: &Variables) -> String {
    if variables.is_empty() {
        return "no XDG_RUNTIME_DIR".to_owned();
    }
    let words: Vec<String> = variables
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    words.join(" ")
}

fn reaches_own_socket(command: &str) -> Option<Duration> {
    let folder = tempfile::Builder::new()
        .prefix("pane-patrol-")
        .tempdir_in("/tmp")
        .ok()?;
    let path = folder.path().join("events.sock");
    let socket = UnixDatagram::bind(&path).ok()?;
    socket.set_read_timeout(Some(EVENT_BUDGET)).ok()?;
    let start = Instant::now();
    run(command, Some(path.as_os_str()), None)?;
    let mut bytes = [0; MAX_EVENT_BYTES];
    let length = socket.recv(&mut bytes).ok()?;
    Event::parse(&bytes[..length]).ok().map(|_| start.elapsed())
}

/// Runs a hook's command with the last words of a session that never was: no row comes of it.
fn run(
    command: &str,
    socket: Option<&std::ffi::OsStr>,
    variables: Option<&Variables>,
) -> Option<()> {
    let session = format!("doctor-{}", std::process::id());
    let payload = json!({
        "session_id": session,
        "transcript_path": format!("/nowhere/projects/doctor/{session}.jsonl"),
        "cwd": "/",
        "hook_event_name": "SessionEnd",
        "reason": "other",
    });
    let mut shell = child::ours("/bin/sh", child::HOOK);
    shell
        .args(["-c", command])
        .env("PANE_PATROL_TARGET", NOWHERE)
        .envs(
            Assistant::ALL
                .iter()
                .flat_map(|row| row.adapter.environment)
                .copied(),
        );
    if let Some(variables) = variables {
        for name in REPORTS_TO {
            shell.env_remove(name);
        }
        shell.envs(variables);
    }
    if let Some(socket) = socket {
        shell.env("PANE_PATROL_EVENT_SOCKET", socket);
    }
    let payload = payload.to_string();
    child::feed(&mut shell, payload.as_bytes(), Instant::now() + HOOK_BUDGET).ok()?;
    Some(())
}
