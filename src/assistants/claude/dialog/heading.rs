//! How a dialog is headed: by its title and, to the right of that, whose it is if a sub-agent asks. Where
//! both do not fit they are two columns, each broken at its blanks; older versions leave out the blank between.

use unicode_width::UnicodeWidthStr;

/// Said below the title by newer versions, where it applies.
const TIP: &str =
    "Tip: auto mode handles these prompts for you — choose \"switch to auto mode\" below";

/// What it says of whose the dialog is begins so.
const WHOSE: &str = "· from ";

/// Said behind the title of a command that is to run without a sandbox.
const UNSANDBOXED: &str = " (unsandboxed)";

/// The title above which it stands: `Bash command` of `Bash command · from the NAME agent`, where the rows
/// are that heading, all of it, and nothing else, as it is drawn in a pane of so many cells.
pub(super) fn sub_agents_title(rows: &[String], width: usize) -> Option<String> {
    let (before, _) = rows.first()?.split_once(WHOSE)?;
    let column = before.width();
    let parted = rows.iter().map(|row| parted(row, column));
    let (left, right): (Vec<&str>, Vec<&str>) =
        parted.collect::<Option<Vec<_>>>()?.into_iter().unzip();
    let (left, right) = (column_of(&left)?, column_of(&right)?);
    let (title, whose) = (left.join(" "), right.join(" "));
    if left.len().max(right.len()) != rows.len() || !is_whose(&whose) {
        return None;
    }
    let room = width.checked_sub(2)?;
    let is_narrow = title.width() + 1 + whose.width() > room;
    let is_drawn = if is_narrow {
        // A cell stands between the columns, or none.
        let columns = [column.checked_sub(2), column.checked_sub(1)];
        column <= title.width() + 2
            && columns
                .into_iter()
                .flatten()
                .any(|columns| is_broken(&left, columns))
            && is_broken(&right, (room + 1).checked_sub(column)?)
    } else {
        rows.len() == 1 && column == title.width() + 2
    };
    is_drawn.then_some(title)
}

/// Whether the rows are a name such as `Bash command`, perhaps with `(unsandboxed)`, perhaps beside whose it is,
/// perhaps with `1 of 2` at the right end of the only row, and perhaps the tip; and nothing else. What does not
/// fit is left out (the count), or broken in columns (the rest).
pub(super) fn is_title(rows: &[String], name: &[&str], width: usize) -> bool {
    let tip = rows
        .iter()
        .position(|row| row.trim_start().starts_with("Tip: "));
    let (title, tip) = rows.split_at(tip.unwrap_or(rows.len()));
    if !tip.is_empty() && words(tip).join(" ") != TIP {
        return false;
    }
    let name = name.join(" ");
    let is_name = |title: &str| {
        let rest = title.strip_prefix(&name);
        rest.is_some_and(|rest| rest.is_empty() || rest == UNSANDBOXED)
    };
    let is_named = |rows: &[String]| {
        let alone = match rows {
            [row] => row.strip_prefix(' '),
            _ => None,
        };
        alone.is_some_and(is_name)
            || sub_agents_title(rows, width).is_some_and(|title| is_name(&title))
    };
    let [row] = title else {
        return is_named(title);
    };
    is_named(title) || uncounted(row, width).is_some_and(|row| is_named(&[row]))
}

/// A row without `1 of 2` at its right end; `None` where it has none.
fn uncounted(row: &str, width: usize) -> Option<String> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (before, _) = row.rsplit_once(" of ").filter(|(_, all)| is_number(all))?;
    let (title, _) = before.rsplit_once(' ').filter(|(_, one)| is_number(one))?;
    let is_at_end = row.width() + 1 == width;
    is_at_end.then(|| title.trim_end_matches(' ').to_owned())
}

/// Whether the rows are that title beside whose it is, as in a pane of so many cells.
pub(super) fn is_sub_agents(rows: &[String], name: &[&str], width: usize) -> bool {
    sub_agents_title(rows, width).is_some_and(|title| title == name.join(" "))
}

/// Whether an empty row stands below a heading of one row, as in older versions where no more than the
/// blank before the dot is left out.
pub(super) fn has_gap(rows: &[String], width: usize) -> bool {
    let [first, below, ..] = rows else {
        return false;
    };
    let is_tight = |title: String| first.contains(&format!("{title}{WHOSE}"));
    below.is_empty() && sub_agents_title(&rows[..1], width).is_some_and(is_tight)
}

/// Whether the first row may begin such a heading, with what is in quotes left aside.
pub(super) fn may_begin(row: &str) -> bool {
    let before = row.split_once(WHOSE).map(|(before, _)| before);
    let is_outside = |text: &str| text.matches('"').count().is_multiple_of(2);
    row.split_whitespace().any(|word| word == "·") || before.is_some_and(is_outside)
}

/// `· from the NAME agent`, `· from the "NAME" workflow`
fn is_whose(words: &str) -> bool {
    let Some(whose) = words.strip_prefix("· from the ") else {
        return false;
    };
    let is_name = |name: &str| !name.is_empty() && !name.contains(['"', ' ', '·']);
    let quoted = |name: &str| Some(name.strip_prefix('"')?.strip_suffix('"')?.to_owned());
    let agent = whose.strip_suffix(" agent");
    let workflow = whose.strip_suffix(" workflow").and_then(quoted);
    agent.is_some_and(is_name) || workflow.is_some_and(|name| is_name(&name))
}

/// A row without the cell at its left end, in two parts: what is left of the column, and what begins in it.
fn parted(row: &str, column: usize) -> Option<(&str, &str)> {
    let mut cells = 0;
    let ends = row.char_indices().chain([(row.len(), ' ')]);
    let at = ends.into_iter().find_map(|(at, c)| {
        let is_there = cells >= column || at == row.len();
        cells += unicode_width::UnicodeWidthChar::width(c).unwrap_or(0);
        is_there.then_some(at)
    })?;
    let (left, right) = row.split_at(at);
    let is_at_edge = |text: &str| !text.starts_with(' ');
    let left = left.strip_prefix(' ')?.trim_end_matches(' ');
    (left.width() < column && is_at_edge(left) && is_at_edge(right)).then_some((left, right))
}

/// The rows of one column, without the empty ones below them; `None` where it has empty ones in it.
fn column_of<'a>(rows: &[&'a str]) -> Option<Vec<&'a str>> {
    let filled = rows.iter().take_while(|row| !row.is_empty()).count();
    let (rows, empty) = rows.split_at(filled);
    let is_column = filled > 0 && empty.iter().all(|row| row.is_empty());
    is_column.then(|| rows.to_vec())
}

/// Whether rows of so many cells were broken at a blank for want of room, each of them.
fn is_broken(rows: &[&str], columns: usize) -> bool {
    let fits = rows.iter().all(|row| row.width() <= columns);
    let is_full = |pair: &[&str]| {
        let next = pair[1].split(' ').next().unwrap_or_default();
        pair[0].width() + 1 + next.width() > columns
    };
    fits && rows.windows(2).all(is_full)
}

fn words(rows: &[String]) -> Vec<&str> {
    rows.iter().flat_map(|row| row.split_whitespace()).collect()
}
