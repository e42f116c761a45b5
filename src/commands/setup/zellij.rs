//! The step of Zellij: two keys, in one line of the person's `config.kdl`. All else in it stays as it is.

use std::path::Path;

use pane_patrol_hooks::text::one_line;
use pane_patrol_installer::{Content, Plan, plan_put};

use super::files::{carry_out, refused, show};
use super::person::{Done, Person, Step};
use super::spots::Spots;
use super::tmux::no_place;
use crate::cli::SetupArgs;
use crate::commands::Context;
use crate::commands::program::executable;
use crate::error::{CommandError, EXIT_USAGE};
use crate::messages;
use crate::mux::PATIENCE_FOR_SEVERAL;
use crate::mux::zellij::here::is_on_path;
use crate::mux::zellij::kdl::ours::{
    Binding, Keys, NoPlace, Place, bindings, is_only_addition, line_in, place, without_ours,
};
use crate::mux::zellij::usual_settings;

/// Longest text of what a key does, in characters.
const MAX_DOES: usize = 60;

/// Stands for no key where one is typed.
const NONE: &str = "none";

/// What a key is for.
struct Purpose {
    /// In words, as the object of a sentence.
    what: &'static str,
    /// The option that names it.
    option: &'static str,
    /// The usual key, then others.
    usual: &'static [&'static str],
    /// What a binding of this purpose says.
    says: &'static str,
}

const DASHBOARD: Purpose = Purpose {
    what: "the dashboard in a floating pane",
    option: "--zellij-key",
    usual: &["Alt a", "Alt s", "Alt Shift a"],
    says: "",
};

const NEXT: Purpose = Purpose {
    what: "the assistant that waits longest",
    option: "--zellij-next-key",
    usual: &["Alt w", "Alt g", "Alt Shift w"],
    says: "jump --next",
};

/// Whether the person has Zellij.
pub(super) fn is_here(context: &Context) -> bool {
    context.path.as_deref().is_some_and(is_on_path)
}

/// Gives Zellij our keys.
pub(super) fn equip(context: &Context, person: Person, arguments: &SetupArgs) -> Step<Done> {
    let spots = Spots::of(context).ok_or_else(no_place)?;
    let file = &spots.for_zellij;
    let spot = spots.spot(file);
    let bytes = spot.read().map_err(|error| refused(file, &error))?;
    let before = String::from_utf8(bytes.unwrap_or_default())
        .map_err(|_| left(file, "it is not UTF-8", "correct the file"))?;
    let place = place(&before).map_err(|why| no_room(file, why))?;
    let Some(keys) = chosen(file, &before, arguments)? else {
        messages::status("Zellij gets no keys.");
        return Ok(Done::Same);
    };
    let program = executable().ok_or_else(|| {
        CommandError::new("could not find out by which path this program is called")
    })?;
    let program = program.to_str().ok_or_else(|| {
        left(
            file,
            "this program's path is not UTF-8",
            "put it into a folder with a plain name",
        )
    })?;
    let keys = Keys {
        program,
        dashboard: keys[0].as_deref(),
        next: keys[1].as_deref(),
    };
    let plan = plan(&spots, &before, place, &keys)?;
    if plan.is_empty() {
        messages::status("Zellij has these keys already; nothing was changed.");
        return Ok(Done::Same);
    }
    show(&plan);
    if !person.agrees("Give Zellij these keys?")? {
        return Ok(Done::Same);
    }
    carry_out(&plan)?;
    messages::status(&told(&keys));
    Ok(Done::Changed)
}

fn told(keys: &Keys<'_>) -> String {
    let for_it = |key: Option<&str>, purpose: &Purpose| {
        key.map(|key| format!("`{key}` for {}", purpose.what))
    };
    let all = [for_it(keys.dashboard, &DASHBOARD), for_it(keys.next, &NEXT)];
    let all: Vec<String> = all.into_iter().flatten().collect();
    format!(
        "A session of Zellij that begins from now on has {}, in every mode but the locked one.",
        all.join(" and ")
    )
}

/// The line, where the file then says that and nothing else.
fn plan(spots: &Spots, before: &str, place: Place, keys: &Keys<'_>) -> Result<Plan, CommandError> {
    let file = &spots.for_zellij;
    let line = keys
        .line(standing(before).unwrap_or(place))
        .unwrap_or_default();
    let at = match place {
        Place::End => None,
        Place::Inside(at) => Some(at),
    };
    let content = Content::Line { text: &line, at };
    let plan = plan_put(&spots.spot(file), &content).map_err(|error| refused(file, &error))?;
    let after = plan.edits().first().and_then(|edit| edit.after());
    let after = after.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    let is_fine = after.is_none_or(|after| is_only_addition(before, &after, keys));
    is_fine.then_some(plan).ok_or_else(|| {
        left(
            file,
            "with our line it would say something else, too",
            "put the keys in by hand",
        )
    })
}

