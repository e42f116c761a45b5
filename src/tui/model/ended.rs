//! Sessions that are over and within reach, as the list shows them: below all rows, and never among them.

use std::sync::Arc;

use pane_patrol_hooks::timestamp::Timestamp;

use crate::state::EndedSession;

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Past {
    /// By which it is selected; no row has such an id.
    pub(crate) id: String,
    pub(crate) session: EndedSession,
    /// Since when it is on the list as it is: Enter that was meant for the row that it was must not start it.
    pub(crate) told: Timestamp,
    /// All that the filter looks at, in small letters.
    words: String,
}

/// All of them, the last one first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ended {
    all: Vec<Arc<Past>>,
}

/// The word for what they do.
pub(crate) const WORD: &str = "ended";

impl Past {
    fn new(session: EndedSession, told: Timestamp) -> Self {
        let texts = [
            WORD.to_owned(),
            session.assistant.to_string(),
            session.target.shown(),
            session.label(),
            session.branch.clone().unwrap_or_default(),
            session.message.clone().unwrap_or_default(),
        ];
        Self {
            id: session.id(),
            words: texts.join("\n").to_lowercase(),
            told,
            session,
        }
    }

    /// Whether each of `wanted`, in small letters, occurs in what it shows.
    fn has(&self, wanted: &[String]) -> bool {
        wanted.iter().all(|word| self.words.contains(word))
    }

    /// The last name of its folder, if that is known.
    pub(crate) fn folder(&self) -> String {
        let known = self.session.cwd.as_ref();
        known.map(|_| self.session.label()).unwrap_or_default()
    }
}

impl Ended {
    /// Takes in all that there are now.
    pub(crate) fn take(&mut self, sessions: &[EndedSession], now: Timestamp) {
        let before = std::mem::take(&mut self.all);
        let known = |session: &EndedSession| {
            let mut same = before.iter().filter(|past| past.id == session.id());
            same.find(|past| past.session.ended == session.ended)
        };
        let told = |session: &EndedSession| known(session).map_or(now, |past| past.told);
        let past = |session: &EndedSession| Arc::new(Past::new(session.clone(), told(session)));
        self.all = sessions.iter().map(past).collect();
    }

    /// The one with this id.
    pub(crate) fn get(&self, id: &str) -> Option<&Arc<Past>> {
        self.all.iter().find(|past| past.id == id)
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Those that are shown to who looks for `wanted`.
    pub(super) fn shown(&self, wanted: &[String]) -> Vec<Arc<Past>> {
        let all = self.all.iter();
        all.filter(|past| past.has(wanted)).cloned().collect()
    }
}
