//! Whether an assistant's settings hold our hook, all of it, whether what it names can run, and
//! whether the sessions that run know of it.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use pane_patrol_hooks::adapter::Version;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_installer::Assistant;
use pane_patrol_installer::status::{Registered, Status};

use super::Finding;

/// The oldest version that is known to write a session file (2.0.60 is known not to).
const WRITES_SESSION_FILE: Version = Version(2, 1, 197);

/// What is known of an assistant on this machine.
#[derive(Debug)]
pub struct Hooks<'a> {
    /// Which.
    pub assistant: &'static Assistant,
    /// Its settings file.
    pub settings: &'a Path,
    /// Whether its program is on PATH.
    pub is_found: bool,
    /// Its version, where that matters; `None` when it does not say it.
    pub version: Option<Version>,
    /// What its settings hold.
    pub status: &'a Status,
    /// When we last wrote to them, by the record of an install that stands.
    pub installed_at: Option<Timestamp>,
    /// Events that it does not run because the person has not confirmed them.
    pub untrusted: &'a [String],
    /// When the sessions began that run in panes.
    pub running: &'a [Timestamp],
    /// How many rows of it the collector has; `None`: nobody collects.
    pub rows: Option<usize>,
    /// This program, by the path an install would register.
    pub executable: &'a Path,
    /// What the clock says.
    pub now: Timestamp,
}

/// A session that was started this long ago, in seconds, has had the time to say something.
const TIME_TO_SPEAK: u64 = 60;

impl Hooks<'_> {
    fn check(&self) -> String {
        format!("{} hooks", self.assistant.name)
    }

    fn install(&self) -> String {
        format!(
            "run `pane-patrol install --assistant {}`",
            self.assistant.name
        )
    }

    /// Whether anything of ours is registered.
    fn registered(&self) -> Option<&Registered> {
        match self.status {
            Status::Installed(registered) | Status::Partly(registered) => Some(registered),
            Status::NotInstalled | Status::Unreadable(_) => None,
        }
    }

    fn is_absent(&self) -> bool {
        let nothing = matches!(self.status, Status::NotInstalled);
        nothing && !self.is_found && self.installed_at.is_none()
    }

    /// Everything that was found out about this assistant.
    pub fn findings(&self) -> Vec<Finding> {
        let name = self.assistant.name;
        if self.is_absent() {
            return vec![Finding::ok(
                name,
                format!("`{}` is not on PATH", self.assistant.program),
            )];
        }
        let mut findings = Vec::new();
        if self
            .assistant
            .adapter
            .registrations
            .iter()
            .any(|event| event.since.is_some())
        {
            findings.push(version(self.version));
        }
        findings.push(self.written());
        if let Some(registered) = self.registered() {
            findings.extend(registered_findings(self, registered));
            findings.extend(self.trusted());
            findings.extend(self.heard());
        }
        findings
    }

    fn written(&self) -> Finding {
        let settings = self.settings.display();
        match self.status {
            Status::NotInstalled => match self.installed_at {
                None => Finding::warning(
                    self.check(),
                    format!("never installed: {settings} holds no entry of ours"),
                    self.install(),
                ),
                Some(at) => Finding::failure(
                    self.check(),
                    format!(
                        "installed at {at}, but something has taken our entries out of {settings} since"
                    ),
                    format!("{} again, or `uninstall` to end the record", self.install()),
                ),
            },
            Status::Unreadable(error) => Finding::failure(
                self.check(),
                error.to_string(),
                format!(
                    "{} cannot read it either: correct the file",
                    self.assistant.title
                ),
            ),
            Status::Partly(registered) => Finding::warning(
                self.check(),
                format!(
                    "{settings} holds only a part of ours{}",
                    missing(registered)
                ),
                self.install(),
            ),
            Status::Installed(registered) => Finding::ok(
                self.check(),
                format!(
                    "{} events are registered in {settings}",
                    registered.events.len()
                ),
            ),
        }
    }

    fn trusted(&self) -> Option<Finding> {
        let events = self.untrusted.join(", ");
        (!events.is_empty()).then(|| {
            Finding::failure(
                format!("{} trust", self.assistant.name),
                format!("registered but not trusted, so not run: {events}"),
                format!(
                    "start `{}` and choose `Trust all and continue`, or use `/hooks` in it",
                    self.assistant.program
                ),
            )
        })
    }

    /// Sessions that are older than the hooks, or that should have been heard of.
    fn heard(&self) -> Option<Finding> {
        let check = format!("{} sessions", self.assistant.name);
        let at = self.installed_at?;
        let rereads = self.assistant.name == "claude";
        let older = self.running.iter().filter(|start| **start < at).count();
        if older > 0 && !rereads {
            return Some(Finding::warning(
                check,
                format!("{older} running since before the install: they do not know our hooks"),
                "restart them",
            ));
        }
        let had_time = |start: &&Timestamp| self.now.since(**start).as_secs() > TIME_TO_SPEAK;
        let silent = self.running.iter().filter(had_time).count();
        if silent > 0 && self.rows == Some(0) && self.untrusted.is_empty() {
            return Some(Finding::warning(
                check,
                format!("{silent} running in a pane, and none has been heard of"),
                "type a prompt there: some report only then, and none in a folder that is not trusted",
            ));
        }
        None
    }
}

fn version(version: Option<Version>) -> Finding {
    const CHECK: &str = "claude";
    match version {
        None => Finding::warning(
            CHECK,
            "`claude --version` gives no answer",
            "put it on PATH, then install again: only events that all versions know can be registered",
        ),
        Some(old) if old < WRITES_SESSION_FILE => Finding::warning(
            CHECK,
            format!("{} may write no session file", print(old)),
            "update it: without the file approvals show six seconds late, interrupts with the next prompt",
        ),
        Some(version) => Finding::ok(CHECK, format!("version {}", print(version))),
    }
}

fn print(version: Version) -> String {
    format!("{}.{}.{}", version.0, version.1, version.2)
}

fn missing(registered: &Registered) -> String {
    if registered.missing.is_empty() {
        String::new()
    } else {
        format!("; missing: {}", registered.missing.join(", "))
    }
}

fn registered_findings(hooks: &Hooks<'_>, registered: &Registered) -> Vec<Finding> {
    let mut findings: Vec<Finding> = registered
        .executables
        .iter()
        .map(|path| runs(path, hooks))
        .collect();
    if registered.switched_off {
        let settings = hooks.settings.display();
        findings.push(Finding::failure(
            hooks.check(),
            "the hooks are switched off in the same file",
            format!("take `disableAllHooks`, or our part of `hooksConfig`, out of {settings}"),
        ));
    }
    findings
}

/// Whether the registered program is there, can be run, and is the one that asks.
fn runs(path: &Path, hooks: &Hooks<'_>) -> Finding {
    const CHECK: &str = "hook program";
    let (ours, install) = (hooks.executable, hooks.install());
    let shown = path.display();
    match path.metadata() {
        Err(error) => Finding::failure(
            CHECK,
            format!("{shown}: {error}; the hook does nothing"),
            install,
        ),
        Ok(found) if !found.is_file() || found.permissions().mode() & 0o111 == 0 => {
            Finding::failure(
                CHECK,
                format!("{shown} cannot be run; the hook does nothing"),
                install,
            )
        }
        Ok(_) if path != ours => Finding::warning(
            CHECK,
            format!("{shown} is registered, and this is {}", ours.display()),
            format!("nothing, if that is meant; else {install}"),
        ),
        Ok(_) => Finding::ok(CHECK, format!("{shown} can be run")),
    }
}
