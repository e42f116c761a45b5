//! What stands below or beside the list, as data; `panels` knows how each looks and what keys mean in it.

use std::sync::Arc;

use super::request::Confirm;
use super::startable::MOST_SHOWN;
use crate::launch::Item;
use crate::log::away::Digest;
use crate::state::Row;
use crate::tui::effect::Choice;
use crate::tui::labels;
use crate::tui::message::{InstallOffer, InstallOutcome, Listed};

/// What stands below or beside the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Panel {
    /// The selected row in short.
    #[default]
    Detail,
    /// The selected row with everything that was heard of it.
    Explain,
    /// What the selected row's pane shows.
    Preview,
    /// The selected row's request, with room to read it.
    Request,
    /// Whether to answer what is only partly known.
    Confirm(Box<Confirm>),
    /// Keys and signs, over everything else.
    Help,
    /// What an install changes.
    Install(Install),
    /// What happened while the person was away.
    Away(Away),
    /// The selected row's tasks.
    Work(Tasks),
    /// What is changed in the selected row's folder.
    Diff(Changes),
    /// How well it is heard.
    Health,
    /// What can be started.
    Launch(Launch),
    /// Whether to stop a row.
    Stop(Stop),
    /// Whether to stop these, which were marked.
    StopMarked(Vec<Arc<Row>>),
    /// What the person writes to an assistant, or to several.
    Write,
}

/// What is known of what happened while the person was away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Away {
    /// It is being read.
    Reading,
    /// That.
    Told(Box<Digest>),
    /// Nothing, for this reason.
    Unknown(String),
}

/// How far an install is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Install {
    /// The changes are being worked out.
    Planning,
    /// The changes, to be confirmed.
    Planned(InstallOffer),
    /// It is being done.
    Applying,
    /// There is nothing to be done, for this reason.
    Nothing(String),
    /// It is over; says what happened, and who reports since.
    Over(InstallOutcome),
}

/// What can be started, and which of it is chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Launch {
    pub(crate) offers: Vec<Offer>,
    pub(crate) chosen: usize,
}

/// One line of that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) name: String,
    /// What is started; `None`: that is not known, as the name says.
    pub(crate) choice: Option<Choice>,
}

impl Launch {
    /// The launchers of these names; what those at the places `listing` list is being looked up.
    pub(crate) fn of(names: &[String], listing: &[usize]) -> Self {
        let offer = |(launcher, name): (usize, &String)| {
            if listing.contains(&launcher) {
                Offer::untold(name, "…")
            } else {
                Offer::of(name.clone(), launcher, None)
            }
        };
        Self {
            offers: names.iter().enumerate().map(offer).collect(),
            chosen: 0,
        }
    }

    /// The same with what is listed in place of who lists it. What is chosen stays so, and how it is to run.
    pub(crate) fn listed(&self, names: &[String], listed: &Listed) -> Self {
        let mut offers = Vec::new();
        for (launcher, name) in names.iter().enumerate() {
            let found = listed.iter().find(|(place, _)| *place == launcher);
            match found.map(|(_, items)| items) {
                None => offers.push(Offer::of(name.clone(), launcher, None)),
                Some(Err(why)) => offers.push(Offer::untold(name, why)),
                Some(Ok(items)) if items.is_empty() => {
                    offers.push(Offer::untold(name, "there is none"));
                }
                Some(Ok(items)) => {
                    let offer = |item: &Item| {
                        let shown = format!("{name} {}", item.name);
                        Offer::of(shown, launcher, Some(item.name.clone()))
                    };
                    offers.extend(items.iter().take(MOST_SHOWN).map(offer));
                    if items.len() > MOST_SHOWN {
                        let rest = labels::rest(items.len() - MOST_SHOWN, name);
                        offers.push(Offer::untold(name, &rest));
                    }
                }
            }
        }
        for choice in offers.iter_mut().filter_map(|offer| offer.choice.as_mut()) {
            let mut before = self.offers.iter().filter_map(|it| it.choice.as_ref());
            let before = before.find(|before| before.is_same(choice));
            choice.wrap = before.and_then(|before| before.wrap);
        }
        let before = self.offers.get(self.chosen);
        let choice = before.and_then(|offer| offer.choice.as_ref());
        let is_it = |offer: &Offer| choice.is_some() && offer.choice.as_ref() == choice;
        let chosen = offers.iter().position(is_it).unwrap_or_default();
        Self { offers, chosen }
    }
}

impl Offer {
    fn of(name: String, launcher: usize, item: Option<String>) -> Self {
        let choice = Choice {
            launcher,
            item,
            wrap: None,
        };
        Self {
            name,
            choice: Some(choice),
        }
    }

    fn untold(name: &str, why: &str) -> Self {
        Self {
            name: format!("{name}: {why}"),
            choice: None,
        }
    }
}

/// A row that is to be stopped, and how far that is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Stop {
    pub(crate) row: Box<Row>,
    pub(crate) stage: Stage,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The person is asked whether its process is to end.
    Asking,
    /// It is being done.
    Stopping,
    /// It did not go, for this reason; the person is asked whether the pane is to be closed.
    Stuck(String),
}

/// What the person looks at in the Work tab.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tasks {
    /// Whether j and k choose a task instead of a row.
    pub(crate) is_focused: bool,
    /// The id of the chosen one.
    pub(crate) chosen: Option<String>,
}

/// What the person looks at in the Diff tab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    pub(crate) focus: Focus,
    /// The place of the chosen file in the list.
    pub(crate) file: usize,
}

/// What j and k do in the Diff tab.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Focus {
    /// Choose a row, as everywhere.
    #[default]
    Rows,
    /// Choose a file.
    Files,
    /// Scroll the file's patch.
    Patch,
}

/// One of the four sides of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tab {
    /// What it asks and why we say so.
    Overview,
    /// Its tasks.
    Work,
    /// What is changed in its folder.
    Diff,
    /// How well it is heard.
    Health,
}

impl Tab {
    /// All of them, from left to right.
    pub(crate) const ALL: [Self; 4] = [Self::Overview, Self::Work, Self::Diff, Self::Health];

    /// What it opens.
    pub(crate) fn panel(self) -> Panel {
        match self {
            Self::Overview => Panel::Detail,
            Self::Work => Panel::Work(Tasks::default()),
            Self::Diff => Panel::Diff(Changes::default()),
            Self::Health => Panel::Health,
        }
    }
}
