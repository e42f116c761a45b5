//! Summaries in words, for the commands and the dashboard. Pure text; words of others are made
//! harmless for a terminal.

use std::fmt::Write as _;

use pane_patrol_hooks::text::printable_line;

use super::types::{Change, DiffState, DiffSummary, FileChange, FileStatus};

/// What is changed, or why that cannot be told, in one line.
pub(crate) fn diff(summary: &DiffSummary) -> String {
    let text = match summary.state {
        DiffState::Ok => repository(summary),
        DiffState::NotGitRepo => "in no git repository".to_owned(),
        DiffState::GitMissing => "git is not installed".to_owned(),
        DiffState::Error => {
            let why = summary.why.as_deref().unwrap_or("nobody knows why");
            format!("what is changed is not known: {why}")
        }
    };
    printable_line(&text)
}

fn repository(summary: &DiffSummary) -> String {
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
    text.push_str("  ");
    text.push_str(&sums(summary));
    if summary.uncounted_files > 0 {
        let _ = write!(text, " ({} not counted)", summary.uncounted_files);
    }
    text
}

/// `+12 -3 in 4 files`.
pub(crate) fn sums(summary: &DiffSummary) -> String {
    match summary.file_count {
        0 => "no changes".to_owned(),
        count => format!(
            "+{} -{} in {count} {}",
            summary.additions,
            summary.deletions,
            if count == 1 { "file" } else { "files" }
        ),
    }
}

/// Where a change lies, in at most nine columns.
pub(crate) fn place(file: &FileChange) -> &'static str {
    match file.status {
        FileStatus::Staged => "staged",
        FileStatus::Unstaged => "unstaged",
        FileStatus::Untracked => "untracked",
    }
}

/// What happened to a file, in at most eight columns.
pub(crate) fn change(file: &FileChange) -> &'static str {
    match file.change {
        Change::Added => "added",
        Change::Modified => "modified",
        Change::Deleted => "deleted",
        Change::Renamed => "renamed",
        Change::Copied => "copied",
        Change::TypeChanged => "type",
        Change::Unmerged => "unmerged",
    }
}

/// `+3 -1`, or why there are no numbers.
pub(crate) fn numbers(file: &FileChange) -> String {
    match (file.additions, file.deletions) {
        (Some(added), Some(deleted)) => format!("+{added} -{deleted}"),
        _ if file.binary => "binary".to_owned(),
        _ => "-".to_owned(),
    }
}

/// A file's path, with the one it came from.
pub(crate) fn path(file: &FileChange) -> String {
    let origin = file.renamed_from.as_deref().map(printable_line);
    let origin = origin.map_or_else(String::new, |origin| format!("  from {origin}"));
    printable_line(&file.path) + &origin
}
