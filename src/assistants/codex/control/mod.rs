//! Codex's own server, which all its screens share: what waits in one of its threads can be answered there, by its
//! id, and what is said there is a prompt like any other (0.171.0; undocumented, so what reads otherwise than here
//! is nothing that is answered).
//!
//! | part | does |
//! | --- | --- |
//! | `place` | the server's socket, and whether it is the server of that folder and ours |
//! | `link` | a connection: questions, answers and what is told meanwhile, each step within a time |
//! | `thread` | one session there: who we say we are, what it waits for, that nothing of it stays with us |
//! | `words` | the words of a command as the server writes them |
//! | `waiting` | which of what waits is the request that is meant, and what it is answered with |
//! | `became` | what became of an answer |
//! | `answers` | all of that, as the actor needs it |
//! | `queue` | prompts |

mod answers;
mod became;
mod link;
mod place;
mod queue;
#[cfg(test)]
mod tests;
mod thread;
mod waiting;
mod words;

pub(super) use answers::ById;
pub(super) use queue::Queue;
