//! Which of two requests the dialog on the screen may be, by the words of both alone.
//!
//! How Claude Code draws a text is known as far as it was looked at: it shortens what is long, says a
//! sentence of its own in the place of what is longer, writes paths and addresses otherwise, follows
//! quotes of another form, and of a change shows what differs. So that a dialog is *not* the one of a
//! request is taken for certain only where this is tame: short, of plain letters, with nothing at the end
//! of a line that cannot be seen.

use serde_json::Value;

use super::beginnings::{self, Given, differ};
use super::places::{is_shown_address, is_shown_path, is_tame_address, is_tame_path};
use super::plain::{is_no_sentence, is_tame_name};
use super::quotes::is_quote;
use crate::assistants::facets::dialog::drawn::{is_rounded, may_be_barred};
use crate::assistants::facets::dialog::own::Certainty;
use crate::assistants::facets::dialog::signs::{is_as_written, is_frame};
use crate::state::Bound;

/// So many characters of a text are drawn for certain. Of a command 2.1.332 draws from somewhere between 3,800
/// and 4,400 on none, and 2.1.197 all, but so late that it may take the key of another dialog.
const LONG: usize = 2000;

/// What is drawn for certain of a request that is told from others by it.
enum Mark<'a> {
    /// How a command begins.
    Command(String),
    /// The last part of a path.
    File(&'a str),
    Address(&'a str),
    /// What a server's tool is given.
    Given(Given),
}

/// How certain it is that what shows `one`, wholly, is not the dialog of `other`. `columns`: how many cells a
/// row has in which a command stands as it is; `None` where it stands as the change that it makes.
pub(super) fn certainty(one: &Bound, other: &Bound, columns: Option<usize>) -> Certainty {
    weighed(one, other, columns, Quotes::Doubtful)
}

/// Whether the rows tell both apart where the form of quotes in changes counts for nothing.
pub(super) fn is_told_but_for_quotes(one: &Bound, other: &Bound, columns: Option<usize>) -> bool {
    weighed(one, other, columns, Quotes::Alike) == Certainty::ByRows
}

/// How quotes in changes are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotes {
    /// They may be drawn in another form.
    Doubtful,
    /// Those of all forms are the same.
    Alike,
}

fn weighed(one: &Bound, other: &Bound, columns: Option<usize>, quotes: Quotes) -> Certainty {
    let by_rows = || {
        if is_tame(one, quotes) && is_tame(other, quotes) {
            Certainty::ByRows
        } else {
            Certainty::None
        }
    };
    // Which of the questions of a request is on the screen nobody knows.
    if tool(one) == tool(other) && (asks_several(one) || asks_several(other)) {
        return Certainty::None;
    }
    match (mark(one, columns), mark(other, columns)) {
        // What follows a command may read like the rest of a longer one.
        (Some(Mark::Command(one)), Some(Mark::Command(other))) if differ(&one, &other) => {
            Certainty::Another
        }
        (Some(Mark::Given(one)), Some(Mark::Given(other))) if one.differs(&other) => {
            Certainty::Another
        }
        (Some(Mark::File(one)), Some(Mark::File(other)))
        | (Some(Mark::Address(one)), Some(Mark::Address(other)))
            if one != other =>
        {
            Certainty::Another
        }
        _ => by_rows(),
    }
}

fn tool(bound: &Bound) -> Option<&str> {
    bound.request.tool.as_deref()
}

/// Whether it asks several questions, one after another, or nobody knows how many.
fn asks_several(bound: &Bound) -> bool {
    let questions = bound.input.as_ref().map(|input| &input["questions"]);
    tool(bound) == Some("AskUserQuestion")
        && questions.and_then(Value::as_array).map(Vec::len) != Some(1)
}

/// Whether it is a skill by a name that may read like more of the row in which it stands.
pub(super) fn is_named_oddly(bound: &Bound) -> bool {
    let name = bound
        .input
        .as_ref()
        .and_then(|input| input["skill"].as_str());
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_:./".contains(c);
    tool(bound) == Some("Skill") && !name.is_some_and(|name| name.chars().all(is_plain))
}

