//! A session of Claude Code that the demo plays.

use std::path::PathBuf;

use pane_patrol_hooks::timestamp::Timestamp;
use serde_json::{Value, json};

use crate::assistants::facets::puppet::{Puppet, Scene};

pub(super) struct Played;

impl Puppet for Played {
    fn folders(&self) -> &'static [&'static str] {
        &["projects", "sessions"]
    }

    fn payload(&self, scene: &Scene<'_>, event: &str) -> Value {
        let transcript = format!("projects/demo/{}.jsonl", scene.session);
        json!({
            "session_id": scene.session,
            "transcript_path": scene.home.join(transcript),
            "cwd": scene.cwd,
            "prompt_id": format!("turn-{}", scene.turn),
            "permission_mode": "default",
            "hook_event_name": event,
        })
    }

    fn status_file(&self, scene: &Scene<'_>) -> PathBuf {
        let name = format!("sessions/{}.json", scene.pid);
        scene.home.join(name)
    }

    fn status(&self, scene: &Scene<'_>, status: &str, waiting_for: Option<&str>) -> Value {
        let now = Timestamp::now().as_micros() / 1000;
        let mut session = json!({
            "pid": scene.pid,
            "sessionId": scene.session,
            "cwd": scene.cwd,
            "startedAt": now,
            "kind": "interactive",
            "entrypoint": "cli",
            "status": status,
            "updatedAt": now,
            "statusUpdatedAt": now,
        });
        if let (Some(fields), Some(waiting_for)) = (session.as_object_mut(), waiting_for) {
            fields.insert("waitingFor".into(), waiting_for.into());
        }
        session
    }
}
