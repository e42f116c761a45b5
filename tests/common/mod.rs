//! The one isolation helper of the test suite.
//!
//! A [`TestEnv`] is a private world: its own HOME, XDG folders, TMPDIR, runtime folder and tmux
//! server, below one short path because socket paths end near 100 bytes. Programs started through
//! it see nothing of the machine's own environment but PATH. Everything is gone when it is dropped.
#![allow(
    dead_code,
    unused_imports,
    unreachable_pub,
    clippy::missing_panics_doc,
    reason = "a helper may have parts that not every test uses; a panic fails the test"
)]

pub mod book;
mod collector;
mod git;
mod hook;
mod listening;
pub mod orders;
pub mod player;
mod process;
mod program;
mod pty;
mod settings;
pub mod stage;
mod terminal;
mod tmux;
mod zellij;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixDatagram, UnixStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use pane_patrol_hooks::event::{Event, MAX_EVENT_BYTES};
use pane_patrol_hooks::paths::{Environment, Places};

pub use collector::{Collector, until};
pub use hook::payload_about;
pub use listening::{Listening, hear};
pub use process::{Finished, children_of, finish, finish_with_stdin, started, wait};
pub use program::{copy_program, write_program};
pub use pty::Pty;
pub use terminal::{Terminal, wait_until};
pub use tmux::Tmux;
pub use zellij::{Zellij, server_named, with_zellij};

/// How long anything may take before a test calls it hung. Not a measure of speed: whoever waits for
/// something stops when it comes, so much patience costs nothing but on a machine that has much to do.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// The executable that was built with the tests, for command lines; [`TestEnv::pane_patrol`] starts it.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_pane-patrol");

/// A private world for one test.
#[derive(Debug)]
pub struct TestEnv {
    root: tempfile::TempDir,
}

impl TestEnv {
    /// An empty world: all folders exist, the runtime folder of pane-patrol does not.
    pub fn new() -> Self {
        // Not where TMPDIR says: launchd's has half the length that a socket's path may have. And by its
        // own name: on macOS /tmp is a link, which those who are asked where they are have followed.
        let root = fs::canonicalize("/tmp").and_then(|folder| {
            let mut made = tempfile::Builder::new();
            made.prefix("pp").tempdir_in(folder)
        });
        let root = root.expect("/tmp can be written to");
        let env = Self { root };
        for folder in ["home", "run", "state", "config", "data", "cache", "tmp"] {
            private_folder(&env.path(folder));
        }
        env
    }

    /// A path inside this world.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root.path().join(name)
    }

    /// HOME of everything started in this world.
    pub fn home(&self) -> PathBuf {
        self.path("home")
    }

    /// The variables that every program in this world sees, besides PATH.
    pub fn variables(&self) -> Vec<(&'static str, PathBuf)> {
        vec![
            ("HOME", self.home()),
            ("XDG_RUNTIME_DIR", self.path("run")),
            ("XDG_STATE_HOME", self.path("state")),
            ("XDG_CONFIG_HOME", self.path("config")),
            ("XDG_DATA_HOME", self.path("data")),
            ("XDG_CACHE_HOME", self.path("cache")),
            ("TMPDIR", self.path("tmp")),
            ("TMUX_TMPDIR", self.path("tmp")),
            ("LANG", "C.UTF-8".into()),
            ("TERM", "xterm-256color".into()),
        ]
    }

    /// `program` with the cleared environment of this world.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new(program.as_ref());
        command.env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.envs(self.variables());
        command.current_dir(self.home());
        command
    }

    /// The executable under test, with the cleared environment of this world: the one that was built
    /// with the tests, or the one that `PANE_PATROL_PROGRAM` names.
    pub fn pane_patrol(&self) -> Command {
        let named = std::env::var_os("PANE_PATROL_PROGRAM");
        self.command(named.unwrap_or_else(|| PROGRAM.into()))
    }

    /// Where pane-patrol keeps its things in this world.
    pub fn places(&self) -> Places {
        let variables = self.variables();
        let get = |name: &str| {
            let (_, value) = variables.iter().find(|(key, _)| *key == name)?;
            Some(value.clone().into_os_string())
        };
        let uid = rustix::process::geteuid().as_raw();
        Places::of(&Environment::read(get, uid))
    }

    /// Sends to where a collector listens, as a hook does.
    pub fn send(&self, datagram: &[u8]) {
        let socket = UnixDatagram::unbound().expect("a socket can be made");
        let sent = socket.send_to(datagram, self.places().events_socket);
        sent.expect("somebody collects");
    }

    /// A connection to the hub, which waits no longer than [`PATIENCE`] for what it reads.
    pub fn connect_to_hub(&self) -> UnixStream {
        let stream = UnixStream::connect(self.places().hub_socket).expect("the hub listens");
        let told = stream.set_read_timeout(Some(PATIENCE));
        told.expect("a stream has a timeout");
        stream
    }

    /// Listens where a collector would, in a runtime folder made for it.
    pub fn listen(&self) -> Listener {
        let places = self.places();
        private_folder(&places.runtime);
        Listener::at(&places.events_socket)
    }
}

