//! What a wish ("shell", "ask", "agent") is called by each assistant, and with what arguments.

use serde_json::{Value, json};

use super::{Call, Tool};

/// The tools that do `verb`, of those that are offered; `both agent A || shell B` wants two at once.
pub(super) fn calls(verb: &str, rest: &str, number: &str, tools: &[Tool]) -> Option<Vec<Call>> {
    if verb != "both" {
        return Some(vec![call(verb, rest, number, tools)?]);
    }
    let parts = rest.split(" || ").map(|part| {
        let (verb, rest) = part.split_once(' ')?;
        call(verb, rest, number, tools)
    });
    parts.collect()
}

fn call(verb: &str, rest: &str, number: &str, tools: &[Tool]) -> Option<Call> {
    let mut offered = tools.iter().map(|tool| tool.name.as_str());
    let is_kimis = tools.iter().any(|tool| tool.name == "TodoList");
    offered.find_map(|name| {
        let own = is_kimis.then(|| kimis(verb, name, rest, number)).flatten();
        Some((
            name.to_owned(),
            own.or_else(|| arguments(verb, name, rest, number))?,
        ))
    })
}

/// What Kimi Code's tools want otherwise, which are called like others.
fn kimis(verb: &str, tool: &str, rest: &str, number: &str) -> Option<Value> {
    Some(match (verb, tool) {
        ("ask", "AskUserQuestion") => questions(number, |_| ()),
        ("agent", "Agent") => json!({
            "description": "a scripted part", "prompt": rest, "subagent_type": "coder",
        }),
        _ => return None,
    })
}

fn arguments(verb: &str, tool: &str, rest: &str, number: &str) -> Option<Value> {
    Some(match (verb, tool) {
        ("shell", "Bash" | "bash") => json!({"command": rest, "description": "a scripted command"}),
        ("shell", "run_shell_command") => {
            json!({"command": rest, "description": "a scripted command", "is_background": false})
        }
        // Inside its sandbox Codex asks for nothing.
        ("shell", "exec_command") => json!({
            "cmd": rest,
            "sandbox_permissions": "require_escalated",
            "justification": "the script wants it outside the sandbox",
        }),
        ("shell", "shell_command") => json!({
            "command": rest,
            "sandbox_permissions": "require_escalated",
            "justification": "the script wants it outside the sandbox",
        }),
        ("ask", "AskUserQuestion" | "ask_user_question") => questions(number, |it| {
            it["multiSelect"] = json!(false);
        }),
        ("ask", "question") => questions(number, |_| ()),
        ("ask", "request_user_input") => questions(number, |it| it["id"] = json!("colour")),
        ("ask", "ask_user") if rest == "choice" => questions(number, |it| {
            it["type"] = json!("choice");
            it["multiSelect"] = json!(false);
        }),
        ("ask", "ask_user") => json!({
            "message": question(number),
            "requestedSchema": {
                "type": "object",
                "properties": {"colour": {"type": "string", "enum": ["Red", "Blue"]}},
                "required": ["colour"],
            },
        }),
        ("agent", "Agent" | "Task" | "agent") => agent(rest, "general-purpose"),
        // OpenCode reads one of the two kinds, Copilot the other.
        ("agent", "task") => agent(rest, "general"),
        ("agent", "spawn_agent") => json!({"message": rest, "task_name": "scripted"}),
        ("agent", "invoke_agent") => json!({"agent_name": "generalist", "prompt": rest}),
        _ => return None,
    })
}

fn question(number: &str) -> String {
    format!("Which colour has {number}?")
}

fn questions(number: &str, finish: impl Fn(&mut Value)) -> Value {
    let mut it = json!({
        "question": question(number),
        "header": "Colour",
        "options": [
            {"label": "Red", "description": "a warm one"},
            {"label": "Blue", "description": "a cold one"},
        ],
    });
    finish(&mut it);
    json!({"questions": [it]})
}

fn agent(prompt: &str, kind: &str) -> Value {
    json!({
        "description": "a scripted part",
        "prompt": prompt,
        "subagent_type": kind,
        "agent_type": "general-purpose",
        "name": "scripted",
    })
}
