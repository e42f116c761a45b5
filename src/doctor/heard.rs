//! Whether the sessions that run are heard of, and why not: they are older than the hooks, cannot be
//! told apart, or say nothing although everything is in order.

use std::collections::BTreeSet;

use pane_patrol_hooks::adapter::Witness;
use pane_patrol_hooks::event::Source;
use pane_patrol_hooks::target::{PaneId, Target};
use pane_patrol_installer::Assistant;

use super::Session;
use super::hooks::Hooks;
use super::{Condition, Finding};
use crate::assistants;
use crate::state::Row;

/// A session that was started this long ago, in seconds, has had the time to say something.
const TIME_TO_SPEAK: u64 = 60;

impl Hooks<'_> {
    /// Everything about the sessions that run; `runs`: nothing keeps the assistant from running what
    /// is registered.
    pub(super) fn heard(&self, runs: bool) -> Vec<Finding> {
        let mut findings = Vec::new();
        let (mut silent, mut only_seen) = (Vec::new(), Vec::new());
        let mut heard = 0;
        let (older, newer): (Vec<&Session>, Vec<&Session>) = self
            .running
            .sessions
            .iter()
            .partition(|session| self.is_older(session));
        if !older.is_empty() {
            findings.push(self.restart(&older));
        }
        findings.extend(self.old_servers());
        for session in newer {
            let Some(rows) = self.rows else { continue };
            let is_its = |row: &&Row| !row.silent && self.is_row_of(row, session);
            let row = rows.iter().find(is_its);
            match row {
                Some(row) if has_spoken(row) => heard += 1,
                _ if !self.has_had_time(session) => {}
                Some(_) => only_seen.push(session),
                None => silent.push(session),
            }
        }
        let (ambiguous, silent) = self.tell_apart(silent);
        if let Some(first) = ambiguous.first() {
            findings.push(self.ambiguous(&ambiguous, first));
        }
        match (silent.is_empty(), runs) {
            (true, _) => {}
            (false, true) => findings.push(self.silent(&silent)),
            (false, false) => findings.push(self.kept_silent(&silent)),
        }
        if !only_seen.is_empty() && runs {
            findings.push(self.only_seen(&only_seen));
        }
        if heard > 0 {
            findings.push(Finding::ok(
                self.check("sessions"),
                format!("{heard} in panes, and heard by their hooks"),
            ));
        }
        findings
    }

    fn is_older(&self, session: &Session) -> bool {
        let rereads = self.assistant.rereads;
        !rereads && self.installed_at.is_some_and(|at| session.start < at)
    }

    fn restart(&self, older: &[&Session]) -> Finding {
        let seen = format!(
            "{} running since before the install ({}): they do not know our hooks",
            older.len(),
            panes(older)
        );
        Finding::warning(self.check("sessions"), seen, "restart them")
            .because(Condition::OlderThanInstall)
    }

    /// A server that runs the hooks of all sessions keeps those that it began with.
    fn old_servers(&self) -> Option<Finding> {
        let at = self.installed_at?;
        let mut servers = self.running.servers.iter();
        servers.any(|start| *start < at).then(|| {
            let seen = "the server that runs the hooks of all sessions is older than the install";
            let known = assistants::named(self.assistant.name);
            let fix = known.map_or("", |known| known.restart_server());
            Finding::warning(self.check("server"), seen, fix).because(Condition::OlderThanInstall)
        })
    }

    fn is_row_of(&self, row: &Row, session: &Session) -> bool {
        let in_pane = row.pane == Some(session.pane) || row.target == Target::Pane(session.pane);
        let server = row.server.as_ref();
        let on_server = server.is_none_or(|server| server.pid == session.server.pid);
        row.assistant.as_str() == self.assistant.name && in_pane && on_server
    }

    fn has_had_time(&self, session: &Session) -> bool {
        self.now.since(session.start).as_secs() > TIME_TO_SPEAK
    }

    /// Those that share one server and one folder with another, and those that do not.
    fn tell_apart<'a>(&self, silent: Vec<&'a Session>) -> (Vec<&'a Session>, Vec<&'a Session>) {
        let shared: &[String] = if self.running.servers.is_empty() {
            &[]
        } else {
            &self.found.alike.folders
        };
        silent.into_iter().partition(|session| {
            let mut shared = shared.iter();
            shared.any(|folder| Some(folder) == session.folder.as_ref())
        })
    }

    fn ambiguous(&self, sessions: &[&Session], first: &Session) -> Finding {
        let folder = first.folder.as_deref().unwrap_or("one folder");
        let seen = format!(
            "several in {folder} share one server, and a hook does not say which of them it is \
             about: rather than a wrong row there is none ({})",
            panes(sessions)
        );
        let fix = self.found.alike.fix;
        Finding::warning(self.check("sessions"), seen, fix).because(Condition::Ambiguous)
    }

    fn silent(&self, silent: &[&Session]) -> Finding {
        let seen = format!(
            "{} in a pane and never heard of ({}), although the hooks are in order",
            silent.len(),
            panes(silent)
        );
        Finding::warning(self.check("sessions"), seen, self.assistant.when_silent)
            .because(Condition::Silent)
    }

    /// What keeps the hooks from running is said before.
    fn kept_silent(&self, silent: &[&Session]) -> Finding {
        let seen = format!(
            "{} in a pane and never heard of ({}): its hooks do not run",
            silent.len(),
            panes(silent)
        );
        let fix = "see above what keeps the hooks from running, then start it anew";
        Finding::warning(self.check("sessions"), seen, fix).because(Condition::Silent)
    }

    /// The sessions that run although nothing of ours is there, as the end of what is said of that.
    pub(super) fn unhooked(&self) -> String {
        let all: Vec<&Session> = self.running.sessions.iter().collect();
        match all.len() {
            0 => String::new(),
            1 => format!(
                "; 1 runs in a pane ({}), and no hook tells of it",
                panes(&all)
            ),
            many => format!(
                "; {many} run in panes ({}), and no hook tells of them",
                panes(&all)
            ),
        }
    }

    /// There is a row, and nothing in it that a hook has said.
    fn only_seen(&self, sessions: &[&Session]) -> Finding {
        let witness = witness_of(self.assistant);
        let seen = format!(
            "no hook has come from {} in a pane ({}): {witness} alone tells of it, which knows less \
             and later",
            sessions.len(),
            panes(sessions)
        );
        let fix = format!(
            "type a prompt there; if no hook comes then either: {}, and look for what switches hooks \
             off where it was started",
            self.assistant.when_silent
        );
        Finding::warning(self.check("sessions"), seen, fix).because(Condition::OnlySeen)
    }
}

