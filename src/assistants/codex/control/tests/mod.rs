//! Answering at the server, against a stand-in for it that behaves as the real one, or does not.

mod faults;
mod given;
mod places;
mod queue;
mod race;
mod server;

use std::path::{Path, PathBuf};

use pane_patrol_hooks::event::State;
use serde_json::{Value, json};
use server::{CodexServer, command_call, write_record};

use super::answers::Open;
use crate::assistants::facets::answers::{Channel as _, Given};
use crate::assistants::homes::Homes;
use crate::assistants::request::with_command;
use crate::state::fixture::{With as _, row};
use crate::state::{Bound, Decision, Pick};

const SESSION: &str = "01a229aa-aa42-7ac0-86dd-b4f9963473a7";
const CALL: &str = "call_1";
const COMMAND: &str = "touch f";
const DENY: Decision = Decision::Deny { message: None };

/// A session that asks one thing, and the server that has it.
struct Stage {
    folder: tempfile::TempDir,
    server: CodexServer,
}

impl Stage {
    /// One that asks nothing yet; its record has this call.
    fn with(call: &Value) -> Self {
        let folder = tempfile::tempdir_in("/tmp").unwrap();
        let home = folder.path().join("home");
        write_record(&home, SESSION, std::slice::from_ref(call));
        let server = CodexServer::listen(&home, &folder.path().join("daemon"), SESSION);
        Self { folder, server }
    }

    /// One that asks whether it may run [`COMMAND`].
    fn asking() -> Self {
        let stage = Self::with(&command_call(CALL, COMMAND));
        stage.server.ask_to_run(CALL, COMMAND);
        stage
    }

    fn home(&self) -> PathBuf {
        self.folder.path().join("home")
    }

    /// The request as it was shown.
    fn bound(&self, tool: &str, message: &str) -> Bound {
        self.bound_of(None, tool, message)
    }

    /// The same of a sub-agent.
    fn bound_of(&self, agent: Option<&str>, tool: &str, message: &str) -> Bound {
        let mut row = row(1, "codex", State::WaitingApproval, "a:0.0", 5).asks(tool, message);
        row.instance_id = Some(SESSION.to_owned());
        row.waiting[0].request_id = Some(CALL.to_owned());
        row.waiting[0].agent_id = agent.map(str::to_owned);
        with_command(&Bound::to(&row).unwrap(), &Homes::all_in(&self.home()))
    }

    /// The way to it, at whatever server there is.
    fn open(&self, bound: &Bound, decision: &Decision) -> Option<Open> {
        let is_server = |_: u32, _: &Path| true;
        Open::find(bound, decision, &self.home(), &is_server)
    }

    /// The way to the command, for `decision`.
    fn reach(&self, decision: &Decision) -> Option<Open> {
        self.open(&self.bound("Bash", COMMAND), decision)
    }

    fn approve(&self) -> Given {
        let open = self.reach(&Decision::Approve).expect("it waits");
        Box::new(open).answer()
    }

    /// That nobody takes an approval there, and that none was given.
    fn assert_keys_are_left(&self, why: &str) {
        assert!(self.reach(&Decision::Approve).is_none(), "{why}");
        assert!(self.server.heard(None).is_empty(), "{why}: nothing is sent");
    }
}

fn decided(word: &str) -> Value {
    json!({ "decision": word })
}

fn picks(label: &str) -> Decision {
    Decision::Answer(Pick::parse(label))
}
