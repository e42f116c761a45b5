//! Small things that are dangerous to get wrong, once each: starting programs and waiting for them,
//! text of others in a shell, terminals that others name, where a process lives, sockets, and how threads
//! wake each other.
//!
//! May import: the crates `sys` and `hooks`.

pub(crate) mod child;
pub(crate) mod file_watch;
pub(crate) mod lock;
pub(crate) mod monotone_clock;
pub(crate) mod namespaces;
pub(crate) mod own_socket;
pub(crate) mod process;
pub(crate) mod random;
pub(crate) mod runtime_dir;
pub(crate) mod shell;
pub(crate) mod socket_file;
pub(crate) mod tcp_listen;
pub(crate) mod tcp_peer;
pub(crate) mod terminal;
pub(crate) mod unix_socket;
pub(crate) mod wake_channel;