/// Names what runs in panes without having reported, and is none of the sessions that were `looked_at`,
/// by server and pane: those of other settings than ours.
pub(crate) fn overlooked(rows: Option<&[Row]>, looked_at: &[(u32, PaneId)]) -> Option<Finding> {
    let is_known = |row: &Row| {
        let server = row.server.as_ref().map(|server| server.pid);
        let place = server.zip(row.pane);
        place.is_some_and(|place| looked_at.contains(&place))
    };
    let rows = rows?;
    let silent = rows.iter().filter(|row| row.silent && !is_known(row));
    let all: Vec<String> = silent
        .map(|row| format!("{} in {}", row.assistant, row.target))
        .collect();
    (!all.is_empty()).then(|| {
        let seen = format!(
            "never heard of, and with other settings than those looked at here: {}",
            all.join(", ")
        );
        let names = rows.iter().filter(|row| row.silent && !is_known(row));
        let variables: BTreeSet<String> = names
            .filter_map(|row| Assistant::find(row.assistant.as_str())?.variable())
            .map(|variable| format!("`{variable}`"))
            .collect();
        let variables: Vec<String> = variables.into_iter().collect();
        let mut fix =
            "run `pane-patrol doctor` with the home folders that it was started with".to_owned();
        if !variables.is_empty() {
            fix = format!("{fix}, as {}", variables.join(" or "));
        }
        Finding::warning("sessions", seen, fix).because(Condition::Silent)
    })
}

/// Whether anything that is known of a row came from the assistant itself, or by `emit`.
fn has_spoken(row: &Row) -> bool {
    let speaks = |source: Source| matches!(source, Source::Hook | Source::Emit);
    let told = row.evidence.iter().any(|piece| speaks(piece.source));
    told || speaks(row.source)
}

/// What shows a session of whom no hook has come.
fn witness_of(assistant: &Assistant) -> &'static str {
    match assistant.adapter.habits.witness {
        Witness::SessionFile => "its session file",
        Witness::SessionLog => "its session log",
        Witness::Title => "its title",
    }
}

