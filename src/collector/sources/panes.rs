//! The listing thread: asks each server for its panes while somebody needs them, and never
//! more often than it has to. A server that hangs is asked less and less, and holds nobody else up
//! for longer than one bounded call.
//!
//! Most of what a quiet collector would cost is starting a program every two seconds. Where the system
//! tells that a server has not run at all since the last listing (`mux::Proof::trace`) a new one is left
//! out: what has not run has not changed, and the old listing is as good.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, SyncSender};
use std::time::{Duration, Instant};

use pane_patrol_hooks::target::Server;

use crate::collector::message::{Answer, Message};
use crate::mux::proof::Trace;
use crate::mux::{PATIENCE, Reach, Undone};
use crate::state::Listing;
use crate::sys::monotone_clock::Clock;

/// How old a listing may get while there are rows.
const PERIOD: Duration = Duration::from_secs(2);

/// The same while somebody waits to see a title change.
const SHORT_PERIOD: Duration = Duration::from_millis(700);

/// The same where only processes are looked at, as long as nothing comes or goes.
const PERIOD_OF_LOOKS: Duration = Duration::from_secs(1);

/// However many ask at once, a server is not asked more often than this.
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);

/// A server that does not answer is asked again after at most this time.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// A server that has not run is asked again after this time all the same: it may have worked in the
/// moment between its answer and our look at it.
const LONGEST_TRUST: Duration = Duration::from_secs(10);

/// The same where a title tells something that may change without the trace telling so.
const TRUST_WITHOUT_TITLES: Duration = Duration::from_secs(2);

/// What the listing thread is told. Servers are named by their sockets.
#[derive(Debug)]
pub(in crate::collector) enum Order {
    /// These servers have rows: list them every two seconds.
    Watch(BTreeSet<String>),
    /// Of the watched servers, these have panes whose titles are waited for.
    Hurry(BTreeSet<String>),
    /// Of the watched servers, these have panes whose titles tell something.
    Titles(BTreeSet<String>),
    /// Somebody needs a listing that is made from now on.
    Now(String),
    /// It is told from now on when panes of that server come, go, or are looked at, or not any more.
    Told(String, bool),
}

/// Starts the thread. It ends when the sender it gives is dropped.
pub(in crate::collector) fn start_lister(
    reach: Reach,
    clock: Arc<Clock>,
    output: SyncSender<Message>,
) -> io::Result<Sender<Order>> {
    let (orders, inbox) = mpsc::channel();
    let knows = reach.clone();
    let trace = move |server: &Server| {
        let mux = knows.of(server);
        let traces_all = mux.proof().traces_all();
        Some((mux.proof().trace(server)?, traces_all))
    };
    let ask = move |socket: &str| ask(socket, &reach, &clock);
    std::thread::Builder::new()
        .name("listing".into())
        .spawn(move || run(&inbox, &output, ask, trace))?;
    Ok(orders)
}

