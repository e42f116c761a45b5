//! One session as the server has it, and we as one more client of it for a moment.

use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Instant;

use serde_json::{Value, json};

use super::link::{Broken, Link};
use super::place::is_same;
use super::waiting::Waiting;
use crate::assistants::codex::rollout::Screen;

/// See the module.
pub(super) struct Thread {
    pub(super) link: Link,
    id: String,
    /// It tells us what happens in it.
    is_subscribed: bool,
}

impl Thread {
    /// The session `id` at the server of the config folder `home`; `None` where that is another one's, or not
    /// understood. The server tells the model's provider who has greeted it last: we greet it as the session's own
    /// screen has, so that nothing changes there. Whether there is such a session is not known yet.
    pub(super) fn greet(
        stream: UnixStream,
        (home, id): (&Path, &str),
        screen: &Screen,
    ) -> Option<Self> {
        let mut link = Link::over(stream)?;
        let about = json!({
            "clientInfo": {"name": screen.name, "title": "pane-patrol", "version": screen.version},
            "capabilities": {"experimentalApi": true},
        });
        let greeted = link.ask("initialize", &about).ok()?;
        let its = greeted["codexHome"].as_str()?;
        if !is_same(Path::new(its), home) {
            return None;
        }
        link.say(&json!({"method": "initialized"})).ok()?;
        Some(Self {
            link,
            id: id.to_owned(),
            is_subscribed: false,
        })
    }

    /// Its id.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    /// What it does, in the server's words; a session that it has not loaded does nothing.
    pub(super) fn doing(&mut self) -> Result<Value, Broken> {
        let about = json!({"threadId": self.id, "includeTurns": false});
        let mut read = self.link.ask("thread/read", &about)?;
        Ok(read["thread"]["status"].take())
    }

    /// Whether somebody has to answer something in it.
    pub(super) fn waits(&mut self) -> Result<bool, Broken> {
        let status = self.doing()?;
        let flags = status["activeFlags"].as_array().into_iter().flatten();
        let mut flags = flags.filter_map(Value::as_str);
        Ok(status["type"] == "active"
            && flags.any(|flag| ["waitingOnApproval", "waitingOnUserInput"].contains(&flag)))
    }

    /// Has all told that happens in it, and what it waits for once more. Only of one that is loaded: another one
    /// would be.
    pub(super) fn subscribe(&mut self) -> Result<(), Broken> {
        let about = json!({"threadId": self.id, "excludeTurns": true});
        self.is_subscribed = true;
        self.link.ask("thread/resume", &about).map(drop)
    }

    /// Takes what is told until the server has answered one question more: all that was told before that.
    pub(super) fn told_so_far(&mut self) -> Result<Vec<Value>, Broken> {
        self.doing()?;
        let now = Instant::now();
        let mut told = Vec::new();
        while let Some(message) = self.link.hear(now)? {
            told.push(message);
        }
        Ok(told)
    }

    /// Whether the server has closed that request in the meantime, whoever has answered.
    pub(super) fn is_closed(&mut self, waiting: &Waiting) -> Result<bool, Broken> {
        let waits = self.waits()?;
        let told = self.told_so_far()?;
        let is_closing = |message| waiting.is_closed_by(message, &self.id);
        Ok(!waits || told.iter().any(is_closing))
    }

    /// What waits to be its next turns, by the server's ids.
    pub(super) fn queue(&mut self) -> Result<Vec<Value>, Broken> {
        let about = json!({"threadId": self.id});
        let list = self.link.ask("thread/queue/list", &about)?;
        let all = list["data"].as_array().into_iter().flatten();
        Ok(all.map(|submission| submission["id"].clone()).collect())
    }

    /// Begins a turn with that text, where none runs.
    pub(super) fn begin(&mut self, text: &str) -> Result<(), Broken> {
        let input = json!([{"type": "text", "text": text}]);
        let about = json!({"threadId": self.id, "input": input});
        self.link.ask("turn/start", &about).map(drop)
    }

    /// The calls whose commands run in it, by their ids.
    pub(super) fn running(&mut self) -> Result<Vec<String>, Broken> {
        let about = json!({"threadId": self.id});
        let list = self.link.ask("thread/backgroundTerminals/list", &about)?;
        let all = list["data"].as_array().into_iter().flatten();
        let ids = all.filter_map(|terminal| terminal["itemId"].as_str());
        Ok(ids.map(str::to_owned).collect())
    }
}

impl Drop for Thread {
    fn drop(&mut self) {
        if self.is_subscribed {
            // A server that has left keeps nothing for us, either.
            let _ = self
                .link
                .ask("thread/unsubscribe", &json!({"threadId": self.id}));
        }
    }
}