fn mark(bound: &Bound, columns: Option<usize>) -> Option<Mark<'_>> {
    let input = bound.input.as_ref();
    let text = |name: &str| match input {
        Some(input) => input[name].as_str(),
        None => bound.request.message.as_deref(),
    };
    match bound.request.tool.as_deref()? {
        "Bash" | "Monitor" => {
            let whole = input.and_then(|input| input["command"].as_str());
            let letters = match bound.command.as_deref().or(whole) {
                Some(command) => beginnings::of_command(command, columns?),
                None => beginnings::of_command_line(text("command")?, columns?),
            };
            letters.map(Mark::Command)
        }
        "Write" | "Edit" | "MultiEdit" | "Read" => name_of(text("file_path")?),
        "NotebookEdit" => name_of(text("notebook_path")?),
        "WebFetch" => {
            let address = text("url")?;
            is_tame_address(address).then_some(Mark::Address(address))
        }
        _ if bound.request.is_servers() => Given::of(input?).map(Mark::Given),
        _ => None,
    }
}

fn name_of(path: &str) -> Option<Mark<'_>> {
    let name = path.rsplit('/').next()?;
    (is_tame_path(path) && !name.is_empty()).then_some(Mark::File(name))
}

/// Whether all of the request is drawn as it is written.
fn is_tame(bound: &Bound, quotes: Quotes) -> bool {
    let (Some(tool), Some(input)) = (bound.request.tool.as_deref(), &bound.input) else {
        return false;
    };
    let text = |name: &str| input[name].as_str().unwrap_or_default();
    if is_named_oddly(bound) {
        return false;
    }
    let is_place_tame = match tool {
        "Write" | "Edit" | "MultiEdit" | "Read" => is_shown_path(text("file_path")),
        "NotebookEdit" => is_shown_path(text("notebook_path")),
        "WebFetch" => is_shown_address(text("url")),
        _ => true,
    };
    let is_change = matches!(tool, "Edit" | "MultiEdit" | "NotebookEdit");
    // What a server's tool is given stands in quotes, with every quote in it marked, or in a box of its own.
    let is_text_tame = |text: &str| {
        let is_quoted = is_change && quotes == Quotes::Doubtful && text.contains(is_quote);
        is_tame_text(text) && !is_quoted
    };
    let is_input_tame = match input {
        Value::Object(fields) if bound.request.is_servers() => {
            fields.iter().all(|(name, value)| match value {
                Value::String(text) => is_tame_name(name) && is_text_tame(text),
                within => is_tame_name(name) && is_tame_value(within, &is_tame_in_quotes),
            })
        }
        input => is_tame_value(input, &is_text_tame),
    };
    is_place_tame && is_input_tame
}

fn is_tame_value(value: &Value, is_text_tame: &dyn Fn(&str) -> bool) -> bool {
    match value {
        Value::Null | Value::Bool(_) => true,
        Value::Number(_) => !is_rounded(value),
        Value::String(text) => is_text_tame(text),
        Value::Array(values) => values
            .iter()
            .all(|value| is_tame_value(value, is_text_tame)),
        Value::Object(fields) => fields
            .iter()
            .all(|(name, value)| is_tame_name(name) && is_tame_value(value, is_text_tame)),
    }
}

/// A text within a list or an object that a server's tool is given stands between quotes, with tabs and line
/// breaks marked, in both versions: blanks at its ends are seen.
fn is_tame_in_quotes(text: &str) -> bool {
    let trimmed = text.trim_matches([' ', '\t', '\n']);
    let lines = trimmed.split(['\t', '\n']);
    text.chars().count() <= LONG && lines.map(|line| line.trim_matches(' ')).all(is_tame_text)
}

/// Frames are drawn as they are written where none of them may be taken for a bar of Claude's.
fn is_tame_text(text: &str) -> bool {
    let may_frame = !may_be_barred(text);
    are_tame(text, |c| {
        c != '\t' && is_as_written(c) || may_frame && is_frame(c)
    })
}

