//! Acting for the person: answering what an assistant asks, bound to that one request.
//!
//! | part | does |
//! | --- | --- |
//! | `answered` | whether what is over was answered as was decided |
//! | `late` | what is told of an answer that comes too late |
//! | `acts` | carries out what somebody wants done about an agent |
//! | `decide` | about a request: read in full, compared with what was shown, at its hook, by its id or by keys |
//! | `by_id` | answers through the assistant itself, where it takes answers by a request's id |
//! | `manage` | stops one, starts another |
//! | `send` | gives a session a text as its next prompt |
//! | `tasks` | changes the list of tasks that one shows |
//! | `started` | what became of what was started |
//! | `foreground` | whether the pane's foreground is the row's own assistant |
//! | `hearsay` | what is not done where only a publisher vouches for a row |
//! | `equal` | that a request was answered that wants just the same |
//! | `fate` | what became of a request after its answer |
//! | `stop` | why the procedure stops |
//! | `keys` | the procedure: look, compare, press once, see what became of it |
//! | `names` | how requests are named, no two that differ alike |
//! | `executor` | the hub, the session file and the multiplexer, as the procedure sees them |
//! | `digest` | what stood before the person, and whether that is still what is asked |
//! | `audit` | one line for each decision in `decisions.jsonl` |
//! | `lately` | what of that was carried out a moment ago, for whoever collects next |
//! | `secrets` | what is named like a secret is not written there |
//! | `refusals` | how much of what is refused is written down there |
//! | `turn` | whose turn it is to answer in a pane and in a session |
//! | `words` | whether a denial can say what to do instead |
//! | `tell` | tells the collector that an answer took effect, which no hook does |
//!
//! Nothing here is on the path of an event; what an answer does is heard from the assistant like
//! everything else, but for the answer itself.
//!
//! May import: `config`'s launchers, `launch`, `notify`'s snoozes, `hub`, `assistants`, `mux`, `state`,
//! `tasks`, `sys`.

pub(crate) mod access;
pub(crate) mod acts;
mod answered;
mod as_shown;
pub(crate) mod audit;
mod background;
mod by_id;
mod decide;
pub(crate) mod digest;
pub(crate) mod equal;
pub(crate) mod executor;
pub(crate) mod fate;
mod foreground;
#[cfg(test)]
mod fuzz;
mod hearsay;
pub(crate) mod keys;
#[cfg(test)]
mod keys_tests;
mod late;
mod lately;
mod manage;
pub(crate) mod names;
mod opening;
pub(crate) mod refusals;
mod rest;
mod secrets;
mod send;
pub(crate) mod started;
pub(crate) mod stop;
mod tasks;
mod tell;
pub mod turn;
mod words;

pub(crate) use crate::assistants::dialogs as dialog;
pub(crate) use crate::assistants::facets::colours;
pub(crate) use crate::hub::protocol::MAX_PROMPT_BYTES;
pub use crate::state::Bound;
pub(crate) use crate::state::{Decision, Pick};
pub(crate) use acts::CHANGED;
pub(crate) use acts::resume::STARTED_ALREADY;
pub(crate) use digest::{Digest, Shown};
pub(crate) use equal::Equal;
pub use keys::Outcome;
pub(crate) use send::TOO_LONG;
