//! The step of tmux: keys and a count in a file of ours, and one line in the person's file that has it
//! read. tmux itself says what it makes of both, without carrying anything out.

use std::ffi::OsString;
use std::path::Path;

use pane_patrol_hooks::text::printable_line;
use pane_patrol_installer::{Content, Plan, PlanError, plan_put};

use super::confs::Conf;
use super::files::{carry_out, refused, show};
use super::keys::{NEXT, POPUP, Purpose, SIDEBAR, Taken, not_asked};
use super::person::{Done, Person, Step};
use super::spots::Spots;
use crate::cli::{SetupArgs, SetupStep};
use crate::commands::Context;
use crate::commands::program::executable;
use crate::error::CommandError;
use crate::messages;
use crate::mux::tmux::conf::{
    COUNTS, Command, ConfError, Ours, Reader, bindings, is_only_addition, line_for, places,
};
use crate::sys::shell;

/// What tells that a file is a shell's script, too, line by line.
const READ_BY_A_SHELL: &[u8] = b"cut -c3-";

/// Nothing can be written without a place for backups.
pub(super) fn no_place() -> CommandError {
    CommandError::new("there is no place for the backup")
        .hint("nothing was changed; set HOME, or XDG_CONFIG_HOME and XDG_STATE_HOME")
}

/// Gives tmux our keys and count.
pub(super) fn equip(context: &Context, person: Person, arguments: &SetupArgs) -> Step<Done> {
    let spots = Spots::of(context).ok_or_else(no_place)?;
    let config = context.environment.config_home.clone();
    let config = config.map(|folder| ("XDG_CONFIG_HOME", OsString::from(folder)));
    let reader = Reader::new(config.into_iter().collect());
    let reader = reader.map_err(|error| not_asked(&error.into()))?;
    let outfit = Outfit {
        spots: &spots,
        reader: &reader,
        person,
        arguments,
    };
    match reader.parse(b"") {
        Ok(_) => outfit.step(),
        Err(ConfError::NotInstalled) => {
            messages::status("tmux is not on PATH, so it gets no keys.");
            Ok(Done::Same)
        }
        Err(error) => Err(not_asked(&error).into()),
    }
}

fn text_of(ours: &Ours<'_>) -> Result<String, CommandError> {
    ours.text().map_err(|error| {
        let failed = CommandError::new("tmux can have no keys for this program");
        let hint = "nothing was changed; put the program into a folder with a plain name";
        failed.caused_by(&error).hint(hint)
    })
}

struct Outfit<'a> {
    spots: &'a Spots,
    reader: &'a Reader,
    person: Person,
    arguments: &'a SetupArgs,
}

