//! What a dialog of Claude Code says between its rule and its options, and whether that is a request.

use serde_json::Value;
use unicode_width::UnicodeWidthStr;

use super::compare::{BareRows, Wanted, differs, file_names, marked_forms, plain_file, said};
use super::heading::{has_gap, is_sub_agents, is_title, may_begin};
use super::{calls, edits};
use crate::assistants::facets::dialog::flow::{Breaks, Flow, Tabs};
use crate::assistants::facets::dialog::refusal::{Part, Refusal, plain, plain_inside};
use crate::assistants::facets::dialog::{Kind, cut, is_whole_rule};
use crate::state::Bound;

/// Stands in the place of a diff until that is drawn.
const NOT_YET: &str = "…";

/// Shown where a command has no description.
pub(crate) const NO_DESCRIPTION: &str = "Run shell command";

/// Said in the place of what is too long, of which so many signs are drawn for certain.
const IN_ITS_PLACE: &str = "cannot be shown in full";
const LONG: usize = 2000;

/// Said of a file without a line.
pub(super) const EMPTY: &str = "(No content)";

/// How the dialogs are headed whose layout is known in detail.
const BASH: &[&str] = &["Bash", "command"];
const CREATE: &[&str] = &["Create", "file"];
const OVERWRITE: &[&str] = &["Overwrite", "file"];
const EDIT: &[&str] = &["Edit", "file"];
pub(crate) const TOOL: &[&str] = &["Tool", "use"];

/// What it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sheet {
    pub(crate) width: usize,
    kind: Kind,
    pub(crate) layout: Layout,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// What stands above the first dotted rule and between both; below them only Claude itself speaks.
    Ruled {
        head: Vec<String>,
        block: Vec<String>,
    },
    /// A title above a box as wide as the pane, and what stands in that.
    Boxed {
        title: Vec<String>,
        inside: Vec<String>,
    },
    /// The title, and what stands three cells in below it; further out only Claude itself speaks.
    Plain {
        title: Vec<String>,
        block: Vec<String>,
    },
}

impl Sheet {
    /// Reads the rows between the upper rule and the first option.
    pub(crate) fn read(rows: &[&str], width: usize, kind: Kind) -> Option<Self> {
        let mut rows: Vec<String> = rows.iter().map(|row| (*row).to_owned()).collect();
        if has_gap(&rows, width) {
            rows.remove(1);
        }
        let is_dotted = |row: &String| is_whole_rule(row, '╌', width);
        let dotted: Vec<usize> = (0..rows.len()).filter(|at| is_dotted(&rows[*at])).collect();
        let layout = match dotted[..] {
            // What it is about is not drawn yet.
            [first, second] if rows[first + 1..second] == [NOT_YET] => return None,
            [first, second] => Layout::Ruled {
                head: rows[..first].to_vec(),
                block: rows[first + 1..second].to_vec(),
            },
            [] => read_boxed(&rows, width).unwrap_or_else(|| read_plain(&rows, kind)),
            _ => return None,
        };
        let sheet = Self {
            width,
            kind,
            layout,
        };
        (!sheet.title().is_empty()).then_some(sheet)
    }

    /// The cells of its pane.
    pub(crate) fn width(&self) -> usize {
        self.width
    }

    /// Its first line, for example `Bash command`.
    pub(crate) fn title(&self) -> &str {
        self.head().first().map_or("", |row| row.trim())
    }

    /// The rows that begin with its heading.
    fn head(&self) -> &[String] {
        match &self.layout {
            Layout::Ruled { head, .. } => head,
            Layout::Plain { title, .. } | Layout::Boxed { title, .. } => title,
        }
    }

    /// Whether it is this request, and all of it.
    pub(crate) fn is_about(&self, bound: &Bound, message: &str) -> Result<(), Refusal> {
        if self.is_sub_agents() != bound.request.agent_id.is_some() && self.kind == Kind::Permission
        {
            return Err(Refusal::OtherDialog);
        }
        let said = self.compares(bound, message);
        said.map_err(|why| match why {
            Refusal::Differs(part) if self.leaves_out(bound) => Refusal::LeftOut(part),
            why => why,
        })
    }

    /// Whether newer versions say so in the place of something that is long.
    fn leaves_out(&self, bound: &Bound) -> bool {
        let is_long = |input: &Value| input.to_string().chars().count() > LONG;
        let Layout::Ruled { block, .. } = &self.layout else {
            return false;
        };
        let words = block.iter().flat_map(|row| row.split(['│', ' ']));
        let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
        bound.input.as_ref().is_some_and(is_long) && words.join(" ").contains(IN_ITS_PLACE)
    }

