//! A process as the place of an assistant that runs in no pane.

use std::ffi::OsString;

use pane_patrol_sys::process::{Stat, chain, stat, told_of, variables};

use crate::target::{Server, Target};

/// The variable in which `wrap` names its own place, where that is no pane, to what it runs.
pub const WRAPPED: &str = "PANE_PATROL_WRAPPED";

/// Longest chain of parents that is followed.
const MAX_DEPTH: usize = 64;

/// Longest name of a process that is read, in bytes.
const MAX_NAME: u64 = 64;

/// The place that the process is; `None` when there is none of that number, or its start is not told.
pub fn as_target(pid: u32) -> Option<Target> {
    let stat = stat(pid)?;
    let terminal = stat.terminal.and_then(terminal_name);
    Some(match terminal {
        Some(terminal) => Target::Process {
            terminal,
            pid,
            start: stat.start,
        },
        None => Target::in_background(pid, stat.start),
    })
}

/// The place of an assistant with this process, which runs in no pane: the process itself; what `wrap` runs is where
/// `wrap` is, which `get` names. `None` where nobody sits before it who could be asked: a process that is gone, and a
/// run without a terminal that is not `attended`.
pub(crate) fn place_of(
    pid: u32,
    attended: bool,
    get: impl Fn(&str) -> Option<OsString>,
) -> Option<Target> {
    let own = stat(pid)?;
    let named = get(WRAPPED).and_then(|value| value.into_string().ok()?.parse().ok());
    if let Some(wrap) = named.filter(|wrap| is_wrapped_at(&own, wrap)) {
        return Some(wrap);
    }
    as_target(pid).filter(|place| attended || !place.is_in_background())
}

/// The same of an assistant that is not asked itself: its terminal, where it has one. Only Linux tells.
pub fn place_of_running(pid: u32) -> Option<Target> {
    let [wrapped] = variables(pid, [WRAPPED])?;
    place_of(pid, false, |_| wrapped.clone().map(OsString::from))
}

/// Whether a process is in the very terminal that the program below `wrap` has, and not in another one that was opened
/// from there.
fn is_wrapped_at(own: &Stat, wrap: &Target) -> bool {
    let Target::Process { pid, start, .. } = wrap else {
        return false;
    };
    let wrap = stat(*pid).filter(|wrap| wrap.start == *start);
    let Some(wrap) = wrap.filter(|_| own.session > 0) else {
        return false;
    };
    let has_made_it = || stat(own.session).is_some_and(|leader| leader.parent == *pid);
    own.session == wrap.session || has_made_it()
}

/// Whether the process is in a pane of that server, whose variables it has: these reach every terminal that is opened
/// from a pane, too. Where the server cannot be seen from here, as in a container, they are believed.
pub(crate) fn is_in_pane_of(pid: u32, server: &Server) -> bool {
    let parent = |pid: u32| Some(stat(pid)?.parent);
    let first = |pid: u32| {
        let mut chain = chain(pid, MAX_DEPTH, parent);
        let end = chain.iter().position(|above| *above == server.pid)?;
        chain.truncate(end);
        Some(chain)
    };
    // What has lost its parent is still in the session that the pane's shell leads.
    let leader = || {
        stat(pid)
            .map(|own| own.session)
            .filter(|leader| *leader > 0)
    };
    let Some(inside) = first(pid).or_else(|| first(leader()?)) else {
        return stat(server.pid).is_none();
    };
    let terminal = |pid: u32| stat(pid).and_then(|it| it.terminal);
    let is_of_pane = inside
        .last()
        .is_some_and(|it| terminal(*it) == terminal(pid));
    // An editor's terminal in a pane is in the pane, a window that was opened from there is not.
    is_of_pane || !inside.iter().skip(1).any(|above| is_window(*above))
}

/// Whether the process shows terminals in windows of its own.
fn is_window(pid: u32) -> bool {
    terminal_program(pid).is_some_and(|known| known.is_window)
}

