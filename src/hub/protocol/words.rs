//! How the types of the hooks' crate look as JSON, for the schemas: that crate depends on nothing it
//! does not need.

use pane_patrol_hooks::event::{Kind, Source, State};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

macro_rules! words {
    ($($name:ident of $type:ident),*) => {$(
        /// The words there are.
        pub(crate) struct $name;

        impl JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                let words: Vec<&str> = $type::ALL.iter().map(|word| word.as_str()).collect();
                json_schema!({"type": "string", "enum": words})
            }
        }
    )*};
}

words!(StateWord of State, KindWord of Kind, SourceWord of Source);

/// What was decided about one permission request.
#[derive(JsonSchema)]
#[schemars(rename = "Verdict", rename_all = "lowercase", tag = "behavior")]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) enum VerdictShape {
    /// Yes, this once.
    Allow,
    /// No.
    Deny {
        /// What the assistant is told.
        message: String,
        /// The turn ends with it.
        #[serde(default)]
        interrupt: bool,
    },
    /// Of questions: with the options of these words, one for each in their order.
    Answer {
        /// The words.
        answers: Vec<String>,
    },
}

/// What is asked for, complete.
#[derive(JsonSchema)]
#[schemars(rename = "Asked")]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) struct CompleteRequestShape {
    /// The tool.
    tool: String,
    /// All that it is given.
    input: serde_json::Value,
    /// The folder it would run in.
    cwd: Option<String>,
    /// The project's folder.
    project: Option<String>,
}

/// One report of one assistant, version 1; unknown fields are ignored.
#[derive(JsonSchema)]
#[schemars(rename = "Event")]
#[allow(dead_code, reason = "only its schema is used")]
pub(crate) struct EventShape {
    /// Which assistant: 1 to 32 of a-z, 0-9, _ and -, a letter or digit first.
    assistant: String,
    /// What it is doing.
    state: StateWord,
    /// Where: `session:window.pane` or `%N`.
    target: String,
    /// When: RFC 3339, UTC.
    ts: String,
    /// Why it is in that state.
    kind: Option<KindWord>,
    /// tmux's stable id of the pane, `%N`.
    pane: Option<String>,
    /// The pane's tmux server: the first two parts of `$TMUX`.
    server: Option<String>,
    /// The assistant's process.
    pid: Option<u32>,
    /// The assistant's session.
    instance_id: Option<String>,
    /// The sub-agent that reports.
    agent_id: Option<String>,
    /// The turn or prompt.
    turn_id: Option<String>,
    /// The tool call or permission request.
    request_id: Option<String>,
    /// The assistant's own name of the event.
    event: Option<String>,
    /// The tool that runs or asks.
    tool: Option<String>,
    /// One line of at most 200 characters. In that of a request `␠`, `␊` and `␉` stand for blanks, line
    /// breaks and tabs that would not be noticed.
    message: Option<String>,
    /// The assistant's folder.
    cwd: Option<String>,
    /// False for a headless run.
    attended: Option<bool>,
    /// The assistant's config folder, when it is not the default one.
    home: Option<String>,
    /// What a person calls it beside its name, at most 64 characters.
    label: Option<String>,
    /// It had a message, which the event log is not to have: of a line there alone.
    #[serde(default)]
    withheld: bool,
}
