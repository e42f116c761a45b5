//! What clients are called: each as it calls itself, and with a number behind that while others have the
//! name, so that whatever is written down is one client's. A publisher's name is one connection's anyway.

use super::connection::Client;

/// Gives a client that has just said hello a name that no other living one has.
pub(super) fn tell_apart(clients: &mut [Client], index: usize) {
    let client = &clients[index];
    if !client.is_greeted() || !client.known_as().is_empty() {
        return;
    }
    let own = client.name();
    let others = clients.iter().filter(|other| other.serial != client.serial);
    let used: Vec<&str> = others
        .filter(|other| other.known_as().starts_with(own) && !other.is_left())
        .map(Client::known_as)
        .collect();
    let numbered = (2_u32..).map(|number| format!("{own} ({number})"));
    let mut names = std::iter::once(own.to_owned()).chain(numbered);
    // There are more numbers than clients.
    let free = names.find(|name| !used.contains(&name.as_str()));
    let name = free.unwrap_or_else(|| own.to_owned());
    clients[index].be_known_as(name);
}
