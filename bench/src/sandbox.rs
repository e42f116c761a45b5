//! Private folders, in which a collector or a dashboard is measured.

use std::error::Error;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take before it counts as broken.
const PATIENCE: Duration = Duration::from_secs(20);

type Measured<T = ()> = Result<T, Box<dyn Error>>;

/// Private folders for everything that is started.
pub(crate) struct Sandbox {
    root: tempfile::TempDir,
}

impl Sandbox {
    pub(crate) fn new() -> Measured<Self> {
        let root = tempfile::Builder::new().prefix("pp").tempdir_in("/tmp")?;
        for folder in ["home", "run", "run/pane-patrol", "state", "config", "tmp"] {
            fs::create_dir(root.path().join(folder))?;
            fs::set_permissions(root.path().join(folder), PermissionsExt::from_mode(0o700))?;
        }
        Ok(Self { root })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    pub(crate) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.path("home"))
            .env("XDG_RUNTIME_DIR", self.path("run"))
            .env("XDG_STATE_HOME", self.path("state"))
            .env("XDG_CONFIG_HOME", self.path("config"))
            .env("TMPDIR", self.path("tmp"))
            .env("TMUX_TMPDIR", self.path("tmp"))
            .env("TERM", "xterm-256color")
            .env("LANG", "C.UTF-8");
        command
    }

    /// A socket that is connected to the collector's.
    pub(crate) fn sender(&self) -> Measured<UnixDatagram> {
        let path = self.path("run/pane-patrol/events.sock");
        let start = Instant::now();
        while !path.exists() && start.elapsed() < PATIENCE {
            thread::sleep(Duration::from_millis(5));
        }
        let sender = UnixDatagram::unbound()?;
        sender.connect(path)?;
        Ok(sender)
    }
}

/// What memory the process has.
pub(crate) fn resident_kilobytes(pid: u32) -> Measured<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .ok_or("it has memory")?;
    Ok(line
        .split_whitespace()
        .next()
        .ok_or("it is a number")?
        .parse()?)
}
