//! What a tool's input is made of, to be read by a person: a command, a diff, questions, a plan. What
//! is not known is shown field by field: nothing of the input is left out.

use pane_patrol_hooks::text::visible;
use serde_json::{Map, Value};
use similar::{ChangeTag, TextDiff};

use crate::state::Written;

/// One piece, from top to bottom. Every character of it can be seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// What the assistant says about it.
    Note(String),
    /// Text of its own lines, as it is: a command, a plan, a question.
    Text(String),
    /// Lines that begin with `+`, `-` or a space.
    Diff(Vec<String>),
    /// A field and its value; for a question the number of an option and its words.
    Field(String, String),
}

/// What a tool is given, as far as it is known how that is best read. Its assistant tells, by the tool.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Given {
    /// A command, if it has one, and whatever else.
    #[default]
    Command,
    /// Questions with options.
    Question,
    /// A plan.
    Plan,
    /// A piece of a file and what it becomes.
    Edit,
    /// All that a file is to hold.
    Write,
}

impl Given {
    /// The whole command or plan in `input`, if it is one.
    pub(crate) fn command_in(self, input: &Value) -> Option<String> {
        let names: &[&str] = match self {
            Self::Plan => &["plan"],
            Self::Command | Self::Question | Self::Edit | Self::Write => &["command", "cmd"],
        };
        let command = names.iter().find_map(|name| input.get(*name));
        command.and_then(Value::as_str).map(str::to_owned)
    }
}

/// What says of a question that it takes several of its options.
const SEVERAL: [&str; 2] = ["multiSelect", "multiple"];

/// Unchanged lines around a change.
const AROUND: usize = 3;

/// Reads `input`. `before`: what the file holds that is written over.
pub(crate) fn of(given: Given, input: &Value, before: Option<&str>) -> Vec<Part> {
    let Some(fields) = input.as_object() else {
        return vec![Part::Text(visible(&plain(input)))];
    };
    let mut rest = Fields(fields.clone());
    let mut parts = Vec::new();
    match given {
        Given::Command => parts.extend(rest.command()),
        Given::Question => parts.extend(rest.questions()),
        Given::Plan => parts.extend(rest.text("plan")),
        Given::Edit => parts.extend(rest.edit()),
        Given::Write => parts.extend(rest.write(before)),
    }
    parts.extend(rest.others());
    parts
}

/// `parts` with the fields of objects in the order in which they were `given`, where that is known.
pub(crate) fn in_order(parts: Vec<Part>, written: Option<&Written>) -> Vec<Part> {
    let Some(Written::Fields(fields)) = written else {
        return parts;
    };
    let ordered = |part: Part| {
        let Part::Field(name, value) = part else {
            return part;
        };
        let is_it = |(own, written): &&(String, Written)| {
            visible(own) == name && !matches!(written, Written::Leaf(_))
        };
        let written = fields.iter().find(is_it);
        let value = written.map_or(value, |(_, written)| visible(&written.to_string()));
        Part::Field(name, value)
    };
    parts.into_iter().map(ordered).collect()
}

/// A change that is a unified diff already, with what `input` says beside it.
pub(crate) fn of_diff(input: &Value, diff: &str) -> Vec<Part> {
    let mut rest = Fields(input.as_object().cloned().unwrap_or_default());
    rest.0.remove("diff");
    let mut parts: Vec<Part> = rest.file().into_iter().collect();
    let is_change = |line: &&str| line.starts_with(['+', '-', ' ', '@']);
    let is_name = |line: &&str| line.starts_with("+++ ") || line.starts_with("--- ");
    let shown = visible(diff);
    let lines = shown
        .lines()
        .filter(is_change)
        .filter(|line| !is_name(line));
    parts.push(Part::Diff(lines.map(str::to_owned).collect()));
    parts.extend(rest.others());
    parts
}

/// All parts as plain text, for a terminal or a pipe.
pub(crate) fn text(parts: &[Part]) -> String {
    let part = |part: &Part| match part {
        Part::Note(note) => format!("({note})\n"),
        Part::Text(text) => format!("{}\n", text.trim_end_matches('\n')),
        Part::Diff(lines) => format!("{}\n", lines.join("\n")),
        Part::Field(name, value) => format!("{name}: {value}\n"),
    };
    parts.iter().map(part).collect()
}

/// The fields that have not been told of yet.
struct Fields(Map<String, Value>);

impl Fields {
    fn take(&mut self, names: &[&str]) -> Option<String> {
        let name = names
            .iter()
            .find(|name| self.0.get(**name).is_some_and(Value::is_string))?;
        match self.0.remove(*name) {
            Some(Value::String(text)) => Some(visible(&text)),
            _ => None,
        }
    }

    fn text(&mut self, name: &str) -> Option<Part> {
        self.take(&[name]).map(Part::Text)
    }

