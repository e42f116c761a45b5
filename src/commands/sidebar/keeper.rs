//! One of the sidebars of a server looks after all of them: whenever the server says that something has moved, each is put at its
//! place again, and windows that have come get one. Which of them that is a lock says, which is the next one's as soon as this
//! one's process has ended, however it did.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pane_patrol_sys::open::Opening;
use rustix::fs::{FlockOperation, flock};

use crate::commands::Context;
use crate::mux::{Multiplexer, PATIENCE, PATIENCE_FOR_SEVERAL, Reach, Sidebar, Stirring};
use crate::sys::process;
use crate::sys::runtime_dir::make_runtime_folder;

/// However much moves, it is not looked again sooner than this.
const SHORTEST: Duration = Duration::from_millis(100);

/// A server that does not tell is asked again after this.
const PAUSE: Duration = Duration::from_secs(5);

/// How long a server may take to forget at the end what it was asked for.
const FAREWELL: Duration = Duration::from_millis(200);

/// How the names of the locks begin and end, with a server's process between.
const LOCK: (&str, &str) = ("sidebars-", ".lock");

/// The thread that waits to be the one, and is it.
pub(super) struct Keeper {
    world: Arc<World>,
}

/// What the thread and whoever ends it have in common.
struct World {
    reach: Reach,
    sidebar: Sidebar,
    /// The server's socket.
    socket: PathBuf,
    /// The folder that tells those apart who have a server tell them.
    mark: PathBuf,
    lock: PathBuf,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    /// Held as long as this is.
    lock: Option<File>,
    /// Whether the server was asked to tell.
    is_told: bool,
    has_left: bool,
}

impl Keeper {
    /// Starts it.
    pub(super) fn start(context: &Context, sidebar: Sidebar) -> Self {
        let places = context.places();
        // Where it cannot be made nobody collects either, which is said.
        let _ = make_runtime_folder(&places, context.environment.uid);
        let runtime = places.runtime;
        let server = context
            .around
            .server
            .as_ref()
            .map_or(0, |server| server.pid);
        sweep(&runtime);
        let world = Arc::new(World {
            reach: context.reach(),
            sidebar,
            socket: context.own_socket(),
            mark: runtime.join("sidebars"),
            lock: runtime.join(format!("{}{server}{}", LOCK.0, LOCK.1)),
            held: Mutex::default(),
        });
        let of_thread = Arc::clone(&world);
        let named = std::thread::Builder::new().name("sidebars".into());
        // Without a thread another one looks after this one, too.
        let _ = named.spawn(move || of_thread.run());
        Self { world }
    }

    /// Lets the next one be it, and takes away what the server was asked for.
    pub(super) fn leave(self) {
        let world = &self.world;
        let mut held = world.held();
        held.has_left = true;
        if held.is_told {
            let mux = world.reach.own();
            mux.forgo_stirs(&world.socket, &world.mark, FAREWELL);
        }
        if let Some(lock) = held.lock.take() {
            // The next one makes it anew; with the last one it is gone.
            let _ = fs::remove_file(&world.lock);
            drop(lock);
        }
    }
}

impl World {
    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let Ok(lock) = self.wait_for_lock() else {
            return;
        };
        {
            let mut held = self.held();
            if held.has_left {
                let _ = fs::remove_file(&self.lock);
                return;
            }
            held.lock = Some(lock);
        }
        let mux = self.reach.own();
        let mut asked = None;
        loop {
            match self.look_once(&*mux, &mut asked) {
                Looked::Stirred => std::thread::sleep(SHORTEST),
                Looked::Untold => std::thread::sleep(PAUSE),
                // This one is about to end, too.
                Looked::None => return,
            }
            if self.held().has_left {
                return;
            }
        }
    }

    /// Waits until the lock is this one's, however long that is.
    fn wait_for_lock(&self) -> io::Result<File> {
        loop {
            let opening = Opening::to_update().no_link().or_make_private();
            let lock = opening.regular(&self.lock)?.file;
            match flock(&lock, FlockOperation::LockExclusive) {
                Ok(()) if is_at(&lock, &self.lock) => return Ok(lock),
                // Whoever had it has taken the file away.
                Ok(()) | Err(rustix::io::Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Looks after all of them, and waits until something moves. `asked`: when the server was asked to tell.
    fn look_once(&self, mux: &dyn Multiplexer, asked: &mut Option<Instant>) -> Looked {
        // Before it is asked to tell: whatever it tells of, somebody waits.
        let stirring = mux.wait_for_stir(&self.socket, &self.mark);
        let waiting = match stirring {
            Ok(Stirring::Once(waiting)) => Some(waiting),
            Ok(Stirring::Lines(_)) | Err(_) => None,
        };
        // Another one may have been killed meanwhile, whose hooks stay with nobody to take them away.
        let is_due = asked.is_none_or(|asked| asked.elapsed() >= PAUSE);
        if is_due && waiting.is_some() {
            let mut held = self.held();
            if held.has_left {
                return Looked::None;
            }
            mux.ask_for_stirs(&self.socket, &self.mark, PATIENCE);
            (held.is_told, *asked) = (true, Some(Instant::now()));
        }
        let looked = mux.keep_sidebars(&self.sidebar, PATIENCE_FOR_SEVERAL);
        let Some(mut waiting) = waiting else {
            return Looked::Untold;
        };
        if looked == Ok(0) {
            let _ = waiting.kill();
            let _ = waiting.wait();
            return Looked::None;
        }
        match waiting.wait() {
            Ok(status) if status.success() => Looked::Stirred,
            _ => Looked::Untold,
        }
    }
}

/// What came of a look.
enum Looked {
    /// Something has moved since.
    Stirred,
    /// Nobody tells whether it has.
    Untold,
    /// There is none to look after.
    None,
}

/// Whether that file is still the one at the path.
fn is_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let place = |it: fs::Metadata| (it.dev(), it.ino());
    let own = file.metadata().map(place).ok();
    own.is_some() && own == fs::symlink_metadata(path).map(place).ok()
}

/// Takes away the locks of servers that have ended with all who looked after their sidebars.
fn sweep(runtime: &Path) {
    for entry in fs::read_dir(runtime).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let server = name.strip_prefix(LOCK.0);
        let server = server.and_then(|it| it.strip_suffix(LOCK.1)?.parse().ok());
        if server.is_some_and(|server| !process::is_alive(server)) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
