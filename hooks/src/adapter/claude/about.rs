//! What is said of a call of its tools that say more than one thing, or nothing that is meant for a person.

use super::super::ToolInput;
use super::super::summary::{first_of, has_words, plain, relative};

/// What a call of a tool of its own is about; `None`: the usual words will do. Tools of MCP servers have
/// names of this form with others, too.
pub(super) fn about(tool: &str, input: &ToolInput, cwd: &str) -> Option<String> {
    Some(match tool {
        "ExitPlanMode" => plan(&input.plan),
        "EnterPlanMode" => "enter plan mode".to_owned(),
        _ if tool.starts_with("mcp__") => mcp(tool, input),
        "Grep" | "Glob" if input.command.is_empty() && !input.path.is_empty() => {
            format!("{} in {}", input.pattern, relative(&input.path, cwd))
        }
        _ => return None,
    })
}

/// The plan's title, or its first line when the title says no more than that it is a plan.
fn plan(plan: &str) -> String {
    let mut lines = plan.lines().map(plain).filter(|line| has_words(line));
    let title = lines.find(|line| !line.eq_ignore_ascii_case("plan"));
    title.map_or_else(|| "plan".to_owned(), |title| format!("plan: {title}"))
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

#[cfg(test)]
mod tests {
    use super::super::super::summary_of;

    #[test]
    fn its_own_tools_are_summed_up_by_what_they_are_about() {
        for (tool, input, expected) in [
            ("Bash", r#"{"command":"make test"}"#, "make test"),
            (
                "Grep",
                r#"{"pattern":"fn main","path":"/p/src"}"#,
                "fn main in src",
            ),
            ("Glob", r#"{"pattern":"**/*.rs"}"#, "**/*.rs"),
            ("mcp__lab__echo", r#"{"x":"1"}"#, "lab echo: x=1"),
            ("mcp__lab__echo", r#"{"x":"1\n2 3"}"#, "lab echo: x=1␊2 3"),
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
        ] {
            let input = serde_json::from_str(input).unwrap();
            let told = summary_of(tool, &input, "/p");
            assert_eq!(told.as_deref(), Some(expected), "{tool} {input}");
        }
    }
}
