//! Anthropic's Messages, as a stream or whole.

use std::io;
use std::thread;

use serde_json::{Value, json};

use super::http::Reply;
use super::script::{self, PAUSE};
use super::{Answer, Call, Question, Said, Tool, fresh_id, text_of};

pub(super) fn serve(body: &Value, reply: &mut Reply) -> io::Result<()> {
    match script::answer(&question(body)) {
        Answer::Fail(status, why) => {
            let error = json!({"type": "invalid_request_error", "message": why});
            reply.json(status, &json!({"type": "error", "error": error}))
        }
        answer if body["stream"] == true => stream(&answer, body, reply),
        answer => reply.json(200, &whole(&answer, body)),
    }
}

fn question(body: &Value) -> Question {
    let said = body["messages"].as_array().into_iter().flatten();
    let tools = body["tools"].as_array().into_iter().flatten();
    Question {
        said: said.flat_map(said_of).collect(),
        tools: tools
            .filter_map(|tool| tool["name"].as_str())
            .map(|name| Tool {
                name: name.to_owned(),
                group: None,
            })
            .collect(),
    }
}

/// A prompt and the results of tools may stand in one message.
fn said_of(message: &Value) -> Vec<Said> {
    if message["role"] != "user" {
        return vec![Said::Other];
    }
    let Some(parts) = message["content"].as_array() else {
        return vec![Said::User(text_of(&message["content"]))];
    };
    let said = parts.iter().map(|part| match part["type"].as_str() {
        Some("tool_result") => Said::ToolResult,
        Some("text") => Said::User(part["text"].as_str().unwrap_or_default().to_owned()),
        _ => Said::Other,
    });
    said.collect()
}

fn stream(answer: &Answer, body: &Value, reply: &mut Reply) -> io::Result<()> {
    let mut message = whole(answer, body);
    let stop = message["stop_reason"].take();
    let blocks = message["content"].take();
    message["content"] = json!([]);
    reply.begin()?;
    reply.event(&json!({"type": "message_start", "message": message}))?;
    for (index, block) in blocks.as_array().into_iter().flatten().enumerate() {
        stream_block(answer, index, block.clone(), reply)?;
    }
    let delta = json!({"stop_reason": stop, "stop_sequence": null});
    reply
        .event(&json!({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 20}}))?;
    reply.event(&json!({"type": "message_stop"}))
}

fn stream_block(
    answer: &Answer,
    index: usize,
    mut start: Value,
    reply: &mut Reply,
) -> io::Result<()> {
    let mut is_slow = false;
    let deltas = if let Answer::Text {
        words,
        is_slow: slow,
    } = answer
    {
        start = json!({"type": "text", "text": ""});
        is_slow = *slow;
        let deltas = words.iter();
        deltas
            .map(|word| json!({"type": "text_delta", "text": word}))
            .collect()
    } else {
        let input = start["input"].to_string();
        start["input"] = json!({});
        vec![json!({"type": "input_json_delta", "partial_json": input})]
    };
    reply.event(&json!({"type": "content_block_start", "index": index, "content_block": start}))?;
    for delta in deltas {
        reply.event(&json!({"type": "content_block_delta", "index": index, "delta": delta}))?;
        if is_slow {
            thread::sleep(PAUSE);
        }
    }
    reply.event(&json!({"type": "content_block_stop", "index": index}))
}

fn whole(answer: &Answer, body: &Value) -> Value {
    let (blocks, stop) = match answer {
        Answer::Calls(calls) => (calls.iter().map(tool_use).collect(), "tool_use"),
        Answer::Text { words, .. } => (
            vec![json!({"type": "text", "text": words.concat()})],
            "end_turn",
        ),
        Answer::Fail(..) => (Vec::new(), "end_turn"),
    };
    json!({
        "id": fresh_id("msg_"), "type": "message", "role": "assistant", "model": body["model"],
        "content": blocks, "stop_reason": stop, "stop_sequence": null,
        "usage": {
            "input_tokens": 100, "output_tokens": 20,
            "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
        },
    })
}

fn tool_use((name, input): &Call) -> Value {
    json!({"type": "tool_use", "id": fresh_id("toolu_"), "name": name, "input": input})
}
