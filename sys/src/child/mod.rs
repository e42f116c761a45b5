//! Where every child process begins. A program that works for us gets a cleared environment and the
//! variables that its list names: what else we were given is the person's, holds secrets, and some
//! programs send all of it to whoever listens on a socket. A program that the person wants run keeps hers.

mod bounded;
mod group;
mod tied;

use std::ffi::OsStr;
use std::process::{Command, Stdio};

pub use bounded::{ANSWER, Ended, Outputs, feed, printed, read_outputs, wait, wait_for};
pub use group::{AllGroups, Group, end_groups, end_groups_unheard};
pub use tied::{TIED, become_tied, tied};

/// What nearly every program needs to be found, to be loaded and to read its own settings. The last
/// ones matter where libraries or locales do not lie where the system keeps them.
const BASICS: &[&str] = &[
    "PATH",
    "HOME",
    "TMPDIR",
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    "LOCPATH",
    "LOCALE_ARCHIVE",
];

/// The variables that a program of ours may have beside the basic ones.
#[derive(Clone, Copy, Debug)]
pub struct Kept(&'static [&'static str]);

impl Kept {
    /// None.
    pub const NOTHING: Self = Self(&[]);

    /// Of a program that draws on our terminal.
    pub const TERMINAL: Self = Self(&["TERM", "COLORTERM", "NO_COLOR"]);

    /// `ps` prints other people's arguments: in their script.
    pub const PS: Self = Self(&["LANG", "LC_ALL", "LC_CTYPE"]);

    /// The list of one more program.
    pub const fn these(names: &'static [&'static str]) -> Self {
        Self(names)
    }

    /// All names, the basic ones first.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        BASICS.iter().chain(self.0).copied()
    }
}

/// A program that works for us: nothing of our environment but what `kept` names, and no way in or
/// out until the caller opens one.
pub fn ours(program: impl AsRef<OsStr>, kept: Kept) -> Command {
    let mut command = Command::new(program);
    // Not cleared: a search path that is said to be another one lets the system copy all memory of
    // this process for the child, instead of lending it.
    let is_kept = |name: &OsStr| kept.names().any(|kept| name == kept);
    for (name, _) in std::env::vars_os().filter(|(name, _)| !is_kept(name)) {
        command.env_remove(name);
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

/// A program that the person wants run, with everything that she would give it herself.
pub fn persons(program: impl AsRef<OsStr>) -> Command {
    Command::new(program)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_of_ours_sees_only_what_its_list_names() {
        let mut env = ours("env", Kept::these(&["CARGO_PKG_NAME"]));
        let output = env.stdout(Stdio::piped()).output().unwrap();
        let printed = String::from_utf8(output.stdout).unwrap();
        let names = printed.lines().filter_map(|line| line.split_once('='));
        let mut names: Vec<&str> = names.map(|(name, _)| name).collect();
        // Cargo sets many more of its own.
        assert!(std::env::var_os("CARGO_MANIFEST_DIR").is_some());
        names.retain(|name| !BASICS.contains(name));
        assert_eq!(names, ["CARGO_PKG_NAME"]);
    }

    #[test]
    fn a_program_of_the_persons_sees_everything() {
        let output = persons("env").output().unwrap();
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(printed.contains("CARGO_MANIFEST_DIR="), "{printed}");
    }
}