/// Where a line of ours is already.
fn standing(text: &str) -> Option<Place> {
    let line = line_in(text.as_bytes())?;
    let is_block = line.trim_start().starts_with("keybinds");
    Some(if is_block {
        Place::End
    } else {
        Place::Inside(0)
    })
}

/// The keys for both; `None`: none at all.
fn chosen(file: &Path, text: &str, arguments: &SetupArgs) -> Step<Option<[Option<String>; 2]>> {
    let ours = line_in(text.as_bytes());
    let taken = Taken {
        file,
        by_person: bindings(&without_ours(text)),
        by_zellij: usual_settings(PATIENCE_FOR_SEVERAL)
            .map(|text| bindings(&text))
            .unwrap_or_default(),
        before: ours.map(|_| bindings(text)).unwrap_or_default(),
    };
    let dashboard = DASHBOARD.choose(arguments.zellij_key.as_deref(), &taken, None)?;
    let next = NEXT.choose(
        arguments.zellij_next_key.as_deref(),
        &taken,
        dashboard.as_deref(),
    )?;
    Ok((dashboard.is_some() || next.is_some()).then_some([dashboard, next]))
}

/// The keys that mean something already.
struct Taken<'a> {
    file: &'a Path,
    by_person: Vec<Binding>,
    by_zellij: Vec<Binding>,
    /// Those of the file with our line in it.
    before: Vec<Binding>,
}

impl Taken<'_> {
    fn by(&self, key: &str) -> Option<String> {
        let binding = self.by_person.iter().find(|binding| binding.is(key))?;
        let (file, line) = (self.file.display(), binding.line);
        let does = one_line(&binding.does, MAX_DOES);
        Some(format!(
            "`{key}` is bound in {file}, line {line} (`{does}`)"
        ))
    }

    fn is_free(&self, key: &str) -> bool {
        !self.by_zellij.iter().any(|binding| binding.is(key)) && self.by(key).is_none()
    }
}

impl Purpose {
    /// The key for it; `None` for none.
    fn choose(
        &self,
        typed: Option<&str>,
        taken: &Taken<'_>,
        other: Option<&str>,
    ) -> Step<Option<String>> {
        let is_other = |key: &str| {
            let other = other.map(|key| Binding {
                key: key.to_owned(),
                does: String::new(),
                line: 0,
            });
            other.is_some_and(|other| other.is(key))
        };
        match typed {
            Some(NONE) => return Ok(None),
            Some(key) => {
                self.check(key, taken, is_other(key))?;
                return Ok(Some(key.to_owned()));
            }
            None => {}
        }
        if let Some(own) = taken.by_person.iter().find(|own| self.is_done_by(own)) {
            messages::status(&format!(
                "`{}` is your own key for {} (line {}); it is left as it is.",
                own.key, self.what, own.line
            ));
            return Ok(None);
        }
        // What was chosen once is chosen still.
        let before = taken.before.iter().find(|one| self.is_done_by(one));
        let usual = before
            .map(|one| one.key.as_str())
            .into_iter()
            .chain(self.usual.iter().copied());
        let is_before = |key: &str| before.is_some_and(|one| one.key == key);
        let mut free = usual.filter(|key| (is_before(key) || taken.is_free(key)) && !is_other(key));
        let found = free.next().map(str::to_owned);
        if found.is_none() {
            messages::warning(&format!(
                "the usual keys of Zellij for {} are taken: it gets none; `{} KEY` gives it one",
                self.what, self.option
            ));
        }
        Ok(found)
    }

    fn is_done_by(&self, binding: &Binding) -> bool {
        let is_next = binding.does.contains(NEXT.says);
        binding.does.contains("pane-patrol") && is_next != self.says.is_empty()
    }

    /// Refuses a key that is none, or that the person needs for something else.
    fn check(&self, key: &str, taken: &Taken<'_>, is_other: bool) -> Result<(), CommandError> {
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
        if is_other {
            return Err(wrong(format!("`{key}` is chosen already")));
        }
        let is_key = !key.trim().is_empty() && !key.contains(char::is_control);
        if is_key {
            Ok(())
        } else {
            Err(wrong("Zellij knows no key without a name".to_owned()))
        }
    }
}

fn no_room(file: &Path, why: NoPlace) -> CommandError {
    match why {
        NoPlace::Unread(line) => {
            let why = format!("from line {line} on it is not understood");
            left(
                file,
                &why,
                "correct the file, or put the keys in by hand (docs/zellij.md)",
            )
        }
        NoPlace::Crowded(line) => {
            let why = format!("its `keybinds` (line {line}) does not end on a line of its own");
            left(file, &why, "put the closing brace on a line of its own")
        }
    }
}

fn left(file: &Path, why: &str, next: &str) -> CommandError {
    CommandError::new(format!("{} is left as it is: {why}", file.display())).hint(format!(
        "nothing was changed; {next}, then run the same command again"
    ))
}