impl Outfit<'_> {
    fn step(&self) -> Step<Done> {
        let confs = Conf::all(self.spots, self.reader);
        let Some(plans) = self.plans(&confs)? else {
            return Ok(Done::Same);
        };
        if plans.iter().all(Plan::is_empty) {
            messages::status("tmux has all of this already; nothing was changed.");
            return Ok(Done::Same);
        }
        plans.iter().for_each(show);
        let question = "Give tmux this?";
        if !self.person.agrees(question)? {
            return Ok(Done::Same);
        }
        // The file before the line that has it read.
        for plan in &plans {
            carry_out(plan)?;
        }
        let file = shell::shown(&self.spots.for_tmux.display().to_string());
        messages::status(&format!(
            "A tmux that starts reads it; in one that runs: `tmux source-file {file}`."
        ));
        Ok(Done::Changed)
    }

    /// The changes of both files; `None` where the person wants nothing of it.
    fn plans(&self, confs: &[Conf]) -> Step<Option<Vec<Plan>>> {
        let Some(text) = self.text(confs)? else {
            return Ok(None);
        };
        let ours = &self.spots.for_tmux;
        let made = plan_put(&self.spots.spot(ours), &Content::Whole(&text));
        let mut plans = vec![made.map_err(|error| refused(ours, &error))?];
        plans.extend(self.line(confs)?);
        Ok(Some(plans))
    }

    /// What our file is to say; `None`: nothing.
    fn text(&self, confs: &[Conf]) -> Step<Option<String>> {
        let program = executable().ok_or_else(|| {
            CommandError::new("could not find out by which path this program is called")
        })?;
        let before = Conf::read(self.spots, self.reader, self.spots.for_tmux.clone());
        let before = before.commands.unwrap_or_default();
        let [popup, next, sidebar] = self.keys(confs, &before)?;
        let counts = before.iter().any(|one| one.text.contains(COUNTS));
        let status = if self.skips(SetupStep::Status) || counts {
            counts
        } else {
            if self.person.can_be_asked() {
                self.show_count(&program)?;
            }
            let question = "Show a count of them (2! 1? 3…) in tmux's status line?";
            self.person.wants(question)?
        };
        let has_key = [&popup, &next, &sidebar].into_iter().any(Option::is_some);
        if !has_key && !status && before.is_empty() {
            messages::status("Nothing was chosen for tmux.");
            return Ok(None);
        }
        let ours = Ours {
            program: &program,
            popup: popup.as_deref(),
            next: next.as_deref(),
            sidebar: sidebar.as_deref(),
            status,
        };
        Ok(Some(text_of(&ours)?))
    }

    /// Shows what the count alone adds to our file.
    fn show_count(&self, program: &Path) -> Step {
        let nothing = Ours {
            program,
            popup: None,
            next: None,
            sidebar: None,
            status: false,
        };
        let count = Ours {
            status: true,
            ..nothing
        };
        let (without, with) = (text_of(&nothing)?, text_of(&count)?);
        let is_there = |line: &&str| !line.is_empty() && !without.lines().any(|one| one == *line);
        let file = self.spots.for_tmux.display();
        let mut text = format!("{file} would get, for the count:\n");
        for line in with.lines().filter(is_there) {
            text.extend(["+", line, "\n"]);
        }
        messages::result(&text);
        Ok(())
    }

    fn keys(&self, confs: &[Conf], before: &[Command]) -> Step<[Option<String>; 3]> {
        let ours = bindings(before);
        let [popup, next, sidebar] = [&POPUP, &NEXT, &SIDEBAR].map(|purpose| purpose.key_in(&ours));
        if self.skips(SetupStep::Keys) {
            return Ok([popup, next, sidebar]);
        }
        let mut taken = self.taken(confs).map_err(|error| not_asked(&error))?;
        let mut choose = |purpose: &Purpose, typed: &Option<String>, before| -> Step<_> {
            let typed = typed.as_deref();
            let key = purpose.choose(self.person, typed, before, &taken, self.reader)?;
            taken.chosen.extend(key.clone());
            Ok(key)
        };
        let popup = choose(&POPUP, &self.arguments.popup_key, popup)?;
        let next = choose(&NEXT, &self.arguments.next_key, next)?;
        let sidebar = choose(&SIDEBAR, &self.arguments.sidebar_key, sidebar)?;
        Ok([popup, next, sidebar])
    }

    fn taken(&self, confs: &[Conf]) -> Result<Taken, ConfError> {
        let mut taken = Taken {
            by_tmux: self.reader.default_keys()?,
            ..Taken::default()
        };
        for conf in confs {
            let file = self.spots.files.short(&conf.file);
            for (line, word) in conf.sources(self.spots).unknown {
                let why = format!(
                    "{file}, line {line}, reads `{}`, and what that is only a tmux that runs knows, so it may bind any key",
                    printable_line(&word)
                );
                taken.by_unknown.get_or_insert(why);
            }
            match &conf.commands {
                Ok(commands) => {
                    let bound = bindings(commands).into_iter();
                    taken.by_person.extend(bound.map(|one| (file.clone(), one)));
                }
                Err(error) => messages::warning(&format!("{file} says nothing of keys: {error}")),
            }
        }
        Ok(taken)
    }

    fn skips(&self, step: SetupStep) -> bool {
        self.arguments.skip.contains(&step)
    }

    /// The line in the person's file; `None` where one of them reads our file already.
    fn line(&self, confs: &[Conf]) -> Result<Option<Plan>, CommandError> {
        let own = self.spots.files.own();
        let own: Vec<&Conf> = confs
            .iter()
            .filter(|conf| own.contains(&conf.file))
            .collect();
        let reads_ours = |conf: &&Conf| {
            let sources = conf.sources(self.spots);
            sources.files.contains(&self.spots.for_tmux)
        };
        if let Some(conf) = confs.iter().find(reads_ours) {
            let text = line_for(&self.spots.for_tmux, self.spots.home()).unwrap_or_default();
            // In words of the person's own, or in a file that is read in turn, it is left to them.
            let is_ours = own.iter().any(|one| one.file == conf.file) && conf.holds(&text);
            return is_ours.then(|| self.line_in(conf)).transpose();
        }
        let fresh;
        let conf = match own.as_slice() {
            [] => {
                fresh = Conf::read(self.spots, self.reader, self.spots.files.fresh());
                &fresh
            }
            [one] => one,
            several => self.best_of(several),
        };
        self.line_in(conf).map(Some)
    }

    /// tmux reads all of them: that with the plugin manager, else the first that is a file.
    fn best_of<'a>(&self, several: &[&'a Conf]) -> &'a Conf {
        let names: Vec<_> = several
            .iter()
            .map(|conf| self.spots.files.short(&conf.file))
            .collect();
        let has_manager = |conf: &&&Conf| {
            let commands = conf.commands.as_deref().unwrap_or_default();
            conf.bytes
                .as_deref()
                .is_some_and(|bytes| places(bytes, commands).len() > 1)
        };
        let ready = |conf: &&&Conf| conf.bytes.is_some() && conf.commands.is_ok();
        let best = several.iter().find(has_manager);
        let best = best
            .or_else(|| several.iter().find(ready))
            .unwrap_or(&several[0]);
        let (names, best_name) = (names.join(" and "), self.spots.files.short(&best.file));
        messages::status(&format!(
            "tmux reads {names}; the line goes into {best_name}."
        ));
        best
    }

    fn line_in(&self, conf: &Conf) -> Result<Plan, CommandError> {
        let file = &conf.file;
        let left =
            |why: &str| CommandError::new(format!("{} is left as it is: {why}", file.display()));
        let text = line_for(&self.spots.for_tmux, self.spots.home()).map_err(|error| {
            let error = left("it cannot name our file").caused_by(&error);
            error.hint("nothing was changed; set XDG_CONFIG_HOME to a folder with a plain name")
        })?;
        let by_hand =
            format!("nothing was changed; to have the keys, put `{text}` where tmux reads it");
        let bytes = conf.bytes.as_deref().unwrap_or_default();
        let commands = match &conf.commands {
            Ok(commands) => commands,
            Err(error) => {
                let at_end = Content::Line {
                    text: &text,
                    at: None,
                };
                if let Err(error) = plan_put(&self.spots.spot(file), &at_end) {
                    return Err(refused(file, &error));
                }
                let error = left("tmux reads nothing of it").caused_by(error);
                let hint = "nothing was changed; correct the file, then run the same command again";
                return Err(error.hint(hint));
            }
        };
        if bytes
            .windows(READ_BY_A_SHELL.len())
            .any(|part| part == READ_BY_A_SHELL)
        {
            return Err(left("a shell reads it, too, as a script").hint(by_hand));
        }
        for place in places(bytes, commands) {
            let content = Content::Line {
                text: &text,
                at: place.at,
            };
            let plan = match plan_put(&self.spots.spot(file), &content) {
                Ok(plan) => plan,
                // In the middle of a command: a place above it may do.
                Err(PlanError::Continues { .. }) if place.at.is_some() => continue,
                Err(error) => return Err(refused(file, &error)),
            };
            if plan.is_empty() {
                return Ok(plan);
            }
            let edit = plan.edits().first();
            let before = edit.and_then(|edit| edit.before()).unwrap_or_default();
            let after = edit.and_then(|edit| edit.after()).unwrap_or_default();
            let is_good = before == bytes
                && is_only_addition(self.reader, (bytes, commands), after, place)
                    .map_err(|error| not_asked(&error))?;
            if is_good {
                return Ok(plan);
            }
        }
        Err(left("tmux would not read a line of ours there as a command of its own").hint(by_hand))
    }
}
