//! OpenCode's own server (1.18.33), where it was started with a port: it takes answers by a request's id, and
//! prompts for a session. It asks nobody for a name unless a password is set, and then we have none.
//!
//! Nobody has to say where it listens: it is on a port of loopback that the process of the row itself has.

mod answers;
mod http;
mod prompts;
mod verdict;

use std::io;

use pane_patrol_hooks::adapter::Version;
use pane_patrol_installer::parse_version;
use serde_json::Value;

use crate::sys::tcp_listen::ports_of;
use http::{Answer, ask};

pub(super) use answers::ById;
pub(super) use prompts::Typed;
pub(super) use verdict::verdict;

/// Older ones say yes to the answer of a request that is open no longer.
const TELLS_OF_LATE: Version = Version(1, 18, 33);

/// A server.
#[derive(Clone, Copy)]
struct Server {
    port: u16,
}

impl Server {
    /// The one of this process, if it has any that is new enough and that is asked without a password.
    fn of(pid: u32) -> Option<Self> {
        let mut all = ports_of(pid).into_iter().map(|port| Self { port });
        all.find(|server| server.is_one())
    }

    fn is_one(self) -> bool {
        let health = self.get("/global/health").ok();
        let health = health.filter(|health| health["healthy"] == true);
        let version = health.and_then(|health| parse_version(health["version"].as_str()?));
        version.is_some_and(|version| version >= TELLS_OF_LATE)
    }

    /// What is there; the error says why it is not known.
    fn get(self, path: &str) -> io::Result<Value> {
        let answer = ask(self.port, path, None)?;
        match answer.status {
            200 => Ok(answer.body),
            status => Err(io::Error::other(format!("its server says {status}"))),
        }
    }

    fn post(self, path: &str, body: &Value) -> io::Result<Answer> {
        ask(self.port, path, Some(body))
    }
}

/// Whether it is an id of that kind, which can stand in an address.
fn is_id(kind: &str, id: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
    id.len() <= 100 && id.starts_with(kind) && id.chars().all(is_plain)
}

/// A server in this process, for tests.
#[cfg(test)]
mod scripted {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::{Arc, Mutex};
    use std::thread;

    use super::Server;

    /// What it was asked, and its answers: the first whose beginning the question has, each as often as it is asked.
    pub(super) struct Scripted {
        pub(super) server: Server,
        asked: Arc<Mutex<Vec<String>>>,
    }

    impl Scripted {
        /// `answers`: the beginning of a question, the status and the body.
        pub(super) fn start(answers: Vec<(&'static str, u16, String)>) -> Self {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = listener.local_addr().unwrap().port();
            let asked = Arc::new(Mutex::new(Vec::new()));
            let heard = Arc::clone(&asked);
            thread::spawn(move || {
                for stream in listener.incoming() {
                    let mut stream = stream.unwrap();
                    let mut bytes = vec![0; 64 * 1024];
                    let mut question = String::new();
                    // The body may come behind the head.
                    while !is_whole(&question) {
                        let count = stream.read(&mut bytes).unwrap();
                        question += std::str::from_utf8(&bytes[..count]).unwrap();
                    }
                    let answer = answers
                        .iter()
                        .find(|(begins, ..)| question.starts_with(begins));
                    let (status, body) =
                        answer.map_or((404, ""), |(_, status, body)| (*status, body));
                    heard.lock().unwrap().push(question);
                    let said = format!(
                        "HTTP/1.1 {status} x\r\nContent-Length: {}\r\n\r\n{body}",
                        body.len()
                    );
                    stream.write_all(said.as_bytes()).unwrap();
                }
            });
            Self {
                server: Server { port },
                asked,
            }
        }

        /// The bodies of what was posted to that path.
        pub(super) fn posted(&self, path: &str) -> Vec<serde_json::Value> {
            let asked = self.asked.lock().unwrap();
            let begins = format!("POST {path} ");
            let posted = asked
                .iter()
                .filter(|question| question.starts_with(&begins));
            let body = |question: &String| question.split_once("\r\n\r\n").unwrap().1.to_owned();
            posted
                .map(|question| serde_json::from_str(&body(question)).unwrap())
                .collect()
        }
    }

    fn is_whole(question: &str) -> bool {
        let Some((head, body)) = question.split_once("\r\n\r\n") else {
            return false;
        };
        let length = head.split("Content-Length: ").nth(1);
        let length = length.and_then(|rest| rest.split("\r\n").next()?.parse::<usize>().ok());
        length.is_none_or(|length| body.len() >= length)
    }
}

#[cfg(test)]
mod tests {
    use super::scripted::Scripted;
    use super::*;

    #[test]
    fn a_server_is_one_that_says_so_and_tells_of_late_answers() {
        let health = |status, body: &str| {
            let scripted = Scripted::start(vec![("GET /global/health", status, body.to_owned())]);
            scripted.server.is_one()
        };
        assert!(health(200, r#"{"healthy":true,"version":"1.18.33"}"#));
        assert!(health(200, r#"{"healthy":true,"version":"1.19.0"}"#));
        assert!(!health(200, r#"{"healthy":true,"version":"1.18.32"}"#));
        assert!(!health(401, r#"{"healthy":true,"version":"1.18.33"}"#));
        assert!(!health(200, "hello"));
    }

    #[test]
    fn only_what_can_stand_in_an_address_is_an_id() {
        assert!(is_id("per_", "per_229b5dcfd0012aGJ0bb3e0RuMf"));
        for id in ["per_a/../x", "que_a", "per_ a", "per_a?b", "per_\r\n", ""] {
            assert!(!is_id("per_", id), "{id}");
        }
    }
}
