//! Everything that is asked of Zellij. Each of its sessions is a server of its own.
//!
//! What it says is worth little by itself: it has been seen to say that all went well where nothing was done,
//! to name no client where there is one, and not to answer for ever because another session's server was
//! stopped. So
//!
//! - a server is known by its process, found by who listens, and never by its session's name, which may be
//!   another one by now ([`belief`], [`socket`]);
//! - nobody is told anything before the server has answered at all ([`socket`]);
//! - what is only asked is asked in its own protocol, where that is known ([`direct`]), over one connection
//!   ([`line`]);
//! - each call sees a folder with that one socket in it, so that no other session can hold it up and a wrong
//!   name can make none ([`alone`]), and is killed with all it has started when its time is up ([`call`]);
//! - the processes of panes are the system's word ([`panes`]), and after each act there is a look;
//! - nothing at all is asked as long as the system says that nothing has come or gone ([`rest`]).
//!
//! It lends no pane to another tab, so what one shows is told to a dashboard that draws it ([`mirror`]).

mod alone;
mod audience;
mod belief;
mod call;
mod census;
mod direct;
mod events;
pub(crate) mod here;
mod inbox;
mod jump;
pub(crate) mod kdl;
mod keys;
mod line;
mod listing;
mod mirror;
mod opening;
mod panes;
pub(crate) mod private;
mod protocol;
mod rest;
mod servers;
mod socket;
mod version;

pub(crate) use call::usual_settings;
pub(super) use servers::ENTRY;

use super::Kind;

/// Zellij.
const KIND: Kind = Kind("zellij");

/// What a session is called in words: quoted, without what could end the quotes.
fn quoted(name: &str) -> String {
    let name = pane_patrol_hooks::text::one_line(name, 100);
    format!("`{}`", name.replace('`', "'"))
}