    fn compares(&self, bound: &Bound, message: &str) -> Result<(), Refusal> {
        match (self.kind, bound.request.tool.as_deref().unwrap_or_default()) {
            (Kind::Question, _) => self.asks(bound, message),
            (_, "Bash") => self.runs(BASH, bound, message),
            (_, "Monitor") => self.runs(&["Monitor"], bound, message),
            (_, "Write" | "Edit" | "MultiEdit") => self.writes(bound, message),
            (_, "NotebookEdit") => self.edits_cell(bound, message),
            (_, tool) if tool.starts_with("mcp__") => self.calls(bound, tool, message),
            (_, tool) => self.uses(bound, tool, message),
        }
    }

    /// Whether a sub-agent asks.
    pub(super) fn is_sub_agents(&self) -> bool {
        may_begin(self.title())
    }

    /// Whether a command stands in it as it is, if it is about one: not as the change that it makes.
    pub(super) fn shows_commands(&self) -> bool {
        !self.title().starts_with("Edit")
    }

    /// Whether it asks for a permission.
    pub(super) fn is_permission(&self) -> bool {
        self.kind == Kind::Permission
    }

    /// The words of its first row; in a narrow pane the heading's columns begin there, too.
    fn top_words(&self) -> Vec<&str> {
        self.title().split_whitespace().collect()
    }

    fn runs(&self, name: &[&str], bound: &Bound, message: &str) -> Result<(), Refusal> {
        if !self.title().starts_with(name[0]) {
            if self.shows_commands() || !may_edit(bound) {
                return Err(Refusal::OtherDialog);
            }
            let command = bound.command.as_deref();
            return command.map_or(Err(Refusal::ShownAsChange), |command| {
                self.is_changed_by(bound, command)
            });
        }
        let command = Wanted::command(bound, message)?;
        let description = description(bound)?;
        match &self.layout {
            Layout::Ruled { head, block } => {
                if !command.is_in(&self.framed(block)) {
                    return Err(command.differs(Part::Command));
                }
                let is_its = |title: usize| {
                    is_title(&head[..title], name, self.width)
                        && description.as_deref().is_none_or(|text| {
                            let rows = self.framed(&head[title..]);
                            let is_blank = |row: &String| row.trim().is_empty();
                            Wanted::All(text).is_in(&rows)
                                || has_blanks_alone(bound) && rows.rows.iter().all(is_blank)
                        })
                };
                said((1..head.len()).any(is_its), Part::Description)
            }
            Layout::Plain { title, block } => {
                if !is_title(title, name, self.width) {
                    return Err(Refusal::OtherDialog);
                }
                self.runs_above(&command, description.as_deref(), block)
            }
            Layout::Boxed { .. } => Err(Refusal::OtherDialog),
        }
    }

    /// The older layout: nothing parts a command from its description, which fills one row at least.
    fn runs_above(
        &self,
        command: &Wanted<'_>,
        description: Option<&str>,
        block: &[String],
    ) -> Result<(), Refusal> {
        let rows = |rows: &[String]| self.sunk(rows, 3, 6);
        // It leaves room for a tab that it does not draw.
        let is_loose = matches!(command, Wanted::All(text) if text.contains('\t'));
        let fits = |end: usize| {
            let above = &block[..end];
            let end = if is_loose { filled(above) } else { end };
            command.is_in(&rows(&block[..end]))
        };
        let Some(description) = description else {
            let last = block.len().saturating_sub(1);
            return match (1..block.len()).find(|end| fits(*end)) {
                Some(end) if end == last => Ok(()),
                Some(_) if matches!(command, Wanted::Beginning(_)) => Ok(()),
                Some(_) => Err(Refusal::NotKnown(Part::Description)),
                None => Err(command.differs(Part::Command)),
            };
        };
        let mut ends = (1..block.len()).filter(|end| fits(*end)).peekable();
        if ends.peek().is_none() {
            return Err(command.differs(Part::Command));
        }
        let description = Wanted::All(description);
        if ends.any(|end| description.is_in(&rows(&block[end..]))) {
            Ok(())
        } else {
            Err(description.differs(Part::Description))
        }
    }

