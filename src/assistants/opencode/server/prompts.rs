//! Prompts for the session in front.

use std::thread::sleep;
use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::{Value, json};

use super::{Server, is_id};
use crate::assistants::facets::prompts::{Prompt, Prompts, Sent};

/// So often it is looked at whether the session holds the text: some three seconds.
const LOOKS: usize = 30;

/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// See the module.
pub(in crate::assistants::opencode) struct Typed;

impl Prompts for Typed {
    fn way(&self) -> &'static str {
        "server"
    }

    fn send(&self, prompt: &Prompt<'_>) -> Sent {
        let session = prompt.row.conversation.as_deref();
        let session = session.filter(|session| is_id("ses_", session));
        let server = prompt.row.pid.and_then(Server::of);
        match server.zip(session) {
            Some((server, session)) => server.send(session, prompt),
            None => Sent::NoWay,
        }
    }
}

impl Server {
    fn send(self, session: &str, prompt: &Prompt<'_>) -> Sent {
        let Ok(status) = self.get("/session/status") else {
            return Sent::NoWay;
        };
        if !["permission", "question"]
            .iter()
            .all(|kind| self.asks_no(kind))
        {
            return Sent::Refused("its server says that it asks something".to_owned());
        }
        if let Some(why) = (prompt.objection)() {
            return Sent::Refused(why);
        }
        let began = Timestamp::now();
        let body = json!({"parts": [{"type": "text", "text": prompt.text}]});
        match self.post(&format!("/session/{session}/prompt_async"), &body) {
            Ok(answer) => match answer.status {
                200..300 => {}
                400..500 => return Sent::Refused(format!("its server says {}", answer.status)),
                other => return Sent::Unknown(format!("its server says {other}")),
            },
            Err(error) => return Sent::Unknown(format!("its server has not answered: {error}")),
        }
        for _ in 0..LOOKS {
            if self.holds(session, prompt.text, began) {
                let queued = status[session]["type"] == "busy";
                return Sent::Done { queued };
            }
            sleep(PAUSE);
        }
        Sent::Unknown("its server took it, and the session does not show it so far".to_owned())
    }

    /// Whether it certainly asks nothing of that kind, for no session of it: what a sub-agent asks stands in its pane,
    /// too.
    fn asks_no(self, kind: &str) -> bool {
        let all = self.get(&format!("/{kind}"));
        all.is_ok_and(|all| all.as_array().is_some_and(Vec::is_empty))
    }

    /// Whether the person's side of the session has just this text since then.
    fn holds(self, session: &str, text: &str, began: Timestamp) -> bool {
        let last = self.get(&format!("/session/{session}/message?limit=20"));
        let last = last.ok();
        let mut last = last.iter().filter_map(Value::as_array).flatten();
        last.any(|message| {
            let info = &message["info"];
            let created = info["time"]["created"].as_i64().map(Timestamp::from_millis);
            // It counts whole milliseconds.
            let is_new =
                created.is_some_and(|created| created.plus(Duration::from_millis(1)) >= began);
            let mut parts = message["parts"].as_array().into_iter().flatten();
            is_new && info["role"] == "user" && parts.any(|part| part["text"] == text)
        })
    }
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::State;

    use super::super::scripted::Scripted;
    use super::*;
    use crate::state::fixture::row;

    fn sent(status: &str, asked: &str, shown: &str, refused: Option<&str>) -> (Sent, Vec<Value>) {
        let now = Timestamp::now().plus(Duration::from_secs(1)).as_micros() / 1000;
        let message = json!([{"info": {"role": "user", "time": {"created": now}}, "parts": [{"text": shown}]}]);
        let scripted = Scripted::start(vec![
            ("GET /session/status", 200, status.to_owned()),
            ("GET /permission", 200, asked.to_owned()),
            ("GET /question", 200, "[]".to_owned()),
            ("GET /session/ses_1/message", 200, message.to_string()),
            ("POST /session/ses_1/prompt_async", 204, String::new()),
        ]);
        let row = row(1, "opencode", State::Idle, "a:0.0", 5);
        let sent = scripted.server.send(
            "ses_1",
            &Prompt {
                row: &row,
                text: "do\nit",
                home: None,
                objection: &|| refused.map(str::to_owned),
            },
        );
        (sent, scripted.posted("/session/ses_1/prompt_async"))
    }

    #[test]
    fn a_text_is_sent_once_and_told_as_sent_when_the_session_holds_it() {
        let posted = vec![json!({"parts": [{"type": "text", "text": "do\nit"}]})];
        let came = sent("{}", "[]", "do\nit", None);
        assert_eq!(came, (Sent::Done { queued: false }, posted.clone()));
        let busy = r#"{"ses_1":{"type":"busy"}}"#;
        let came = sent(busy, "[]", "do\nit", None);
        assert_eq!(came, (Sent::Done { queued: true }, posted.clone()));
        let (came, posted_too) = sent("{}", "[]", "something else", None);
        assert!(matches!(came, Sent::Unknown(_)), "{came:?}");
        assert_eq!(posted_too, posted);
    }

    #[test]
    fn while_it_asks_something_nothing_is_sent() {
        let asks = r#"[{"id":"per_1","sessionID":"ses_1"}]"#;
        let (came, posted) = sent("{}", asks, "do\nit", None);
        assert!(matches!(came, Sent::Refused(_)), "{came:?}");
        assert_eq!(posted, Vec::<Value>::new());
        let (came, posted) = sent("{}", "[]", "do\nit", Some("gone"));
        assert_eq!(
            (came, posted),
            (Sent::Refused("gone".to_owned()), Vec::new())
        );
    }
}
