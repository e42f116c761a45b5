//! Whether the diff that Claude Code shows is what an edit or a write makes of a file.
//!
//! The file itself is not needed: what stands before and behind the change is read from the screen, and
//! the old side with the change made must be the new side, line by line. Blanks at the ends of lines
//! cannot be seen.

use serde_json::Value;

use super::compare::{MARK, differs, marked_forms, plain_file};
use super::tabs::{Origin, are_moved, as_drawn, drawn_behind, may_draw_over};
use crate::assistants::facets::dialog::flow::is_of_a_picture;
use crate::assistants::facets::dialog::refusal::{Part, Refusal, plain_inside};

/// Said below a diff by newer versions when a text is replaced in all its places; the rest is folded.
const FOLDED: &str = "The diff doesn't show";

/// Said by both versions about the last line of a file.
const NO_BREAK: &str = "No newline at end of file";

/// So many lines are shown above a change and below, if the file has them.
const AROUND: usize = 3;

/// One piece of the diff: what stands there before, and after.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Hunk {
    old: String,
    new: String,
    /// How many lines stay as they are above the change, and below.
    around: [usize; 2],
}

/// Compares the rows between the dotted rules with what `tool` is given; a row is full that ends at
/// `edge`, where that is known.
pub(crate) fn are_shown(
    rows: &[String],
    edge: Option<usize>,
    input: &Value,
) -> Result<(), Refusal> {
    let diff = read(rows, edge).ok_or(Refusal::Differs(Part::Content))?;
    let mut changes = Vec::new();
    for edit in edits(input) {
        let change = Change::of(edit)?;
        changes.push(change);
    }
    let is_its = match (&input["content"], &changes[..]) {
        (Value::String(content), _) => {
            plain_file(content)?;
            let forms = marked_forms(content);
            let mut origins = diff.origins.iter();
            origins.any(|origin| {
                let mut drawn = forms.iter().map(|form| drawn_behind("", form, *origin));
                drawn.any(|drawn| holds(&drawn, &diff.hunks))
            })
        }
        (_, []) => return Err(Refusal::NotKnown(Part::Content)),
        (_, [one]) => one.leads(&diff),
        (_, several) => lead(several, &diff),
    };
    let texts = changes.iter().flat_map(|change| [change.from, change.to]);
    let texts: Vec<&str> = texts.chain(input["content"].as_str()).collect();
    let is_drawn_over = |edge| texts.iter().any(|text| may_draw_over(text, edge));
    if is_its {
        Ok(())
    } else if edge.is_some_and(is_drawn_over) {
        Err(Refusal::Rewritten(Part::Content))
    } else {
        Err(differs(Part::Content, &texts.concat()))
    }
}

/// Whether the rows are what becomes of a cell of a notebook that gets this text, of which so many
/// more line breaks are shown at its end. A row is full that ends at `edge`, where that is
/// known.
pub(crate) fn are_cell(
    rows: &[String],
    edge: Option<usize>,
    source: &str,
    more: usize,
) -> Result<(), Refusal> {
    let diff = read(rows, edge).ok_or(Refusal::Differs(Part::Content))?;
    let last = diff.hunks.last().ok_or(Refusal::Differs(Part::Content))?;
    let breaks = |text: &str| text.len() - text.trim_end_matches('\n').len();
    let source = as_drawn(source);
    let is_end = last.around[1] >= AROUND || breaks(&trimmed(&last.new)) == breaks(&source) + more;
    let has_break = more > 0 || breaks(&source) > 0;
    let ended = source.trim_end_matches('\n').to_owned() + if has_break { "\n" } else { "" };
    if is_end && holds(&ended, &diff.hunks) {
        Ok(())
    } else {
        Err(Refusal::Differs(Part::Content))
    }
}

/// The one change of an edit, or those of several in one.
fn edits(input: &Value) -> Vec<&Value> {
    match input["edits"].as_array() {
        Some(edits) => edits.iter().collect(),
        None if input["old_string"].is_string() => vec![input],
        None => Vec::new(),
    }
}

/// A text and what takes its place.
struct Change<'a> {
    from: &'a str,
    to: &'a str,
    everywhere: bool,
}