    fn writes(&self, bound: &Bound, message: &str) -> Result<(), Refusal> {
        let Layout::Ruled { head, block } = &self.layout else {
            return Err(Refusal::OtherDialog);
        };
        let input = bound.input.as_ref();
        let path = input.and_then(|input| input["file_path"].as_str());
        let path = path.unwrap_or(message);
        plain(Part::File, path)?;
        let tool = bound.request.tool.as_deref().unwrap_or_default();
        let titles: &[&[&str]] = match tool {
            "Write" => &[CREATE, OVERWRITE],
            "Edit" => &[EDIT, CREATE],
            _ => &[EDIT],
        };
        if !self.is_path(head, titles, path, bound.cwd.as_deref().unwrap_or("/")) {
            return Err(Refusal::Differs(Part::File));
        }
        let Some(input) = input else {
            return Ok(());
        };
        let is_new = self.title().starts_with("Create");
        let created = input["content"].as_str();
        let created = created.or(input["new_string"]
            .as_str()
            .filter(|_| input["old_string"] == ""));
        match created {
            Some(content) if is_new => {
                let said = marked_forms(content)
                    .iter()
                    .map(|content| self.creates(block, content))
                    .reduce(Result::or);
                let said = said.unwrap_or(Err(Refusal::Differs(Part::Content)));
                said.map_err(|why| match plain_file(content) {
                    Err(unseen @ Refusal::Unseen(_)) => unseen,
                    _ => match why {
                        Refusal::Differs(part) => differs(part, content),
                        why => why,
                    },
                })
            }
            _ => edits::are_shown(block, Some(self.width), input),
        }
    }

    /// Whether the rows below one of these titles are the path, in one of the ways in which Claude writes it.
    fn is_path(&self, head: &[String], titles: &[&[&str]], path: &str, cwd: &str) -> bool {
        (1..head.len()).any(|title| {
            let is_titled = titles
                .iter()
                .any(|name| is_title(&head[..title], name, self.width));
            is_titled && self.are_path(&head[title..], path, cwd, 2)
        })
    }

    /// Whether the rows are the path, with `margin` cells less than the pane has.
    pub(crate) fn are_path(&self, rows: &[String], path: &str, cwd: &str, margin: usize) -> bool {
        let forms = file_names(path, cwd);
        !rows.is_empty()
            && forms.iter().any(|form| {
                let end = rows[0]
                    .trim_start()
                    .strip_prefix('…')
                    .filter(|_| rows.len() == 1);
                let is_cut = end.is_some_and(|end| end.contains('/') && form.ends_with(end));
                is_cut
                    || [Breaks::Words, Breaks::Cells].into_iter().any(|breaks| {
                        let mut shown = self.sunk(rows, 1, margin);
                        shown.flow.breaks = breaks;
                        Wanted::All(form).is_in(&shown)
                    })
            })
    }

    /// `  1 first line`: each line of a new file with its number.
    pub(crate) fn creates(&self, block: &[String], content: &str) -> Result<(), Refusal> {
        let mut rows = block.iter().peekable();
        let lines: Vec<&str> = content.lines().collect();
        let has_return = |(_, line): &(usize, &str)| line.ends_with("\r\n");
        let ends = content.split_inclusive('\n').enumerate().filter(has_return);
        let ends: Vec<usize> = ends.map(|(index, _)| index).collect();
        // An empty file is said to be so.
        let lines = if lines.is_empty() { vec![EMPTY] } else { lines };
        for (index, line) in lines.iter().enumerate() {
            let number = (index + 1).to_string();
            let Some(first) = rows.next() else {
                return Err(Refusal::Differs(Part::Content));
            };
            let Some((gutter, text)) = numbered(first, &number) else {
                return Err(Refusal::Differs(Part::Content));
            };
            let mut shown = vec![text.to_owned()];
            let next = (index + 2).to_string();
            while let Some(row) = rows.next_if(|row| numbered(row, &next).is_none()) {
                shown.push(row.get(gutter..).unwrap_or_default().to_owned());
            }
            let fits = |margin: usize| {
                let flow = Flow {
                    columns: self.width.saturating_sub(gutter + margin),
                    breaks: Breaks::Cells,
                    tabs: Tabs::Loose,
                };
                // Newer versions have a sign for the other half of a line break.
                flow.shows(&shown, line)
                    || ends.contains(&index) && flow.shows(&shown, &format!("{line}\u{fffd}"))
            };
            // In a box there is less room.
            if !(fits(1) || fits(3) || fits(7)) {
                return Err(Refusal::Differs(Part::Content));
            }
        }
        match rows.next() {
            None => Ok(()),
            Some(_) => Err(Refusal::Differs(Part::Content)),
        }
    }

