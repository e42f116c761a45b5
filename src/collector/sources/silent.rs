//! The thread that looks which known assistants run in panes, whether they report or not.
//!
//! Every second some small files of `/proc` are read for each pane, and none while the tmux
//! server has not run since: what begins in a pane draws there. No tmux is started for it.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::time::Duration;

use pane_patrol_hooks::target::Server;

use super::panes::times_run;
use crate::collector::Message;
use crate::collector::sources::present::{Found, present};

/// How often it is looked: one that works already when it begins, taken up again, shows that as soon.
const BEAT: Duration = Duration::from_secs(1);

/// Starts the thread. It is told of the servers that are listed, and ends when the sender it gives is
/// dropped. `own_socket`: where a server may begin later.
pub(in crate::collector) fn spawn(
    own_socket: PathBuf,
    output: SyncSender<Message>,
) -> io::Result<Sender<Vec<Server>>> {
    let (orders, inbox) = mpsc::channel();
    std::thread::Builder::new()
        .name("silent".into())
        .spawn(move || Look::new(own_socket).run(&inbox, &output))?;
    Ok(orders)
}

struct Look {
    own_socket: PathBuf,
    /// The socket there that was asked for last.
    asked: Option<(u64, i64)>,
    servers: Vec<Server>,
    /// How often each server had run when it was looked at, and what was found.
    known: BTreeMap<Server, (Option<u64>, Vec<Found>)>,
    told: Vec<(Server, Found)>,
}

impl Look {
    fn new(own_socket: PathBuf) -> Self {
        Self {
            own_socket,
            asked: None,
            servers: Vec::new(),
            known: BTreeMap::new(),
            told: Vec::new(),
        }
    }

    fn run(&mut self, inbox: &Receiver<Vec<Server>>, output: &SyncSender<Message>) {
        loop {
            match inbox.recv_timeout(BEAT) {
                Ok(servers) => self.servers = servers,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let found = self.look();
            let mut messages = Vec::new();
            if found != self.told {
                self.told.clone_from(&found);
                messages.push(Message::Present(found));
            }
            messages.extend(self.new_server().map(Message::Locate));
            for message in messages {
                if output.send(message).is_err() {
                    return;
                }
            }
        }
    }

    fn look(&mut self) -> Vec<(Server, Found)> {
        let servers = &self.servers;
        self.known.retain(|server, _| servers.contains(server));
        let mut all = Vec::new();
        for server in servers {
            let run = times_run(server.pid);
            let known = self.known.get(server);
            let known = known.filter(|(before, _)| run.is_some() && *before == run);
            let found = match known {
                Some((_, found)) => found.clone(),
                None => present(server.pid),
            };
            all.extend(found.iter().map(|it| (server.clone(), it.clone())));
            self.known.insert(server.clone(), (run, found));
        }
        all
    }

    /// The own socket, if a server may have begun there of which nobody has told.
    fn new_server(&mut self) -> Option<String> {
        let socket = self.own_socket.to_str()?;
        if self.servers.iter().any(|server| server.socket == socket) {
            self.asked = None;
            return None;
        }
        let found = self.own_socket.metadata().ok()?;
        let it = Some((found.ino(), found.ctime()));
        (std::mem::replace(&mut self.asked, it) != it).then(|| socket.to_owned())
    }
}