impl<'a> Change<'a> {
    fn of(edit: &'a Value) -> Result<Self, Refusal> {
        let text = |name: &str| edit[name].as_str();
        let (Some(from), Some(to)) = (text("old_string"), text("new_string")) else {
            return Err(Refusal::NotKnown(Part::Content));
        };
        // What both begin with is not drawn, or as the same.
        let (from, to) = match (from.strip_prefix(MARK), to.strip_prefix(MARK)) {
            (Some(from), Some(to)) => (from, to),
            _ => (from, to),
        };
        plain_inside(Part::Content, from)?;
        plain_inside(Part::Content, to)?;
        Ok(Self {
            from,
            to,
            everywhere: edit["replace_all"] == true,
        })
    }

    /// Whether it makes the new side of the old one.
    fn leads(&self, diff: &Diff) -> bool {
        if self.everywhere {
            return self.leads_everywhere(diff);
        }
        // What is taken out without another text in its place takes its line break with it.
        let with_break = format!("{}\n", self.from);
        let mut from = vec![self.from];
        if self.to.is_empty() {
            from.push(&with_break);
        }
        let leads = |origin| {
            from.iter()
                .any(|from| spans(&diff.hunks, from, self.to, origin))
        };
        !diff.is_folded && diff.origins.iter().any(|origin| leads(*origin))
    }

    fn leads_everywhere(&self, diff: &Diff) -> bool {
        let (from, to) = self.drawn();
        !from.is_empty()
            && diff.hunks.iter().all(|hunk| {
                let made = hunk.old.replace(&from, &to);
                hunk.old.contains(&from) && is_as(&made, &hunk.new)
            })
    }

    /// Both texts where they begin a line.
    fn drawn(&self) -> (String, String) {
        (as_drawn(self.from), as_drawn(self.to))
    }
}

/// Whether `from`, somewhere in the old side, replaced by `to`, makes the new side.
fn spans(hunks: &[Hunk], from: &str, to: &str, origin: Origin) -> bool {
    let Some((first, rest)) = hunks.split_first() else {
        return false;
    };
    let has_tabs = from.contains('\t') || to.contains('\t');
    let (plain_from, plain_to) = (as_drawn(from), as_drawn(to));
    let starts = first.old.char_indices().map(|(at, _)| at);
    starts.chain([first.old.len()]).any(|at| {
        let before = &first.old[..at];
        let drawn = has_tabs && origin.is_some();
        let drawn = drawn.then(|| [from, to].map(|text| drawn_behind(before, text, origin)));
        let (from, to): (&str, &str) = match &drawn {
            Some([from, to]) => (from, to),
            None => (&plain_from, &plain_to),
        };
        if rest.is_empty() {
            // What is behind the text in the old side stands there in the new one, too.
            let Some(behind) = after(&first.old[at..], from) else {
                return false;
            };
            let head = format!("{before}{to}");
            let old = &first.old[..first.old.len() - behind.len()];
            return is_as(&format!("{head}{behind}"), &first.new)
                || are_moved(&head, old, behind, &first.new, origin);
        }
        let own = first.new.strip_prefix(before);
        let (Some(from), Some(to)) = (
            after(from, &first.old[at..]),
            own.and_then(|own| after(to, own)),
        ) else {
            return false;
        };
        goes_on(rest, from, to)
    })
}

/// Whether the rest of a change goes through the other pieces of the diff, with the same lines between.
fn goes_on(hunks: &[Hunk], from: &str, to: &str) -> bool {
    let Some((next, rest)) = hunks.split_first() else {
        return false;
    };
    let between = from.split_inclusive('\n').scan(0, |end, line| {
        *end += line.len();
        Some(*end)
    });
    [0].into_iter().chain(between).any(|end| {
        let between = &from[..end];
        let Some(to) = to.strip_prefix(between) else {
            return false;
        };
        let from = &from[end..];
        if rest.is_empty() {
            let behind = after(&next.old, from);
            return behind.is_some_and(|behind| is_as(&format!("{to}{behind}"), &next.new));
        }
        match (after(from, &next.old), after(to, &next.new)) {
            (Some(from), Some(to)) => goes_on(rest, from, to),
            _ => false,
        }
    })
}