    /// `lab echo: x=1` is shown as `lab — Echo Tool: (MCP)` and `x: "1"`, by older versions as
    /// `lab - echo(x: "1") (MCP)`.
    fn calls(&self, bound: &Bound, tool: &str, message: &str) -> Result<(), Refusal> {
        let input = bound.input.as_ref().and_then(Value::as_object);
        if !self.is_headed(TOOL) {
            return Err(Refusal::OtherDialog);
        }
        let is_named = |rows: &[String]| {
            (1..rows.len()).any(|title| {
                is_title(&rows[..title], TOOL, self.width) && calls::is_named(&rows[title..], tool)
            })
        };
        let (head, block) = match &self.layout {
            Layout::Ruled { head, block } => (head, &block[..]),
            // Without inputs there is nothing to be ruled off.
            Layout::Plain { title, .. } if is_named(title) => (title, &[][..]),
            Layout::Plain { title, .. } if !is_title(title, TOOL, self.width) => {
                return Err(Refusal::OtherDialog);
            }
            Layout::Plain { block, .. } => {
                let input = input.ok_or(Refusal::NotKnown(Part::Input))?;
                let rows = self.sunk(block, 3, 6).rows;
                return calls::is_called(&rows, self.width, tool, input);
            }
            Layout::Boxed { .. } => return Err(Refusal::OtherDialog),
        };
        if !is_named(head) {
            return Err(Refusal::OtherDialog);
        }
        if let Some(input) = input {
            return calls::are_listed(block, self.width, input);
        }
        let argument = message
            .split_once(": ")
            .map_or("", |(_, argument)| argument);
        let (key, value) = argument.split_once('=').unwrap_or(("", argument));
        let begins = format!("{key}: \"{}", cut(value).0);
        let shown = self.framed(block).rows.concat();
        said(
            argument.is_empty() || shown.starts_with(&begins),
            Part::Input,
        )
    }

    /// The question, whole, below the line of headings.
    fn asks(&self, bound: &Bound, message: &str) -> Result<(), Refusal> {
        let input = bound.input.as_ref();
        let known = input.and_then(|input| input["questions"][0]["question"].as_str());
        plain(Part::Question, known.unwrap_or(message))?;
        let rows = match &self.layout {
            Layout::Plain { block, .. } => trimmed(block),
            Layout::Ruled { .. } | Layout::Boxed { .. } => return Err(Refusal::OtherDialog),
        };
        let wanted = known.map_or_else(|| Wanted::of(message), Wanted::All);
        // Newer versions draw a bar beside one of several rows.
        let barred: Option<Vec<String>> = rows
            .iter()
            .map(|row| {
                Some(
                    row.strip_prefix('│')?
                        .strip_prefix(' ')
                        .unwrap_or("")
                        .to_owned(),
                )
            })
            .collect();
        let rows = barred.as_deref().unwrap_or(rows);
        let fits = |margin| wanted.is_in(&self.sunk(rows, 0, margin));
        said((0..=4).any(fits), Part::Question)
    }

    /// Whether its first row begins with the words of that title, in whatever columns, or its first rows
    /// are that title beside whose it is.
    pub(crate) fn is_headed(&self, name: &[&str]) -> bool {
        let words = self.top_words();
        let head = self.head();
        let is_title = |end: usize| is_sub_agents(&head[..end], name, self.width);
        name.iter().all(|word| words.contains(word)) || (1..=head.len()).any(is_title)
    }

    /// Rows in a box that newer versions draw as a bar where there are several lines.
    pub(crate) fn framed(&self, rows: &[String]) -> BareRows {
        let inside = |row: &String| {
            let rest = row.strip_prefix(" │")?;
            Some(rest.strip_prefix(' ').unwrap_or(rest).to_owned())
        };
        match rows.iter().map(inside).collect::<Option<Vec<String>>>() {
            Some(rows) if rows.len() > 1 || is_barred_alone(&rows) => BareRows {
                rows,
                flow: Flow::words(self.width.saturating_sub(4)),
            },
            _ => self.sunk(rows, 1, 2),
        }
    }

    /// Rows that begin `indent` cells in, with so many cells less than the pane has.
    pub(crate) fn sunk(&self, rows: &[String], indent: usize, margin: usize) -> BareRows {
        let inside = |row: &String| match row.get(..indent) {
            Some(blank) if blank.trim().is_empty() => row[indent..].to_owned(),
            _ if row.trim().is_empty() => String::new(),
            // Nothing that is looked for has a mark like this.
            _ => '\0'.to_string(),
        };
        let stops = if indent == 3 { 3 } else { 0 };
        BareRows {
            rows: rows.iter().map(inside).collect(),
            flow: Flow {
                tabs: Tabs::Stops(stops),
                ..Flow::words(self.width.saturating_sub(margin))
            },
        }
    }
}

