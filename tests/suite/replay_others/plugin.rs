//! The OpenCode plugin, as far as recordings need it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::common::player::{Line, PID};

/// What the OpenCode plugin hands over: see `hooks/assets/opencode.js`.
pub(crate) fn passed_on(lines: &[Line]) -> Vec<(i64, Value)> {
    let mut plugin = Plugin::default();
    lines
        .iter()
        .filter_map(|line| Some((line.at, plugin.hear(line)?)))
        .collect()
}

/// The plugin's own knowledge, as far as recordings need it.
#[derive(Default)]
struct Plugin {
    processes: usize,
    loaded: usize,
    children: BTreeSet<String>,
    busy: BTreeMap<String, bool>,
}

impl Plugin {
    fn hear(&mut self, line: &Line) -> Option<Value> {
        let properties = &line.payload["properties"];
        let session = properties["sessionID"].as_str().unwrap_or_default();
        if properties["info"]["parentID"].is_string() {
            self.children.insert(session.to_owned());
        }
        let kind = match line.event.as_str() {
            "plugin.init" => {
                self.loaded += 1;
                self.processes += usize::from(self.loaded == 1);
                (self.loaded == 1).then_some("plugin.init")?
            }
            "hook:dispose" => {
                self.loaded = self.loaded.saturating_sub(1);
                (self.loaded == 0).then_some("dispose")?
            }
            "session.status" => {
                let busy = properties["status"]["type"] == "busy";
                let was_busy = self.busy.insert(session.to_owned(), busy) == Some(true);
                let is_idle = properties["status"]["type"] == "idle";
                let is_news = !(is_idle || busy && was_busy);
                is_news.then_some("session.status")?
            }
            known @ ("permission.asked" | "question.asked" | "question.replied") => known,
            "permission.replied" => {
                self.busy
                    .retain(|known, _| known != session || properties["reply"] != "reject");
                "permission.replied"
            }
            ended @ ("session.idle" | "session.error" | "question.rejected") => {
                self.busy.remove(session);
                ended
            }
            _ => return None,
        };
        let mut context =
            json!({"instance": format!("p{}", self.processes), "pid": PID.to_string()});
        if self.children.contains(session) {
            context["agent"] = session.into();
        }
        Some(json!({"type": kind, "pane_patrol": context, "properties": properties}))
    }
}
