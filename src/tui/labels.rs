//! The words and signs that stand for states, and the texts of a row. Pure text; colours are the
//! theme's.

use std::path::Path;

use pane_patrol_hooks::adapter::is_question;
use pane_patrol_hooks::event::{Kind, State};
use pane_patrol_hooks::target::Target;
use pane_patrol_hooks::text::printable_line;

use crate::config::Signs;
use crate::git::{DiffState, DiffSummary};
use crate::mux;
use crate::state::words::{self, word};
use crate::state::{Attention, Request, Row};
use crate::tui::text;

/// What stands before the name of a branch.
pub(crate) fn branch_sign(signs: Signs) -> &'static str {
    match signs {
        Signs::Drawn => "⎇",
        Signs::Plain => "@",
    }
}

/// What the row does, in as many words as `width` columns hold.
pub(crate) fn state_within(row: &Row, width: usize) -> &'static str {
    match (row.state, state(row)) {
        (State::WaitingApproval, whole) if text::width(whole) > width => "approval",
        (_, whole) => whole,
    }
}

/// What the row does, in one word or two.
pub(crate) fn state(row: &Row) -> &'static str {
    words::of(row)
}

/// The same as the end of a sentence that begins with the assistant: `wants approval`.
pub(crate) fn phrase(row: &Row) -> &'static str {
    match row.state {
        State::WaitingInput if row.kind == Some(Kind::PromptIdle) => "waits for a prompt",
        State::WaitingInput => "asks you",
        other => word(other),
    }
}

/// The title of a section.
pub(crate) fn section(attention: Attention) -> &'static str {
    match attention {
        Attention::NeedsYou => "NEEDS YOU",
        Attention::Failed => "FAILED",
        Attention::Done => "DONE",
        Attention::Working => "WORKING",
        Attention::Quiet => "QUIET",
    }
}

/// The title of the section of rows that no pane shows.
pub(crate) const BACKGROUND: &str = "IN THE BACKGROUND";

/// Where the row is: of a process in the background its number says nothing to a person.
pub(crate) fn target(row: &Row) -> String {
    if row.is_in_background() {
        return "background".to_owned();
    }
    row.target.shown()
}

/// How many rows of a section there are, for example `2 need you`.
pub(crate) fn count(attention: Attention, rows: usize) -> String {
    let word = match attention {
        Attention::NeedsYou if rows == 1 => "needs you",
        Attention::NeedsYou => "need you",
        Attention::Failed => "failed",
        Attention::Done => "done",
        Attention::Working => "working",
        Attention::Quiet => "quiet",
    };
    format!("{rows} {word}")
}

/// The last folder of the row's working folder.
pub(crate) fn project(row: &Row) -> Option<&str> {
    last_folder(row.cwd.as_deref()?)
}

/// The last folder of a path.
pub(crate) fn last_folder(path: &str) -> Option<&str> {
    let last = path.trim_end_matches('/').rsplit('/').next();
    last.filter(|name| !name.is_empty())
}

/// What it is called: by the person, else its session's name, else its place.
pub(crate) fn called(row: &Row) -> String {
    match (&row.called, &row.target) {
        (Some(called), _) => called.clone(),
        (None, Target::Address { session, .. }) => session.clone(),
        (None, target) => target.shown(),
    }
}

/// Where it runs: the machine that its name tells, the server of a multiplexer, or a terminal.
pub(crate) fn host(row: &Row) -> String {
    if let Target::Agent(name) = &row.target
        && let Some((_, host)) = name.rsplit_once('@')
    {
        return host.to_owned();
    }
    match (&row.server, &row.terminal) {
        (Some(server), _) => {
            let kind = mux::kind_at(Path::new(&server.socket));
            let name = last_folder(&server.socket).unwrap_or_default();
            format!("{kind} {name}")
        }
        (None, Some(terminal)) => terminal.clone(),
        (None, None) => String::new(),
    }
}

/// What the person has told it lately, as far as that was heard.
pub(crate) fn prompts(row: &Row) -> impl Iterator<Item = &str> {
    let began = row.evidence.iter().filter(|it| it.after == State::Running);
    // A tool stands between the event and its words.
    let told = began.filter_map(|it| it.what.split_once(": "));
    told.filter(|(event, _)| !event.contains(' '))
        .map(|(_, words)| words)
}

