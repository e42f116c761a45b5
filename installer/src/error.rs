//! What can go wrong, in words for the person who has to act: what, on which file, why, what next.
//! A plan that fails has changed nothing; a failed [`ApplyError`] says whether it has.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why no plan could be made. Nothing was changed.
#[derive(Debug, Error)]
pub enum PlanError {
    /// Neither a home nor a config folder is known.
    #[error("neither HOME nor a config folder is set")]
    NoHome {
        /// The assistant's name for people.
        title: &'static str,
        /// The variable that names its folder, where it has one.
        variable: Option<&'static str>,
    },
    /// The config folder depends on the folder one stands in.
    #[error("the config folder `{}` is not an absolute path", path.display())]
    RelativeFolder {
        /// As it was given.
        path: PathBuf,
    },
    /// The program cannot be written into a command.
    #[error("`{}` cannot be registered: {reason}", path.display())]
    Executable {
        /// As it was given.
        path: PathBuf,
        /// The end of a sentence.
        reason: &'static str,
    },
    /// The text is not what the assistant could read.
    #[error("could not read {}: line {line}, column {column}: {reason}", path.display())]
    Syntax {
        /// The settings file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// In characters, from 1.
        column: usize,
        /// The end of a sentence.
        reason: String,
    },
    /// One field's value makes the assistant leave the whole file out.
    #[error("{}: line {line}, column {column}: because `{field}` is not {expected}, {title} leaves {left_out} out", path.display())]
    Dropped {
        /// The settings file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// In characters, from 1.
        column: usize,
        /// The way to it, for example `hooks.PreToolUse[0].matcher`.
        field: String,
        /// What it should be, with an article.
        expected: String,
        /// The assistant, for people.
        title: &'static str,
        /// What it leaves out then.
        left_out: &'static str,
    },
    /// The assistant may bear the value of a field, but ours cannot be put there.
    #[error("{}: line {line}, column {column}: there is no room for our hooks, because `{field}` is not {expected}", path.display())]
    NoRoom {
        /// The settings file.
        path: PathBuf,
        /// From 1.
        line: usize,
        /// In characters, from 1.
        column: usize,
        /// The way to it, for example `hooks.Stop`.
        field: String,
        /// What it would have to be, with an article.
        expected: &'static str,
    },
    /// What follows a line would belong to it.
    #[error("{}: line {line} ends in a backslash, so that a line after it would belong to it", path.display())]
    Continues {
        /// The file.
        path: PathBuf,
        /// From 1.
        line: usize,
    },
    /// A file of somebody else's stands where ours would be.
    #[error("{} is there already, and not pane-patrol's", path.display())]
    Theirs {
        /// The file.
        path: PathBuf,
    },
    /// The settings are too large to be settings.
    #[error("{} has {bytes} bytes, too many for a settings file", path.display())]
    TooLarge {
        /// The settings file.
        path: PathBuf,
        /// Its length.
        bytes: u64,
    },
    /// The owner took the right to write away.
    #[error("{} is read-only", path.display())]
    ReadOnly {
        /// The settings file.
        path: PathBuf,
    },
    /// The settings are a link into a folder in which nothing is to be changed: another program makes it.
    #[error("{} is a link to {}, and that folder is read-only", path.display(), real.display())]
    Managed {
        /// Where the settings are looked for.
        path: PathBuf,
        /// The file that it leads to.
        real: PathBuf,
    },
    /// Something else stands in the place of the file or of its folder.
    #[error("{} is {found}, not {expected}", path.display())]
    WrongKind {
        /// What stands there.
        path: PathBuf,
        /// Its kind, with an article.
        found: &'static str,
        /// What was looked for, with an article.
        expected: &'static str,
    },
    /// It belongs to somebody else.
    #[error("{} belongs to user {owner}, and you are user {uid}", path.display())]
    NotOurs {
        /// The file or folder.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
        /// Who asks.
        uid: u32,
    },
    /// Links that lead round in a circle.
    #[error("{} leads through too many symbolic links", path.display())]
    LinkLoop {
        /// The first of them.
        path: PathBuf,
    },
    /// An attribute that the new file would have to have as well.
    #[error("could not read the attribute `{name}` of {}: {source}", path.display())]
    Attribute {
        /// The settings file.
        path: PathBuf,
        /// As the system names it, for example `user.note`.
        name: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The system did not let us look.
    #[error("could not read {}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl PlanError {
    /// What the person can do, one sentence each.
    pub fn hints(&self) -> Vec<String> {
        let mut hints = vec!["nothing was changed".to_owned()];
        hints.push(self.advice());
        hints
    }

    fn advice(&self) -> String {
        match self {
            Self::NoHome { title, variable } => match variable {
                Some(variable) => format!("set HOME, or {variable} for {title}"),
                None => "set HOME".into(),
            },
            Self::RelativeFolder { .. } => "give the folder as an absolute path".into(),
            Self::Executable { .. } => {
                "put the program into a folder with a plain name, and call it from there".into()
            }
            Self::Syntax { .. } => "correct the file, then run the same command again".into(),
            Self::Dropped {
                field, expected, ..
            } => format!(
                "make `{field}` {expected}, or take it out; then run the same command again"
            ),
            Self::NoRoom {
                field, expected, ..
            } => format!(
                "make `{field}` {expected}, or take it out; then run the same command again"
            ),
            Self::Continues { line, .. } => format!(
                "take the backslash at the end of line {line} away, then run the same command again"
            ),
            Self::TooLarge { .. } => "is it the right file?".into(),
            Self::ReadOnly { path } => format!(
                "to allow the change: `chmod u+w {}`; then run the same command again",
                path.display()
            ),
            Self::Managed { path, .. } => format!(
                "have the change made by whatever makes that file, or put a file of your own in the place \
                 of the link {}; then run the same command again",
                path.display()
            ),
            Self::WrongKind { .. } | Self::Theirs { .. } => {
                "move it away, then run the same command again".into()
            }
            Self::NotOurs { uid: 0, .. } => {
                "run the same command without `sudo`, as the user whose assistant it is".into()
            }
            Self::NotOurs { .. } => "run it as that user, or set HOME to your own folder".into(),
            Self::LinkLoop { .. } => "point the link at a file".into(),
            Self::Attribute { name, .. } => attribute_advice(name),
            Self::Io { source, .. } if source.kind() == io::ErrorKind::PermissionDenied => {
                "the file and its folder must be yours to read and write".into()
            }
            Self::Io { .. } => "look at what stands there, then run the same command again".into(),
        }
    }
}

/// Why a plan could not be carried out.
#[derive(Debug, Error)]
pub enum ApplyError {
    /// Somebody wrote to the file after it was read for the plan.
    #[error("{} was changed by another program in the meantime", path.display())]
    Changed {
        /// The settings file.
        path: PathBuf,
    },
    /// Another installer is at work.
    #[error("another `pane-patrol install` or `uninstall` is at work in {}", path.display())]
    Busy {
        /// The folder of backups.
        path: PathBuf,
    },
    /// The state folder is somebody else's.
    #[error("{} belongs to user {owner}, and you are user {uid}", path.display())]
    NotOurs {
        /// The folder of backups.
        path: PathBuf,
        /// Whose it is.
        owner: u32,
        /// Who asks.
        uid: u32,
    },
    /// A step before the change failed; everything is as it was.
    #[error("could not {action} {}: {source}", path.display())]
    Io {
        /// What was tried, for example `write`.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file that was to take the place of the old one could not be given its ACL, or another
    /// extended attribute; everything is as it was.
    #[error("could not give the new {} the attribute `{name}` of the old one: {source}", path.display())]
    Attribute {
        /// The settings file.
        path: PathBuf,
        /// As the system names it, for example `system.posix_acl_access`.
        name: String,
        /// The system's reason.
        source: io::Error,
    },
    /// The change was made, but a step after it failed.
    #[error("{} was changed, but then: could not {action} {}: {source}", file.display(), path.display())]
    Late {
        /// The settings file.
        file: PathBuf,
        /// What was tried.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
}

impl ApplyError {
    /// Whether the settings file has its new content all the same.
    pub fn changed(&self) -> bool {
        matches!(self, Self::Late { .. })
    }

    /// What the person can do, one sentence each.
    pub fn hints(&self) -> Vec<String> {
        let mut hints = Vec::new();
        if !self.changed() {
            hints.push("nothing was changed".to_owned());
        }
        hints.extend(self.advice());
        hints
    }

    fn advice(&self) -> Option<String> {
        Some(match self {
            Self::Changed { .. } | Self::Busy { .. } => "run the same command again".into(),
            Self::NotOurs { uid: 0, .. } => {
                "run the same command without `sudo`, as the user whose assistant it is".into()
            }
            Self::NotOurs { .. } => "set HOME or XDG_STATE_HOME to a folder of your own".into(),
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                    "free some space, then run the same command again".into()
                }
                io::ErrorKind::PermissionDenied if is_forbidden(source) => {
                    "the file and its folder must be yours, without the flags `i` and `a` that `lsattr` \
                     shows and `chattr -ia` takes off"
                        .into()
                }
                io::ErrorKind::PermissionDenied => {
                    "the file and its folder must be yours to read and write".into()
                }
                _ => return None,
            },
            Self::Attribute { name, .. } => attribute_advice(name),
            Self::Late { .. } => "run the same command again to finish".into(),
        })
    }
}

/// Whether it is no matter of rights: for example a file that may not be changed by anybody.
fn is_forbidden(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::PERM.raw_os_error())
}

fn attribute_advice(name: &str) -> String {
    format!(
        "run it as a user who may set `{name}`, or take the attribute off the file, then run the \
         same command again"
    )
}
