//! The hub: the one door through which everybody learns of the rows and has something done about them.
//!
//! | part | what |
//! | --- | --- |
//! | [`protocol`] | the messages, as types and schemas |
//! | [`client`] | whoever asks it from another process |
//! | [`server`] | whoever answers, in the collector's process |
//! | [`devices`] | phones and browsers that were paired |
//! | [`websocket`] | the same messages over loopback, and the page |
//!
//! May import: `state`, `rules`, the types of `git` and `tasks`, `page`, `sys`, and the hooks' words. What it needs of
//! whoever collects and acts it says itself: [`server::Actor`], `server::Scribe`, `server::Rulebook`.

pub mod client;
pub mod devices;
pub mod protocol;
pub mod server;
pub mod websocket;
