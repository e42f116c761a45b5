//! The thread that looks which known assistants run in panes, whether they report or not.
//!
//! Every second some small files of `/proc` are read for each pane, and none while the
//! server has not run since, where that can be told: what begins in a pane draws there; elsewhere every two
//! seconds. No server is asked. Where a person has any number of servers, those are looked at, too, that
//! nobody has told of, and are listed as soon as an assistant is found there.

use std::collections::BTreeMap;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::time::{Duration, Instant};

use pane_patrol_hooks::target::Server;

use crate::assistants::present::{Found, present};
use crate::collector::Message;
use crate::mux::Reach;
use crate::mux::proof::Trace;

/// How often it is looked: one that works already when it begins, taken up again, shows that as soon.
const BEAT: Duration = Duration::from_secs(1);

/// How long what was found is believed where what begins in a pane leaves no trace.
const TRUST_WITHOUT_TRACE: Duration = Duration::from_secs(2);

/// A server that has just begun may not be seen at once.
const BEGINS_WITHIN: Duration = Duration::from_secs(5);

/// A server on which something was found is asked for its panes again after this time, as long as it is not listed.
const PAUSE: Duration = Duration::from_secs(2);

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
    known: BTreeMap<Server, Known>,
    told: Vec<(Server, Found)>,
    others: Others,
}

/// What was found on a server.
#[derive(Clone)]
struct Known {
    at: Instant,
    trace: Option<Trace>,
    found: Vec<Found>,
}

/// The servers of those kinds of which a person has any number.
#[derive(Default)]
struct Others {
    servers: Vec<Server>,
    census: Vec<u64>,
    /// When that was another one last.
    turned: Option<Instant>,
    /// Those that were asked to be listed, and when.
    wanted: BTreeMap<Server, Instant>,
}

impl Others {
    /// Looks which there are; those that there were.
    fn count(&mut self, reach: &Reach, now: Instant) -> Vec<Server> {
        let census: Vec<u64> = reach.all().filter_map(|mux| mux.proof().census()).collect();
        if census != self.census {
            (self.census, self.turned) = (census, Some(now));
        }
        if self
            .turned
            .is_none_or(|turned| now > turned + BEGINS_WITHIN)
        {
            return Vec::new();
        }
        let servers = reach.all().flat_map(|mux| mux.proof().servers()).collect();
        let before = std::mem::replace(&mut self.servers, servers);
        self.wanted
            .retain(|server, _| self.servers.contains(server));
        before
    }

    /// Whether that one is to be listed now.
    fn is_due(&mut self, server: &Server, now: Instant) -> bool {
        let is_due = self
            .wanted
            .get(server)
            .is_none_or(|asked| now >= *asked + PAUSE);
        if is_due {
            self.wanted.insert(server.clone(), now);
        }
        is_due
    }
}

impl Look {
    fn new(reach: Reach) -> Self {
        Self {
            reach,
            asked: None,
            servers: Vec::new(),
            known: BTreeMap::new(),
            told: Vec::new(),
            others: Others::default(),
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
            messages.extend(self.other_servers(Instant::now()).map(Message::Locate));
            for message in messages {
                if output.send(message).is_err() {
                    return;
                }
            }
        }
    }

    fn look(&mut self) -> Vec<(Server, Found)> {
        let (servers, others) = (&self.servers, &self.others.servers);
        self.known
            .retain(|server, _| servers.contains(server) || others.contains(server));
        let mut all = Vec::new();
        for server in self.servers.clone() {
            let found = self.look_on(&server, Instant::now());
            all.extend(found.into_iter().map(|it| (server.clone(), it)));
        }
        all
    }

    fn look_on(&mut self, server: &Server, now: Instant) -> Vec<Found> {
        let mux = self.reach.of(server);
        let trace = mux.proof().trace(server);
        let traces_all = mux.proof().traces_all();
        let known = self.known.get(server).filter(|known| {
            let holds = if traces_all {
                trace.is_some()
            } else {
                now < known.at + TRUST_WITHOUT_TRACE
            };
            holds && known.trace == trace
        });
        if let Some(known) = known {
            return known.found.clone();
        }
        let found = present(server.pid);
        let known = Known {
            at: now,
            trace,
            found: found.clone(),
        };
        self.known.insert(server.clone(), known);
        found
    }

    /// The servers that are to be listed: nobody has told of them, but assistants run there, or they were listed and are
    /// gone.
    fn other_servers(&mut self, now: Instant) -> impl Iterator<Item = String> {
        let before = self.others.count(&self.reach, now);
        let mut due: Vec<Server> = Vec::new();
        for server in before {
            let is_gone = !self.others.servers.contains(&server);
            if is_gone && self.servers.contains(&server) {
                due.push(server);
            }
        }
        for server in self.others.servers.clone() {
            let is_listed = self.servers.contains(&server);
            if !is_listed
                && !self.look_on(&server, now).is_empty()
                && self.others.is_due(&server, now)
            {
                due.push(server);
            }
        }
        due.into_iter().map(|server| server.socket)
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
