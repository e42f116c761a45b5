//! On which ports of loopback a process listens, as the kernel has it: whatever else is told of a port may be
//! anybody's by then.

#[cfg(target_os = "linux")]
use pane_patrol_sys::process::told;

#[cfg(target_os = "linux")]
use super::unix_socket::held_by;

/// Longest table of sockets that is read, in bytes.
#[cfg(target_os = "linux")]
const MAX_TABLE: u64 = 64 << 20;

/// `127.0.0.1`, as the table has it.
#[cfg(target_os = "linux")]
const LOOPBACK: &str = "0100007F";

/// The state of a socket that listens, as the table has it.
#[cfg(target_os = "linux")]
const LISTENS: &str = "0A";

/// The ports of `127.0.0.1` on which the process `pid` itself listens. By our own table: a process that is elsewhere
/// has none in it.
#[cfg(target_os = "linux")]
pub(crate) fn ports_of(pid: u32) -> Vec<u16> {
    let Some(table) = told("net/tcp", MAX_TABLE) else {
        return Vec::new();
    };
    let held = held_by(pid);
    let table = String::from_utf8_lossy(&table);
    let listening = table.lines().filter_map(listening);
    listening
        .filter(|(inode, _)| held.contains(inode))
        .map(|(_, port)| port)
        .collect()
}

/// Elsewhere the system does not tell.
#[cfg(not(target_os = "linux"))]
pub(crate) fn ports_of(_: u32) -> Vec<u16> {
    Vec::new()
}

/// The inode and the port of a line of the table, if that socket listens on loopback.
#[cfg(target_os = "linux")]
fn listening(line: &str) -> Option<(u64, u16)> {
    let mut words = line.split_ascii_whitespace();
    let (address, port) = words.nth(1)?.split_once(':')?;
    let state = words.nth(1)?;
    // Between them are queues, timers, the user and time-outs.
    let inode = words.nth(5)?.parse().ok()?;
    let port = u16::from_str_radix(port, 16).ok()?;
    (address == LOOPBACK && state == LISTENS).then_some((inode, port))
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::{TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_line_of_the_table_tells_who_listens_on_which_port() {
        let line = "   0: 0100007F:4966 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 7712 1";
        assert_eq!(listening(line), Some((7712, 0x4966)));
        assert_eq!(listening(&line.replace("0100007F", "00000000")), None);
        assert_eq!(listening(&line.replace(" 0A ", " 01 ")), None);
        assert_eq!(listening("  sl  local_address rem_address   st"), None);
    }

    #[test]
    fn only_the_process_that_listens_has_the_port() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let _client = TcpStream::connect(("127.0.0.1", port)).unwrap();
        assert!(ports_of(std::process::id()).contains(&port));
        let parent = std::os::unix::process::parent_id();
        assert!(!ports_of(parent).contains(&port));
        drop(listener);
        assert!(!ports_of(std::process::id()).contains(&port));
    }
}
