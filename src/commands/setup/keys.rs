//! Which keys the dashboard and the next one that waits get: none that the person's own files bind.

use super::person::{Person, Step};
use crate::error::{CommandError, EXIT_USAGE};
use crate::messages;
use crate::mux::tmux::conf::{
    Binding, ConfError, GOES_TO_NEXT, OPENS_POPUP, Reader, SWITCHES_SIDEBAR,
};

/// What a key is for.
pub(super) struct Purpose {
    /// In words, as the object of a sentence.
    what: &'static str,
    /// The option that names the key.
    option: &'static str,
    /// The usual key, then others.
    usual: &'static [&'static str],
    /// What a command of this purpose says.
    says: &'static str,
}

pub(super) const POPUP: Purpose = Purpose {
    what: "the dashboard in a popup",
    option: "--popup-key",
    usual: &["P", "A", "O", "B", "Y"],
    says: OPENS_POPUP,
};

pub(super) const NEXT: Purpose = Purpose {
    what: "the assistant that waits longest",
    option: "--next-key",
    usual: &["N", "W", "J", "G", "U"],
    says: GOES_TO_NEXT,
};

pub(super) const SIDEBAR: Purpose = Purpose {
    what: "the sidebar",
    option: "--sidebar-key",
    usual: &["S", "V", "K", "R", "I"],
    says: SWITCHES_SIDEBAR,
};

/// Stands for no key where one is typed.
const NONE: &str = "none";

/// The keys after the prefix that mean something already.
#[derive(Default)]
pub(super) struct Taken {
    /// By the person's own files, named as they write them.
    pub(super) by_person: Vec<(String, Binding)>,
    /// Why keys may be bound by files that cannot be known.
    pub(super) by_unknown: Option<String>,
    /// By tmux itself.
    pub(super) by_tmux: Vec<Binding>,
    /// By the keys that were just chosen.
    pub(super) chosen: Vec<String>,
}

impl Taken {
    /// What the person has bound to a key, and where.
    fn by(&self, key: &str) -> Option<String> {
        let mut bound = self.by_person.iter().rev();
        let (file, binding) = bound.find(|(_, binding)| binding.key == key)?;
        let (line, does) = (binding.line, &binding.does);
        Some(format!(
            "`{key}` is bound in {file}, line {line} (`{does}`)"
        ))
    }

    fn is_free(&self, key: &str) -> bool {
        let is_default = self.by_tmux.iter().any(|binding| binding.key == key);
        let is_chosen = self.chosen.iter().any(|chosen| chosen == key);
        !is_default && !is_chosen && self.by(key).is_none()
    }
}

impl Purpose {
    /// The key that a file of ours binds for it.
    pub(super) fn key_in(&self, bindings: &[Binding]) -> Option<String> {
        let mut bound = bindings.iter();
        let ours = bound.find(|binding| binding.does.contains(self.says))?;
        Some(ours.key.clone())
    }

    /// Where the person has bound a key for it already, by hand.
    fn by_hand<'a>(&self, taken: &'a Taken) -> Option<&'a (String, Binding)> {
        let mut bound = taken.by_person.iter();
        bound.find(|(_, binding)| {
            binding.does.contains(self.says) && binding.does.contains("pane-patrol")
        })
    }

    /// The key for it; `None` for none.
    pub(super) fn choose(
        &self,
        person: Person,
        typed: Option<&str>,
        before: Option<String>,
        taken: &Taken,
        reader: &Reader,
    ) -> Step<Option<String>> {
        match typed {
            Some(NONE) => return Ok(None),
            Some(key) => {
                self.check(key, taken, reader)?;
                return Ok(Some(key.to_owned()));
            }
            None => {}
        }
        if let Some((file, binding)) = self.by_hand(taken) {
            messages::status(&format!(
                "`{}` is your own key for {} ({file}, line {}); it is left as it is.",
                binding.key, self.what, binding.line
            ));
            return Ok(None);
        }
        // What was chosen once is chosen still.
        let unknown = taken.by_unknown.clone().filter(|_| before.is_none());
        let usual = before.unwrap_or_else(|| self.usual[0].to_owned());
        if unknown.is_none() && taken.is_free(&usual) {
            return Ok(Some(usual));
        }
        let own = || format!("`{usual}` is one of tmux's own keys");
        let why = unknown.clone().or_else(|| taken.by(&usual));
        let why = why.unwrap_or_else(own);
        let other = self.usual.iter().find(|key| taken.is_free(key));
        if !person.can_be_asked() {
            messages::warning(&format!(
                "{why}: {} gets no key; `{} {}` gives it one",
                self.what,
                self.option,
                other.unwrap_or(&"KEY")
            ));
            return Ok(None);
        }
        let (end, other) = match unknown {
            Some(_) => (".", None),
            None => (", and stays so.", other.copied()),
        };
        messages::status(&format!("{why}{end}"));
        self.ask(person, other, taken, reader)
    }

    fn ask(
        &self,
        person: Person,
        other: Option<&'static str>,
        taken: &Taken,
        reader: &Reader,
    ) -> Step<Option<String>> {
        let offered = other.map_or_else(
            || "Enter for none".to_owned(),
            |key| format!("Enter for `{key}`, `{NONE}` for none"),
        );
        loop {
            let said = person.says(&format!("Another key for {} ({offered}): ", self.what))?;
            let key = match &*said {
                "" => return Ok(other.map(str::to_owned)),
                NONE => return Ok(None),
                key => key,
            };
            match self.check(key, taken, reader) {
                Ok(()) => return Ok(Some(key.to_owned())),
                Err(error) => messages::status(&format!("{error}.")),
            }
        }
    }

    /// Refuses a key that tmux does not know, or that the person needs for something else.
    fn check(&self, key: &str, taken: &Taken, reader: &Reader) -> Result<(), CommandError> {
        let wrong = |why: String| {
            let hint = format!(
                "nothing was changed; `{} KEY` names another one, `none` none",
                self.option
            );
            CommandError::new(why).hint(hint).exit(EXIT_USAGE)
        };
        if let Some(why) = taken.by(key) {
            return Err(wrong(why));
        }
        if taken.chosen.iter().any(|chosen| chosen == key) {
            return Err(wrong(format!("`{key}` is chosen already")));
        }
        let is_word =
            !key.is_empty() && !key.contains(|c: char| c.is_control() || c.is_whitespace());
        match is_word.then(|| reader.knows_key(key)) {
            Some(Ok(true)) => Ok(()),
            Some(Err(error)) => Err(not_asked(&error)),
            Some(Ok(false)) | None => Err(wrong(format!("tmux knows no key `{key}`"))),
        }
    }
}

/// tmux could not be asked.
pub(super) fn not_asked(error: &ConfError) -> CommandError {
    CommandError::new("tmux could not be asked")
        .caused_by(error)
        .hint("nothing was changed")
}
