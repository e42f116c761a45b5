//! Whose the other end of a connection on loopback is: everybody on a machine reaches its ports, and who floods
//! one is not to be everybody.

use std::net::{SocketAddr, TcpStream};

/// The user at the other end, where the system tells.
#[cfg(target_os = "linux")]
pub(crate) fn user_of(stream: &TcpStream) -> Option<u32> {
    let (here, there) = (stream.local_addr().ok()?, stream.peer_addr().ok()?);
    linux::owner_of(there, here)
}

/// Elsewhere the system does not tell.
#[cfg(not(target_os = "linux"))]
pub(crate) fn user_of(_: &TcpStream) -> Option<u32> {
    None
}

#[cfg(target_os = "linux")]
mod linux {
    //! The kernel is asked for that one socket (`sock_diag`), which costs as much with ten connections as with ten
    //! thousand; `/proc/net/tcp` is read through for each.

    use std::net::IpAddr;

    use rustix::net::{AddressFamily, RecvFlags, SendFlags, SocketFlags, SocketType};
    use rustix::net::{netlink, recv, send, socket_with};

    use super::SocketAddr;

    const BY_FAMILY: u16 = 20;
    const REQUEST: u16 = 1;
    const TCP: u8 = 6;
    const ESTABLISHED: u8 = 1;

    /// Length of the head of each message, and of the request behind it, in bytes.
    const HEAD: usize = 16;
    const ASKED: usize = 56;

    /// Where each message has what it is.
    const KIND: usize = 4;

    /// Where the kernel's answer has the socket's state, its own address, and its owner.
    const STATE: usize = HEAD + 1;
    const ADDRESS: usize = HEAD + 4;
    const OWNER: usize = HEAD + 64;

    /// The user of the established connection from `own` to `other`, both on this machine.
    pub(super) fn owner_of(own: SocketAddr, other: SocketAddr) -> Option<u32> {
        let question = question(own, other)?;
        let socket = socket_with(
            AddressFamily::NETLINK,
            SocketType::DGRAM,
            SocketFlags::CLOEXEC | SocketFlags::NONBLOCK,
            Some(netlink::SOCK_DIAG),
        );
        let socket = socket.ok()?;
        send(&socket, &question, SendFlags::empty()).ok()?;
        let mut answer = [0; 512];
        // The kernel has answered by now.
        let (count, _) = recv(&socket, &mut answer, RecvFlags::empty()).ok()?;
        let answer = answer.get(..count)?;
        let is_it = answer.get(KIND..KIND + 2) == Some(&BY_FAMILY.to_ne_bytes())
            && answer.get(STATE) == Some(&ESTABLISHED)
            // One that listens is told where the connection is gone already.
            && answer.get(ADDRESS..ADDRESS + 4) == question.get(ADDRESS + 4..ADDRESS + 8);
        is_it.then(|| number(answer, OWNER)).flatten()
    }

    fn question(own: SocketAddr, other: SocketAddr) -> Option<Vec<u8>> {
        let family = match (own.ip(), other.ip()) {
            (IpAddr::V4(_), IpAddr::V4(_)) => AddressFamily::INET,
            (IpAddr::V6(_), IpAddr::V6(_)) => AddressFamily::INET6,
            _ => return None,
        };
        let length = u32::try_from(HEAD + ASKED).ok()?;
        let mut bytes = Vec::with_capacity(HEAD + ASKED);
        bytes.extend(length.to_ne_bytes());
        bytes.extend(BY_FAMILY.to_ne_bytes());
        bytes.extend(REQUEST.to_ne_bytes());
        // Neither numbered nor from a particular sender.
        bytes.extend([0; 8]);
        bytes.extend([u8::try_from(family.as_raw()).ok()?, TCP, 0, 0]);
        // In every state; the answer says in which.
        bytes.extend(u32::MAX.to_ne_bytes());
        bytes.extend(own.port().to_be_bytes());
        bytes.extend(other.port().to_be_bytes());
        for address in [own.ip(), other.ip()] {
            let mut field = [0; 16];
            match address {
                IpAddr::V4(address) => field[..4].copy_from_slice(&address.octets()),
                IpAddr::V6(address) => field.copy_from_slice(&address.octets()),
            }
            bytes.extend(field);
        }
        // On any interface, and without a number that the kernel gave it.
        bytes.extend([0; 4]);
        bytes.extend([0xff; 8]);
        Some(bytes)
    }

    fn number(bytes: &[u8], at: usize) -> Option<u32> {
        let bytes = bytes.get(at..at + 4)?;
        Some(u32::from_ne_bytes(bytes.try_into().ok()?))
    }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::net::TcpListener;

    use rustix::process::geteuid;

    use super::*;

    #[test]
    fn the_other_end_is_its_users_and_where_there_is_none_nobodys() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = TcpListener::bind(address) else {
                continue;
            };
            let outer = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
            let (inner, other) = listener.accept().unwrap();
            assert_eq!(user_of(&inner), Some(geteuid().as_raw()), "{address}");
            let here = inner.local_addr().unwrap();
            let nobody = SocketAddr::new(other.ip(), 1);
            assert_eq!(linux::owner_of(nobody, here), None);
            drop(outer);
        }
    }
}
