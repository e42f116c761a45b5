//! The install that the dashboard offers: for every assistant on PATH, each planned, shown, and carried
//! out on its own.

use std::error::Error;
use std::path::Path;

use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_installer::status::{Status, status};
use pane_patrol_installer::{Assistant, Plan, apply, plan_install};

use crate::commands::Context;
use crate::commands::install::site;
use crate::tui::{Awaited, Hooks, InstallOffer, InstallOutcome, NoOffer, OfferedInstall};

/// One assistant's part of what was shown.
pub(in crate::commands) struct Part {
    assistant: &'static Assistant,
    plan: Plan,
}

/// Whether the assistants on PATH report; one whose settings hold our hook counts also without its
/// program.
pub(in crate::commands) fn hooks(context: &Context) -> Hooks {
    let (mut report, mut others) = (0, 0);
    for assistant in Assistant::ALL.iter().copied() {
        let Ok(Some(site)) = site::of(context, assistant) else {
            return Hooks::Unknown;
        };
        match status(assistant, &site.location, None) {
            Status::Installed(_) | Status::Partly(_) => report += 1,
            Status::NotInstalled if site::is_found(assistant) => others += 1,
            Status::NotInstalled | Status::Unreadable(_) => {}
        }
    }
    match (report, others) {
        (0, _) => Hooks::Missing,
        (_, 0) => Hooks::Installed,
        _ => Hooks::Partly,
    }
}

/// Plans for every assistant on PATH; gives what can be done, and what is to be shown. The error says
/// why nothing can be done.
pub(in crate::commands) fn plan(context: &Context) -> Result<(Vec<Part>, InstallOffer), NoOffer> {
    let found = Assistant::ALL.iter().copied();
    let found: Vec<_> = found.filter(|one| site::is_found(one)).collect();
    if found.is_empty() {
        return Err(NoOffer::NoAssistant);
    }
    let mut parts = Vec::new();
    let mut offer = InstallOffer::default();
    for assistant in found {
        let (file, planned) = plan_one(context, assistant);
        let (what, is_ready) = match &planned {
            Ok(part) if part.plan.is_empty() => ("reports already".to_owned(), false),
            Ok(part) => (summary(&part.plan), true),
            Err(why) => (why.clone(), false),
        };
        let title = assistant.title.to_owned();
        offer.assistants.push(OfferedInstall {
            title,
            file,
            what,
            is_ready,
        });
        if let Ok(part) = planned
            && is_ready
        {
            let notes = part.plan.notes().iter().map(|note| format!("note: {note}"));
            offer.changes.extend(notes);
            offer
                .changes
                .extend(part.plan.diff().lines().map(str::to_owned));
            parts.push(part);
        }
    }
    Ok((parts, offer))
}

/// The file that is meant, as a person writes it, and the plan or why there is none.
fn plan_one(context: &Context, assistant: &'static Assistant) -> (String, Result<Part, String>) {
    let site = match site::of(context, assistant) {
        Ok(Some(site)) => site,
        Ok(None) => {
            let why = "HOME is not set: there is no place for the backup";
            return (String::new(), Err(why.to_owned()));
        }
        Err(error) => return (String::new(), Err(told(&error, error.hints()))),
    };
    let file = short(&site.location.settings, context.environment.home.as_deref());
    let Some(wanted) = site::wanted(assistant) else {
        return (file, Err("this program's own path is not known".to_owned()));
    };
    let plan = plan_install(&site, &wanted).map_err(|error| told(&error, error.hints()));
    (file, plan.map(|plan| Part { assistant, plan }))
}

fn summary(plan: &Plan) -> String {
    let diff = plan.diff();
    let is_added = |line: &&str| line.starts_with('+') && !line.starts_with("+++");
    let added = diff.lines().filter(is_added).count();
    let is_new = plan.edits().iter().all(|edit| edit.before().is_none());
    if is_new {
        format!("a new file, {added} lines")
    } else {
        format!("{added} lines more")
    }
}

fn short(path: &Path, home: Option<&Path>) -> String {
    let below = home.and_then(|home| path.strip_prefix(home).ok());
    below.map_or_else(
        || path.display().to_string(),
        |below| format!("~/{}", below.display()),
    )
}

/// Does what was shown, no more: the installer refuses where a file has changed since. Says what
/// became of each.
pub(in crate::commands) fn carry_out(parts: &[Part]) -> InstallOutcome {
    let (mut said, mut awaited) = (Vec::new(), Vec::new());
    for Part { assistant, plan } in parts {
        let report = match apply(plan) {
            Ok(report) => report,
            Err(error) => {
                let why = told(&error, error.hints());
                said.push(format!("{} was not installed: {why}", assistant.title));
                continue;
            }
        };
        awaited.push(Awaited {
            name: assistant.name,
            title: assistant.title,
            until: assistant.until_heard,
            reports: false,
        });
        let notes = assistant.after_install.iter();
        said.extend(notes.copied().map(str::to_owned));
        for change in &report.changes {
            let path = change.path.display();
            said.push(match &change.backup {
                Some(backup) => format!(
                    "Changed {path}; what it was is kept in {}.",
                    backup.display()
                ),
                None => format!("Made {path}; there was no such file before."),
            });
        }
    }
    said.push(
        "`pane-patrol uninstall` takes everything back, `pane-patrol doctor` says how each is."
            .to_owned(),
    );
    InstallOutcome {
        said,
        at: Timestamp::now(),
        awaited,
    }
}

/// An error, its causes and what to do, as one text.
pub(in crate::commands) fn told(error: &dyn Error, hints: Vec<String>) -> String {
    let mut words = vec![error.to_string()];
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push(error.to_string());
        cause = error.source();
    }
    let causes = words.join(": ");
    std::iter::once(causes)
        .chain(hints)
        .collect::<Vec<_>>()
        .join("; ")
}
