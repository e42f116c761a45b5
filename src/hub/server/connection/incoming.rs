//! What a client says, line by line: hello first, then what its role may say.
//!
//! What is no message, one of another session, or one that this connection may not say, is refused alone:
//! the connection goes on.

use std::collections::BTreeSet;
use std::io::{self, Read};
use std::time::Instant;

use pane_patrol_hooks::text::one_line;

use super::{Client, Waiter};
use crate::diagnostics::{self, Part};
use crate::hub::protocol::{
    self, Admit, ClientRole, Envelope, Hello, MAX_MESSAGE_BYTES, Pong, PublishedStatus, Report,
    Right, Status, WaitDecision, code, needed,
};
use crate::hub::server::cache::Cache;
use crate::hub::server::command::{Command, What, command_of, read};
use crate::hub::server::event::Said;
use crate::sys::namespaces::Standing;

/// Longest name of a client, in bytes.
const MAX_NAME_BYTES: usize = 128;

/// So much is read of one client before the others have their turn.
const READS_AT_ONCE: usize = 4;

impl Client {
    /// Takes what the client has sent, and does what it says.
    pub(in crate::hub::server) fn receive(&mut self, cache: &Cache) {
        let mut bytes = [0; 16 * 1024];
        for _ in 0..READS_AT_ONCE {
            if self.refused.is_some() || self.has_left || self.is_full() {
                return;
            }
            match self.stream.read(&mut bytes) {
                Ok(0) => self.has_left = true,
                Ok(count) => {
                    self.heard = Instant::now();
                    self.input.extend_from_slice(&bytes[..count]);
                    self.take_lines(cache);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(_) => self.has_left = true,
            }
        }
    }

    /// Hears every whole line that has come, as long as the client has not too many commands.
    pub(super) fn take_lines(&mut self, cache: &Cache) {
        let mut taken = 0;
        while self.refused.is_none() && !self.is_full() {
            let rest = &self.input[taken..];
            let Some(end) = memchr::memchr(b'\n', rest) else {
                if rest.len() > MAX_MESSAGE_BYTES {
                    taken = self.input.len();
                    self.pass_over(cache);
                    self.is_skipping = true;
                }
                break;
            };
            let line = rest[..end].to_vec();
            taken += end + 1;
            if line.len() > MAX_MESSAGE_BYTES || self.is_skipping {
                self.pass_over(cache);
                self.is_skipping = false;
            } else {
                self.take_line(&line, cache);
            }
        }
        self.input.drain(..taken);
    }

    /// Says once that a line is too long.
    fn pass_over(&mut self, cache: &Cache) {
        if !self.is_skipping {
            let words = format!("a message has at most {MAX_MESSAGE_BYTES} bytes");
            self.say_error(cache, code::TOO_LARGE, &words, false, None);
        }
    }

    fn take_line(&mut self, line: &[u8], cache: &Cache) {
        let message = match protocol::parse(line) {
            Ok(message) => message,
            Err((code, words)) => {
                let words = one_line(&words, 200);
                return self.say_error(cache, code, &words, false, None);
            }
        };
        if self.is_relayed_by(&message) {
            return self.take_admission(message, cache);
        }
        let request = message.request_id.clone();
        let complain = |client: &mut Self, code, words: &str| {
            client.say_error(cache, code, words, false, request.as_deref());
        };
        if !self.is_called(&message.session_id, cache) {
            let words = format!("this is session `{}`", cache.voice.session_id);
            return complain(self, code::WRONG_SESSION, &words);
        }
        let Some(role) = self.role else {
            return self.take_hello(message, cache);
        };
        if message.sender_id != self.name {
            let words = "`sender_id` must be the one of your hello";
            return complain(self, code::BAD_SCHEMA, words);
        }
        if let Some(needed) = needed(&message.kind)
            && !self.admission.allows(needed, &message.kind)
        {
            let own = self.admission.right.as_str();
            let words = format!(
                "`{}` needs the right `{}`, this connection has `{own}`",
                message.kind,
                needed.as_str()
            );
            return complain(self, code::NOT_ALLOWED, &words);
        }
        match message.kind.as_str() {
            "ping" => {
                let host_time = cache.clock.now();
                self.say(cache, "pong", &Pong { host_time }, &message);
            }
            "bye" => self.is_served = true,
            "snapshot_request" => self.post_everything_again(cache),
            "wait_decision" => self.wait(&message, cache),
            _ => self.queue(role, message, cache),
        }
    }

    fn is_called(&self, name: &str, cache: &Cache) -> bool {
        let other = &self.admission.sessions;
        match &self.admission.session {
            Some(session) => session == name,
            None => name == cache.voice.session_id || other.iter().any(|it| it == name),
        }
    }

    /// Whether whoever has connected says now that it carries what somebody else says. It does so first of
    /// all, on every system: by that alone such a connection is never taken for its owner's.
    fn is_relayed_by(&self, message: &Envelope) -> bool {
        message.kind == "admit" && self.role.is_none() && !self.admission.is_relayed
    }

    /// Who carries somebody else's messages says first what these may do.
    fn take_admission(&mut self, message: Envelope, cache: &Cache) {
        let admit: Option<Admit> = (message.kind == "admit")
            .then(|| serde_json::from_value(message.payload).ok())
            .flatten();
        let Some(admit) = admit else {
            return self.refuse(cache, code::HELLO_EXPECTED, "say what is admitted first");
        };
        self.admission.right = self.admission.right.at_most(admit.right);
        self.admission.sessions = admit.sessions;
        self.admission.is_relayed = true;
        self.admission.device = admit.device.map(Into::into);
        self.standing = Standing::Unknown;
    }

    fn take_hello(&mut self, message: Envelope, cache: &Cache) {
        let request = message.request_id.clone();
        let complain = |client: &mut Self, code, words: &str| {
            client.say_error(cache, code, words, false, request.as_deref());
        };
        if message.kind != "hello" {
            return complain(self, code::HELLO_EXPECTED, "say hello first");
        }
        let hello: Hello = match read(&message.payload) {
            Ok(hello) => hello,
            Err(why) => return complain(self, code::BAD_SCHEMA, &one_line(&why, 200)),
        };
        if hello.client_id != message.sender_id {
            let words = "`client_id` must be the `sender_id`";
            return complain(self, code::BAD_SCHEMA, words);
        }
        if !(1..=MAX_NAME_BYTES).contains(&hello.client_id.len())
            || hello.client_id != one_line(&hello.client_id, MAX_NAME_BYTES)
        {
            let words = format!("`client_id` is one line of 1 to {MAX_NAME_BYTES} bytes");
            return complain(self, code::BAD_SCHEMA, &words);
        }
        if hello.client_id == cache.voice.sender_id {
            let words = "this `client_id` is the hub's own: take another one";
            return complain(self, code::BAD_SCHEMA, words);
        }
        let needed = match hello.role {
            ClientRole::Publisher => Right::Publish,
            ClientRole::Subscriber => Right::Read,
        };
        if !self.admission.allows(needed, "hello") {
            self.admission.said_name = hello.client_id;
            let own = self.admission.right.as_str();
            let words = format!("this connection has the right `{own}` alone");
            return complain(self, code::NOT_ALLOWED, &words);
        }
        self.name = hello.client_id;
        self.admission.session = Some(message.session_id.clone());
        self.role = Some(hello.role);
        diagnostics::info(Part::Hub, || {
            let role = match hello.role {
                ClientRole::Publisher => "publisher",
                ClientRole::Subscriber => "subscriber",
            };
            let process = match self.admission.process {
                Some(pid) if !self.admission.is_relayed => format!("process {pid}"),
                _ => "WebSocket".to_owned(),
            };
            let right = self.admission.right.as_str();
            format!(
                "{} has come as a {role} by {process}, with the right {right}",
                self.name
            )
        });
        if hello.role == ClientRole::Subscriber {
            self.wants.parts = hello.capabilities.iter().any(|it| it == "parts");
            let understood = hello.capabilities.into_iter().filter(|it| it != "parts");
            self.wants.kinds =
                Some(understood.collect()).filter(|all: &BTreeSet<_>| !all.is_empty());
            self.post_everything(cache);
        } else {
            self.introduce(
                hello.agent_id,
                hello.pane_id,
                hello.project_root,
                message,
                cache,
            );
        }
    }

    /// A publisher that is an agent of which nothing is known yet: there it is, and does nothing.
    fn introduce(
        &mut self,
        agent: Option<String>,
        pane: Option<String>,
        project: Option<String>,
        question: Envelope,
        cache: &Cache,
    ) {
        let Some(agent) = agent else {
            return;
        };
        self.agent = Some(agent.clone());
        if cache.row(&agent).is_none() && pane.is_some() {
            let status = PublishedStatus {
                agent_id: agent,
                status: Status::Idle,
                pane_id: pane.unwrap_or_default(),
                project_root: project.unwrap_or_default(),
                cwd: None,
                message: None,
            };
            let what = What::Publish(Said::Report(Box::new(Report::Status(status))));
            self.commands.push_back(Command { what, question });
        }
    }

    fn queue(&mut self, role: ClientRole, message: Envelope, cache: &Cache) {
        let request = message.request_id.as_deref();
        let is_for_publishers = needed(&message.kind) == Some(Right::Publish);
        let (code, words) = match command_of(&message) {
            Ok(Some(What::Act(act)))
                if !self.admission.allows(act.what.needs(), act.what.name()) =>
            {
                let own = self.admission.right.as_str();
                let (what, needed) = (act.what.name(), act.what.needs().as_str());
                let words =
                    format!("`{what}` needs the right `{needed}`, this connection has `{own}`");
                (code::NOT_ALLOWED, words)
            }
            Ok(Some(What::Act(act)))
                if act.what.is_for_home()
                    && !self.admission.is_at_home(self.standing, act.what.name()) =>
            {
                let words = format!(
                    "`{}` is for programs that run where this hub does",
                    act.what.name()
                );
                (code::NOT_ALLOWED, words)
            }
            Ok(Some(_)) if is_for_publishers && role != ClientRole::Publisher => {
                let words = format!("`{}` is for publishers", message.kind);
                (code::WRONG_ROLE, words)
            }
            Ok(Some(what)) => {
                self.commands.push_back(Command {
                    what,
                    question: message,
                });
                return;
            }
            Ok(None) => {
                let words = format!("`{}` means nothing here", one_line(&message.kind, 40));
                (code::UNKNOWN_TYPE, words)
            }
            Err(why) => (code::BAD_SCHEMA, one_line(&why, 200)),
        };
        self.say_error(cache, code, &words, false, request);
    }

    fn wait(&mut self, message: &Envelope, cache: &Cache) {
        let wanted = serde_json::from_value(message.payload.clone())
            .map_err(|error| error.to_string())
            .and_then(|wanted: WaitDecision| Ok((wanted.event()?, wanted.asked)));
        let mut waiter = match wanted {
            Ok((event, asked)) => {
                let only_of = self.admission.is_relayed.then(|| self.name.clone());
                Waiter::new(event, asked, only_of)
            }
            Err(why) => return self.refuse(cache, code::BAD_SCHEMA, &why),
        };
        self.say(cache, "waiting", &serde_json::json!({}), message);
        // Its event may have come before it.
        for row in cache.rows() {
            waiter.hear(row);
        }
        self.waiter = Some(waiter);
    }
}
