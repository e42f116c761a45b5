//! The folder of a demo, and what is left of one whose process was killed.
//!
//! Whoever has set a stage holds a lock in its folder. Where nobody does, the stage is left over: the next
//! demo takes it away, and so does a scripted assistant on it that finds itself alone.

use std::fs::File;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use pane_patrol_sys::open::Opening;
use pane_patrol_sys::private;
use rustix::fs::{FlockOperation, flock};
use signal_hook::consts::SIGHUP;
use signal_hook::iterator::Signals;

use crate::mux::tmux::private::PrivateServer;
use crate::mux::zellij::private::PrivateSession;

/// How the folder of every demo is called at first.
const PREFIX: &str = "pane-patrol-demo-";

/// The file that is locked.
const OWNER: &str = "owner";

/// Where the stage's tmux server listens.
const SOCKET: &str = "tmux.sock";

/// The bytes that a socket's name may have, in all systems.
const LONGEST_SOCKET: usize = 103;

/// The longest name of a socket in the folder.
const DEEPEST: &str = "XXXXXX/run/pane-patrol/events.sock";

/// The same where there is Zellij: of a socket that is linked to for one call.
const DEEPEST_IN_ZELLIJ: &str = "XXXXXX/z/.pane-patrol-4194304-XXXX/contract_version_1/s";

/// A folder without a lock is that of a demo which begins just now, if it is no older.
const BEGINS_WITHIN: Duration = Duration::from_secs(60);

/// How long programs that end may still have the folder in use.
const ENDS_WITHIN: Duration = Duration::from_secs(50);

/// How often a scripted assistant looks whether it is alone.
const ALONE_EVERY: Duration = Duration::from_secs(2);

/// How often that is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// The folder of a demo, which is gone when this is dropped.
#[derive(Debug)]
pub(super) struct Root {
    path: PathBuf,
    /// Locked as long as somebody needs the folder.
    _owner: File,
}

impl Root {
    /// A new one in the folder for temporary files; in `/tmp` where the name of that is too long for a
    /// socket in it. What older ones have left there is taken away.
    pub(super) fn make(in_zellij: bool) -> io::Result<Self> {
        let all = [std::env::temp_dir(), PathBuf::from("/tmp")];
        for folder in &all {
            clear_all(folder);
        }
        let deepest = if in_zellij {
            DEEPEST_IN_ZELLIJ
        } else {
            DEEPEST
        };
        let fits = |folder: &&PathBuf| {
            let deepest = folder.join(format!("{PREFIX}{deepest}"));
            folder.is_absolute() && deepest.as_os_str().len() <= LONGEST_SOCKET
        };
        let folder = all.iter().find(fits).unwrap_or(&all[1]);
        let made = tempfile::Builder::new().prefix(PREFIX).tempdir_in(folder)?;
        let path = made.path();
        let new = path.join("owner.new");
        let owner = private::make_file(&new)?;
        flock(&owner, FlockOperation::NonBlockingLockExclusive)?;
        std::fs::rename(new, path.join(OWNER))?;
        Ok(Self {
            path: made.keep(),
            _owner: owner,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Where its tmux server listens.
    pub(super) fn socket(&self) -> PathBuf {
        self.path.join(SOCKET)
    }
}

impl Drop for Root {
    fn drop(&mut self) {
        remove(&self.path);
    }
}

/// A scripted assistant on a stage that may be left over.
#[derive(Clone, Debug)]
pub(crate) struct OnStage {
    root: Option<PathBuf>,
    /// Held while something is taken away.
    clearing: Arc<Mutex<()>>,
}

impl OnStage {
    /// The one whose person has this home. From now on this process outlives its terminal: it ends when
    /// that hangs up, or when nobody holds the stage any more, and takes that away before.
    ///
    /// # Errors
    /// Signals cannot be waited for, or there is no thread for it.
    pub(crate) fn with_home(home: &Path) -> io::Result<Self> {
        let root = home.parent().filter(|root| is_of_a_demo(root));
        let stage = Self {
            root: root.map(Path::to_owned),
            clearing: Arc::default(),
        };
        let mut signals = Signals::new([SIGHUP])?;
        let (hung_up, alone) = (stage.clone(), stage.clone());
        let on_hang_up = move || {
            if signals.forever().next().is_some() {
                hung_up.clear_if_left_over();
                std::process::exit(0);
            }
        };
        let when_alone = move || {
            while !alone.clear_if_left_over() {
                thread::sleep(ALONE_EVERY);
            }
            std::process::exit(0);
        };
        thread::Builder::new().spawn(on_hang_up)?;
        thread::Builder::new().spawn(when_alone)?;
        Ok(stage)
    }

    /// Takes the stage away if nobody holds it any more; whether that was so.
    pub(crate) fn clear_if_left_over(&self) -> bool {
        // Who ends this process does so after the other one's work.
        let _clearing = self.clearing.lock().unwrap_or_else(PoisonError::into_inner);
        let root = self.root.as_deref();
        let Some((root, claim)) = root.and_then(|root| Some((root, claim(root)?))) else {
            return false;
        };
        clear(root, claim);
        true
    }
}

fn clear_all(folder: &Path) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for root in entries
        .map(|entry| entry.path())
        .filter(|root| is_of_a_demo(root))
    {
        if let Some(claim) = claim(&root) {
            clear(&root, claim);
        }
    }
}

fn is_of_a_demo(root: &Path) -> bool {
    let name = root.file_name().and_then(|name| name.to_str());
    let about = root.symlink_metadata();
    let own = rustix::process::geteuid().as_raw();
    name.is_some_and(|name| name.starts_with(PREFIX))
        && about.is_ok_and(|about| about.is_dir() && about.uid() == own)
}

/// A folder that is nobody else's, by its lock if it has one.
struct Claim(#[allow(dead_code, reason = "held")] Option<File>);

fn claim(root: &Path) -> Option<Claim> {
    match Opening::to_update().no_link().anything(&root.join(OWNER)) {
        Ok(owner) => {
            let locked = flock(&owner, FlockOperation::NonBlockingLockExclusive);
            locked.is_ok().then_some(Claim(Some(owner)))
        }
        Err(_) if begins(root) => None,
        Err(_) => Some(Claim(None)),
    }
}

fn clear(root: &Path, _claim: Claim) {
    PrivateServer::new(root.join(SOCKET), Vec::new()).end();
    PrivateSession::new(root, Vec::new()).end();
    remove(root);
}

fn begins(root: &Path) -> bool {
    let made = root.metadata().and_then(|about| about.modified());
    let age = made.ok().and_then(|made| made.elapsed().ok());
    age.is_none_or(|age| age < BEGINS_WITHIN)
}

/// Removes the folder, as soon as nobody puts anything into it any more.
fn remove(root: &Path) {
    let end = Instant::now() + ENDS_WITHIN;
    while std::fs::remove_dir_all(root).is_err() && root.exists() && Instant::now() < end {
        thread::sleep(LOOK_EVERY);
    }
}
