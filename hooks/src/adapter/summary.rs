//! One line that tells a person what an assistant is about to do or asks, made from the same fields
//! for every event about one tool call: rows recognise a request by it.

use super::is_question;
use super::payload::{Payload, ToolInput};
use crate::text::{MAX_MESSAGE_CHARS, one_line, told_line, unmarked};

/// What a tool call is about; `None` when its input says nothing.
pub(super) fn of_tool(tool: &str, input: &ToolInput, cwd: &str) -> Option<String> {
    let text = match tool {
        _ if is_question(tool) && input.questions > 0 => question(input),
        "ExitPlanMode" => plan(&input.plan),
        "apply_patch" => patch(&input.command),
        "EnterPlanMode" => "enter plan mode".to_owned(),
        _ if tool.starts_with("mcp__") => mcp(tool, input),
        _ if !input.command.is_empty() => command(&input.command),
        "Grep" | "Glob" if !input.path.is_empty() => {
            format!("{} in {}", input.pattern, relative(&input.path, cwd))
        }
        _ if !input.pattern.is_empty() => input.pattern.clone(),
        _ if !input.path.is_empty() => relative(&input.path, cwd).to_owned(),
        _ => first_of(input).to_owned(),
    };
    // A person decides about it: nothing of it is left out, and no two texts read alike.
    Some(told_line(&text, MAX_MESSAGE_CHARS)).filter(|line| !unmarked(line).trim().is_empty())
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

fn first_of(input: &ToolInput) -> &str {
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

/// The plan's title, or its first line when the title says no more than that it is a plan.
fn plan(plan: &str) -> String {
    let mut lines = plan.lines().map(plain).filter(|line| has_words(line));
    let title = lines.find(|line| !line.eq_ignore_ascii_case("plan"));
    title.map_or_else(|| "plan".to_owned(), |title| format!("plan: {title}"))
}

/// The files that a patch in Codex's format touches.
fn patch(patch: &str) -> String {
    let files = patch.lines().filter_map(|line| {
        let (what, file) = line.strip_prefix("*** ")?.split_once(" File: ")?;
        ["Add", "Update", "Delete"].contains(&what).then_some(file)
    });
    let files: Vec<&str> = files.collect();
    if files.is_empty() {
        return first_line(patch);
    }
    files.join(", ")
}

/// `mcp__server__tool` with its first argument.
fn mcp(tool: &str, input: &ToolInput) -> String {
    let words = tool.trim_start_matches("mcp__").replacen("__", " ", 1);
    match (&input.other, first_of(input)) {
        (Some((key, text)), first) if first == text => format!("{words}: {key}={text}"),
        (_, "") => words,
        (_, first) => format!("{words}: {first}"),
    }
}

fn relative<'a>(path: &'a str, cwd: &str) -> &'a str {
    path.strip_prefix(cwd)
        .and_then(|rest| rest.strip_prefix('/'))
        .filter(|rest| !cwd.is_empty() && !rest.is_empty())
        .unwrap_or(path)
}

/// A Markdown line without the marks in front of it.
fn plain(line: &str) -> &str {
    line.trim_start_matches(['#', '>', '*', ' ']).trim()
}

fn has_words(line: &str) -> bool {
    line.chars().any(char::is_alphanumeric) && !line.starts_with("```")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary(tool: &str, input: &str) -> Option<String> {
        let json = format!(r#"{{"tool_input":{input}}}"#);
        of_tool(tool, &Payload::read(json.as_bytes()).tool_input, "/p")
    }

    #[test]
    fn each_tool_is_summed_up_by_what_matters_to_a_person() {
        for (tool, input, expected) in [
            (
                "Bash",
                r#"{"command":"make test","description":"d"}"#,
                "make test",
            ),
            ("Bash", r#"{"command":"\n cat <<E\nx\nE\n"}"#, "cat <<E …"),
            ("Bash", r#"{"command":" touch  a\tb \n"}"#, "␠touch␠␠a␉b␠␊"),
            ("Bash", r#"{"command":"touch  a\nb"}"#, "touch␠␠a …"),
            ("mcp__lab__echo", r#"{"x":"1\n2 3"}"#, "lab echo: x=1␊2 3"),
            ("Read", r#"{"file_path":"/p/src/a.rs"}"#, "src/a.rs"),
            (
                "Edit",
                r#"{"file_path":"/pq/a.rs","old_string":"x"}"#,
                "/pq/a.rs",
            ),
            (
                "NotebookEdit",
                r#"{"notebook_path":"/p/n.ipynb"}"#,
                "n.ipynb",
            ),
            (
                "Grep",
                r#"{"pattern":"fn main","path":"/p/src"}"#,
                "fn main in src",
            ),
            ("Glob", r#"{"pattern":"**/*.rs"}"#, "**/*.rs"),
            (
                "WebFetch",
                r#"{"url":"https://a.b/c","prompt":"sum up"}"#,
                "https://a.b/c",
            ),
            ("WebSearch", r#"{"query":"rust"}"#, "rust"),
            (
                "Agent",
                r#"{"prompt":"long","description":"look around"}"#,
                "look around",
            ),
            ("Skill", r#"{"skill":"deploy"}"#, "deploy"),
            (
                "TaskCreate",
                r#"{"subject":"first","description":"d"}"#,
                "first",
            ),
            ("mcp__lab__echo", r#"{"x":"1"}"#, "lab echo: x=1"),
            ("mcp__a_b__c__d", r#"{"query":"q"}"#, "a_b c__d: q"),
            ("mcp__db__run", r#"{"command":"drop t"}"#, "db run: drop t"),
            ("mcp__lab__ask", "{}", "lab ask"),
            (
                "ExitPlanMode",
                r##"{"plan":"# Plan\n\n1. Do it"}"##,
                "plan: 1. Do it",
            ),
            (
                "ExitPlanMode",
                r###"{"plan":"## New menu\nx"}"###,
                "plan: New menu",
            ),
            ("ExitPlanMode", "{}", "plan"),
            ("EnterPlanMode", "{}", "enter plan mode"),
            (
                "apply_patch",
                r#"{"command":"*** Begin Patch\n*** Add File: /t/a\n+x\n*** Update File: b.rs\n*** End Patch"}"#,
                "/t/a, b.rs",
            ),
            ("apply_patch", r#"{"command":"what?"}"#, "what?"),
            (
                "ask_user",
                r#"{"questions":[{"question":"Which?"}]}"#,
                "Which?",
            ),
            (
                "ask_user",
                r#"{"message":"Which colour?"}"#,
                "Which colour?",
            ),
            ("Newest", r#"{"n":1,"what":"that"}"#, "that"),
        ] {
            assert_eq!(
                summary(tool, input).as_deref(),
                Some(expected),
                "{tool} {input}"
            );
        }
        assert_eq!(summary("Newest", "{}"), None);
    }

    #[test]
    fn several_questions_are_counted() {
        let two = r#"{"questions":[{"question":"Which?","options":[{"question":"no"}]},{"question":"How?"}]}"#;
        assert_eq!(
            summary("AskUserQuestion", two).as_deref(),
            Some("Which? (+1 more)")
        );
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