fn are_tame(text: &str, is_tame: impl Fn(char) -> bool) -> bool {
    let is_seen = |line: &str| !line.ends_with(' ');
    text.chars().count() <= LONG
        && text.chars().all(is_tame)
        && text.split('\n').all(is_seen)
        && !text.starts_with(' ')
        && is_no_sentence(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::tests::request;
    use super::*;
    use crate::state::Bound;

    fn asks(tool: &str, input: Value) -> Bound {
        let mut bound = request(tool, "");
        bound.command = input["command"].as_str().map(str::to_owned);
        (bound.request.message, bound.input) = (None, Some(input));
        bound
    }

    fn bash(command: &str) -> Bound {
        asks(
            "Bash",
            json!({"command": command, "description": "says so"}),
        )
    }

    /// The first is what is to be answered; Claude was seen to draw the second just like it.
    #[test]
    fn what_claude_draws_otherwise_than_it_is_written_may_be_anything() {
        let long = format!("touch PWNED; : {}", "w".repeat(6_000));
        let file = |path: &str, content: &str| {
            asks("Write", json!({"file_path": path, "content": content}))
        };
        let change = |path: &str, old: &str, new: &str| {
            let input = json!({"file_path": path, "old_string": old, "new_string": new});
            asks("Edit", input)
        };
        let fetch = |url: &str| asks("WebFetch", json!({"url": url, "prompt": "p"}));
        let read = |path: &str| asks("Read", json!({"file_path": path}));
        let in_its_place =
            "(value cannot be shown in full — approval withheld; one-time options only)";
        for (one, other) in [
            (bash(in_its_place), bash(&long)),
            (
                bash("make      -n\n all || touch T1"),
                bash("make\t-n\tall || touch T1"),
            ),
            // Rows that older versions draw over each other.
            (
                bash("make -n all"),
                bash("make\t-n\t\t\t\t\t\t\t\t\ttouch T1"),
            ),
            (
                file("/p/w.md", "one two\n"),
                file("~/../proj/w.md", "one two   \n"),
            ),
            (
                file("/p/w.md", "one two\n"),
                file(" /p/w.md", "one two   \n"),
            ),
            (
                change("/p/n.md", "beta", "gamma"),
                change("~/../p/n.md", "beta", "gamma   "),
            ),
            (
                change("/p/n.md", "now", "later"),
                change("/p/n.md", "\"hi\" now", "\"hi\" later   "),
            ),
            (fetch("http://127.0.0.1/a"), fetch("http://0x7f.0.0.1/a")),
            (fetch("http://host.org/a"), fetch("http://host.org/./a")),
            (read("/etc/hosts"), read(" /etc/hosts")),
        ] {
            let found = certainty(&one, &other, Some(80));
            assert_eq!(found, Certainty::None, "{:?} {:?}", one.input, other.input);
        }
    }

    #[test]
    fn of_several_questions_any_may_be_the_one_on_the_screen() {
        let asked = |asked: &str| json!({"question": asked, "header": "h", "options": []});
        let ask = |questions: Value| asks("AskUserQuestion", json!({"questions": questions}));
        let one = ask(json!([asked("Which colour?")]));
        let other = ask(json!([asked("Which size?")]));
        let both = ask(json!([asked("Which size?"), asked("Which colour?")]));
        assert_eq!(certainty(&one, &other, Some(80)), Certainty::ByRows);
        assert_eq!(certainty(&one, &both, Some(80)), Certainty::None);
        assert_eq!(certainty(&both, &one, Some(80)), Certainty::None);
    }

    #[test]
    fn a_number_that_is_rounded_tells_nothing() {
        let given = |number: Value| asks("mcp__lab__echo", json!({"x": number}));
        for (number, expected) in [
            (json!(7), Certainty::Another),
            (json!(12), Certainty::ByRows),
            (json!(i64::MIN), Certainty::None),
            (json!(u64::MAX), Certainty::None),
            (json!(1.5), Certainty::ByRows),
            (json!(-0.75), Certainty::Another),
            (json!(1.0), Certainty::None),
            (json!(1.000_000_000_000_000_2), Certainty::None),
            (json!(1e21), Certainty::None),
        ] {
            assert_eq!(
                certainty(&given(json!(1)), &given(number.clone()), Some(80)),
                expected,
                "{number}"
            );
        }
    }

    #[test]
    fn plain_words_tell_requests_apart() {
        let line = |line: &str| request("Bash", line);
        let given = |input: Value| asks("mcp__lab__echo", input);
        let file = |path: &str| asks("Write", json!({"file_path": path, "content": "\tx \n"}));
        let fetch = |url: &str| asks("WebFetch", json!({"url": url, "prompt": "p"}));
        for (one, other) in [
            (bash("touch a"), bash("touch b")),
            (bash("mv a b"), bash("mv b a")),
            (bash("mv a b"), bash(" mv b a \n")),
            (
                bash("mv a b"),
                bash("cat > Makefile <<'E'\nall:\n\ttouch x\nE"),
            ),
            (
                bash("mv a b"),
                bash(&format!("touch {}", "x".repeat(9_000))),
            ),
            (
                bash(&format!("touch {}", "x".repeat(9_000))),
                bash("mv a b"),
            ),
            (bash("mv a b"), line("touch x …")),
            (bash("mv a b"), line("touch x")),
            (line("mv a …"), bash("touch b")),
            (
                given(json!({"x": "a"})),
                given(json!({"x": "b".repeat(9_000)})),
            ),
            (
                given(json!({"x": "a"})),
                given(json!({"y": "a".repeat(9_000)})),
            ),
            (
                given(json!({"x": "a", "n": 1})),
                given(json!({"x": "a".repeat(9_000), "n": 2})),
            ),
            (file("/p/a.go"), file("/q/b.go")),
            (fetch("https://one.org/a"), fetch("https://two.org/a")),
            (
                fetch("https://one.org/find?q=a&page=1"),
                fetch("https://one.org/find?q=b&page=2"),
            ),
        ] {
            assert_eq!(
                certainty(&one, &other, Some(80)),
                Certainty::Another,
                "{:?}",
                one.input
            );
        }
        for (one, other) in [
            (bash("touch a b"), bash("touch ab")),
            (bash("touch a"), bash("touch a\ntouch b")),
            (file("/p/a.go"), fetch("https://one.org/a")),
            // What is longer may be shown as its beginning.
            (
                bash("touch a"),
                bash(&format!("touch a{}", "x".repeat(9_000))),
            ),
            (
                bash(&format!("touch a{}", "x".repeat(9_000))),
                bash("touch a"),
            ),
            (bash("touch a; touch b"), line("touch a; …")),
            (bash("touch a"), line("touch a; touch …")),
            (
                bash("mv a b"),
                bash(&format!("touch\u{378} {}", "x".repeat(9_000))),
            ),
            (bash("mv a b"), line("touch <U+0378> …")),
            (
                given(json!({"x": "a"})),
                given(json!({"x": "a".repeat(9_000)})),
            ),
            (
                given(json!({"x": "a"})),
                given(json!({"x": "a", "y": "b".repeat(9_000)})),
            ),
            (given(json!({"x": "a"})), given(json!({"x": "\u{378}b"}))),
            (
                given(json!({"x": "a"})),
                given(json!({"x": "b", "y": "\r"})),
            ),
            (given(json!({"x": "\""})), given(json!({"x": "b"}))),
            (given(json!({"x": 1})), given(json!({"x": "1b"}))),
            (given(json!({"x": "a"})), given(json!({"x: 5, y": "b"}))),
        ] {
            assert_ne!(
                certainty(&one, &other, Some(80)),
                Certainty::Another,
                "{:?}",
                one.input
            );
        }
        assert_eq!(
            certainty(&bash("touch a b"), &bash("touch ab"), Some(80)),
            Certainty::ByRows
        );
    }
}
