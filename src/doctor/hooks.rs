//! Whether an assistant's settings hold our hook, all of it, whether what it names can run, and
//! whether the assistant may run it. What is heard of its sessions then is looked at in `heard`.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use pane_patrol_hooks::adapter::Version;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_installer::status::{Registered, Status};
use pane_patrol_installer::{Assistant, PlanError};

use super::Running;
use super::{Condition, Finding, Verdict};
use crate::assistants;
use crate::assistants::facets::doctor::{Found, Obstacle, Why};
use crate::state::Row;

/// What is known of an assistant on this machine.
#[derive(Debug)]
pub(crate) struct Hooks<'a> {
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
    /// What runs of it.
    pub running: &'a Running,
    /// What keeps its hooks from running, and its sessions from being told apart, as its own folder
    /// has found it out.
    pub(crate) found: &'a Found,
    /// Why an install would be refused now, with what to do about it; `None`: it would not.
    pub refusal: Option<(String, String)>,
    /// The rows of the collector; `None`: nobody collects.
    pub rows: Option<&'a [Row]>,
    /// This program, by the path an install would register.
    pub executable: &'a Path,
    /// What the clock says.
    pub now: Timestamp,
}

impl Hooks<'_> {
    /// The name of a check about this assistant.
    pub(crate) fn check(&self, what: &str) -> String {
        format!("{} {what}", self.assistant.name)
    }

    /// With what was asked for before: an install takes back what it is not asked for.
    fn install(&self) -> String {
        let name = self.assistant.name;
        let asked = |is_there: fn(&Registered) -> bool| self.registered().is_some_and(is_there);
        let mut words = format!("pane-patrol install --assistant {name}");
        if asked(|registered| registered.approvals) {
            words.push_str(" --approvals");
        }
        if asked(|registered| registered.hears.beyond_panes()) {
            words.push_str(" --everywhere");
        }
        format!("run `{words}`")
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
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let name = self.assistant.name;
        let mut findings = Vec::new();
        if self.is_absent() && self.running.sessions.is_empty() {
            let seen = format!("`{}` is not on PATH", self.assistant.program);
            findings.push(Finding::ok(name, seen));
        } else {
            let mut events = self.assistant.adapter.registrations.iter();
            if !self.is_absent() && events.any(|event| event.since.is_some()) {
                findings.push(self.version());
            }
            findings.push(self.written());
        }
        if let Some(registered) = self.registered() {
            let programs = registered.executables.iter();
            findings.extend(programs.map(|path| self.runs(path)));
            let kept = self.kept_from_running(registered);
            let runs = kept.iter().all(|it| it.verdict != Verdict::Failure);
            findings.extend(kept);
            findings.extend(self.heard(runs));
        }
        for finding in &mut findings {
            finding.assistant = Some(name);
        }
        findings
    }

    fn version(&self) -> Finding {
        let Assistant { name, program, .. } = self.assistant;
        let Some(version) = self.version else {
            let fix = "put it on PATH, then install again: only events that all versions know can be \
                       registered";
            return Finding::warning(*name, format!("`{program} --version` gives no answer"), fix);
        };
        let lacks = assistants::named(name).and_then(|known| known.lacks(version));
        match lacks {
            Some((what, fix)) => Finding::warning(*name, format!("{} {what}", print(version)), fix),
            None => Finding::ok(*name, format!("version {}", print(version))),
        }
    }

    fn written(&self) -> Finding {
        let check = self.check("hooks");
        let settings = self.settings.display();
        match self.status {
            Status::NotInstalled => self.missing(),
            Status::Unreadable(error) => {
                let title = self.assistant.title;
                let fix = match error {
                    PlanError::Dropped {
                        field,
                        expected,
                        left_out,
                        ..
                    } => format!(
                        "make `{field}` {expected}, or take it out: until then {title} leaves \
                         {left_out} out, ours with it"
                    ),
                    _ => format!("{title} cannot read it either: correct the file"),
                };
                Finding::failure(check, error.to_string(), fix).because(Condition::Unreadable)
            }
            Status::Partly(registered) => {
                let missing = missing(registered);
                let seen = format!("{settings} holds only a part of ours{missing}");
                let Some((why, fix)) = &self.refusal else {
                    return Finding::warning(check, seen, self.install())
                        .because(Condition::Incomplete);
                };
                let seen = format!(
                    "{seen}; what these tell is not heard, and an install would be refused: {why}"
                );
                Finding::failure(check, seen, fix.clone()).because(Condition::Incomplete)
            }
            Status::Installed(registered) if registered.outdated => {
                let seen = format!("written by an older version: {settings} holds its entries");
                Finding::warning(check, seen, self.install()).because(Condition::Outdated)
            }
            Status::Installed(registered) => {
                let events = registered.events.len();
                let from = if registered.hears.beyond_panes() {
                    ", for every terminal"
                } else {
                    ""
                };
                let seen = format!("{events} events are registered in {settings}{from}");
                match &self.refusal {
                    Some((why, fix)) => {
                        let seen = format!("{seen}, but an install would be refused: {why}");
                        Finding::warning(check, seen, fix.clone()).because(Condition::Unreadable)
                    }
                    None => Finding::ok(check, seen),
                }
            }
        }
    }

    /// Nothing of ours is there: nothing ever was, or it was taken out.
    fn missing(&self) -> Finding {
        let check = self.check("hooks");
        let settings = self.settings.display();
        if let Some((why, fix)) = &self.refusal {
            let seen = format!("nothing of ours is there, and an install would be refused: {why}");
            return Finding::failure(check, seen, fix.clone()).because(Condition::Unreadable);
        }
        match self.installed_at {
            None => {
                let unhooked = self.unhooked();
                let seen = format!("never installed: {settings} holds no entry of ours{unhooked}");
                Finding::warning(check, seen, self.install()).because(Condition::NeverWritten)
            }
            Some(at) => {
                let seen = format!(
                    "installed at {at}, but something has taken our entries out of {settings} since{}",
                    self.unhooked()
                );
                let name = self.assistant.name;
                let fix = format!(
                    "{}; if you meant it, `pane-patrol uninstall --assistant {name}` ends the record",
                    self.install()
                );
                Finding::failure(check, seen, fix).because(Condition::TakenOut)
            }
        }
    }

    /// Whether the registered program is there, can be run, and is the one that asks.
    fn runs(&self, path: &Path) -> Finding {
        let check = self.check("program");
        let (ours, install, shown) = (self.executable, self.install(), path.display());
        let useless = |why: String| {
            let seen = format!("{shown}{why}; the hook does nothing");
            let failure = Finding::failure(check.clone(), seen, install.clone());
            failure.because(Condition::NoExecutable)
        };
        match path.metadata() {
            Err(error) => useless(format!(": {error}")),
            Ok(found) if !found.is_file() || found.permissions().mode() & 0o111 == 0 => {
                useless(" cannot be run".to_owned())
            }
            Ok(_) if path == ours || is_same(path, ours) => {
                Finding::ok(check, format!("{shown} can be run"))
            }
            Ok(_) => {
                let seen = format!("{shown} is registered, and this is {}", ours.display());
                let fix = format!("nothing, if that is meant; else {install}");
                Finding::warning(check, seen, fix).because(Condition::OtherExecutable)
            }
        }
    }

    /// Why the assistant does not run what is registered.
    fn kept_from_running(&self, registered: &Registered) -> Vec<Finding> {
        let obstacles = self.found.all_obstacles(registered, self.settings);
        let told = obstacles.into_iter().map(|obstacle| {
            let condition = match obstacle.why {
                Why::Unreadable | Why::LeftOut => Condition::Unreadable,
                Why::SwitchedOff => Condition::SwitchedOff,
                Why::NotTrusted => Condition::NotTrusted,
            };
            let check = self.check(obstacle.check);
            let Obstacle { seen, fix, .. } = obstacle;
            let finding = match obstacle.why {
                Why::LeftOut => Finding::warning(check, seen, fix),
                _ => Finding::failure(check, seen, fix),
            };
            finding.because(condition)
        });
        told.collect()
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

/// Whether both are one file, by links.
fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().ok();
    real(one).is_some_and(|one| Some(one) == real(other))
}
