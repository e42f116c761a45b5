//! Who comes to the hub, and who goes.

use std::io;
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::{Duration, Instant};

use super::connection::{Client, Fate};
use super::event::Event;
use super::seats;
use super::serving::Server;
use crate::diagnostics::{self, Part};
use crate::hub::protocol::code;
use crate::state::PublisherWord;
use crate::sys::namespaces::Standing;
use crate::sys::unix_socket;

/// When the system has no file descriptor left, the next connection is looked at after this time.
const ACCEPT_PAUSE: Duration = Duration::from_secs(1);

impl Server {
    /// Lets go of the clients that have left or have to.
    pub(super) fn dismiss(&mut self) {
        let now = Instant::now();
        let mut gone = Vec::new();
        let scribe = &self.scribe;
        self.clients.retain_mut(|client| {
            match client.fate(now) {
                Fate::Stays => return true,
                Fate::Left => {
                    diagnostics::info(Part::Hub, || format!("{} has gone", client.name()));
                }
                Fate::Dropped(reason) => {
                    let name = client.name();
                    diagnostics::warn(Part::Hub, || format!("{name} had to go: {reason}"));
                    scribe.mention(Event::Refused(reason));
                }
            }
            let agent = client.agent().map(str::to_owned);
            gone.push((client.name().to_owned(), agent, client.serial));
            false
        });
        for (name, agent, serial) in gone {
            if let Some(agent) = agent {
                self.cache.forget_heartbeat(&agent);
            }
            if self.publishers.leave(&name, serial, now) {
                self.cache.forget_complaint(&name);
                self.trouble_at(&name, None);
                self.tell_of(name, PublisherWord::Left);
            }
        }
    }

    pub(super) fn accept(&mut self, listener: &UnixListener) {
        // Not more at once than wait for a seat: each is heard before it is the oldest of these.
        for _ in 0..seats::UNPROVEN / 2 {
            match listener.accept() {
                Ok((stream, _)) => self.welcome(stream),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.accept_again_at = None;
                    return;
                }
                Err(_) => {
                    self.accept_again_at = Some(Instant::now() + ACCEPT_PAUSE);
                    return;
                }
            }
        }
    }

    /// Lets a connection wait for its hello.
    pub(super) fn welcome(&mut self, stream: UnixStream) {
        if stream.set_nonblocking(true).is_err() {
            return;
        }
        let peer = unix_socket::peer(&stream);
        let standing = match peer {
            Some((_, pid)) => Standing::of(pid),
            None => Standing::Home,
        };
        let is_ours = peer.is_none_or(|(user, _)| may_come(user, self.uid));
        self.next_serial += 1;
        let origin = (peer.map(|(_, pid)| pid), standing);
        let mut client = Client::new(self.next_serial, stream, origin);
        if !is_ours {
            client.refuse(
                &self.cache,
                code::FOREIGN,
                "this hub belongs to another user",
            );
        }
        client.send(&self.cache);
        self.clients.push(client);
        seats::make_room(&mut self.clients, &self.cache);
        self.dismiss();
    }
}

/// Whether `user` may be a client of `owner`'s hub. The superuser, who is believed as a sender of events, may
/// not: that is what most containers run as, and here one decides and starts programs in the owner's name.
fn may_come(user: u32, owner: u32) -> bool {
    user == owner
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hub_is_its_owners_and_not_even_the_superusers() {
        assert!(may_come(1000, 1000) && may_come(0, 0));
        for (user, owner) in [(0, 1000), (1000, 0), (1001, 1000)] {
            assert!(!may_come(user, owner), "{user} at the hub of {owner}");
        }
    }
}
