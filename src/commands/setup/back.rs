//! What `setup` has written beside assistants' settings, taken back by `uninstall`.

use std::path::{Path, PathBuf};

use pane_patrol_installer::{Content, Plan, PlanError, apply, plan_take, standing_files};

use super::files::{carry_out as apply_one, refused, show as show_one};
use super::spots::Spots;
use crate::commands::Context;
use crate::error::{CommandError, CommandResult};
use crate::messages;
use crate::mux::tmux::conf::{HEAD, clear_left_over, line_for};
use crate::mux::zellij::kdl::ours::{MARK, line_in};

/// A file that changes back, or why it cannot.
pub(in crate::commands) struct Back {
    file: PathBuf,
    plan: Result<Plan, PlanError>,
    /// Whether it is one that tmux reads.
    is_for_tmux: bool,
}

/// What would be taken back. What changes nothing is left out, after it was tidied up.
pub(in crate::commands) fn plans(context: &Context, dry_run: bool) -> Vec<Back> {
    let Some(spots) = Spots::of(context) else {
        return Vec::new();
    };
    clear_left_over();
    let mut files = standing_files(&spots.installs).unwrap_or_default();
    let known = spots.files.possible().iter();
    let known = known.chain([&spots.for_tmux, &spots.for_zellij]);
    for file in known {
        if !files.contains(file) {
            files.push(file.clone());
        }
    }
    let mut plans = Vec::new();
    for file in files {
        if holds_line_of_theirs(&spots, &file) {
            say_what_stays(&spots, &file, None);
            continue;
        }
        let plan = plan(&spots, &file);
        if let Ok(plan) = &plan {
            say_what_stays(&spots, &file, Some(plan));
        }
        let is_idle = plan.as_ref().is_ok_and(Plan::is_empty);
        let is_strange = plan.is_err() && !is_recorded(&spots, &file);
        // An empty plan is applied too: that tidies up after a run that was killed.
        let tidied = |plan: &Result<Plan, PlanError>| {
            plan.as_ref()
                .is_ok_and(|plan| dry_run || apply(plan).is_ok())
        };
        if is_strange || is_idle && tidied(&plan) {
            continue;
        }
        plans.push(Back {
            is_for_tmux: !spots.is_settings(&file) && !spots.is_for_zellij(&file),
            plan,
            file,
        });
    }
    plans
}

/// A file that cannot be read and was never written is nobody's business here.
fn is_recorded(spots: &Spots, file: &Path) -> bool {
    let recorded = standing_files(&spots.installs);
    recorded.is_ok_and(|files| files.iter().any(|one| one == file))
}

/// Whether a line in the file that reads ours can be none of ours: no record says that it was put in, and
/// none is lost, as ours itself has one or is not there.
fn holds_line_of_theirs(spots: &Spots, file: &Path) -> bool {
    let ours = &spots.for_tmux;
    let records_are_lost = ours.exists() && !is_recorded(spots, ours);
    let is_of_ours =
        spots.is_settings(file) || spots.is_for_tmux(file) || spots.is_for_zellij(file);
    !is_of_ours && !records_are_lost && !is_recorded(spots, file)
}

/// Names the lines that still read our file when the plan is carried out.
fn say_what_stays(spots: &Spots, file: &Path, plan: Option<&Plan>) {
    if spots.is_settings(file) || spots.is_for_tmux(file) || spots.is_for_zellij(file) {
        return;
    }
    let Ok(text) = line_for(&spots.for_tmux, spots.home()) else {
        return;
    };
    let edit = plan.and_then(|plan| plan.edits().first());
    let bytes = match edit {
        Some(edit) => edit.after().map(<[u8]>::to_vec),
        None => spots.spot(file).read().ok().flatten(),
    };
    let bytes = bytes.unwrap_or_default();
    let name = text.trim_start_matches("source-file -q ");
    let is_there = |line: &[u8]| line.windows(name.len()).any(|part| part == name.as_bytes());
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if is_there(line) && !line.trim_ascii_start().starts_with(b"#") {
            messages::warning(&format!(
                "{}, line {}, names our file for tmux and stays: {}",
                file.display(),
                index + 1,
                if plan.is_some() {
                    "it is not as `setup` wrote it, or another line goes on in it; take it out by hand"
                } else {
                    "`setup` did not write it"
                }
            ));
        }
    }
}

fn plan(spots: &Spots, file: &Path) -> Result<Plan, PlanError> {
    let spot = spots.spot(file);
    if spots.is_settings(file) {
        return plan_take(&spot, &Content::Settings(&[]));
    }
    if spots.is_for_tmux(file) {
        return plan_take(&spot, &Content::Whole(HEAD));
    }
    let text = if spots.is_for_zellij(file) {
        // It says whose it is, also where no record does.
        let bytes = spot.read().ok().flatten().unwrap_or_default();
        line_in(&bytes).unwrap_or_else(|| MARK.to_owned())
    } else {
        let text = line_for(&spots.for_tmux, spots.home());
        text.unwrap_or_else(|_| "source-file -q".to_owned())
    };
    plan_take(
        &spot,
        &Content::Line {
            text: &text,
            at: None,
        },
    )
}

/// Shows the changes.
pub(in crate::commands) fn show(plans: &[Back]) {
    for plan in plans.iter().filter_map(|back| back.plan.as_ref().ok()) {
        show_one(plan);
    }
}

/// Makes them, as far as each can be.
pub(in crate::commands) fn carry_out(plans: Vec<Back>, dry_run: bool) -> CommandResult {
    let (count, mut failures) = (plans.len(), Vec::new());
    let mut of_tmux = false;
    for Back {
        file,
        plan,
        is_for_tmux,
    } in plans
    {
        let done = match plan {
            Err(error) => Err(refused(&file, &error)),
            Ok(_) if dry_run => Ok(()),
            Ok(plan) => apply_one(&plan),
        };
        match done {
            Ok(()) => of_tmux |= is_for_tmux && !dry_run,
            Err(error) => failures.push(error),
        }
    }
    if of_tmux {
        messages::status(
            "A tmux that runs keeps its keys until it ends; `tmux unbind-key P` takes one away at once.",
        );
    }
    match failures.len() {
        0 => Ok(()),
        1 if count == 1 => failures.pop().map_or(Ok(()), Err),
        many => {
            failures.iter().for_each(messages::error);
            Err(CommandError::new(format!(
                "{many} of {count} files of `setup` could not be changed back, as said above"
            ))
            .hint("mend what is said above, then run the same command again"))
        }
    }
}
