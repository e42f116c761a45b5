//! What settings make of notices, for the test that walks all settings.

use std::time::Duration;

use pane_patrol_hooks::event::State;
use pane_patrol_hooks::timestamp::Timestamp;
use time::UtcOffset;

use super::send::{self, Scene};
use super::setting::{Channel, Settings};
use super::watch::Watch;
use super::{Snoozes, push};
use crate::mux::Reach;
use crate::state::fixture::{With, row};
use crate::state::update::Update;

/// The states that somebody may be told of.
const STATES: [State; 4] = [
    State::WaitingApproval,
    State::WaitingInput,
    State::Error,
    State::Completed,
];

/// Who is told of what, when and how, from eleven at night on; nothing leaves this process but what `command` names.
pub(crate) fn told(settings: &Settings) -> Vec<String> {
    let begun = Timestamp::from_micros(23 * 3_600 * 1_000_000);
    let mut watch = Watch::new(settings.clone(), UtcOffset::UTC, begun);
    let rows = STATES.into_iter().zip(1..).map(|(state, pane)| {
        let target = format!("work:1.{pane}");
        let mut row = row(pane, "my-assistant", state, &target, 0).asks("Bash", "make all");
        row.since = begun.plus(Duration::from_secs(1));
        for request in &mut row.waiting {
            request.since = row.since;
        }
        row
    });
    watch.hear(Update::Snapshot(rows.collect()));
    let mut told = Vec::new();
    for step in 0..12 * 360 {
        let now = begun.plus(Duration::from_secs(step * 10));
        for mut notice in watch.due(now, &Snoozes::default()) {
            let (seconds, ways) = (step * 10, &notice.channels);
            told.push(format!("{seconds}s {:?} {ways:?}", notice.state));
            let sent = settings
                .ntfy
                .as_ref()
                .map(|to| push::told(&notice, to, settings.link.as_ref(), settings.content));
            told.extend(sent);
            notice.channels.retain(|way| *way == Channel::Command);
            let scene = Scene::of(&notice, &Reach::default());
            told.extend(send::send(&notice, &scene, settings));
        }
    }
    told
}