fn run(
    inbox: &Receiver<Order>,
    output: &SyncSender<Message>,
    ask: impl Fn(&str) -> Answer,
    trace: impl Fn(&Server) -> Option<(Trace, bool)>,
) {
    let mut plan = Plan::default();
    loop {
        let order = match plan.next() {
            None => inbox.recv().map_err(RecvTimeoutError::from),
            Some(due) => inbox.recv_timeout(due.saturating_duration_since(Instant::now())),
        };
        match order {
            Ok(order) => plan.take(order),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        // Orders that came together are answered together.
        for order in inbox.try_iter() {
            plan.take(order);
        }
        for socket in plan.due(Instant::now()) {
            if plan.leave_out(&socket, Instant::now(), &trace) {
                continue;
            }
            let answer = ask(&socket);
            plan.asked(&socket, Instant::now(), &answer, &trace);
            if output.send(Message::Listed { socket, answer }).is_err() {
                return;
            }
        }
    }
}

fn ask(socket: &str, reach: &Reach, clock: &Clock) -> Answer {
    let asked = clock.now();
    let path = Path::new(socket);
    match reach.at(path).list(path, PATIENCE) {
        Ok(list) => Answer::Panes(Listing {
            server: Server {
                socket: socket.to_owned(),
                pid: list.server_pid,
            },
            asked,
            panes: list.panes,
        }),
        Err(Undone::Gone(_)) => Answer::Gone,
        Err(Undone::NotBelieved { why, .. }) => Answer::NotBelieved(why),
        Err(Undone::Refused(why) | Undone::Unknown(why)) => Answer::Unknown(why),
    }
}

/// When to ask whom.
#[derive(Debug, Default)]
struct Plan {
    servers: BTreeMap<String, Planned>,
}

#[allow(clippy::struct_excessive_bools, reason = "each is told by itself")]
#[derive(Debug, Default)]
struct Planned {
    watched: bool,
    hurried: bool,
    titled: bool,
    is_told: bool,
    wanted_now: bool,
    last: Option<Instant>,
    failures: u32,
    listed: Option<Listed>,
}

/// The last listing of a server, and what is the same while that does nothing.
#[derive(Clone, Debug)]
struct Listed {
    at: Instant,
    server: Server,
    /// And whether that tells of titles, too.
    trace: Option<(Trace, bool)>,
}

impl Planned {
    fn due(&self) -> Option<Instant> {
        let pause = match (self.watched, self.wanted_now) {
            (false, false) => return None,
            _ if self.failures > 0 => {
                (PERIOD * 2_u32.saturating_pow(self.failures.min(8))).min(LONGEST_PAUSE)
            }
            (_, true) => SHORTEST_PAUSE,
            (true, false) if self.hurried => SHORT_PERIOD,
            (true, false) if self.is_told && !self.titled => LONGEST_TRUST,
            (true, false) if self.is_only_looked_at() => PERIOD_OF_LOOKS,
            (true, false) => PERIOD,
        };
        Some(self.last.map_or_else(Instant::now, |last| last + pause))
    }
}

impl Planned {
    /// Whether it is not listed as long as its trace is the same, which says nothing of what panes show.
    fn is_only_looked_at(&self) -> bool {
        let listed = self.listed.as_ref();
        let trace = listed.and_then(|listed| listed.trace);
        trace.is_some_and(|(_, traces_all)| !traces_all)
    }
}

impl Plan {
    fn take(&mut self, order: Order) {
        match order {
            Order::Now(socket) => self.servers.entry(socket).or_default().wanted_now = true,
            Order::Told(socket, is_told) => {
                if let Some(planned) = self.servers.get_mut(&socket) {
                    planned.is_told = is_told;
                }
            }
            Order::Hurry(sockets) => {
                for (socket, planned) in &mut self.servers {
                    planned.hurried = sockets.contains(socket);
                }
            }
            Order::Titles(sockets) => {
                for (socket, planned) in &mut self.servers {
                    planned.titled = sockets.contains(socket);
                }
            }
            Order::Watch(sockets) => {
                for (socket, planned) in &mut self.servers {
                    planned.watched = sockets.contains(socket);
                }
                for socket in sockets {
                    self.servers.entry(socket).or_default().watched = true;
                }
                self.servers
                    .retain(|_, planned| planned.watched || planned.wanted_now);
            }
        }
    }

    fn next(&self) -> Option<Instant> {
        self.servers.values().filter_map(Planned::due).min()
    }

    fn due(&self, now: Instant) -> Vec<String> {
        let is_due = |planned: &Planned| planned.due().is_some_and(|due| due <= now);
        self.servers
            .iter()
            .filter(|(_, planned)| is_due(planned) || planned.last.is_none())
            .map(|(socket, _)| socket.clone())
            .collect()
    }

    /// Whether the listing that is due would be the same as the last one.
    fn leave_out(
        &mut self,
        socket: &str,
        now: Instant,
        trace: impl Fn(&Server) -> Option<(Trace, bool)>,
    ) -> bool {
        let Some(planned) = self.servers.get_mut(socket) else {
            return false;
        };
        let is_read = planned.hurried || planned.titled;
        let still = planned.listed.as_ref().is_some_and(|listed| {
            let trust = match listed.trace {
                Some((_, false)) if is_read => TRUST_WITHOUT_TITLES,
                Some(_) => LONGEST_TRUST,
                None => return false,
            };
            now < listed.at + trust && listed.trace == trace(&listed.server)
        });
        let leave_out = still && !planned.wanted_now;
        if leave_out {
            planned.last = Some(now);
        }
        leave_out
    }

    fn asked(
        &mut self,
        socket: &str,
        now: Instant,
        answer: &Answer,
        trace: impl Fn(&Server) -> Option<(Trace, bool)>,
    ) {
        let Some(planned) = self.servers.get_mut(socket) else {
            return;
        };
        planned.wanted_now = false;
        planned.last = Some(now);
        planned.failures = match answer {
            Answer::Unknown(_) => planned.failures + 1,
            Answer::Panes(_) | Answer::Gone | Answer::NotBelieved(_) => 0,
        };
        planned.listed = match answer {
            Answer::Panes(listing) => Some(Listed {
                at: now,
                trace: trace(&listing.server),
                server: listing.server.clone(),
            }),
            Answer::Gone | Answer::NotBelieved(_) | Answer::Unknown(_) => None,
        };
        // Without rows nothing has to be known of it, but not so soon that the pause is forgotten.
        if !planned.watched && self.servers.len() > 64 {
            self.servers.remove(socket);
        }
    }
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::timestamp::Timestamp;

    use super::*;

    fn watch(sockets: &[&str]) -> Order {
        Order::Watch(sockets.iter().map(|&socket| socket.to_owned()).collect())
    }

    fn no_panes() -> Answer {
        Answer::Panes(Listing {
            server: "/a,7".parse().expect("a server"),
            asked: Timestamp::default(),
            panes: Vec::new(),
        })
    }

    #[test]
    fn nobody_is_asked_when_nobody_needs_it() {
        let mut plan = Plan::default();
        assert_eq!(plan.next(), None);
        plan.take(watch(&["/a"]));
        assert!(plan.next().is_some());
        plan.take(watch(&[]));
        assert_eq!(plan.next(), None);
    }

    #[test]
    fn a_watched_server_is_asked_at_once_and_then_every_two_seconds() {
        let mut plan = Plan::default();
        plan.take(watch(&["/a"]));
        let start = Instant::now();
        assert_eq!(plan.due(start), ["/a"]);
        plan.asked("/a", start, &Answer::Gone, |_| None);
        assert_eq!(plan.due(start + PERIOD / 2), [""; 0]);
        assert_eq!(plan.next(), Some(start + PERIOD));
        plan.take(Order::Now("/a".into()));
        assert_eq!(plan.next(), Some(start + SHORTEST_PAUSE));
    }

    #[test]
    fn a_server_that_hangs_is_asked_less_and_less_whoever_asks() {
        let mut plan = Plan::default();
        plan.take(watch(&["/a"]));
        let start = Instant::now();
        let mut pauses = Vec::new();
        for _ in 0..6 {
            plan.asked("/a", start, &Answer::Unknown(String::new()), |_| None);
            plan.take(Order::Now("/a".into()));
            pauses.push(plan.next().unwrap() - start);
        }
        let seconds: Vec<u64> = pauses.iter().map(Duration::as_secs).collect();
        assert_eq!(seconds, [4, 8, 16, 30, 30, 30]);
        plan.asked("/a", start, &Answer::Gone, |_| None);
        assert_eq!(plan.next(), Some(start + PERIOD));
    }

    #[test]
    fn a_server_that_has_not_run_is_not_asked_unless_somebody_wants_to_know() {
        let mut plan = Plan::default();
        plan.take(watch(&["/a"]));
        let start = Instant::now();
        let panes = no_panes();
        plan.asked("/a", start, &panes, |_| Some(((5, None), true)));
        let later = start + PERIOD;
        assert!(plan.leave_out("/a", later, |_| Some(((5, None), true))));
        assert_eq!(plan.next(), Some(later + PERIOD));
        assert!(
            !plan.leave_out("/a", later, |_| Some(((6, None), true))),
            "it has run"
        );
        assert!(!plan.leave_out("/a", later, |_| None), "it has ended");
        assert!(!plan.leave_out("/a", start + LONGEST_TRUST, |_| Some(((5, None), true))));
        plan.take(Order::Now("/a".into()));
        assert!(!plan.leave_out("/a", later, |_| Some(((5, None), true))));
        plan.asked("/a", start, &panes, |_| None);
        assert!(!plan.leave_out("/a", later, |_| None), "nothing is told");
    }

    #[test]
    fn where_nothing_tells_of_titles_they_are_asked_for_as_long_as_somebody_waits_for_one() {
        let mut plan = Plan::default();
        plan.take(watch(&["/a"]));
        let start = Instant::now();
        let panes = no_panes();
        let trace = |_: &Server| Some(((5, None), false));
        plan.asked("/a", start, &panes, trace);
        assert_eq!(plan.next(), Some(start + PERIOD_OF_LOOKS));
        assert!(plan.leave_out("/a", start + TRUST_WITHOUT_TITLES, trace));
        plan.take(Order::Hurry(BTreeSet::from(["/a".to_owned()])));
        assert!(!plan.leave_out("/a", start + TRUST_WITHOUT_TITLES, trace));
        assert!(plan.leave_out("/a", start + SHORT_PERIOD, trace));
        plan.take(Order::Hurry(BTreeSet::new()));
        assert!(plan.leave_out("/a", start + TRUST_WITHOUT_TITLES, trace));
    }

    /// Codex asks by its title alone while it works on.
    #[test]
    fn where_a_title_tells_something_it_is_read_as_often_as_where_all_is_traced() {
        let mut plan = Plan::default();
        plan.take(watch(&["/a"]));
        let start = Instant::now();
        let panes = no_panes();
        let trace = |_: &Server| Some(((5, None), false));
        plan.asked("/a", start, &panes, trace);
        plan.take(Order::Titles(BTreeSet::from(["/a".to_owned()])));
        assert_eq!(plan.next(), Some(start + PERIOD_OF_LOOKS));
        assert!(plan.leave_out("/a", start + PERIOD_OF_LOOKS, trace));
        assert!(!plan.leave_out("/a", start + PERIOD, trace));
        plan.take(Order::Told("/a".into(), true));
        assert!(plan.next() <= Some(start + 2 * PERIOD));
        plan.take(Order::Titles(BTreeSet::new()));
        assert!(plan.leave_out("/a", start + PERIOD, trace));
    }

    #[test]
    fn where_it_is_told_what_comes_and_goes_nobody_looks_every_second() {
        let mut plan = Plan::default();
        plan.take(watch(&["/a"]));
        let start = Instant::now();
        let panes = no_panes();
        let trace = |_: &Server| Some(((5, None), false));
        plan.asked("/a", start, &panes, trace);
        plan.take(Order::Told("/a".into(), true));
        assert_eq!(plan.next(), Some(start + LONGEST_TRUST));
        plan.take(Order::Now("/a".into()));
        assert_eq!(plan.next(), Some(start + SHORTEST_PAUSE));
        plan.asked("/a", start, &panes, trace);
        plan.take(Order::Hurry(BTreeSet::from(["/a".to_owned()])));
        assert_eq!(plan.next(), Some(start + SHORT_PERIOD));
        plan.take(Order::Hurry(BTreeSet::new()));
        plan.take(Order::Told("/a".into(), false));
        assert_eq!(plan.next(), Some(start + PERIOD_OF_LOOKS));
    }

    #[test]
    fn a_burst_of_orders_is_one_question() {
        let (orders, inbox) = mpsc::channel();
        let (output, answers) = mpsc::sync_channel(16);
        for _ in 0..50 {
            orders.send(Order::Now("/a".into())).unwrap();
        }
        drop(orders);
        run(&inbox, &output, |_| Answer::Gone, |_| None);
        drop(output);
        assert_eq!(answers.iter().count(), 1);
    }
}
