//! A request in full, by its assistant's own record: looked for when somebody looks, and kept nowhere.

use std::path::PathBuf;
use std::time::Duration;

use pane_patrol_hooks::text::visible;

#[cfg(test)]
pub(crate) use super::facets::request::Given;
use super::facets::request::Missing;
pub(crate) use super::facets::request::{Full, Known, Part, parts, says_all};
use super::facets::{Calls, Facets, Verdict};
use super::homes::Homes;
use super::of;
use crate::state::{Bound, Request};

/// How long a new request is looked for: it may be written up to a second after it was
/// asked.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long to wait between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// `bound` with all that its assistant's own record holds of it at this moment.
pub(crate) fn with_command(bound: &Bound, homes: &Homes) -> Bound {
    with_full(bound, find(bound, homes).ok().as_ref(), homes)
}

/// `bound` with what was found of it.
pub(crate) fn with_full(bound: &Bound, found: Option<&Full>, homes: &Homes) -> Bound {
    let (call, folder) = call(bound, homes).unzip();
    Bound {
        command: found.and_then(Full::command),
        input: found.map(|full| full.input.clone()),
        written: found.and_then(|full| full.written.clone()),
        call,
        folder,
        ..bound.clone()
    }
}

/// Every call of the assistant's session that its own record holds without a result, whether anybody
/// has heard of it or not: each may be what its pane asks. Empty where the record does not tell.
pub(crate) fn open_calls(bound: &Bound, homes: &Homes) -> Vec<Bound> {
    let (calls, home) = record(bound, homes);
    calls.map_or_else(Vec::new, |calls| calls.open(bound, home.as_deref()))
}

/// Whether sub-agents of the session have been at work lately: what one of them asks may be on the
/// screen before it is written down.
pub(crate) fn has_company(bound: &Bound, homes: &Homes) -> bool {
    let (calls, home) = record(bound, homes);
    calls.is_some_and(|calls| calls.has_company(bound, home.as_deref()))
}

/// Looks for all of a request; waits a moment for one that is only just being asked, unless its one
/// line is all of it. `wait` lets time pass.
pub(crate) fn look(bound: &Bound, homes: &Homes, age: Duration, wait: &dyn Fn(Duration)) -> Known {
    if says_all(bound) {
        return find(bound, homes).map_or(Known::Said, |full| Known::Whole(Box::new(full)));
    }
    look_longer(bound, homes, age, wait)
}

/// The id under which the assistant's own record holds the request, and the folder that it names.
fn call(bound: &Bound, homes: &Homes) -> Option<(String, String)> {
    let (calls, home) = record(bound, homes);
    calls?.call(bound, home.as_deref())
}

/// Whether the assistant's own record holds a result of the request; `None` where it does not tell.
/// A command that still runs has none yet.
pub(crate) fn has_result(bound: &Bound, homes: &Homes) -> Option<bool> {
    let (calls, home) = record(bound, homes);
    calls?.has_result(bound, home.as_deref())
}

/// What the result of the request says of how it was answered.
pub(crate) fn verdict(bound: &Bound, homes: &Homes) -> Option<Verdict> {
    let home = homes.of(&bound.assistant, bound.home.as_deref());
    of(&bound.assistant)?.verdict(bound, home.as_deref())
}

/// The same, but waits also for what stands beside a line that is all of the command: its description,
/// its other options.
pub(crate) fn look_longer(
    bound: &Bound,
    homes: &Homes,
    age: Duration,
    wait: &dyn Fn(Duration),
) -> Known {
    let mut waited = age;
    loop {
        let missing = match find(bound, homes) {
            Ok(full) => return Known::Whole(Box::new(full)),
            Err(missing) => missing,
        };
        match missing {
            Missing::NotYet(_) if waited < PATIENCE => {}
            _ if says_all(bound) => return Known::Said,
            Missing::NotYet(why) | Missing::Never(why) => return Known::Beginning(why.to_owned()),
        }
        wait(PAUSE);
        waited += PAUSE;
    }
}

/// All that is known of a request, as a person reads it: what they decide about.
pub(crate) fn text(request: &Request, known: &Known) -> String {
    let said = || visible(request.message.as_deref().unwrap_or_default());
    match known {
        Known::Whole(full) if full.parts.is_empty() => "(nothing more)\n".to_owned(),
        Known::Whole(full) => parts::text(&full.parts),
        Known::Said | Known::Beginning(_) => format!("{}\n", said()),
    }
}

/// Whether the assistant writes down all that it asks, so that its line alone is never all of it.
pub(crate) fn is_recorded(bound: &Bound) -> bool {
    of(&bound.assistant).is_some_and(|known| known.calls().is_some())
}

/// The record of the assistant's calls, and its config folder.
fn record(bound: &Bound, homes: &Homes) -> (Option<&'static dyn Calls>, Option<PathBuf>) {
    let calls = of(&bound.assistant).and_then(Facets::calls);
    (calls, homes.of(&bound.assistant, bound.home.as_deref()))
}

fn find(bound: &Bound, homes: &Homes) -> Result<Full, Missing> {
    let home = homes.of(&bound.assistant, bound.home.as_deref());
    match of(&bound.assistant) {
        Some(known) => known.request(bound, home.as_deref()),
        None => Err(Missing::Never(
            "this assistant writes the rest down only when it is answered",
        )),
    }
}

#[cfg(test)]
mod tests;
