//! The thread that looks which known assistants run in panes, whether they report or not.
//!
//! Every second some small files of `/proc` are read for each pane, and none while the
//! server has not run since, where that can be told: what begins in a pane draws there. No server is asked.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::time::Duration;

use pane_patrol_hooks::target::Server;

use crate::assistants::present::{Found, present};
use crate::collector::Message;
use crate::mux::Reach;
use crate::mux::proof::Trace;

/// How often it is looked: one that works already when it begins, taken up again, shows that as soon.
const BEAT: Duration = Duration::from_secs(1);

/// Starts the thread. It is told of the servers that are listed, and ends when the sender it gives is
/// dropped.
pub(in crate::collector) fn start_search(
    reach: Reach,
    output: SyncSender<Message>,
) -> io::Result<Sender<Vec<Server>>> {
    let (orders, inbox) = mpsc::channel();
    std::thread::Builder::new()
        .name("silent".into())
        .spawn(move || Look::new(reach).run(&inbox, &output))?;
    Ok(orders)
}

struct Look {
    /// Also where a server of the person's may begin later.
    reach: Reach,
    /// The socket there that was asked for last.
    asked: Option<(u64, i64)>,
    servers: Vec<Server>,
    /// The trace of each server when it was looked at, and what was found.
    known: BTreeMap<Server, (Option<Trace>, Vec<Found>)>,
    told: Vec<(Server, Found)>,
}

impl Look {
    fn new(reach: Reach) -> Self {
        Self {
            reach,
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
            let trace = self.reach.of(server).proof().trace(server);
            let known = self.known.get(server);
            let known = known.filter(|(before, _)| trace.is_some() && *before == trace);
            let found = match known {
                Some((_, found)) => found.clone(),
                None => present(server.pid),
            };
            all.extend(found.iter().map(|it| (server.clone(), it.clone())));
            self.known.insert(server.clone(), (trace, found));
        }
        all
    }

    /// The own socket, if a server may have begun there of which nobody has told.
    fn new_server(&mut self) -> Option<String> {
        let socket = self.reach.own_socket.to_str()?;
        if self.servers.iter().any(|server| server.socket == socket) {
            self.asked = None;
            return None;
        }
        let found = self.reach.own_socket.metadata().ok()?;
        let it = Some((found.ino(), found.ctime()));
        (std::mem::replace(&mut self.asked, it) != it).then(|| socket.to_owned())
    }
}
