//! Who looks at a pane, and by which terminal they can be told something.

use std::time::{Duration, Instant};

use pane_patrol_hooks::target::Target;

use super::listing;
use super::panes::{clients, left, line, process};
use super::socket::Answering;
use crate::mux::{Audience, Outcome, Viewer};
use pane_patrol_hooks::outside::terminal_of;

/// Who looks. What is written to any pane's terminal reaches everybody's, so there is one to write to.
pub(super) fn audience(server: &Answering, number: u32, within: Duration) -> Outcome<Audience> {
    let deadline = Instant::now() + within;
    let line = line(server, number, within)?;
    let clients = clients(server, left(deadline))?;
    let tty = process(&server.session, number).ok().and_then(terminal_of);
    let tty = tty.map(|name| format!("/dev/{name}"));
    let viewer = |tty: &String| Viewer {
        name: "everybody".to_owned(),
        tty: tty.clone(),
        obstacle: None,
    };
    let target: Option<Target> = listing::address(&server.name(), &line);
    Ok(Audience {
        target,
        in_view: clients.iter().any(|(_, at)| *at == Some(number)),
        clients: tty
            .iter()
            .filter(|_| !clients.is_empty())
            .map(viewer)
            .collect(),
        tty,
    })
}