/// A program that gives others a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TerminalProgram {
    /// What its process is called: at most 15 bytes are told.
    process: &'static str,
    /// What people call it.
    pub name: &'static str,
    /// Whether that is in a window of its own, on this machine.
    is_window: bool,
}

const fn window(process: &'static str, name: &'static str) -> TerminalProgram {
    TerminalProgram {
        process,
        name,
        is_window: true,
    }
}

const fn no_window(process: &'static str, name: &'static str) -> TerminalProgram {
    TerminalProgram {
        process,
        name,
        is_window: false,
    }
}

/// Those that are known by the names of their processes.
const TERMINAL_PROGRAMS: &[TerminalProgram] = &[
    window("alacritty", "Alacritty"),
    window("code", "VS Code"),
    window("contour", "Contour"),
    window("cursor", "Cursor"),
    window("foot", "foot"),
    window("ghostty", "Ghostty"),
    window("gnome-terminal-", "GNOME Terminal"),
    window("kgx", "GNOME Console"),
    window("kitty", "kitty"),
    window("konsole", "Konsole"),
    window("lxterminal", "LXTerminal"),
    window("mate-terminal", "MATE Terminal"),
    window("ptyxis-agent", "Ptyxis"),
    window("qterminal", "QTerminal"),
    window("rio", "Rio"),
    window("st", "st"),
    window("terminator", "Terminator"),
    window("tilix", "Tilix"),
    window("urxvt", "urxvt"),
    window("urxvtd", "urxvt"),
    window("wezterm-gui", "WezTerm"),
    window("wezterm-mux-ser", "WezTerm"),
    window("xfce4-terminal", "Xfce Terminal"),
    window("xterm", "xterm"),
    no_window("abduco", "abduco"),
    no_window("dtach", "dtach"),
    no_window("mosh-server", "mosh"),
    no_window("screen", "screen"),
    no_window("sshd", "ssh"),
    no_window("sshd-session", "ssh"),
];

fn terminal_program(pid: u32) -> Option<TerminalProgram> {
    let name = told_of(pid, "comm", MAX_NAME)?;
    let name = name.trim_ascii_end();
    let mut known = TERMINAL_PROGRAMS.iter();
    known
        .find(|known| known.process.as_bytes() == name)
        .copied()
}

/// The program that gives this process its terminal, if it is a known one, and its own process: the nearest of those
/// around it.
pub fn terminal_program_around(pid: u32) -> Option<(u32, TerminalProgram)> {
    let around = chain(pid, MAX_DEPTH, |pid| Some(stat(pid)?.parent));
    let mut around = around.into_iter().skip(1);
    around.find_map(|pid| Some((pid, terminal_program(pid)?)))
}

/// What its terminal is called below `/dev`, if it has one and the system tells.
pub fn terminal_of(pid: u32) -> Option<String> {
    stat(pid)?.terminal.and_then(terminal_name)
}

/// What Linux calls the terminal of this number.
fn terminal_name(device: u64) -> Option<String> {
    let minor = (device & 0xff) | ((device >> 12) & 0xfff_ff00);
    match (device >> 8) & 0xfff {
        major @ 136..=143 => Some(format!("pts/{}", (major - 136) * 256 + minor)),
        4 if minor < 64 => Some(format!("tty{minor}")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_called_as_its_device_is() {
        assert_eq!(terminal_name(34816).as_deref(), Some("pts/0"));
        assert_eq!(terminal_name(34819).as_deref(), Some("pts/3"));
        assert_eq!(terminal_name(35072).as_deref(), Some("pts/256"));
        assert_eq!(terminal_name(1025).as_deref(), Some("tty1"));
        assert_eq!(terminal_name(0), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_is_a_place_as_long_as_it_lives() {
        let own = std::process::id();
        let target = as_target(own).unwrap();
        assert_eq!(target.to_string().parse(), Ok(target));
        assert_eq!(as_target(4_000_000_000), None);
    }
}
