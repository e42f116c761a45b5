//! The messages of the hub, whatever carries them: JSON objects, each in the same envelope.
//!
//! A page says `authenticate` or `pair` before all else, to whoever carries its messages here. A client says `hello` first. A subscriber is then told of every agent (`agent_status`, `diff_summary`,
//! `task_summary`), then `snapshot` says that this was all of them, and from there on it hears of whatever
//! changes. A publisher says the same of the agents it speaks for, and `task_update`, `heartbeat` and
//! `error`, of which subscribers hear, too. Whoever reads a terminal hands on what programs say there of themselves
//! as `status_record`. Whoever says `diff_patch_request` gets a
//! `diff_patch_response`; of a publisher's own agent its publisher is asked. `ended_sessions` tells of sessions that
//! are over and can be taken up again.
//!
//! A hook that may answer a permission request says `wait_decision` and gets one `decision`, or
//! `released` when there is nothing more to wait for; `waiting` says at once that it was heard. Whoever
//! wants something done says `act` and gets an `act_result`.
//!
//! What is longer than [`MAX_MESSAGE_BYTES`] is never sent.
//!
//! May import: `state`, `status_record`'s words, the types of `git` and `tasks`, and the hooks' words.

mod act;
pub mod code;
mod device;
mod diff;
mod ended;
mod envelope;
#[cfg(test)]
mod fuzz;
mod greeting;
mod incoming;
mod patch;
mod request;
pub mod right;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod schema_check;
mod start;
mod status;
mod status_record;
mod task_update;
mod tasks;
#[cfg(test)]
mod tests;
mod unique;
mod verb;
mod voice;
mod wait_decision;
#[cfg(test)]
pub(crate) mod words;

pub use act::{
    Act, ActOutcome, ActResult, ChangedTask, Decide, Located, MAX_PROMPT_BYTES, MAX_TRUST, Named,
    SendPrompt, SentPrompt, What,
};
pub use device::{Authenticate, Authenticated, MAX_PROOF_BYTES, NoEntry, NotLetIn, Pair, Paired};
pub use diff::{AgentDiff, ChangedFile, FileWord, NoGit};
pub use ended::{EndedAgent, EndedSessions, Resume};
pub use envelope::{Envelope, MAX_MESSAGE_BYTES, VERSION, parse};
use envelope::{PAYLOAD_BYTES, SAID_BYTES};
pub use greeting::{Admit, Bye, ClientRole, ErrorPayload, Heartbeat, Hello, Pong, Snapshot};
pub use incoming::update_of;
pub use patch::{AgentPatch, PatchError, RequestPatch};
pub use request::{QuestionOption, ReadRequest, RequestPart};
pub use right::{Right, needed};
pub use start::{Start, SystemText};
pub use status::{AgentStatus, Gone, PublishedStatus, Report, Status};
pub use status_record::StatusRecord;
pub(crate) use task_update::changes as task_changes;
pub use task_update::{TaskAction, TaskUpdate, TaskWord};
pub use tasks::AgentTasks;
pub use verb::Verb;
pub use voice::Voice;
pub use wait_decision::WaitDecision;

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_false(value: &bool) -> bool {
    !*value
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
fn is_zero(value: &u64) -> bool {
    *value == 0
}
