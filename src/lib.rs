//! pane-patrol: tells which AI coding assistant in tmux needs you, and takes you there.
//!
//! | module | holds | may import |
//! | --- | --- | --- |
//! | [`state`] | the pure table of rows | `hooks`, `git`'s and `tasks`' types |
//! | [`protocol`], [`hub_client`] | the hub's messages; its client | `state` |
//! | [`sys`] | small things that are dangerous to get wrong, once each: child processes, shell words | `hooks` |
//! | [`mux`] | multiplexers behind one trait; below it the only place that knows what tmux is told and prints | `hooks`, `sys`, `state`'s rows and inputs |
//! | [`git`], [`tasks`] | what is changed in a folder, lists of tasks, and what is told of both | `hooks`, `sys` |
//! | [`assistants`] | what is known of each assistant; nothing else names one | `hooks`, `installer`, `sys`, `state`'s types, `git`, `tasks` |
//! | [`log`] | the event log as it is read and followed | `hooks`, `state`'s inputs |
//! | [`notify`] | tells the person that a row needs them | `state`, `mux` |
//! | [`rules`] | what is allowed, asked or denied, judged on the complete input; acts on nothing | nothing |
//! | [`collector`] | sockets, watches and listings into the table; the hub; judging what waits at a hook | all above, and `act`'s record and the settings |
//! | [`websocket`] | carries the hub's messages over loopback, on request | `protocol` |
//! | [`wrap`] | runs any program as if without us, and publishes how it is | `hub_client`, `protocol` |
//! | [`act`] | answering a request by keys, bound to that one request | `state`, `hub_client`, `mux`, `assistants` |
//! | [`launch`] | starts and stops assistants, pure but for what it asks | `state`, `mux`, `sys` |
//! | [`tui`] | the dashboard: model, update, view, effects apart | `state`; never the collector's inside |
//! | [`config`] | the settings file | `tui`'s names of themes, settings of others |
//! | [`commands`] | one file a subcommand; the only place that knows all others | everything |
//! | [`cli`], [`error`], [`messages`] | what is typed, how a command fails, what is printed | nothing |

pub mod act;
pub mod assistants;
pub mod cli;
pub mod collector;
pub mod commands;
pub mod config;
pub mod demo;
pub mod doctor;
pub mod error;
pub mod git;
pub mod hub_client;
pub mod launch;
pub mod log;
pub mod messages;
pub mod mux;
pub mod notify;
pub mod protocol;
pub mod rules;
pub mod state;
pub mod sys;
pub mod tasks;
#[cfg(test)]
#[path = "../tests/common/program.rs"]
mod test_program;
pub mod tui;
pub mod websocket;
pub mod wrap;
