//! What launchers list and can be started, as the list shows it: below all rows and the sessions that are over.

use std::sync::Arc;
use std::time::Duration;

use pane_patrol_hooks::timestamp::Timestamp;

use super::rows::Rows;
use crate::launch::{Item, Running};
use crate::tui::effect::Choice;
use crate::tui::message::Listed;

/// So many of what one launcher lists are shown.
pub(super) const MOST_SHOWN: usize = 100;

/// As long nobody is asked anew, unless something was started.
const FRESH: Duration = Duration::from_secs(60);

/// One of what a launcher lists; or a launcher of which it is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Startable {
    /// By which it is selected; no row has such an id.
    pub(crate) id: String,
    /// Its launcher's name.
    pub(crate) launcher: String,
    /// Its own.
    pub(crate) name: String,
    /// What is started; or why nothing is.
    pub(crate) choice: Result<Choice, Unnamed>,
    /// Where it was started already.
    pub(crate) runs: Option<Running>,
    /// Since when it is on the list: Enter that was meant for what stood there must not start it.
    pub(crate) told: Timestamp,
    /// All that the filter looks at, in small letters.
    words: String,
}

/// What stands in the place of names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unnamed {
    /// Why it is not known what the launcher lists.
    Unknown(String),
    /// So many are listed and not shown.
    Rest(usize),
}

/// All of them, as their launchers list them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Startables {
    all: Vec<Arc<Startable>>,
    /// The ids of those that are being started.
    starting: Vec<String>,
    /// Those that were, and are not listed as running yet.
    started: Vec<String>,
    /// The id of the one that is started if the next answer says that it runs no longer.
    doubted: Option<String>,
    /// When it was heard, or asked for since; `None`: nothing was asked yet.
    asked: Option<Timestamp>,
    question: Question,
}

/// Whether the launchers are being asked. They are never asked twice at once: each runs a program, which may take its
/// time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Question {
    #[default]
    None,
    /// They are.
    Out,
    /// They are, and what they say may be over already: they are asked once more behind it.
    OutAndOld,
}

impl Startable {
    fn new(
        launcher: (usize, &str),
        name: &str,
        choice: Result<Choice, Unnamed>,
        told: Timestamp,
    ) -> Self {
        Self {
            id: format!("start/{}/{name}", launcher.0),
            words: format!("{}\n{name}", launcher.1).to_lowercase(),
            launcher: launcher.1.to_owned(),
            name: name.to_owned(),
            choice,
            runs: None,
            told,
        }
    }

    fn of(launcher: (usize, &str), item: &Item, told: Timestamp) -> Self {
        let choice = Choice {
            launcher: launcher.0,
            item: Some(item.name.clone()),
            wrap: None,
        };
        Self {
            runs: item.runs.clone(),
            ..Self::new(launcher, &item.name, Ok(choice), told)
        }
    }

    /// What a person calls it.
    pub(crate) fn called(&self) -> String {
        format!("{} {}", self.launcher, self.name)
            .trim_end()
            .to_owned()
    }

    /// Whether each of `wanted`, in small letters, occurs in what it shows.
    fn has(&self, wanted: &[String]) -> bool {
        wanted.iter().all(|word| self.words.contains(word))
    }
}

impl Startables {
    /// They are to be asked; whether that begins now. Where they are being asked their answer will do.
    pub(crate) fn ask(&mut self, now: Timestamp) -> bool {
        let begins = self.question == Question::None;
        if begins {
            self.question = Question::Out;
            self.asked = Some(now);
        }
        begins
    }

    /// The same where only what they say from now on will do.
    pub(crate) fn ask_anew(&mut self, now: Timestamp) -> bool {
        let begins = self.ask(now);
        if !begins {
            self.question = Question::OutAndOld;
        }
        begins
    }

    /// They have answered; whether that will do.
    pub(crate) fn answered(&mut self) -> bool {
        std::mem::take(&mut self.question) != Question::OutAndOld
    }

    /// Takes in what the launchers of these names list.
    pub(crate) fn take(&mut self, names: &[String], listed: &Listed, now: Timestamp) {
        let before = std::mem::take(&mut self.all);
        let known = |new: &Startable| before.iter().find(|old| old.id == new.id);
        let mut all = Vec::new();
        for (launcher, items) in listed {
            let Some(name) = names.get(*launcher) else {
                continue;
            };
            match items {
                Ok(items) => {
                    let of = |item| Startable::of((*launcher, name), item, now);
                    all.extend(items.iter().take(MOST_SHOWN).map(of));
                    let rest = (items.len() > MOST_SHOWN).then(|| items.len() - MOST_SHOWN);
                    let rest = rest.map(|rest| Err(Unnamed::Rest(rest)));
                    all.extend(rest.map(|rest| Startable::new((*launcher, name), "", rest, now)));
                }
                Err(why) => {
                    let why = Err(Unnamed::Unknown(why.clone()));
                    all.push(Startable::new((*launcher, name), "", why, now));
                }
            }
        }
        for new in &mut all {
            new.told = known(new).map_or(now, |old| old.told);
        }
        self.all = all.into_iter().map(Arc::new).collect();
        self.started.clear();
        self.asked = Some(now);
    }

    /// It is being started.
    pub(crate) fn begin(&mut self, id: &str) {
        self.starting.push(id.to_owned());
    }

    /// What was being started was, or not.
    pub(crate) fn begun(&mut self, is_started: bool) {
        let begun = std::mem::take(&mut self.starting);
        self.started
            .extend(begun.into_iter().filter(|_| is_started));
    }

    /// Whether it is being started.
    pub(crate) fn is_starting(&self, id: &str) -> bool {
        self.starting
            .iter()
            .chain(&self.started)
            .any(|one| one == id)
    }

    /// It is said to run, and is started if the next answer says that it does not.
    pub(crate) fn doubt(&mut self, id: &str) {
        self.doubted = Some(id.to_owned());
    }

    /// The id of the one that an answer decides on, once.
    pub(crate) fn take_doubted(&mut self) -> Option<String> {
        self.doubted.take()
    }

    /// Whether what was heard is so old that a key is a reason to ask anew.
    pub(crate) fn is_due(&self, now: Timestamp) -> bool {
        self.asked.is_some_and(|asked| now >= asked.plus(FRESH))
    }

    /// The one with this id.
    pub(crate) fn get(&self, id: &str) -> Option<&Arc<Startable>> {
        self.all.iter().find(|one| one.id == id)
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Whether one of them is shown or not as the row with this id comes and goes.
    pub(crate) fn are_about(&self, row: &str) -> bool {
        let mut running = self.all.iter().filter_map(|one| one.runs.as_ref());
        running.any(|running| running.row == row)
    }

    /// Those that are shown to who looks for `wanted`: one that has a row is there already.
    pub(super) fn shown(&self, wanted: &[String], rows: &Rows) -> Vec<Arc<Startable>> {
        let has_row = |one: &Startable| {
            let running = one.runs.as_ref();
            running.is_some_and(|running| rows.get(&running.row).is_some())
        };
        let shown = self
            .all
            .iter()
            .filter(|one| one.has(wanted) && !has_row(one));
        shown.cloned().collect()
    }
}
