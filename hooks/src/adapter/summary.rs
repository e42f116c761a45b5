//! One line that tells a person what an assistant is about to do or asks, made from the same fields
//! for every event about one tool call: rows recognise a request by it.

use super::payload::{Payload, ToolInput};
use super::{ADAPTERS, is_question};
use crate::text::{MAX_MESSAGE_CHARS, one_line, told_line, unmarked};

/// What a tool call is about; `None` when its input says nothing.
pub(super) fn of_tool(tool: &str, input: &ToolInput, cwd: &str) -> Option<String> {
    let text = if is_question(tool) && input.questions > 0 {
        question(input)
    } else {
        told_by(tool, input, cwd).unwrap_or_else(|| usual(input, cwd))
    };
    // A person decides about it: nothing of it is left out, and no two texts read alike.
    Some(told_line(&text, MAX_MESSAGE_CHARS)).filter(|line| !unmarked(line).trim().is_empty())
}

/// What an assistant says of a tool of this name, whoever's it is: requests are found again by it where
/// nobody knows any more who has told of them.
fn told_by(tool: &str, input: &ToolInput, cwd: &str) -> Option<String> {
    let mut own = ADAPTERS.iter().filter_map(|adapter| adapter.tools.about);
    own.find_map(|about| about(tool, input, cwd))
}

/// What is said of a tool of which nothing more is known.
fn usual(input: &ToolInput, cwd: &str) -> String {
    if !input.command.is_empty() {
        command(&input.command)
    } else if !input.pattern.is_empty() {
        input.pattern.clone()
    } else if !input.path.is_empty() {
        relative(&input.path, cwd).to_owned()
    } else {
        first_of(input).to_owned()
    }
}

/// `text` as the message of an event; `None` when nothing is left of it.
pub(super) fn line(text: &str) -> Option<String> {
    Some(one_line(text, MAX_MESSAGE_CHARS)).filter(|line| !line.is_empty())
}

/// The first line that holds something, with a mark when more follows.
pub(super) fn first_line(text: &str) -> String {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next().unwrap_or_default();
    if lines.next().is_some() {
        format!("{first} …")
    } else {
        first.to_owned()
    }
}

/// A command of one line with all its blanks; of several the first one, with the mark that more follows.
fn command(text: &str) -> String {
    if text.trim().contains('\n') {
        first_line(text)
    } else {
        text.to_owned()
    }
}

/// The first sentence of an answer in Markdown: a heading or a rule only where there is nothing else.
pub(super) fn of_answer(text: &str) -> Option<String> {
    let lines = || text.lines().map(str::trim).filter(|line| has_words(line));
    let first = lines().find(|line| !line.starts_with('#'));
    line(plain(first.or_else(|| lines().next())?))
}

/// Why a turn failed: in one word, and at length.
pub(super) fn failure(payload: &Payload) -> Option<String> {
    let said = of_answer(&payload.last_assistant_message);
    let details = said.or_else(|| line(&payload.error_details));
    match (payload.error.as_str(), details) {
        ("", details) => details,
        (error, None) => line(error),
        (error, Some(details)) => line(&format!("{error}: {details}")),
    }
}

/// The first thing that is said.
pub(super) fn first_of(input: &ToolInput) -> &str {
    let other = input.other.as_ref().map_or("", |(_, text)| text);
    [
        &*input.command,
        &input.url,
        &input.query,
        &input.pattern,
        &input.path,
        &input.skill,
        &input.subject,
        &input.description,
        other,
    ]
    .into_iter()
    .find(|text| !text.is_empty())
    .unwrap_or_default()
}

fn question(input: &ToolInput) -> String {
    match input.questions {
        0 | 1 => input.question.clone(),
        n => format!("{} (+{} more)", input.question, n - 1),
    }
}

/// A path as it reads from the folder that is worked in.
pub(super) fn relative<'a>(path: &'a str, cwd: &str) -> &'a str {
    path.strip_prefix(cwd)
        .and_then(|rest| rest.strip_prefix('/'))
        .filter(|rest| !cwd.is_empty() && !rest.is_empty())
        .unwrap_or(path)
}

/// A Markdown line without the marks in front of it.
pub(super) fn plain(line: &str) -> &str {
    line.trim_start_matches(['#', '>', '*', ' ']).trim()
}

/// Whether a Markdown line says anything.
pub(super) fn has_words(line: &str) -> bool {
    line.chars().any(char::is_alphanumeric) && !line.starts_with("```")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(tool: &str, input: &str) -> Option<String> {
        let json = format!(r#"{{"tool_input":{input}}}"#);
        of_tool(tool, &Payload::read(json.as_bytes()).tool_input, "/p")
    }

    fn asking() -> &'static str {
        let mut asking = ADAPTERS.iter().flat_map(|adapter| adapter.tools.asking);
        asking.next().unwrap()
    }

    #[test]
    fn a_tool_is_summed_up_by_what_matters_to_a_person() {
        for (input, expected) in [
            (r#"{"command":"make test","description":"d"}"#, "make test"),
            (r#"{"command":"\n cat <<E\nx\nE\n"}"#, "cat <<E …"),
            (r#"{"command":" touch  a\tb \n"}"#, "␠touch␠␠a␉b␠␊"),
            (r#"{"command":"touch  a\nb"}"#, "touch␠␠a …"),
            (r#"{"file_path":"/p/src/a.rs"}"#, "src/a.rs"),
            (r#"{"file_path":"/pq/a.rs","old_string":"x"}"#, "/pq/a.rs"),
            (r#"{"notebook_path":"/p/n.ipynb"}"#, "n.ipynb"),
            (r#"{"pattern":"fn main","path":"/p/src"}"#, "fn main"),
            (r#"{"pattern":"**/*.rs"}"#, "**/*.rs"),
            (
                r#"{"url":"https://a.b/c","prompt":"sum up"}"#,
                "https://a.b/c",
            ),
            (r#"{"query":"rust"}"#, "rust"),
            (
                r#"{"prompt":"long","description":"look around"}"#,
                "look around",
            ),
            (r#"{"skill":"deploy"}"#, "deploy"),
            (r#"{"subject":"first","description":"d"}"#, "first"),
            (r#"{"n":1,"what":"that"}"#, "that"),
        ] {
            assert_eq!(
                summary("Newest", input).as_deref(),
                Some(expected),
                "{input}"
            );
        }
        assert_eq!(summary("Newest", "{}"), None);
    }

    #[test]
    fn a_question_is_its_words_and_several_are_counted() {
        for (input, expected) in [
            (r#"{"questions":[{"question":"Which?"}]}"#, "Which?"),
            (r#"{"message":"Which colour?"}"#, "Which colour?"),
            (
                r#"{"questions":[{"question":"Which?","options":[{"question":"no"}]},{"question":"How?"}]}"#,
                "Which? (+1 more)",
            ),
        ] {
            assert_eq!(
                summary(asking(), input).as_deref(),
                Some(expected),
                "{input}"
            );
        }
    }

    #[test]
    fn an_answer_is_summed_up_by_its_first_sentence() {
        for (answer, expected) in [
            ("hello there", Some("hello there")),
            (
                "## Summary\n\nAll tests pass.\n- a",
                Some("All tests pass."),
            ),
            ("---\n```sh\nmake\n```", Some("make")),
            ("# Done", Some("Done")),
            ("**Done:** it works", Some("Done:** it works")),
            ("\n…\n", None),
        ] {
            assert_eq!(of_answer(answer).as_deref(), expected, "{answer}");
        }
    }
}