/// A folder that nobody else may enter; there is no harm when it exists.
pub fn private_folder(path: &Path) {
    fs::create_dir_all(path).expect("the folder can be made");
    fs::set_permissions(path, PermissionsExt::from_mode(0o700)).expect("the folder is ours");
}

/// What a collector's socket receives, and nothing else of a collector.
#[derive(Debug)]
pub struct Listener {
    /// The bound socket, for tests that misuse it.
    pub socket: UnixDatagram,
}

impl Listener {
    /// Binds a socket at `path`.
    pub fn at(path: &Path) -> Self {
        let socket = UnixDatagram::bind(path).expect("the socket can be bound");
        socket
            .set_read_timeout(Some(PATIENCE))
            .expect("a socket has a timeout");
        Self { socket }
    }

    /// The next event; waits for it.
    pub fn next(&self) -> Event {
        let mut bytes = [0; MAX_EVENT_BYTES + 1];
        let length = self
            .socket
            .recv(&mut bytes)
            .expect("an event should have come");
        Event::parse(&bytes[..length]).expect("a hook sends events of version 1")
    }

    /// The next event that has come already; does not wait.
    pub fn waiting(&self) -> Option<Event> {
        let mut bytes = [0; MAX_EVENT_BYTES + 1];
        let length = self.try_receive(&mut bytes)?;
        Some(Event::parse(&bytes[..length]).expect("a hook sends events of version 1"))
    }

    /// Whether nothing has come since the last event was taken; does not wait.
    pub fn is_empty(&self) -> bool {
        self.try_receive(&mut [0; 1]).is_none()
    }

    fn try_receive(&self, bytes: &mut [u8]) -> Option<usize> {
        let told = "a socket can be told";
        self.socket.set_nonblocking(true).expect(told);
        let received = self.socket.recv(bytes).ok();
        self.socket.set_nonblocking(false).expect(told);
        received
    }
}

/// Says on the real stderr, which the test harness does not hold back, that a test did not run;
/// with `PANE_PATROL_NO_SKIP` set the test fails instead.
pub fn skip(why: &str) {
    use std::io::Write;
    assert!(
        std::env::var_os("PANE_PATROL_NO_SKIP").is_none(),
        "may not be skipped: {why}"
    );
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("a test");
    let _ = writeln!(std::io::stderr(), "SKIPPED {name}: {why}");
}

/// Says on the real stderr that a test did not run because the system forbids what it needs; no
/// installation helps there, so this is no failure anywhere.
pub fn forbidden(why: &str) {
    use std::io::Write;
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("a test");
    let _ = writeln!(std::io::stderr(), "LEFT OUT {name}: {why}");
}

/// Whether nobody else is known here to whom root could give something: so it is in a container whose
/// only user is root.
pub fn is_alone(path: &Path) -> bool {
    let given = std::os::unix::fs::chown(path, Some(65534), None);
    // Where that was allowed it is taken back.
    let taken = std::os::unix::fs::chown(path, Some(0), None);
    given.is_err() || taken.is_err()
}

/// The whole lines of a file that another program writes: between its making and its first line, and in
/// the middle of a line, there is nothing to read yet.
pub fn lines_so_far(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap_or_default();
    let whole = text.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole.lines().map(str::to_owned).collect()
}

/// A captured payload, by the name of its file in `tests/fixtures`.
pub fn fixture(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