/// What a person calls it, project and branch: `reviewer · shop ⎇ fix-tax`.
pub(crate) fn place(row: &Row, signs: Signs) -> String {
    let place = project_and_branch(row, signs);
    match row.called.as_deref() {
        None => place,
        Some(called) if place.is_empty() => called.to_owned(),
        Some(called) => format!("{called} · {place}"),
    }
}

/// The same in so many columns: of project and branch each is cut in its middle, and the project has what the branch
/// does not need, up to half.
pub(crate) fn place_within(row: &Row, signs: Signs, width: usize) -> String {
    let whole = place(row, signs);
    if text::width(&whole) <= width {
        return whole;
    }
    let sign = branch_sign(signs);
    let (None, Some(project), Some(branch)) = (&row.called, project(row), row.branch.as_deref())
    else {
        return text::fit_middle(&whole, width).into_owned();
    };
    let between = text::width(sign) + 2;
    // Stumps of both tell less than the one.
    let Some(room) = width.checked_sub(between).filter(|room| *room >= 20) else {
        return text::fit_middle(project, width).into_owned();
    };
    let of_project = text::width(project)
        .min(room / 2)
        .max(room.saturating_sub(text::width(branch)));
    let project = text::fit_middle(project, of_project);
    let branch = text::fit_middle(branch, room - text::width(&project));
    format!("{project} {sign} {branch}")
}

fn project_and_branch(row: &Row, signs: Signs) -> String {
    let sign = branch_sign(signs);
    match (project(row), row.branch.as_deref()) {
        (Some(project), Some(branch)) => format!("{project} {sign} {branch}"),
        (Some(project), None) => project.to_owned(),
        (None, Some(branch)) => format!("{sign} {branch}"),
        (None, None) => String::new(),
    }
}

/// What the row does or asks, in one line; of a row that says nothing just now, what was
/// heard last.
pub(crate) fn activity(row: &Row) -> String {
    let activity = last_heard(row);
    match (row.standing(), activity.is_empty()) {
        (None, _) => activity,
        (Some(standing), true) => format!("({standing})"),
        (Some(standing), false) => format!("({standing}) {activity}"),
    }
}

fn last_heard(row: &Row) -> String {
    let (tool, message) = match row.waiting.first() {
        // Which one is shown is not known: the row's own words claim none.
        Some(request) if row.one_of().is_none() => {
            (request.tool.as_deref(), request.message.as_deref())
        }
        _ => (row.tool.as_deref(), row.message.as_deref()),
    };
    match (row.state, tool, message) {
        (State::WaitingApproval | State::Running, Some(tool), Some(message)) => {
            format!("{tool}: {message}")
        }
        (_, _, Some(message)) => message.to_owned(),
        (State::WaitingApproval | State::Running, Some(tool), None) => tool.to_owned(),
        (State::WaitingApproval, None, None) => "does not say for what".to_owned(),
        (State::WaitingInput, _, None) => phrase(row).to_owned(),
        _ => String::new(),
    }
}

/// What the row's message is: of a tool, an error, or the assistant's last words.
pub(crate) fn message_title(row: &Row) -> &str {
    match row.state {
        State::WaitingApproval | State::Running => row.tool.as_deref().unwrap_or_default(),
        State::WaitingInput => "asks",
        State::Error => "error",
        State::Completed | State::Idle => "said",
    }
}

/// What a request is about: its tool, or the kind of request when it names none.
pub(crate) fn request_title(request: &Request) -> &str {
    match (request.state, request.tool.as_deref()) {
        (_, None) => "asks",
        (State::WaitingInput, Some(tool)) if is_question(tool) => "asks",
        (_, Some(tool)) => tool,
    }
}

/// What else goes on in the row, in full and in short: `+ 2 sub-agents  shares a.rs`, `+2 &1`.
pub(crate) fn extras(row: &Row) -> Option<(String, String)> {
    let more = if row.one_of().is_some() {
        // Its words say so.
        0
    } else {
        row.waiting.len().saturating_sub(1)
    };
    let mut long = Vec::new();
    if more > 0 {
        long.push(format!("+ {}", counted(more, "more request")));
    }
    if row.sub_agents > 0 {
        long.push(format!("+ {}", counted(row.sub_agents, "sub-agent")));
    }
    let mut short = Vec::new();
    if !long.is_empty() {
        let count = if more > 0 { more } else { row.sub_agents };
        short.push(format!("+{count}"));
    }
    if let Some(shared) = shared(row) {
        long.push(shared);
        short.push(format!("&{}", row.conflicts.len()));
    }
    (!long.is_empty()).then(|| (long.join("  "), short.join(" ")))
}