/// Whether several changes, one after the other, make the new sides of the old ones; each in one of
/// them at least.
fn lead(changes: &[Change], diff: &Diff) -> bool {
    let mut made: Vec<String> = diff.hunks.iter().map(|hunk| hunk.old.clone()).collect();
    let all_made = changes.iter().all(|change| {
        let (from, to) = change.drawn();
        let mut is_made = false;
        for text in &mut made {
            if from.is_empty() || is_made && !change.everywhere || !text.contains(&from) {
                continue;
            }
            is_made = true;
            *text = if change.everywhere {
                text.replace(&from, &to)
            } else {
                text.replacen(&from, &to, 1)
            };
        }
        is_made
    });
    let mut sides = made.iter().zip(&diff.hunks);
    all_made && !diff.is_folded && sides.all(|(made, hunk)| is_as(made, &hunk.new))
}

/// Whether the new sides stand in the text that is written, in this order, each from the beginning of a
/// line; with fewer lines around them than there could be, at its very beginning and end.
fn holds(content: &str, hunks: &[Hunk]) -> bool {
    let content = trimmed(content);
    let mut rest = content.as_str();
    let (Some(first), Some(last)) = (hunks.first(), hunks.last()) else {
        return false;
    };
    let begins = first.around[0] >= AROUND
        || content.starts_with(trimmed(&first.new).trim_end_matches('\n'));
    begins
        && hunks.iter().all(|hunk| {
            let new = trimmed(&hunk.new);
            let new = new.trim_end_matches('\n');
            let is_whole_line = |at: usize| {
                let ends = rest[at + new.len()..].chars().next();
                (at == 0 || rest[..at].ends_with('\n')) && ends.is_none_or(|c| c == '\n')
            };
            let mut places = rest.match_indices(new).map(|(at, _)| at);
            let Some(at) = places.find(|at| is_whole_line(*at)) else {
                return false;
            };
            rest = &rest[at + new.len()..];
            true
        })
        && (last.around[1] >= AROUND || rest == if last.new.ends_with('\n') { "\n" } else { "" })
}

/// What is behind `part` in `text`, which begins with it but for blanks at the ends of lines.
fn after<'a>(text: &'a str, part: &str) -> Option<&'a str> {
    let mut text = text;
    let mut part = part;
    loop {
        let Some(c) = part.chars().next() else {
            return Some(text);
        };
        if let Some(rest) = text.strip_prefix(c) {
            text = rest;
            part = &part[c.len_utf8()..];
            continue;
        }
        let is_end = |text: &str| text.is_empty() || text.starts_with('\n');
        let (unseen, unsaid) = (part.trim_start_matches(' '), text.trim_start_matches(' '));
        if unseen.len() < part.len() && is_end(text) && is_end(unseen) {
            part = unseen;
        } else if unsaid.len() < text.len() && is_end(part) && is_end(unsaid) {
            text = unsaid;
        } else {
            return None;
        }
    }
}

/// Whether both are the same but for blanks at the ends of lines.
fn is_as(one: &str, other: &str) -> bool {
    trimmed(one) == trimmed(other)
}

fn trimmed(text: &str) -> String {
    let lines = text.split('\n').map(|line| line.trim_end_matches(' '));
    lines.collect::<Vec<_>>().join("\n")
}

/// Without what some versions leave out of a picture.
fn without_pictures(text: &str) -> String {
    text.chars().filter(|c| !is_of_a_picture(*c)).collect()
}

/// What a diff shows.
struct Diff {
    hunks: Vec<Hunk>,
    /// From where the stops of its tabs may be counted.
    origins: Vec<Origin>,
    is_folded: bool,
}

/// One line of a diff, with the rows that it fills.
struct Line {
    sign: char,
    rows: Vec<String>,
}

impl Line {
    /// Its text. A line is broken anywhere: rows that are not its last one are full, and what is missing
    /// at their ends are blanks that cannot be seen.
    fn text(&self, columns: usize) -> String {
        use unicode_width::UnicodeWidthStr;
        let last = self.rows.len().saturating_sub(1);
        let mut text = String::new();
        for (index, row) in self.rows.iter().enumerate() {
            text.push_str(&without_pictures(row));
            let missing = columns.saturating_sub(row.width());
            let is_wide = |row: &String| row.chars().next().is_some_and(|c| !c.is_ascii());
            let has_gap = missing == 1 && self.rows.get(index + 1).is_some_and(is_wide);
            if index < last && !has_gap {
                text.push_str(&" ".repeat(missing));
            }
        }
        text
    }
}