/// Whether Claude draws a bar beside this single row. It does where it is wider than 80 cells, however
/// wide the pane is (78 have none, 81 have one). A row of 79 with a bar of its own would be wider than
/// that and get another one, so none of those can be taken for this.
fn is_barred_alone(rows: &[String]) -> bool {
    rows.first().is_some_and(|row| row.width() > 78)
}

/// Whether all that the assistant says about a command are blanks: newer versions draw them as they are.
fn has_blanks_alone(bound: &Bound) -> bool {
    let said = bound
        .input
        .as_ref()
        .and_then(|input| input["description"].as_str());
    said.is_some_and(|words| !words.is_empty() && words.trim().is_empty())
}

/// What the assistant says about a command; `None` where that is not known.
fn description(bound: &Bound) -> Result<Option<String>, Refusal> {
    let Some(input) = bound.input.as_ref() else {
        return Ok(None);
    };
    let words = input["description"].as_str().unwrap_or_default();
    let words = if words.trim().is_empty() {
        NO_DESCRIPTION
    } else {
        words
    };
    plain_inside(Part::Description, words)?;
    Ok(Some(words.to_owned()))
}

/// The older layout: a title up to an empty line, then what stands three cells in. A question has a
/// line of headings instead.
fn read_plain(rows: &[String], kind: Kind) -> Layout {
    let is_empty = |row: &String| row.trim().is_empty();
    let start = rows.iter().position(|row| !is_empty(row));
    let start = start.unwrap_or(rows.len());
    let title = rows[start..]
        .iter()
        .take_while(|row| !is_empty(row))
        .count();
    let (title, rest) = rows[start..].split_at(title);
    // What is to be read stands two cells in.
    let indent = if title.iter().any(|row| row.contains("Read file")) {
        "  "
    } else {
        "   "
    };
    let is_its = |row: &&String| is_empty(row) || row.starts_with(indent);
    let block: Vec<String> = match kind {
        Kind::Question => rest.to_vec(),
        Kind::Permission => rest.iter().take_while(is_its).cloned().collect(),
    };
    let block = block.get(1..).unwrap_or_default();
    Layout::Plain {
        title: title.to_vec(),
        block: block[..filled(block)].to_vec(),
    }
}

/// A title, and a box below it that fills the rest.
fn read_boxed(rows: &[String], width: usize) -> Option<Layout> {
    let edge = |row: &str, left: char, right: char| {
        let dashes = row
            .strip_prefix(left)
            .and_then(|row| row.strip_suffix(right));
        dashes.is_some_and(|dashes| is_whole_rule(dashes, '─', width.saturating_sub(2)))
    };
    let top = rows.iter().position(|row| edge(row, '╭', '╮'))?;
    let end = rows.iter().position(|row| edge(row, '╰', '╯'))?;
    let inside = |row: &String| {
        let row = row.strip_prefix('│')?.strip_suffix('│')?;
        (row.width() + 2 == width).then(|| row.trim_end_matches(' ').to_owned())
    };
    let inside: Option<Vec<String>> = rows.get(top + 1..end)?.iter().map(inside).collect();
    Some(Layout::Boxed {
        title: rows[..top].to_vec(),
        inside: inside?,
    })
}

/// How many rows there are up to the last one that is not empty.
fn filled(rows: &[String]) -> usize {
    let last = rows.iter().rposition(|row| !row.trim().is_empty());
    last.map_or(0, |at| at + 1)
}

fn trimmed(rows: &[String]) -> &[String] {
    let first = rows.iter().position(|row| !row.trim().is_empty());
    &rows[first.unwrap_or(0)..]
}

/// `  12 text`: how far its text is in, and the text.
fn numbered<'a>(row: &'a str, number: &str) -> Option<(usize, &'a str)> {
    let blanks = row.len() - row.trim_start_matches(' ').len();
    if !(1..=4).contains(&blanks) {
        return None;
    }
    let rest = row.trim_start_matches(' ').strip_prefix(number)?;
    let gutter = blanks + number.len() + 1;
    match rest.strip_prefix(' ') {
        Some(text) => Some((gutter, text)),
        None => rest.is_empty().then_some((gutter, "")),
    }
}

/// Whether its command may be one that Claude shows as the change that it makes in a file.
pub(super) fn may_edit(bound: &Bound) -> bool {
    let command = bound.command.as_deref();
    command.is_none_or(|command| command.contains("sed"))
}
