//! The hub: the one door through which everybody learns of the rows and has something done about them.
//!
//! | part | what |
//! | --- | --- |
//! | [`protocol`] | the messages, as types and schemas |
//! | [`client`] | whoever asks it from another process |
//! | `server` | whoever answers, in the collector's process |
//! | [`websocket`] | the same messages over loopback |

pub mod client;
pub mod protocol;
pub(crate) mod server;
pub mod websocket;
