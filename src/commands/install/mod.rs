//! `install`, and what it has in common with `uninstall`: shows the change of each settings file, makes it, and says where the
//! backup is. All is planned and shown before anything is done; what cannot be done for one
//! assistant does not keep the others from theirs.

pub(super) mod site;
pub(super) mod uninstall;
pub(super) mod words;

use std::error::Error;
use std::path::Path;

use pane_patrol_installer::status::{Status, status};
use pane_patrol_installer::{Assistant, Plan, Setting, Site, apply, plan_install};

use crate::assistants;
use crate::cli::InstallArgs;
use crate::commands::Context;
use crate::error::{CommandError, CommandResult, EXIT_USAGE};
use crate::messages;
use words::{sentence, with_hints};

/// One file's change, planned.
pub(super) struct Job {
    pub(super) site: Site,
    pub(super) plan: Plan,
    /// What the person should know beside the plan's own notes.
    notes: Vec<String>,
}

pub(super) type Planned = Result<Job, CommandError>;

/// Registers our hook with each named assistant, or with every one that is found.
pub(super) fn install(context: &Context, arguments: &InstallArgs) -> CommandResult {
    if !arguments.all && arguments.assistant.is_empty() {
        let name = assistants::usual_name();
        return Err(CommandError::new("no assistant was named")
            .hint(format!(
                "name it, for example `pane-patrol install --assistant {name}`, or use `--all`"
            ))
            .exit(EXIT_USAGE));
    }
    let (chosen, absent): (Vec<_>, Vec<_>) = if arguments.all {
        let all = Assistant::ALL.iter().copied();
        all.partition(|assistant| site::is_found(assistant))
    } else {
        (named(&arguments.assistant), Vec::new())
    };
    if chosen.is_empty() {
        messages::status("No assistant was found on PATH; nothing was changed.");
        return Ok(());
    }
    point_out_absent(&absent);
    let settings = arguments.options.settings();
    let is_chosen = |file: &Assistant| chosen.iter().any(|one| one.name == file.name);
    if let Some((file, _)) = settings.iter().find(|(file, _)| !is_chosen(file)) {
        let (title, name) = (file.title, file.name);
        let wrong = format!("an option for {title} was given, but not {title}");
        return Err(CommandError::new(wrong)
            .hint(format!("add `--assistant {name}`"))
            .exit(EXIT_USAGE));
    }
    let asked = Asked {
        approvals: arguments.approvals,
        everywhere: arguments.everywhere,
    };
    let mut jobs: Vec<_> = chosen
        .into_iter()
        .map(|assistant| job(context, assistant, asked))
        .collect();
    let files = settings.into_iter();
    jobs.extend(files.map(|(file, settings)| settings_job(context, file, settings)));
    let is_for_real = !arguments.dry_run && jobs.iter().flatten().any(|job| !job.plan.is_empty());
    show(&jobs);
    let outcome = put_in(jobs, arguments.dry_run);
    if is_for_real {
        messages::status(
            "`pane-patrol` shows them, `pane-patrol doctor` says how each is, `pane-patrol uninstall` takes it all back.",
        );
    }
    outcome
}

/// Does, or leaves undone, what was shown.
pub(super) fn put_in(jobs: Vec<Planned>, dry_run: bool) -> CommandResult {
    let wording = Wording {
        verb: "install",
        nothing: |name| format!("The hooks of {name} are registered already; nothing was changed."),
        done: |assistant| {
            let notes = assistant.after_install.iter();
            notes.copied().map(str::to_owned).collect()
        },
    };
    carry_out_all(jobs, dry_run, &wording)
}

/// What comes of those that were put in one by one, of so many.
pub(super) fn all_put_in(failures: Vec<CommandError>, count: usize) -> CommandResult {
    all_or_some(failures, count, "install")
}

/// Says for whom nothing is done, and how it would be.
fn point_out_absent(absent: &[&Assistant]) {
    let names: Vec<&str> = absent.iter().map(|assistant| assistant.name).collect();
    if !names.is_empty() {
        let names = names.join(", ");
        messages::status(&format!(
            "Not on PATH, so left out: {names}; `--assistant NAME` installs all the same."
        ));
    }
}

fn settings_job(context: &Context, file: &'static Assistant, settings: Vec<Setting>) -> Planned {
    let site = find_site(context, file)?;
    let mut wanted = site::wanted(file).ok_or_else(|| {
        CommandError::new("could not find out by which path this program is called")
    })?;
    wanted.settings = settings;
    let plan = plan_install(&site, &wanted)
        .map_err(|error| failed("install", &site, &error, error.hints()))?;
    let notes = Vec::new();
    Ok(Job { site, plan, notes })
}

/// What an install would do for one assistant.
pub(super) fn job(context: &Context, assistant: &'static Assistant, asked: Asked) -> Planned {
    let mut wanted = site::wanted(assistant).ok_or_else(|| {
        CommandError::new("could not find out by which path this program is called")
    })?;
    wanted.approvals = asked.approvals;
    wanted.everywhere = asked.everywhere;
    let site = find_site(context, assistant)?;
    let before = Asked::stands_at(&site);
    let plan = plan_install(&site, &wanted)
        .map_err(|error| failed("install", &site, &error, error.hints()))?;
    let mut notes = Vec::new();
    let mut events = assistant.adapter.registrations.iter();
    if wanted.version.is_none() && events.any(|event| event.since.is_some()) {
        notes.push(format!(
            "`{} --version` gave no answer: only events that every version knows are registered",
            assistant.program
        ));
    }
    notes.extend(before.taken_back_by(asked, assistant));
    Ok(Job { site, plan, notes })
}

