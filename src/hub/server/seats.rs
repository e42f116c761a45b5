//! Who may be a client at the same time. A seat is taken with a hello, and nobody is refused one: who has
//! said none shares a few places with the others like it, and the oldest of them makes room for the next.
//!
//! Programs that run where we do, each token's right and whoever runs elsewhere have seats of their own, so
//! that none of these takes the others'. The first may stay as long as they like. What is beyond them is
//! there for short visits, as `status` is: for whoever comes next the one goes that was silent for longest.

use super::cache::Cache;
use super::connection::Client;
use crate::hub::protocol::code;

/// As many may be there before they have said hello.
pub(super) const UNPROVEN: usize = 16;

/// Why somebody who says nothing has to go.
const HELLO_FIRST: &str = "others want to say hello";

/// Why somebody who has said hello has to go.
const OTHERS_COME: &str = "others have come, and of those without a seat it was silent for longest";

/// Lets go of one that is too many of those that share seats with this one.
pub(super) fn seat(clients: &mut [Client], index: usize, cache: &Cache) {
    let group = clients[index].group();
    let seated = places(clients, |client| {
        is_seated(client) && client.group() == group
    });
    let (long, short) = group.seats();
    if seated.len() <= long + short {
        return;
    }
    let visits = seated[long..].iter().copied();
    if let Some(silent) = visits.min_by_key(|index| clients[*index].heard()) {
        clients[silent].refuse(cache, code::TOO_MANY, OTHERS_COME);
    }
}

/// Lets go of whoever is too many of those that have not said hello.
pub(super) fn make_room(clients: &mut [Client], cache: &Cache) {
    let unproven = places(clients, |client| {
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
