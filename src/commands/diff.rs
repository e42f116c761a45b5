//! `diff`: what is changed in the folder of an assistant, asked of git at this moment, or of whoever sees it.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use pane_patrol_hooks::text::printable_line;

use super::work::folder_of;
use super::{Context, interrupted, rows, work};
use crate::cli::DiffArgs;
use crate::error::{CommandError, CommandResult};
use crate::git::{DiffSummary, GitError, Patch, PatchRequest, words};
use crate::messages;
use crate::state::Row;
use crate::sys::shell;
use crate::tui::NoPatch;

/// Prints the summary, or the patch of one file.
pub(super) fn run(context: &Context, arguments: &DiffArgs) -> CommandResult {
    let row = rows::to_read(context, "diff")?.row(&arguments.target)?;
    interrupted::ends_all()?;
    match &arguments.patch {
        Some(path) => print_patch(&patch(context, &row, path, arguments)?, arguments.json),
        None => print_summary(&row, &summary(context, &row)?, arguments.json),
    }
}

fn summary(context: &Context, row: &Row) -> Result<DiffSummary, CommandError> {
    work::diff(context, row, folder_of(row)?).map_err(|error| rows::nobody(&error))
}

fn print_summary(row: &Row, summary: &DiffSummary, json: bool) -> CommandResult {
    if json {
        return messages::json(summary);
    }
    messages::result(&table(&row.target.to_string(), summary));
    Ok(())
}

fn patch(
    context: &Context,
    row: &Row,
    file: &str,
    arguments: &DiffArgs,
) -> Result<Patch, CommandError> {
    let request = PatchRequest {
        path: file.to_owned(),
        status: None,
        context: arguments.context,
        with_untracked: true,
    };
    let patch = work::patch(context, row, folder_of(row)?, &request);
    patch.map_err(|error| no_patch(file, &arguments.target, &error))
}

fn print_patch(patch: &Patch, json: bool) -> CommandResult {
    if json {
        return messages::json(patch);
    }
    messages::raw_result(&patch.text);
    if patch.truncated {
        messages::warning("the patch is longer and was cut at 1 MB");
    }
    Ok(())
}

fn no_patch(path: &str, target: &str, error: &NoPatch) -> CommandError {
    let failed = CommandError::new(format!("there is no patch of {}", printable_line(path)));
    let failed = failed.caused_by(error);
    match error {
        NoPatch::Git(GitError::NotChanged(_)) | NoPatch::Elsewhere(_) => failed.hint(format!(
            "`pane-patrol diff {}` names the changed files, from the top of the repository",
            shell::shown(target)
        )),
        _ => failed.hint("nothing was changed; `git diff` in that folder may say more"),
    }
}

/// A line about the repository, and one for each change.
fn table(target: &str, summary: &DiffSummary) -> String {
    let mut text = format!("{target}  {}\n", words::diff(summary));
    for file in &summary.files {
        let _ = writeln!(
            text,
            "  {:<9}  {:<8}  {:<10}  {}",
            words::place(file),
            words::change(file),
            words::numbers(file),
            words::path(file)
        );
    }
    let listed: BTreeSet<&str> = summary.files.iter().map(|file| &*file.path).collect();
    let more = summary.file_count.saturating_sub(listed.len() as u64);
    if more > 0 {
        let _ = writeln!(text, "  and {more} more files");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::{Change, DiffState, FileChange, FileStatus};

    #[test]
    fn what_cannot_be_told_is_one_line_and_a_hostile_name_moves_nothing() {
        let state = |state| DiffSummary {
            state,
            ..DiffSummary::default()
        };
        let told = |summary| table("a:0.0", &summary);
        assert_eq!(
            told(state(DiffState::GitMissing)),
            "a:0.0  git is not installed\n"
        );
        assert_eq!(
            told(state(DiffState::NotGitRepo)),
            "a:0.0  in no git repository\n"
        );
        let error = DiffSummary::error("took longer than 10 s");
        assert_eq!(
            told(error),
            "a:0.0  what is changed is not known: took longer than 10 s\n"
        );
        let file = FileChange {
            path: "a\x1b[2J\nb".to_owned(),
            status: FileStatus::Untracked,
            change: Change::Added,
            additions: Some(1),
            deletions: Some(0),
            binary: false,
            submodule: false,
            renamed_from: None,
            changed_by: Vec::new(),
        };
        let summary = DiffSummary {
            branch: Some("main".to_owned()),
            additions: 1,
            file_count: 3,
            files: vec![file],
            ..DiffSummary::default()
        };
        assert_eq!(
            told(summary),
            "a:0.0  main  +1 -0 in 3 files\n  untracked  added     +1 -0       a<U+001B>[2J<U+000A>b\n  and 2 more files\n"
        );
    }
}
