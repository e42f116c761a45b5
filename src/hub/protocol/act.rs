//! `act` and `act_result`: what somebody wants done about an agent, and what came of it. Every act goes the
//! same way, whoever wants it: it is checked again where it is carried out, at that moment.

use std::time::Duration;

use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;
use serde::{Deserialize, Serialize};

use super::right::needed_by_act;
use super::start::Start;
use super::{ReadRequest, Resume, Right, Verb, is_false};
use crate::state::{Decision, Pick, Request};
use crate::tasks::TaskChange;

/// Nobody is trusted for longer at one time.
pub const MAX_TRUST: Duration = Duration::from_secs(4 * 60 * 60);

/// No text for an assistant is longer, in bytes.
pub const MAX_PROMPT_BYTES: usize = 64 * 1024;

/// Payload of `act`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Act {
    /// Chosen at random by whoever wants it. Under one id something is done once: for ten minutes a
    /// repetition gets the first result again.
    pub act_id: String,
    /// The agent that it is about; to start one needs none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub agent_id: String,
    /// What is wanted.
    #[serde(flatten)]
    pub what: What,
    /// How often the agent had changed when this was decided; another number refuses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<u64>,
    /// From then on it is not to be done any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub expires: Option<Timestamp>,
}

/// What is wanted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum What {
    /// To read a request in full, with the digest of just that.
    ReadRequest {
        /// Which one, where several wait.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request: Option<Named>,
    },
    /// To decide about a request.
    Decide(Decide),
    /// To give the agent a text as its next prompt.
    Send(SendPrompt),
    /// To have no notice of the agent for a while.
    Snooze {
        /// For how long, in seconds; 0: not any longer.
        seconds: u64,
    },
    /// To let the agent do, for a while and without asking, what no rule forbids.
    Trust {
        /// Its session.
        instance_id: String,
        /// For how long, in seconds, at most [`MAX_TRUST`]; 0: not any longer.
        seconds: u64,
    },
    /// To end the agent's session: its process is asked to end, if it is certainly the one in its pane.
    Stop {
        /// The session; left out where the agent has none that is known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instance_id: Option<String>,
        /// Its process, as it was known to whoever wants it; another one refuses it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pid: Option<u32>,
        /// To close its pane with everything in it instead.
        #[serde(default, skip_serializing_if = "is_false")]
        close_pane: bool,
    },
    /// To change Taskmaster's list of the agent's project, or which of its tags is the current one.
    Task(TaskChange),
    /// To start another one.
    Start(Start),
    /// To take up the ended session with this id of `ended_sessions` again, in a pane of its own.
    Resume(Resume),
    /// To say that the person looks at the agent now, where its multiplexer cannot tell.
    Look {},
    /// To know where the agent is.
    Locate {},
}

impl What {
    /// What somebody must be allowed for it.
    pub fn needs(&self) -> Right {
        needed_by_act(match self {
            Self::Decide(_) => "decide",
            Self::Stop { .. } => "stop",
            other => other.name(),
        })
    }

    /// Whether only who runs where the hub does may want it, whatever else they may: it has programs run
    /// there.
    pub fn is_for_home(&self) -> bool {
        matches!(self, Self::Start(_))
    }

    /// Whether it is about an agent that there is.
    pub fn is_about_an_agent(&self) -> bool {
        !matches!(self, Self::Start(_))
    }

    /// One word for the record.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ReadRequest { .. } => "read_request",
            Self::Decide(decide) => decide.decision.word(),
            Self::Send(_) => "send",
            Self::Snooze { .. } => "snooze",
            Self::Trust { .. } => "trust",
            Self::Stop {
                close_pane: false, ..
            } => "stop",
            Self::Stop {
                close_pane: true, ..
            } => "close_pane",
            Self::Task(_) => "task",
            Self::Start(_) => "start",
            Self::Resume(_) => "resume",
            Self::Look {} => "look",
            Self::Locate {} => "locate",
        }
    }

    /// Whether it changes anything, so that it is written down.
    pub fn is_recorded(&self) -> bool {
        match self {
            Self::Decide(_)
            | Self::Send(_)
            | Self::Snooze { .. }
            | Self::Trust { .. }
            | Self::Stop { .. }
            | Self::Task(_)
            | Self::Start(_)
            | Self::Resume(_) => true,
            Self::ReadRequest { .. } | Self::Look {} | Self::Locate {} => false,
        }
    }
}

/// Which request is meant: by its id, by the beginning of its digest, or as `agent_status` has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum Named {
    /// As `request` names it: its id, else the beginning of its digest.
    Id(String),
    /// As it stands in the agent's `waiting`.
    Whole(Box<Request>),
}

