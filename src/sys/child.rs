//! Child processes: how each begins, and waiting for it, but not for ever.

use std::io::{self, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

pub(crate) use pane_patrol_sys::child::{Kept, ours, persons, tmux};

/// How long to wait between two looks at a child that has closed its output but not yet ended.
const REAP_PAUSE: Duration = Duration::from_millis(1);

/// git, as the person has set it up for all repositories; nothing that turns it to another one. With
/// `SUDO_UID` it knows whose repositories root may trust.
pub(crate) const GIT: Kept = Kept::these(&[
    "XDG_CONFIG_HOME",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    "GIT_EXEC_PATH",
    "SUDO_UID",
]);

/// Programs that show something on the person's desktop: where that is, and in which language.
pub(crate) const DESKTOP: Kept = Kept::these(&[
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XDG_RUNTIME_DIR",
    "XDG_DATA_DIRS",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LC_MESSAGES",
    "__CF_USER_TEXT_ENCODING",
]);

/// An assistant that tells its version: what it is found by, through the programs that choose among
/// several versions of it or of its interpreter.
pub(crate) const ASSISTANT: Kept = Kept::these(&[
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_CACHE_HOME",
    "XDG_STATE_HOME",
    "USER",
    "SHELL",
    "LANG",
    "LC_ALL",
    "CLAUDE_CONFIG_DIR",
    "CODEX_HOME",
    "NVM_DIR",
    "NVM_BIN",
    "ASDF_DIR",
    "ASDF_DATA_DIR",
    "MISE_DATA_DIR",
    "VOLTA_HOME",
    "FNM_DIR",
    "FNM_MULTISHELL_PATH",
    "N_PREFIX",
    "NODE_PATH",
    "BUN_INSTALL",
    "PNPM_HOME",
    "NPM_CONFIG_PREFIX",
    "SSL_CERT_FILE",
]);

/// Our own hook as an assistant starts it: where it reports to, and from which pane.
pub(crate) const HOOK: Kept = Kept::these(&[
    "XDG_RUNTIME_DIR",
    "XDG_STATE_HOME",
    "XDG_CONFIG_HOME",
    "PANE_PATROL_SESSION",
    "PANE_PATROL_EVENT_SOCKET",
    "TMUX",
    "TMUX_PANE",
    "TMUX_TMPDIR",
]);

/// The child's end; `None` when the deadline comes first.
pub(crate) fn wait(child: &mut Child, deadline: Instant) -> io::Result<Option<ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        std::thread::sleep(REAP_PAUSE);
    }
}

/// Runs a program with `input` on its stdin, which must be less than a pipe holds, and nothing to read
/// of it; one that has not ended by the deadline is killed, and there is no status.
pub(crate) fn feed(
    command: &mut Command,
    input: &[u8],
    deadline: Instant,
) -> io::Result<Option<ExitStatus>> {
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read it is no failure.
        let _ = stdin.write_all(input);
    }
    let status = wait(&mut child, deadline);
    if !matches!(status, Ok(Some(_))) {
        let _ = child.kill();
        let _ = child.wait();
    }
    status
}
