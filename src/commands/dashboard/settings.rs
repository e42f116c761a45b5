//! The settings file while a dashboard runs: whoever asks sleeps until it says something else.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use pane_patrol_hooks::text::one_line;

use crate::config::{Config, ConfigError, later};
use crate::error::CommandError;
use crate::sys::file_watch::{Waker, Watch};
use crate::tui::{Reread, Setup};

/// Whoever writes a file in several steps has written all of it by then.
const SETTLING: Duration = Duration::from_millis(50);

/// Longest sentence about what is wrong with it, in characters.
const MAX_REASON_CHARS: usize = 400;

/// What a dashboard with these settings has to be told.
type Make = dyn Fn(&Config) -> Result<Setup, CommandError> + Send;

/// Reads a settings file again when it has changed.
pub(in crate::commands) struct Follower {
    file: PathBuf,
    make: Box<Make>,
    watch: Watch,
    waker: Waker,
    /// What the file is a link to, as far as that is watched.
    target: Option<PathBuf>,
    /// What it said when the dashboard started: the rest of what it says holds from the next start on.
    begun: String,
    /// What it said last; `None`: it could not be read.
    last: Option<String>,
}

impl Follower {
    /// Follows `file`, from which the dashboard was set up by `make`.
    pub(in crate::commands) fn new(
        file: &Path,
        make: impl Fn(&Config) -> Result<Setup, CommandError> + Send + 'static,
    ) -> Self {
        let text = Config::text(file).ok().map(Option::unwrap_or_default);
        let (watch, waker) = Watch::of(file);
        let mut follower = Self {
            file: file.to_owned(),
            make: Box::new(make),
            watch,
            waker,
            target: None,
            begun: text.clone().unwrap_or_default(),
            last: text,
        };
        follower.follow_link();
        follower
    }

    /// Sleeps until it says something else: what is to be told of that.
    pub(in crate::commands) fn next(&mut self) -> Result<Box<Reread>, String> {
        loop {
            self.watch.wait(None);
            thread::sleep(SETTLING);
            self.follow_link();
            let read = Config::text(&self.file).map(Option::unwrap_or_default);
            let text = read.as_ref().ok().cloned();
            if std::mem::replace(&mut self.last, text.clone()) == text {
                continue;
            }
            return match read {
                Ok(text) => self.read(&text),
                Err(error) => Err(one_line(&error.to_string(), MAX_REASON_CHARS)),
            };
        }
    }

    fn read(&self, text: &str) -> Result<Box<Reread>, String> {
        let config = Config::parse(text, &self.file).map_err(|error| reason(&error))?;
        let setup = (self.make)(&config).map_err(|error| error.to_string())?;
        let later = later(&self.begun, text);
        Ok(Box::new(Reread { setup, later }))
    }

    /// A file that is a link changes in another folder.
    fn follow_link(&mut self) {
        let target = fs::canonicalize(&self.file).ok();
        let target = target.filter(|target| target.parent() != self.file.parent());
        if target == self.target {
            return;
        }
        self.target.clone_from(&target);
        let Some(target) = target else { return };
        let waker = self.waker.clone();
        let (mut watch, _) = Watch::of(&target);
        let follow = move || {
            while waker.is_wanted() {
                watch.wait(None);
                waker.wake();
            }
        };
        // Without it what is behind the link is taken at the next start.
        let _ = thread::Builder::new().name("settings".into()).spawn(follow);
    }
}

impl fmt::Debug for Follower {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut told = formatter.debug_struct("Follower");
        told.field("file", &self.file).finish_non_exhaustive()
    }
}

/// What is wrong, and where; which file it is in everybody knows who has just written it.
fn reason(error: &ConfigError) -> String {
    let text = match error {
        ConfigError::Invalid { line, reason, .. } => format!("line {line}: {reason}"),
        ConfigError::Unreadable { .. } => error.to_string(),
    };
    one_line(&text, MAX_REASON_CHARS)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;
    use std::sync::mpsc::{Receiver, channel};

    use super::*;
    use crate::commands::Context;
    use crate::commands::dashboard::setup;
    use crate::config::Signs;
    use crate::tui::Theme;

    const PATIENCE: Duration = Duration::from_secs(60);

    /// What is told of `file` from now on.
    fn follow(file: &Path) -> Receiver<Result<Box<Reread>, String>> {
        let context = Context::read(|_| None);
        let make = move |config: &Config| Ok(setup(&context, context.offset, Theme::Dark, config));
        let mut follower = Follower::new(file, make);
        let (sender, receiver) = channel();
        thread::spawn(move || while sender.send(follower.next()).is_ok() {});
        receiver
    }

    fn next(told: &Receiver<Result<Box<Reread>, String>>) -> Result<Box<Reread>, String> {
        told.recv_timeout(PATIENCE).expect("it has changed")
    }

    #[test]
    fn a_change_is_told_and_one_that_changes_nothing_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("pane-patrol/config.toml");
        let told = follow(&file);
        fs::create_dir(file.parent().unwrap()).unwrap();
        fs::write(&file, "[icons]\nplain = true\n").unwrap();
        let read = next(&told).unwrap();
        assert_eq!((read.setup.signs, read.later.len()), (Signs::Plain, 0));
        fs::write(&file, "[icons]\nplain = true\n").unwrap();
        let other = file.with_file_name("config.toml.new");
        fs::write(&other, "[icons]\nplan = true\n").unwrap();
        fs::rename(&other, &file).unwrap();
        let why = next(&told).unwrap_err();
        assert_eq!(
            why,
            "line 2: unknown key `plan` in `[icons]`: is `plain` meant?"
        );
        fs::write(&file, "[table]\nsilent = false\n").unwrap();
        let read = next(&told).unwrap();
        assert_eq!(read.setup.signs, Signs::Drawn);
        assert_eq!(read.later, ["[table] silent"]);
        fs::remove_file(&file).unwrap();
        assert_eq!(next(&told).unwrap().later, [""; 0]);
    }

    #[test]
    fn a_change_behind_a_link_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let (file, real) = (
            folder.path().join("a/config.toml"),
            folder.path().join("b/mine.toml"),
        );
        for path in [&file, &real] {
            fs::create_dir(path.parent().unwrap()).unwrap();
        }
        fs::write(&real, "").unwrap();
        symlink(&real, &file).unwrap();
        let told = follow(&file);
        fs::write(&real, "[icons]\nplain = true\n").unwrap();
        assert_eq!(next(&told).unwrap().setup.signs, Signs::Plain);
    }
}
