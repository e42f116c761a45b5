//! Whether Claude's settings hold our hook, all of it, and whether what it names can run.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use pane_patrol_hooks::adapter::Version;
use pane_patrol_installer::status::{Registered, Status};

use super::Finding;

/// The oldest version that is known to write a session file (2.0.60 is known not to).
const WRITES_SESSION_FILE: Version = Version(2, 1, 197);

/// What is known of Claude Code on this machine.
#[derive(Debug)]
pub struct Claude<'a> {
    /// Its settings file.
    pub settings: &'a Path,
    /// Its version; `None` when it is not on PATH.
    pub version: Option<Version>,
    /// What its settings hold.
    pub status: &'a Status,
    /// This program, by the path an install would register.
    pub executable: &'a Path,
}

const CHECK: &str = "claude hooks";
const INSTALL: &str = "run `pane-patrol install --assistant claude`";

/// What was found, and the programs that our entries run.
pub fn claude(claude: &Claude<'_>) -> Vec<Finding> {
    let settings = claude.settings.display();
    let mut findings = vec![version(claude.version)];
    match claude.status {
        Status::NotInstalled => {
            findings.push(Finding::failure(
                CHECK,
                format!("{settings} holds no entry of ours"),
                INSTALL,
            ));
        }
        Status::Unreadable(error) => findings.push(Finding::failure(
            CHECK,
            error.to_string(),
            "Claude cannot read it either: correct the file",
        )),
        Status::Partly(registered) => {
            let seen = format!(
                "{settings} holds only a part of ours{}",
                missing(registered)
            );
            findings.push(Finding::warning(CHECK, seen, INSTALL));
            findings.extend(registered_findings(claude, registered));
        }
        Status::Installed(registered) => {
            let seen = format!(
                "{} events are registered in {settings}",
                registered.events.len()
            );
            findings.push(Finding::ok(CHECK, seen));
            findings.extend(registered_findings(claude, registered));
        }
    }
    findings
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

fn registered_findings(claude: &Claude<'_>, registered: &Registered) -> Vec<Finding> {
    let mut findings: Vec<Finding> = registered
        .executables
        .iter()
        .map(|path| runs(path, claude.executable))
        .collect();
    if registered.switched_off {
        let fix = format!(
            "take `disableAllHooks` out of {}",
            claude.settings.display()
        );
        findings.push(Finding::failure(
            CHECK,
            "all hooks are switched off in the same file",
            fix,
        ));
    }
    findings
}

/// Whether the registered program is there, can be run, and is the one that asks.
fn runs(path: &Path, ours: &Path) -> Finding {
    const CHECK: &str = "hook program";
    let shown = path.display();
    match path.metadata() {
        Err(error) => Finding::failure(
            CHECK,
            format!("{shown}: {error}; the hook does nothing"),
            INSTALL,
        ),
        Ok(found) if !found.is_file() || found.permissions().mode() & 0o111 == 0 => {
            Finding::failure(
                CHECK,
                format!("{shown} cannot be run; the hook does nothing"),
                INSTALL,
            )
        }
        Ok(_) if path != ours => Finding::warning(
            CHECK,
            format!("{shown} is registered, and this is {}", ours.display()),
            format!("nothing, if that is meant; else {INSTALL}"),
        ),
        Ok(_) => Finding::ok(CHECK, format!("{shown} can be run")),
    }
}
