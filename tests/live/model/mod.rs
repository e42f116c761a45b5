//! The model that the assistants talk to: a server on loopback whose answers are scripted by the prompt.
//!
//! It speaks the four ways in which the assistants ask a model: Anthropic's Messages, OpenAI's
//! Responses and Chat Completions, Google's `generateContent`. Each has one file that reads a
//! [`Question`] out of a request and writes an [`Answer`]; what the answer is, is decided in one
//! place for all of them: [`script`].

mod chat;
mod gemini;
mod http;
mod messages;
mod responses;
mod script;
mod tool;

use std::io;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::{Value, json};

use http::{Reply, Request};
pub(super) use script::prompt;

/// One piece of what was said so far.
enum Said {
    /// By the person, or in the person's name.
    User(String),
    /// The result of a tool.
    ToolResult,
    /// Anything else.
    Other,
}

/// A tool that the assistant offers, by its name, and where it stands when tools stand in groups.
struct Tool {
    name: String,
    group: Option<String>,
}

/// What a request asks.
struct Question {
    said: Vec<Said>,
    tools: Vec<Tool>,
}

/// A tool that the model wants, and its arguments.
type Call = (String, Value);

/// What the model does about it.
enum Answer {
    /// Says something; the words come one after the other, with a pause when it is slow.
    Text { words: Vec<String>, is_slow: bool },
    /// Wants tools, all at once: the name and arguments of each.
    Calls(Vec<Call>),
    /// Refuses with an HTTP status.
    Fail(u16, String),
}

/// A running server. It ends with the program.
pub(super) struct Model {
    port: u16,
}

impl Model {
    /// Starts one; what it is asked and answers is written to `log`, a line each.
    pub(super) fn start(log: &Path) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let port = listener.local_addr()?.port();
        let log = Arc::new(Mutex::new(std::fs::File::create(log)?));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let log = Arc::clone(&log);
                // A client that went away in the middle is none of its business.
                thread::spawn(move || drop(serve(stream, &log)));
            }
        });
        Ok(Self { port })
    }

    /// Where it listens, without a path.
    pub(super) fn address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

fn serve(stream: TcpStream, log: &Mutex<std::fs::File>) -> io::Result<()> {
    let request = Request::read(&stream)?;
    let mut reply = Reply::new(stream);
    let path = request.path.clone();
    let path = path.split('?').next().unwrap_or_default();
    note(log, &request, path);
    if request.method != "POST" {
        return reply.json(200, &models());
    }
    if path.ends_with("/count_tokens") {
        return reply.json(200, &json!({"input_tokens": 100}));
    }
    if path.ends_with("/messages") {
        return messages::serve(&request.body, &mut reply);
    }
    if path.ends_with("/chat/completions") {
        return chat::serve(&request.body, &mut reply);
    }
    if path.ends_with("/responses") {
        return responses::serve(&request.body, &mut reply);
    }
    if path.contains("enerateContent") || path.ends_with(":countTokens") {
        return gemini::serve(path, &request.body, &mut reply);
    }
    reply.json(
        404,
        &json!({"error": {"message": "there is no such thing here"}}),
    )
}

fn models() -> Value {
    json!({"object": "list", "data": [{"id": "scripted", "object": "model", "created": 0, "owned_by": "tests"}]})
}

/// Writes down what was asked, for the transcript of a failure.
fn note(log: &Mutex<std::fs::File>, request: &Request, path: &str) {
    use std::io::Write;
    let line = json!({"method": request.method, "path": path, "body": request.body});
    if let Ok(mut log) = log.lock() {
        // A transcript with a hole is no reason to answer wrongly.
        let _ = writeln!(log, "{line}");
    }
}

/// The text of a content that is a string or a list of parts.
fn text_of(content: &Value) -> String {
    if let Some(text) = content.as_str() {
        return text.to_owned();
    }
    let parts = content.as_array().into_iter().flatten();
    let texts: Vec<&str> = parts.filter_map(|part| part["text"].as_str()).collect();
    texts.join("\n")
}

/// An id that no other answer of this run has.
fn fresh_id(start: &str) -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{start}scripted{:08}", NEXT.fetch_add(1, Ordering::Relaxed))
}