/// What a person can ask for beside the hooks themselves. An install writes what it is asked for, and takes back what
/// it is not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::commands) struct Asked {
    pub(in crate::commands) approvals: bool,
    pub(in crate::commands) everywhere: bool,
}

impl Asked {
    /// What was asked for before, by what the settings hold.
    pub(in crate::commands) fn stands_at(site: &Site) -> Self {
        match status(site.assistant, &site.location, None) {
            Status::Installed(registered) | Status::Partly(registered) => Self {
                approvals: registered.approvals,
                everywhere: registered.hears.beyond_panes(),
            },
            Status::NotInstalled | Status::Unreadable(_) => Self::default(),
        }
    }

    /// What an install that is asked for `now` takes back, a sentence fragment each.
    fn taken_back_by(self, now: Self, assistant: &Assistant) -> Vec<String> {
        let title = assistant.title;
        let mut notes = Vec::new();
        if self.everywhere && !now.everywhere {
            notes.push(format!(
                "{title} is no longer heard outside of a multiplexer; `--everywhere` keeps that"
            ));
        }
        if self.approvals && !now.approvals {
            notes.push(format!(
                "requests of {title} are no longer answered through its hook; `--approvals` keeps that"
            ));
        }
        notes
    }
}

/// Those that were named, each once.
fn named(names: &[&'static Assistant]) -> Vec<&'static Assistant> {
    let mut chosen: Vec<&'static Assistant> = Vec::new();
    for row in names {
        if !chosen.iter().any(|known| known.name == row.name) {
            chosen.push(row);
        }
    }
    chosen
}

fn find_site(context: &Context, assistant: &'static Assistant) -> Result<Site, CommandError> {
    let site = site::of(context, assistant).map_err(|error| {
        let message = format!("could not find the settings of {}", assistant.name);
        with_hints(CommandError::new(message).caused_by(&error), error.hints())
    })?;
    site.ok_or_else(|| {
        CommandError::new("there is no place for the backup")
            .hint("nothing was changed; set HOME or XDG_STATE_HOME")
    })
}

/// What is said of a job.
struct Wording {
    verb: &'static str,
    /// Where nothing is to be done for the assistant of this name.
    nothing: fn(&str) -> String,
    /// After it was done, sentences.
    done: fn(&'static Assistant) -> Vec<String>,
}

/// Shows all that is planned.
pub(super) fn show(jobs: &[Planned]) {
    for job in jobs.iter().flatten() {
        for note in job
            .notes
            .iter()
            .map(String::as_str)
            .chain(job.plan.notes().iter().map(String::as_str))
        {
            messages::warning(note);
        }
        messages::result(&job.plan.diff());
    }
}

/// Does what was shown, one after the other.
fn carry_out_all(jobs: Vec<Planned>, dry_run: bool, wording: &Wording) -> CommandResult {
    let count = jobs.len();
    let would_change = jobs.iter().flatten().any(|job| !job.plan.is_empty());
    let mut failures = Vec::new();
    for job in jobs {
        if let Err(error) = job.and_then(|job| carry_out(&job, dry_run, wording)) {
            failures.push(error);
        }
    }
    if dry_run && would_change {
        messages::status("This was a dry run; nothing was changed.");
    }
    all_or_some(failures, count, wording.verb)
}

/// The one failure as it is; of several assistants each is told, and how many of them there were.
fn all_or_some(mut failures: Vec<CommandError>, count: usize, verb: &str) -> CommandResult {
    if count <= 1 {
        return failures.pop().map_or(Ok(()), Err);
    }
    for failure in &failures {
        messages::error(failure);
    }
    match failures.len() {
        0 => Ok(()),
        many => Err(CommandError::new(format!(
            "could not {verb} for {many} of {count}, as said above; the others are done"
        ))
        .hint("mend what is said above, then run the same command again")),
    }
}

fn carry_out(job: &Job, dry_run: bool, wording: &Wording) -> CommandResult {
    let Job { site, plan, .. } = job;
    if dry_run {
        if plan.is_empty() {
            messages::status(&(wording.nothing)(site.assistant.name));
        }
        return Ok(());
    }
    // An empty plan is applied too: that tidies up after a run that was killed.
    let report = apply(plan).map_err(|error| failed(wording.verb, site, &error, error.hints()))?;
    for change in &report.changes {
        messages::status(&sentence(change));
    }
    if plan.is_empty() {
        messages::status(&(wording.nothing)(site.assistant.name));
        return Ok(());
    }
    for sentence in (wording.done)(site.assistant) {
        messages::status(&sentence);
    }
    Ok(())
}

fn failed(verb: &str, site: &Site, error: &dyn Error, hints: Vec<String>) -> CommandError {
    let settings: &Path = &site.location.settings;
    let message = format!("could not {verb} in {}", settings.display());
    with_hints(CommandError::new(message).caused_by(error), hints)
}