fn panes(sessions: &[&Session]) -> String {
    let panes: Vec<String> = sessions.iter().map(|one| one.pane.to_string()).collect();
    panes.join(", ")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use pane_patrol_hooks::timestamp::Timestamp;
    use pane_patrol_installer::status::{Hears, Registered, Status};
    use pane_patrol_installer::{CLAUDE, CODEX, COPILOT, QWEN};
    use serde_json::json;

    use super::*;
    use crate::assistants::facets::doctor::{Alike, Found};
    use crate::doctor::{Running, Variables};

    const NOW: i64 = 1_000_000;
    const INSTALLED: i64 = NOW - 600_000;

    fn session(pane: u32, start: i64) -> Session {
        Session {
            pane: PaneId(pane),
            server: "/tmp/t,9".parse().expect("it is a server"),
            start: Timestamp::from_millis(start),
            folder: Some("/src".to_owned()),
            reports_to: Variables::new(),
            switches: Variables::new(),
        }
    }

    fn row(assistant: &Assistant, pane: u32) -> Row {
        row_by(assistant, pane, "hook", &["hook"])
    }

    /// A row by `source`, with what was heard of it before.
    fn row_by(assistant: &Assistant, pane: u32, source: &str, before: &[&str]) -> Row {
        let time = "2026-02-27T10:00:00Z";
        let piece =
            |source: &&str| json!({"at": time, "source": source, "what": "x", "after": "idle"});
        let row = json!({
            "id": "x", "assistant": assistant.name, "state": "idle", "target": "a:0.0",
            "pane": format!("%{pane}"), "server": "/other/socket,9",
            "since": time, "ts": time, "source": source, "sub_agents": 0, "waiting": [],
            "generation": 1, "evidence": before.iter().map(piece).collect::<Vec<_>>(),
        });
        serde_json::from_value(row).expect("it is a row")
    }

    #[test]
    fn what_only_a_witness_tells_of_is_not_heard_by_a_hook() {
        for (assistant, witness) in [
            (&CLAUDE, "session file"),
            (&CODEX, "its title"),
            (&COPILOT, "session log"),
        ] {
            let running = Running {
                sessions: vec![session(1, INSTALLED), session(2, NOW - 9000)],
                servers: vec![],
            };
            let rows = [1, 2].map(|pane| row_by(assistant, pane, "witness", &["witness"; 3]));
            let seen = found(assistant, None, &running, Some(&rows));
            assert_eq!(conditions(&seen), [Some(Condition::OnlySeen)], "{seen:?}");
            let words = "no hook has come from 1 in a pane (%1): ";
            assert!(
                seen[0].1.starts_with(words) && seen[0].1.contains(witness),
                "{seen:?}"
            );
        }
        let running = Running {
            sessions: vec![session(1, INSTALLED)],
            servers: vec![],
        };
        // What was heard before the witness spoke counts, also when a long row has lost it.
        for row in [
            row_by(&CLAUDE, 1, "witness", &["witness", "user", "hook"]),
            row_by(&CLAUDE, 1, "hook", &["witness"]),
            row_by(&CLAUDE, 1, "hook", &[]),
            row_by(&CLAUDE, 1, "emit", &["witness"]),
        ] {
            let heard = found(&CLAUDE, None, &running, Some(&[row]));
            assert_eq!(conditions(&heard), [None], "{heard:?}");
        }
    }

    /// What is found of `sessions`, as condition and panes, with these rows at the collector.
    fn found(
        assistant: &'static Assistant,
        found: Option<&Found>,
        running: &Running,
        rows: Option<&[Row]>,
    ) -> Vec<(Option<Condition>, String)> {
        found_where(true, assistant, found, running, rows)
    }

    /// The same where the hooks run, or something keeps them from it.
    fn found_where(
        runs: bool,
        assistant: &'static Assistant,
        found: Option<&Found>,
        running: &Running,
        rows: Option<&[Row]>,
    ) -> Vec<(Option<Condition>, String)> {
        let nothing = Found::default();
        let hooks = Hooks {
            assistant,
            settings: Path::new("/x"),
            is_found: true,
            version: None,
            status: &Status::Installed(Registered {
                executables: Vec::new(),
                events: Vec::new(),
                missing: Vec::new(),
                positions: Vec::new(),
                approvals: false,
                hears: Hears::Panes,
                switched_off: false,
                outdated: false,
            }),
            installed_at: Some(Timestamp::from_millis(INSTALLED)),
            found: found.unwrap_or(&nothing),
            running,
            refusal: None,
            rows,
            executable: Path::new("/x"),
            now: Timestamp::from_millis(NOW),
        };
        let findings = hooks.heard(runs).into_iter();
        findings
            .map(|finding| (finding.condition, finding.seen))
            .collect()
    }

    fn conditions(found: &[(Option<Condition>, String)]) -> Vec<Option<Condition>> {
        found.iter().map(|(condition, _)| *condition).collect()
    }

    #[test]
    fn a_session_older_than_the_hooks_is_to_be_restarted_unless_it_reads_them_again() {
        let running = Running {
            sessions: vec![session(1, INSTALLED - 1), session(2, INSTALLED - 1)],
            servers: vec![],
        };
        let qwen = found(&QWEN, None, &running, Some(&[]));
        assert_eq!(conditions(&qwen), [Some(Condition::OlderThanInstall)]);
        assert!(qwen[0].1.contains("2 running") && qwen[0].1.contains("%1, %2"));
        let rows = [row(&CLAUDE, 1), row(&CLAUDE, 2)];
        let claude = found(&CLAUDE, None, &running, Some(&rows));
        assert_eq!(conditions(&claude), [None]);
    }

    #[test]
    fn silence_counts_by_the_pane_once_there_was_time_to_speak_and_somebody_to_hear() {
        let running = Running {
            sessions: vec![
                session(1, INSTALLED),
                session(2, INSTALLED),
                session(3, NOW - 9000),
            ],
            servers: vec![],
        };
        let rows = [row(&QWEN, 1), row(&CODEX, 2)];
        let some = found(&QWEN, None, &running, Some(&rows));
        assert_eq!(conditions(&some), [Some(Condition::Silent), None]);
        assert!(
            some[0].1.starts_with("1 in a pane and never heard of (%2)"),
            "{some:?}"
        );
        assert_eq!(found(&QWEN, None, &running, None), []);
    }

    #[test]
    fn what_has_not_reported_is_silent_also_where_the_hooks_cannot_run() {
        let running = Running {
            sessions: vec![session(1, INSTALLED)],
            servers: vec![],
        };
        let mut row = row_by(&CODEX, 1, "witness", &["witness"]);
        row.silent = true;
        let rows = [row];
        let seen = found(&CODEX, None, &running, Some(&rows));
        assert_eq!(conditions(&seen), [Some(Condition::Silent)], "{seen:?}");
        let kept = found_where(false, &CODEX, None, &running, Some(&rows));
        assert_eq!(conditions(&kept), [Some(Condition::Silent)], "{kept:?}");
        assert!(kept[0].1.contains("(%1): its hooks do not run"), "{kept:?}");
    }

    #[test]
    fn two_sessions_of_codex_in_one_folder_of_one_server_cannot_be_told_apart() {
        let sessions = vec![session(1, INSTALLED), session(2, INSTALLED)];
        let mut running = Running {
            sessions,
            servers: vec![Timestamp::from_millis(INSTALLED)],
        };
        let alike = Found {
            alike: Alike {
                folders: vec!["/src".to_owned()],
                fix: "look",
            },
            ..Found::default()
        };
        let look = |running: &Running, rows: &[Row]| {
            conditions(&found(&CODEX, Some(&alike), running, Some(rows)))
        };
        assert_eq!(look(&running, &[]), [Some(Condition::Ambiguous)]);
        let half = look(&running, &[row(&CODEX, 1)]);
        assert_eq!(half, [Some(Condition::Ambiguous), None]);
        running.sessions[1].folder = Some("/elsewhere".to_owned());
        let other = look(&running, &[row(&CODEX, 1)]);
        assert_eq!(other, [Some(Condition::Silent), None]);
        running.servers = vec![Timestamp::from_millis(INSTALLED - 1)];
        assert_eq!(look(&running, &[])[0], Some(Condition::OlderThanInstall));
        running.servers.clear();
        running.sessions[1].folder = Some("/src".to_owned());
        assert_eq!(look(&running, &[]), [Some(Condition::Silent)]);
    }
}
