//! A process as the place of an assistant that runs in no pane.

use pane_patrol_hooks::target::Target;

use pane_patrol_sys::process::stat;

/// The place that the process is; `None` when there is none of that number, or its start is not told.
pub(crate) fn as_target(pid: u32) -> Option<Target> {
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

/// What its terminal is called below `/dev`, if it has one and the system tells.
pub(crate) fn terminal_of(pid: u32) -> Option<String> {
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
