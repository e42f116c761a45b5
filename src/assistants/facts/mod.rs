//! What the assistants' own files say of their sessions: where they are, and what they say now.

use std::path::{Path, PathBuf};

use pane_patrol_hooks::event::Assistant;
use pane_patrol_sys::open::read_text;

use super::facets::facts::FactsFile;
use super::facets::todos;
use super::homes::Homes;
use super::of;
use crate::state::{Facts, Row};

/// Longest file that our plugin writes, in bytes.
const MAX_NOTED: u64 = 64 * 1024;

/// Whose files are meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Session {
    assistant: Assistant,
    /// Its config folder, when it is not the usual one.
    home: Option<String>,
    instance_id: String,
}

impl Session {
    /// That of a row; `None` where it is not known, or where only a client has told of it that may do nothing but
    /// publish: what stands in files is not for everybody to ask for.
    pub(crate) fn of_row(row: &Row) -> Option<Self> {
        of(&row.assistant)?;
        let instance_id = row.instance_id.clone().filter(|_| !row.hearsay)?;
        Some(Self {
            assistant: row.assistant.clone(),
            home: row.home.clone(),
            instance_id,
        })
    }

    /// Its file, where there is one.
    pub(crate) fn file(&self, homes: &Homes) -> Option<PathBuf> {
        match self.own() {
            Some(own) => {
                let home = homes.of(&self.assistant, self.home.as_deref())?;
                own.find(&home, &self.instance_id)
            }
            None => todos::file(homes.facts()?, &self.assistant, &self.instance_id),
        }
    }

    /// What the file says now; what it does not say, or what cannot be read, is empty.
    pub(crate) fn read(&self, file: &Path) -> Facts {
        let facts = match self.own() {
            Some(own) => own.read(file),
            None => noted(file).unwrap_or_default(),
        };
        facts.bounded()
    }

    fn own(&self) -> Option<&'static dyn FactsFile> {
        of(&self.assistant)?.facts()
    }
}

/// As our plugin in an assistant has written it down, `<state>/facts/<assistant>-<instance>.json`.
fn noted(file: &Path) -> Option<Facts> {
    serde_json::from_str(&read_text(file, MAX_NOTED).ok()?).ok()
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod recorded;
