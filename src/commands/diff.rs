//! `diff`: what is changed in the folder of an assistant, asked of git at this moment.

use std::fmt::Write as _;
use std::path::Path;

use super::explain::row_of;
use super::{Surroundings, plain};
use crate::cli::DiffArgs;
use crate::error::{CommandError, CommandResult};
use crate::messages;
use crate::state::Row;
use crate::work::git::{Git, GitError};
use crate::work::{Change, DiffState, DiffSummary, FileChange, FileStatus, PatchRequest};

/// Prints the summary, or the patch of one file.
pub(super) fn run(surroundings: &Surroundings, arguments: &DiffArgs) -> CommandResult {
    let row = row_of(surroundings, &arguments.target)?;
    let folder = folder_of(&row)?;
    match &arguments.patch {
        Some(path) => patch(folder, path, arguments),
        None => summary(&row, folder, arguments.json),
    }
}

/// The folder of a row that says one.
pub(super) fn folder_of(row: &Row) -> Result<&str, CommandError> {
    row.cwd.as_deref().ok_or_else(|| {
        CommandError::new(format!("the folder of {} is not known", row.target))
            .hint("an assistant names it with its first event; one by `emit` has none")
    })
}

fn summary(row: &Row, folder: &str, json: bool) -> CommandResult {
    let summary = Git::default().summarize(Path::new(folder));
    if json {
        return plain::print_json(&summary);
    }
    messages::result(&table(&row.target.to_string(), folder, &summary));
    Ok(())
}

fn patch(folder: &str, file: &str, arguments: &DiffArgs) -> CommandResult {
    let request = PatchRequest {
        path: file.to_owned(),
        status: None,
        context: arguments.context,
    };
    let patch = Git::default()
        .patch(Path::new(folder), &request)
        .map_err(|error| no_patch(file, &arguments.target, &error))?;
    if arguments.json {
        return plain::print_json(&patch);
    }
    messages::raw_result(&patch.text);
    if patch.truncated {
        messages::warning("the patch is longer and was cut at 1 MB");
    }
    Ok(())
}

fn no_patch(path: &str, target: &str, error: &GitError) -> CommandError {
    let failed = CommandError::new(format!("there is no patch of {}", plain::line(path)));
    let failed = failed.caused_by(error);
    match error {
        GitError::NotChanged(_) => failed.hint(format!(
            "`pane-patrol diff {target}` names the changed files, from the top of the repository"
        )),
        _ => failed,
    }
}

/// A line about the repository, and one for each change.
fn table(target: &str, folder: &str, summary: &DiffSummary) -> String {
    let about = match summary.state {
        DiffState::Ok => about(summary),
        DiffState::NotGitRepo => format!("{folder} is in no git repository"),
        DiffState::GitMissing => "git is not installed".to_owned(),
        DiffState::Error => {
            let why = summary.why.as_deref().unwrap_or("it is not known why");
            format!("what is changed is not known: {why}")
        }
    };
    let mut text = format!("{target}  {}\n", plain::line(&about));
    for file in &summary.files {
        let _ = writeln!(text, "  {}", line(file));
    }
    let listed = summary.files.iter().map(|file| &file.path);
    let listed: std::collections::BTreeSet<_> = listed.collect();
    let more = summary.file_count.saturating_sub(listed.len() as u64);
    if more > 0 {
        let _ = writeln!(text, "  and {more} more files");
    }
    text
}

fn about(summary: &DiffSummary) -> String {
    let mut text = match (&summary.branch, &summary.commit) {
        (Some(branch), _) => branch.clone(),
        (None, Some(commit)) => format!("at {}", commit.get(..10).unwrap_or(commit)),
        (None, None) => "no commit yet".to_owned(),
    };
    if let (Some(ahead), Some(behind), Some(upstream)) =
        (summary.ahead, summary.behind, &summary.upstream)
    {
        let _ = write!(text, " ({ahead} ahead of {upstream}, {behind} behind)");
    }
    if let Some(worktree) = &summary.worktree {
        let _ = write!(text, "  worktree {worktree}");
    }
    let files = if summary.file_count == 1 {
        "file"
    } else {
        "files"
    };
    let _ = match summary.file_count {
        0 => write!(text, "  no changes"),
        count => write!(
            text,
            "  +{} -{} in {count} {files}",
            summary.additions, summary.deletions
        ),
    };
    if summary.uncounted_files > 0 {
        let _ = write!(text, " ({} not counted)", summary.uncounted_files);
    }
    text
}

fn line(file: &FileChange) -> String {
    let place = match file.status {
        FileStatus::Staged => "staged",
        FileStatus::Unstaged => "unstaged",
        FileStatus::Untracked => "untracked",
    };
    let change = match file.change {
        Change::Added => "added",
        Change::Modified => "modified",
        Change::Deleted => "deleted",
        Change::Renamed => "renamed",
        Change::Copied => "copied",
        Change::TypeChanged => "type",
        Change::Unmerged => "unmerged",
    };
    let numbers = match (file.additions, file.deletions) {
        (Some(added), Some(deleted)) => format!("+{added} -{deleted}"),
        _ if file.binary => "binary".to_owned(),
        _ => "-".to_owned(),
    };
    let origin = file.renamed_from.as_deref().map(plain::line);
    let origin = origin.map_or_else(String::new, |origin| format!("  from {origin}"));
    let path = plain::line(&file.path);
    format!("{place:<9}  {change:<8}  {numbers:<10}  {path}{origin}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_told_is_one_line_and_a_hostile_name_moves_nothing() {
        let state = |state| DiffSummary {
            state,
            ..DiffSummary::default()
        };
        let told = |summary| table("a:0.0", "/p", &summary);
        assert_eq!(
            told(state(DiffState::GitMissing)),
            "a:0.0  git is not installed\n"
        );
        assert_eq!(
            told(state(DiffState::NotGitRepo)),
            "a:0.0  /p is in no git repository\n"
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
            "a:0.0  main  +1 -0 in 3 files\n  untracked  added     +1 -0       a\\u{1b}[2J\\nb\n  and 2 more files\n"
        );
    }
}