    /// The command first: what stands below it may not be seen.
    fn command(&mut self) -> Vec<Part> {
        let Some(command) = self.take(&["command", "cmd"]) else {
            return Vec::new();
        };
        let note = self.take(&["description"]).map(Part::Note);
        std::iter::once(Part::Text(command)).chain(note).collect()
    }

    fn file(&mut self) -> Option<Part> {
        let path = self.take(&["file_path", "filePath", "path"])?;
        Some(Part::Field("file".to_owned(), path))
    }

    fn edit(&mut self) -> Vec<Part> {
        let mut parts: Vec<Part> = self.file().into_iter().collect();
        parts.extend(self.replacement());
        if let Some(Value::Array(edits)) = self.0.get("edits").cloned()
            && edits.iter().all(Value::is_object)
        {
            self.0.remove("edits");
            for edit in edits {
                let mut fields = Self(edit.as_object().cloned().unwrap_or_default());
                parts.extend(fields.replacement());
                parts.extend(fields.others());
            }
        }
        parts
    }

    fn replacement(&mut self) -> Vec<Part> {
        let old = self.take(&["old_string", "oldString", "old_str"]);
        let new = self.take(&["new_string", "newString", "new_str"]);
        let mut parts = Vec::new();
        if old.is_some() || new.is_some() {
            let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
            parts.push(Part::Diff(diff(&old, &new)));
        }
        match self.0.remove("replace_all") {
            Some(Value::Bool(false)) | None => {}
            Some(Value::Bool(true)) => parts.push(Part::Note("everywhere in the file".to_owned())),
            Some(other) => {
                self.0.insert("replace_all".to_owned(), other);
            }
        }
        parts
    }

    fn write(&mut self, before: Option<&str>) -> Vec<Part> {
        let mut parts: Vec<Part> = self.file().into_iter().collect();
        if let Some(content) = self.take(&["content", "file_text"]) {
            let old = before.map(visible);
            if old.is_some() {
                parts.push(Part::Note("writes over what is there".to_owned()));
            }
            parts.push(Part::Diff(diff(&old.unwrap_or_default(), &content)));
        }
        parts
    }

    fn questions(&mut self) -> Vec<Part> {
        let Some(Value::Array(questions)) = self.0.get("questions").cloned() else {
            return Vec::new();
        };
        if !questions.iter().all(Value::is_object) {
            return Vec::new();
        }
        self.0.remove("questions");
        questions.iter().flat_map(question).collect()
    }

    /// What no part above has told of.
    fn others(&self) -> Vec<Part> {
        let field =
            |(name, value): (&String, &Value)| Part::Field(visible(name), visible(&plain(value)));
        self.0.iter().map(field).collect()
    }
}

fn question(question: &Value) -> Vec<Part> {
    let mut fields = Fields(question.as_object().cloned().unwrap_or_default());
    let mut parts: Vec<Part> = fields.text("question").into_iter().collect();
    fields.0.remove("header");
    let several = SEVERAL
        .iter()
        .filter_map(|name| fields.0.remove(*name))
        .any(|value| value == Value::Bool(true));
    if several {
        parts.push(Part::Note("several may be chosen".to_owned()));
    }
    if let Some(Value::Array(options)) = fields.0.get("options").cloned() {
        fields.0.remove("options");
        let numbered = options.iter().enumerate();
        parts.extend(numbered.map(|(index, option)| {
            Part::Field((index + 1).to_string(), visible(&option_words(option)))
        }));
    }
    parts.extend(fields.others());
    parts
}

/// The options of the one question in `input`, where one of them is its answer.
pub(super) fn options_in(input: &Value) -> Vec<(String, Option<String>)> {
    let Some([question]) = input["questions"].as_array().map(Vec::as_slice) else {
        return Vec::new();
    };
    if SEVERAL
        .iter()
        .any(|name| question[*name] == Value::Bool(true))
    {
        return Vec::new();
    }
    let options = question["options"].as_array().into_iter().flatten();
    let option = options.map(|option| match option["label"].as_str() {
        Some(label) => {
            let about = option["description"].as_str();
            (
                visible(label),
                about.filter(|about| !about.is_empty()).map(visible),
            )
        }
        None => (visible(&plain(option)), None),
    });
    option.collect()
}

fn option_words(option: &Value) -> String {
    let label = option["label"].as_str();
    match (label, option["description"].as_str()) {
        (Some(label), Some(about)) if !about.is_empty() => format!("{label} — {about}"),
        (Some(label), _) => label.to_owned(),
        (None, _) => plain(option),
    }
}

/// A text as it is, anything else as JSON.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// What changes between two texts, line by line, with a few lines around it.
fn diff(old: &str, new: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(old, new);
    let mut lines = Vec::new();
    for (index, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if index > 0 {
            lines.push("@@".to_owned());
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Equal => ' ',
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
            };
            lines.push(format!("{sign}{}", change.value().trim_end_matches('\n')));
        }
    }
    lines
}
