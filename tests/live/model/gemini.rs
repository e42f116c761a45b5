//! Google's `generateContent`, as a stream or whole.

use std::io;
use std::thread;

use serde_json::{Value, json};

use super::http::Reply;
use super::script::{self, PAUSE};
use super::{Answer, Question, Said, Tool};

pub(super) fn serve(path: &str, body: &Value, reply: &mut Reply) -> io::Result<()> {
    if path.ends_with(":countTokens") {
        return reply.json(200, &json!({"totalTokens": 100}));
    }
    let settings = &body["generationConfig"];
    if settings["responseMimeType"] == "application/json" {
        return answer(path, &[part_of_choice()], false, reply);
    }
    match script::answer(&question(body)) {
        Answer::Fail(status, why) => {
            let error = json!({"code": status, "message": why, "status": "INVALID_ARGUMENT"});
            reply.json(status, &json!({"error": error}))
        }
        Answer::Calls(calls) => {
            let part =
                |(name, arguments)| json!({"functionCall": {"name": name, "args": arguments}});
            let parts: Vec<_> = calls.into_iter().map(part).collect();
            // In one piece: they are wanted at once.
            answer(path, &parts, false, reply)
        }
        Answer::Text { words, is_slow } => {
            let parts: Vec<_> = words.iter().map(|word| json!({"text": word})).collect();
            answer(path, &parts, is_slow, reply)
        }
    }
}

/// What it is asked beside the conversation: which model is to answer, and who speaks next.
fn part_of_choice() -> Value {
    let choice = json!({
        "reasoning": "scripted", "model_choice": "flash", "next_speaker": "user",
        "complexity_reasoning": "scripted", "complexity_score": 1,
    });
    json!({"text": choice.to_string()})
}

fn question(body: &Value) -> Question {
    let said = body["contents"].as_array().into_iter().flatten();
    let groups = body["tools"].as_array().into_iter().flatten();
    let tools = groups.flat_map(|group| {
        group["functionDeclarations"]
            .as_array()
            .into_iter()
            .flatten()
    });
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

/// A prompt and the results of tools may stand in one content.
fn said_of(content: &Value) -> Vec<Said> {
    if content["role"] == "model" {
        return vec![Said::Other];
    }
    let parts = content["parts"].as_array().into_iter().flatten();
    let said = parts.map(|part| match part["text"].as_str() {
        Some(text) => Said::User(text.to_owned()),
        None if part.get("functionResponse").is_some() => Said::ToolResult,
        None => Said::Other,
    });
    said.collect()
}

fn answer(path: &str, parts: &[Value], is_slow: bool, reply: &mut Reply) -> io::Result<()> {
    if !path.contains(":stream") {
        return reply.json(200, &piece(parts, true));
    }
    reply.begin()?;
    for (at, part) in parts.iter().enumerate() {
        let is_last = at + 1 == parts.len();
        reply.data(&piece(std::slice::from_ref(part), is_last))?;
        if is_slow {
            thread::sleep(PAUSE);
        }
    }
    Ok(())
}

fn piece(parts: &[Value], is_last: bool) -> Value {
    let mut candidate = json!({"content": {"role": "model", "parts": parts}, "index": 0});
    if is_last {
        candidate["finishReason"] = json!("STOP");
    }
    json!({
        "candidates": [candidate], "modelVersion": "scripted", "responseId": "scripted",
        "usageMetadata": {"promptTokenCount": 100, "candidatesTokenCount": 20, "totalTokenCount": 120},
    })
}