/// What other assistants have written as well: `shares a.rs`, `shares 3 files`.
fn shared(row: &Row) -> Option<String> {
    let what = match row.conflicts.as_slice() {
        [] => return None,
        [one] => printable_line(last_folder(&one.path).unwrap_or(&one.path)),
        several => counted(several.len(), "file"),
    };
    Some(format!("shares {what}"))
}

/// The same with a word where that is so, and in short something for it.
pub(crate) fn with_word(
    extras: Option<(String, String)>,
    long: &str,
    short: &str,
    is_so: bool,
) -> Option<(String, String)> {
    if !is_so {
        return extras;
    }
    Some(match extras {
        None => (long.to_owned(), short.to_owned()),
        Some((others, in_short)) => (format!("{others}  {long}"), format!("{in_short} {short}")),
    })
}

/// The same with how many minutes the row is `word`, in short by the key for it.
pub(crate) fn with_minutes(
    extras: Option<(String, String)>,
    (word, key): (&str, &str),
    minutes: Option<u64>,
) -> Option<(String, String)> {
    let Some(minutes) = minutes else {
        return extras;
    };
    let (long, short) = (format!("{word} {minutes}m"), format!("{key}{minutes}m"));
    Some(match extras {
        None => (long, short),
        Some((others, in_short)) => (format!("{others}  {long}"), format!("{in_short} {short}")),
    })
}

/// `1 thing`, `2 things`.
pub(crate) fn counted(number: usize, thing: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {thing}{plural}")
}

/// `word` with a capital letter.
pub(crate) fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().map(|letter| letter.to_ascii_uppercase());
    first.into_iter().chain(letters).collect()
}

/// `path` with the person's home as `~`.
pub(crate) fn below_home(path: &str, home: Option<&str>) -> String {
    let Some(home) = home.filter(|home| home.len() > 1) else {
        return path.to_owned();
    };
    match path.strip_prefix(home.trim_end_matches('/')) {
        Some("") => "~".to_owned(),
        Some(rest) if rest.starts_with('/') => format!("~{rest}"),
        _ => path.to_owned(),
    }
}

/// What is changed in a row's folder and how far its tasks are, with what each part means.
fn changes(diff: Option<&DiffSummary>, with_files: bool) -> Vec<(String, char)> {
    let Some(diff) = diff.filter(|diff| diff.state == DiffState::Ok && diff.file_count > 0) else {
        return Vec::new();
    };
    let mut parts = vec![
        (format!("+{}", diff.additions), '+'),
        (format!(" -{}", diff.deletions), '-'),
    ];
    if with_files {
        let files = if diff.file_count == 1 {
            "file"
        } else {
            "files"
        };
        parts.push((format!(" in {} {files}", diff.file_count), ' '));
    }
    if diff.shared_files > 0 {
        parts.push((format!(", {} shared", diff.shared_files), '!'));
    }
    parts
}

/// `+12 -3 in 4 files  3/7`, with what each part means.
pub(crate) fn work(row: &Row, with_files: bool) -> Vec<(String, char)> {
    let mut parts = changes(row.diff.as_deref(), with_files);
    if let Some(tasks) = row.tasks.as_deref().filter(|tasks| tasks.total > 0) {
        let gap = if parts.is_empty() { "" } else { "  " };
        parts.push((format!("{gap}{}/{}", tasks.done, tasks.total), ' '));
    }
    parts
}

/// Columns that they take.
pub(crate) fn work_width(parts: &[(String, char)]) -> usize {
    parts.iter().map(|(part, _)| text::width(part)).sum()
}

/// Of what a launcher lists so many are not shown.
pub(crate) fn rest(count: usize, launcher: &str) -> String {
    format!("and {count} more, which `pane-patrol start {launcher} NAME` starts")
}