/// Reads rows of `12 -text` with rows of ` -text` below that go on. `None` when they are no diff.
fn read(rows: &[String], edge: Option<usize>) -> Option<Diff> {
    let mut hunks = vec![Piece::default()];
    let is_said = |row: &&String| !row.starts_with(FOLDED);
    let shown = rows.iter().take_while(is_said).count();
    let mut is_first = true;
    for row in &rows[..shown] {
        if row.trim() == "..." {
            hunks.push(Piece::default());
            is_first = true;
            continue;
        }
        let Piece { gutter, lines } = hunks.last_mut()?;
        // Each piece has room for its own numbers.
        if std::mem::take(&mut is_first) {
            *gutter = gutter_of(row)?;
        }
        let gutter = *gutter;
        let (margin, rest) = match row.get(..gutter) {
            Some(margin) => (margin.trim(), &row[gutter..]),
            None => (row.trim(), ""),
        };
        let sign = rest.chars().next().unwrap_or(' ');
        let text = rest.get(sign.len_utf8()..).unwrap_or_default();
        let is_number = !margin.is_empty() && margin.bytes().all(|byte| byte.is_ascii_digit());
        if rest.ends_with(NO_BREAK) && text.trim() == NO_BREAK {
            lines.push(Line {
                sign: '\\',
                rows: Vec::new(),
            });
        } else if !matches!(sign, '+' | '-' | ' ') || !is_number && !margin.is_empty() {
            return None;
        } else if is_number {
            lines.push(Line {
                sign,
                rows: vec![text.to_owned()],
            });
        } else {
            let line = lines.last_mut().filter(|line| line.sign == sign)?;
            line.rows.push(text.to_owned());
        }
    }
    let widest = hunks.iter().map(Piece::widest).max().unwrap_or(0);
    let sides = |piece: &Piece| {
        let room = edge.map(|edge| edge.saturating_sub(piece.gutter + 1));
        sides(
            &piece.lines,
            room.map_or(widest, |room| room.max(piece.widest())),
        )
    };
    let mut origins = vec![None, Some(1)];
    origins.extend(hunks.iter().map(|piece| Some(piece.gutter + 1)));
    origins.dedup();
    let hunks = hunks.iter().map(sides);
    Some(Diff {
        hunks: hunks.collect(),
        origins,
        is_folded: shown < rows.len(),
    })
}

/// How far in the signs stand: behind the first number and one blank.
fn gutter_of(row: &str) -> Option<usize> {
    let blanks = row.len() - row.trim_start_matches(' ').len();
    let digits = row[blanks..].bytes().take_while(u8::is_ascii_digit).count();
    (digits > 0).then_some(blanks + digits + 1)
}

/// One piece of a diff as it is drawn.
#[derive(Default)]
struct Piece {
    /// How far in its signs stand.
    gutter: usize,
    lines: Vec<Line>,
}

impl Piece {
    /// The cells of its widest row.
    fn widest(&self) -> usize {
        use unicode_width::UnicodeWidthStr;
        let rows = self.lines.iter().flat_map(|line| &line.rows);
        rows.map(|row| row.width()).max().unwrap_or(0)
    }
}

/// Both sides of one piece.
fn sides(lines: &[Line], columns: usize) -> Hunk {
    let is_kept = |line: &&Line| line.sign == ' ';
    let mut hunk = Hunk {
        around: [
            lines.iter().take_while(is_kept).count(),
            lines.iter().rev().take_while(is_kept).count(),
        ],
        ..Hunk::default()
    };
    let mut last = ' ';
    for line in lines {
        if line.sign == '\\' {
            // Says so of the line above.
            if last != '+' {
                hunk.old.pop();
            }
            if last != '-' {
                hunk.new.pop();
            }
            continue;
        }
        last = line.sign;
        let text = line.text(columns) + "\n";
        if last != '+' {
            hunk.old.push_str(&text);
        }
        if last != '-' {
            hunk.new.push_str(&text);
        }
    }
    hunk
}
