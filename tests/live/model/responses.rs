//! OpenAI's Responses, as a stream.

use std::io;
use std::thread;

use serde_json::{Value, json};

use super::http::Reply;
use super::script::{self, PAUSE};
use super::{Answer, Call, Question, Said, Tool, fresh_id, text_of};

pub(super) fn serve(body: &Value, reply: &mut Reply) -> io::Result<()> {
    let question = question(body);
    match script::answer(&question) {
        Answer::Fail(status, why) => reply.json(status, &refusal(&why)),
        answer => stream(&answer, &question.tools, reply),
    }
}

/// An error in OpenAI's words.
pub(super) fn refusal(why: &str) -> Value {
    json!({"error": {"message": why, "type": "invalid_request_error", "code": "scripted"}})
}

fn question(body: &Value) -> Question {
    let said = body["input"].as_array().into_iter().flatten();
    let mut tools = Vec::new();
    for tool in body["tools"].as_array().into_iter().flatten() {
        take_tool(tool, None, &mut tools);
    }
    Question {
        said: said.map(said_of).collect(),
        tools,
    }
}

/// Tools may stand in groups, and a call names its group.
fn take_tool(tool: &Value, group: Option<&str>, tools: &mut Vec<Tool>) {
    if tool["type"] == "namespace" {
        for inner in tool["tools"].as_array().into_iter().flatten() {
            take_tool(inner, tool["name"].as_str(), tools);
        }
    } else if let Some(name) = tool["name"].as_str() {
        tools.push(Tool {
            name: name.to_owned(),
            group: group.map(str::to_owned),
        });
    }
}

fn said_of(item: &Value) -> Said {
    match item["type"].as_str().unwrap_or("message") {
        "message" if item["role"] == "user" => Said::User(text_of(&item["content"])),
        kind if kind.ends_with("_output") => Said::ToolResult,
        _ => Said::Other,
    }
}

fn stream(answer: &Answer, tools: &[Tool], reply: &mut Reply) -> io::Result<()> {
    let mut response = json!({
        "id": fresh_id("resp_"), "object": "response", "created_at": 1, "model": "scripted",
        "status": "in_progress", "output": [],
    });
    reply.begin()?;
    reply.event(&json!({"type": "response.created", "response": response}))?;
    let items = match answer {
        Answer::Text { words, is_slow } => vec![say(words, *is_slow, reply)?],
        Answer::Calls(calls) => calls.iter().map(|call| tool_call(call, tools)).collect(),
        Answer::Fail(..) => Vec::new(),
    };
    for (index, item) in items.iter().enumerate() {
        if matches!(answer, Answer::Calls(_)) {
            reply.event(&added(index, item))?;
        }
        let done =
            json!({"type": "response.output_item.done", "output_index": index, "item": item});
        reply.event(&done)?;
    }
    response["status"] = json!("completed");
    response["output"] = json!(items);
    response["usage"] = json!({
        "input_tokens": 100, "input_tokens_details": {"cached_tokens": 0},
        "output_tokens": 20, "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 120,
    });
    reply.event(&json!({"type": "response.completed", "response": response}))
}

fn say(words: &[String], is_slow: bool, reply: &mut Reply) -> io::Result<Value> {
    let id = fresh_id("msg_");
    let message = |status: &str, content: Value| json!({"type": "message", "id": id, "role": "assistant", "status": status, "content": content});
    reply.event(&added(0, &message("in_progress", json!([]))))?;
    for word in words {
        reply.event(&json!({
            "type": "response.output_text.delta", "item_id": id, "output_index": 0,
            "content_index": 0, "delta": word,
        }))?;
        if is_slow {
            thread::sleep(PAUSE);
        }
    }
    let text = json!([{"type": "output_text", "text": words.concat(), "annotations": []}]);
    Ok(message("completed", text))
}

fn added(index: usize, item: &Value) -> Value {
    json!({"type": "response.output_item.added", "output_index": index, "item": item})
}

fn tool_call((name, arguments): &Call, tools: &[Tool]) -> Value {
    let mut item = json!({
        "type": "function_call", "id": fresh_id("fc_"), "call_id": fresh_id("call_"), "name": name,
        "status": "completed", "arguments": arguments.to_string(),
    });
    let group = tools.iter().find(|tool| tool.name == *name);
    if let Some(group) = group.and_then(|tool| tool.group.as_ref()) {
        item["namespace"] = json!(group);
    }
    item
}
