//! Who may be a client at the same time. A seat is taken with a hello; who has said none shares a few
//! places with the others like it, and the oldest of them makes room for the next. So nobody is shut
//! out by connections that say nothing. What is beyond the seats is kept for short visits of programs
//! that run where we do, as `status` is: the one that came first goes first.

use super::cache::Cache;
use super::connection::{Client, FULL};
use crate::hub::protocol::code;
use crate::sys::namespaces::Standing;

/// As many clients may stay as long as they like.
const SEATS: usize = 128;

/// As many more may be there, each until others come.
const SHORT: usize = 16;

/// As many may be there before they have said hello.
pub(super) const UNPROVEN: usize = 16;

/// Why somebody who says nothing has to go.
const HELLO_FIRST: &str = "others want to say hello";

/// Tells a client that has not said hello whether it may.
pub(super) fn offer(clients: &mut [Client], index: usize) {
    let seated = clients.iter().filter(|client| is_seated(client)).count();
    let client = &mut clients[index];
    client.offer_seat(seated < SEATS || client.standing == Standing::Home);
}

/// Lets go of whoever is too many.
pub(super) fn make_room(clients: &mut [Client], cache: &Cache) {
    let seated: Vec<usize> = places(clients, is_seated);
    if seated.len() > SEATS + SHORT {
        clients[seated[SEATS]].refuse(cache, code::TOO_MANY, FULL);
    }
    let unproven: Vec<usize> = places(clients, |client| {
        !client.is_greeted() && !client.is_refused()
    });
    if unproven.len() > UNPROVEN {
        clients[unproven[0]].refuse(cache, code::TOO_MANY, HELLO_FIRST);
    }
}

fn is_seated(client: &Client) -> bool {
    client.is_greeted() && !client.is_refused()
}

/// Oldest first, as the clients are.
fn places(clients: &[Client], is_meant: impl Fn(&Client) -> bool) -> Vec<usize> {
    let clients = clients.iter().enumerate();
    let meant = clients.filter(|(_, client)| is_meant(client));
    meant.map(|(index, _)| index).collect()
}
