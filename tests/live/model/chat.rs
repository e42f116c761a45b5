//! OpenAI's Chat Completions, as a stream or whole.

use std::io;
use std::thread;

use serde_json::{Value, json};

use super::http::Reply;
use super::script::{self, PAUSE};
use super::{Answer, Call, Question, Said, Tool, text_of};

pub(super) fn serve(body: &Value, reply: &mut Reply) -> io::Result<()> {
    match script::answer(&question(body)) {
        Answer::Fail(status, why) => reply.json(status, &super::responses::refusal(&why)),
        answer if body["stream"] == true => stream(&answer, reply),
        answer => reply.json(200, &whole(&answer)),
    }
}

fn question(body: &Value) -> Question {
    let said = body["messages"].as_array().into_iter().flatten();
    let tools = body["tools"].as_array().into_iter().flatten();
    Question {
        said: said.map(said_of).collect(),
        tools: tools
            .filter_map(|tool| tool["function"]["name"].as_str())
            .map(|name| Tool {
                name: name.to_owned(),
                group: None,
            })
            .collect(),
    }
}

fn said_of(message: &Value) -> Said {
    match message["role"].as_str() {
        Some("user") => Said::User(text_of(&message["content"])),
        Some("tool") => Said::ToolResult,
        _ => Said::Other,
    }
}

fn stream(answer: &Answer, reply: &mut Reply) -> io::Result<()> {
    reply.begin()?;
    reply.data(&chunk(&json!({"role": "assistant", "content": ""}), None))?;
    let finish = match answer {
        Answer::Text { words, is_slow } => {
            for word in words {
                reply.data(&chunk(&json!({"content": word}), None))?;
                if *is_slow {
                    thread::sleep(PAUSE);
                }
            }
            "stop"
        }
        answer => {
            let call = json!({"tool_calls": tool_calls(answer)});
            reply.data(&chunk(&call, None))?;
            "tool_calls"
        }
    };
    let mut last = chunk(&json!({}), Some(finish));
    last["usage"] = usage();
    reply.data(&last)?;
    reply.done()
}

fn whole(answer: &Answer) -> Value {
    let (message, finish) = match answer {
        Answer::Text { words, .. } => (
            json!({"role": "assistant", "content": words.concat()}),
            "stop",
        ),
        answer => {
            let calls = tool_calls(answer);
            (
                json!({"role": "assistant", "content": null, "tool_calls": calls}),
                "tool_calls",
            )
        }
    };
    let choice = json!({"index": 0, "message": message, "finish_reason": finish});
    json!({
        "id": "chatcmpl-scripted", "object": "chat.completion", "created": 1, "model": "scripted",
        "choices": [choice], "usage": usage(),
    })
}

fn chunk(delta: &Value, finish: Option<&str>) -> Value {
    json!({
        "id": "chatcmpl-scripted", "object": "chat.completion.chunk", "created": 1, "model": "scripted",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    })
}

fn tool_calls(answer: &Answer) -> Value {
    let Answer::Calls(calls) = answer else {
        return Value::Null;
    };
    let call = |(index, (name, arguments)): (usize, &Call)| {
        json!({
            "index": index, "id": super::fresh_id("call_"), "type": "function",
            "function": {"name": name, "arguments": arguments.to_string()},
        })
    };
    calls.iter().enumerate().map(call).collect()
}

fn usage() -> Value {
    json!({"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120})
}