/// A decision about a request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Decide {
    /// What is decided.
    pub decision: Verb,
    /// About which request, where several wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<Named>,
    /// Of the request as it stood before whoever decides, to its last line: what `read_request` gave.
    /// Without it nothing is approved or answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// Whoever decides knows that only its beginning was shown, and means it. For the hub's owner alone.
    #[serde(default, skip_serializing_if = "is_false")]
    pub partly: bool,
    /// With a denial: what to do instead, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The option: its number, from 1, or its words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub option: Option<String>,
    /// Where several questions are asked at once: one for each, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
}

impl Decide {
    /// What the person decided, in the words of the wire.
    pub fn of(decision: &Decision, request: &Request) -> Self {
        let (verb, message, mut options) = match decision {
            Decision::Approve => (Verb::Approve, None, Vec::new()),
            Decision::Deny { message } => (Verb::Deny, message.clone(), Vec::new()),
            Decision::Answer(pick) => (Verb::Answer, None, pick.words()),
        };
        let option = (options.len() == 1).then(|| options.remove(0));
        Self {
            decision: verb,
            request: Some(Named::Whole(Box::new(request.clone()))),
            digest: None,
            partly: false,
            message,
            option,
            options,
        }
    }

    /// The decision; the error says what is missing.
    pub fn decision(&self) -> Result<Decision, &'static str> {
        Ok(match self.decision {
            Verb::Approve => Decision::Approve,
            Verb::Deny => Decision::Deny {
                message: self.message.clone(),
            },
            Verb::Answer => {
                let pick = match (&self.option, self.options.as_slice()) {
                    (Some(option), []) => Some(Pick::parse(option)),
                    (None, options) => Pick::parse_all(options),
                    (Some(_), _) => return Err("an answer names its `option` or its `options`"),
                };
                Decision::Answer(pick.ok_or("an answer names its `option`")?)
            }
        })
    }
}

/// A text for an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SendPrompt {
    /// The text: at most [`MAX_PROMPT_BYTES`] bytes, without control characters but line ends and tabs.
    pub text: String,
    /// The session it is for; another one refuses it. Left out where the agent has none that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_id: Option<String>,
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub enum ActOutcome {
    /// It is done.
    Done,
    /// Nothing was done; `why` says why.
    Refused,
    /// Something was done, and what became of it is not known; `why` says what was seen.
    Unknown,
}

/// Payload of `act_result`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ActResult {
    /// As the act had it.
    pub act_id: String,
    /// What came of it.
    pub outcome: ActOutcome,
    /// Why nothing, what is not known, or what was done instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// Of `read_request`: the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<ReadRequest>,
    /// Of `locate`, `start` and `resume`: where it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Located>,
    /// Of `task`: what was changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub task: Option<ChangedTask>,
    /// Of `send`: how the text came there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<SentPrompt>,
    /// Of `decide`: refused, for the request was answered before; `why` says how, as `it was denied before`.
    #[serde(default, skip_serializing_if = "is_false")]
    pub late: bool,
    /// Of `stop`: it was not to be ended in that way; to close its pane would.
    #[serde(default, skip_serializing_if = "is_false")]
    pub only_by_pane: bool,
}

impl ActResult {
    /// That, and nothing more.
    pub fn of(act_id: &str, outcome: ActOutcome, why: Option<String>) -> Self {
        Self {
            act_id: act_id.to_owned(),
            outcome,
            why,
            request: None,
            place: None,
            task: None,
            sent: None,
            late: false,
            only_by_pane: false,
        }
    }

    /// An answer changed nothing, for its request was answered before; says how.
    pub fn late(act_id: &str, how: String) -> Self {
        Self {
            late: true,
            ..Self::of(act_id, ActOutcome::Refused, Some(how))
        }
    }

    /// Nothing was done.
    pub fn refused(act_id: &str, why: impl Into<String>) -> Self {
        Self::of(act_id, ActOutcome::Refused, Some(why.into()))
    }
}

/// What was changed of a list of tasks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct ChangedTask {
    /// The task; of `add` the one that is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The tag of its list; of `tag` the one that is the current one now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
}

/// How a text came to an agent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct SentPrompt {
    /// By what: `keys`, or the assistant's own way, as `inbox`, `server`.
    pub way: String,
    /// It waits for the end of the turn that runs.
    pub queued: bool,
    /// It waits behind what the agent has begun to ask in the moment in which it was sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub behind_request: bool,
}

/// Where an agent is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct Located {
    /// Its address.
    #[cfg_attr(test, schemars(with = "String"))]
    pub target: Target,
    /// Its multiplexer's server.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub server: Option<Server>,
    /// Its pane there.
    #[cfg_attr(test, schemars(with = "Option<String>"))]
    pub pane: Option<PaneId>,
}
