//! Whose records are wanted, by any name that the log can tell, and whether anybody has it.

use std::path::Path;

use memchr::memmem::Finder;
use pane_patrol_hooks::event::Event;
use pane_patrol_hooks::target::{PaneId, Server, Target};

use crate::state::RowKey;

/// Whose records: of a row's id, a place, a pane, or a word.
///
/// Several may have one word, and all of them are wanted: a log tells of many who came one after another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Whom {
    name: String,
    /// The rows that have the name as their id.
    ids: Vec<RowKey>,
    /// The place of that name.
    place: Option<Target>,
}

/// Of whom a record tells.
pub(super) struct Told<'a> {
    pub(super) server: Option<&'a Server>,
    pub(super) pane: Option<PaneId>,
    pub(super) target: Option<&'a Target>,
    pub(super) cwd: Option<&'a str>,
    pub(super) instance: Option<&'a str>,
}

impl Whom {
    /// Reads a name as it was typed; `None` for an empty one.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        (!name.is_empty()).then(|| Self {
            name: name.to_owned(),
            ids: RowKey::named(name).collect(),
            place: name.parse().ok(),
        })
    }

    /// As it was typed.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Whether somebody may come to be called so: a word is nobody's that was never heard.
    pub(crate) fn is_place(&self) -> bool {
        self.place.is_some() || !self.ids.is_empty()
    }

    /// Whether the event tells of it.
    pub(crate) fn fits(&self, event: &Event) -> bool {
        self.fits_told(&Told {
            server: event.server.as_ref(),
            pane: event.pane,
            target: Some(&event.target),
            cwd: event.cwd.as_deref(),
            instance: event.instance_id.as_deref(),
        })
    }

    /// Whether what is told is about it.
    pub(super) fn fits_told(&self, told: &Told<'_>) -> bool {
        let is_at = |place: &Target| {
            Some(place) == told.target || told.pane.is_some_and(|pane| *place == Target::Pane(pane))
        };
        let has_id = |key: &RowKey| key.server.as_ref() == told.server && is_at(&key.place);
        self.ids.iter().any(has_id) || self.place.as_ref().is_some_and(is_at) || self.is_word(told)
    }

    fn is_word(&self, told: &Told<'_>) -> bool {
        let own = match told.target {
            Some(Target::Address { session, .. }) => Some(session),
            Some(Target::Agent(name)) => Some(name),
            Some(Target::Pane(_) | Target::Process { .. }) | None => None,
        };
        let folder = told.cwd.and_then(|cwd| Path::new(cwd).file_name());
        own == Some(&self.name)
            || folder.is_some_and(|folder| folder == &*self.name)
            || told.instance == Some(&self.name)
    }

    /// What one of must stand in the line of every event that tells of it, as we print it.
    pub(super) fn traces(&self) -> Vec<String> {
        let mut traces = vec![
            format!("\"{}", self.name),
            // A folder's name, or an agent's.
            format!("/{}", self.name),
        ];
        for key in &self.ids {
            traces.push(format!("\"{}\"", key.place));
        }
        traces
    }
}

/// Who was asked for and has not been found yet.
#[derive(Debug)]
pub(crate) struct Sought {
    left: Vec<(Whom, Vec<Finder<'static>>)>,
}

impl Sought {
    /// All of `whom`.
    pub(crate) fn of(whom: &[Whom]) -> Self {
        let finder = |trace: String| Finder::new(trace.as_bytes()).into_owned();
        let left = whom.iter().map(|whom| {
            let traces = whom.traces().into_iter().map(finder).collect();
            (whom.clone(), traces)
        });
        Self {
            left: left.collect(),
        }
    }

    /// Looks whether a line of the log tells of one.
    pub(crate) fn look(&mut self, line: &[u8]) {
        let has_trace = |finder: &Finder<'_>| finder.find(line).is_some();
        let may_tell = |traces: &Vec<Finder<'_>>| {
            traces.iter().any(has_trace) || memchr::memchr(b'\\', line).is_some()
        };
        if self.left.iter().any(|(_, traces)| may_tell(traces))
            && let Ok(event) = Event::parse(line)
        {
            self.heed(&event);
        }
    }

    /// Takes note of an event.
    pub(crate) fn heed(&mut self, event: &Event) {
        self.heed_found(|whom| whom.fits(event));
    }

    /// Takes note of those that are found elsewhere.
    pub(crate) fn heed_found(&mut self, is_found: impl Fn(&Whom) -> bool) {
        self.left.retain(|(whom, _)| !is_found(whom));
    }

    /// The first one that nobody is.
    pub(crate) fn missing(&self) -> Option<&Whom> {
        self.left.first().map(|(whom, _)| whom)
    }

    /// The same of those that nobody can come to be.
    pub(crate) fn missing_for_ever(&self) -> Option<&Whom> {
        let mut left = self.left.iter().map(|(whom, _)| whom);
        left.find(|whom| !whom.is_place())
    }
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::{Assistant, State};
    use pane_patrol_hooks::timestamp::Timestamp;

    use super::*;

    fn event(target: &str) -> Event {
        let ts = Timestamp::parse("2026-11-21T10:00:00Z").unwrap();
        let target = target.parse().unwrap();
        let mut event = Event::new(Assistant::CLAUDE, State::Running, target, ts);
        event.pane = Some(PaneId(3));
        event.server = Some("/tmp/a,7".parse().unwrap());
        event.cwd = Some("/src/shop/".into());
        event.instance_id = Some("0123-4567".into());
        event
    }

    #[test]
    fn an_event_is_found_by_every_name_that_it_tells() {
        let agent = Event {
            pane: None,
            server: None,
            cwd: None,
            ..event("agent/scout")
        };
        for (name, event, is_its) in [
            ("/tmp/a,7::%3", event("work:1.2"), true),
            ("/tmp/a,8::%3", event("work:1.2"), false),
            ("/tmp/a,7::%4", event("work:1.2"), false),
            ("work:1.2", event("work:1.2"), true),
            ("%3", event("work:1.2"), true),
            ("work", event("work:1.2"), true),
            ("shop", event("work:1.2"), true),
            ("0123-4567", event("work:1.2"), true),
            ("agent/zed", event("agent/zed:1.2"), true),
            ("agent/scout", agent.clone(), true),
            ("scout", agent, true),
            ("0123", event("work:1.2"), false),
            ("wor", event("work:1.2"), false),
        ] {
            let whom = Whom::parse(name).unwrap();
            assert_eq!(whom.fits(&event), is_its, "{name}");
            let mut sought = Sought::of(&[whom]);
            sought.look(&event.encode().unwrap());
            assert_eq!(sought.missing().is_none(), is_its, "{name}");
        }
        assert_eq!(Whom::parse(""), None);
    }

    #[test]
    fn a_word_that_nobody_has_is_missing_for_ever_and_a_place_is_not() {
        let sought = |name| Sought::of(&[Whom::parse(name).unwrap()]);
        assert!(sought("shop").missing_for_ever().is_some());
        assert!(sought("work:1.2").missing_for_ever().is_none());
        assert!(sought("work:1.2").missing().is_some());
    }
}
