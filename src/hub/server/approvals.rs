//! Requests that wait at a hook and what the rules make of them: each is judged once, by its complete
//! input, and the answer counts only while the very same request still waits.

use std::collections::{BTreeMap, VecDeque};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use pane_patrol_hooks::approval::{CompleteRequest, Verdict};
use rustix::event::{PollFd, PollFlags};

use super::cache::Cache;
use super::case::{Case, Ruled};
use super::connection::Client;
use super::rules_worker::{Answer, Order, Question};
use super::who::Handed;
use crate::hub::protocol::Right;
use crate::rules::{Ask, By, Then};
use crate::state::Row;
use crate::sys::wake_channel::Inbox;

/// Within this time the dialog of a request that was decided has gone.
const EFFECT_LIMIT: Duration = Duration::from_secs(3);

/// So many are judged at once for those of each right but the owner's; the next ones wait at their hooks.
const MAX_OPEN: usize = 16;

/// How many decided requests are remembered, to decide none of them twice.
const REMEMBERED: usize = 64;

/// See the module.
#[derive(Debug)]
pub(super) struct Approvals {
    orders: Sender<Order>,
    /// Gone when the thread is.
    answers: Option<Inbox<Answer>>,
    last_ticket: u64,
    /// What is being judged.
    open: BTreeMap<u64, Open>,
    /// What was decided and has to show an effect.
    given: Vec<(Case, Instant, Box<Ruled>)>,
    decided: VecDeque<Case>,
}

/// A request that is being judged.
#[derive(Debug)]
struct Open {
    case: Case,
    /// Its row as it was.
    row: Box<Row>,
    /// What whoever waits for it may do.
    right: Right,
}

impl Approvals {
    pub(super) fn new((orders, answers): (Sender<Order>, Inbox<Answer>)) -> Self {
        Self {
            orders,
            answers: Some(answers),
            last_ticket: 0,
            open: BTreeMap::new(),
            given: Vec::new(),
            decided: VecDeque::new(),
        }
    }

    /// What the hub waits for.
    pub(super) fn interest(&self) -> Option<PollFd<'_>> {
        let answers = self.answers.as_ref()?;
        Some(PollFd::new(answers, PollFlags::IN))
    }

    /// When an effect is to have shown.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.given.iter().map(|(_, until, _)| *until).min()
    }

    /// Has what has come to wait judged, and hands on what was decided.
    pub(super) fn go_on(&mut self, clients: &mut [Client], cache: &Cache) {
        for client in clients.iter_mut() {
            let right = client.right();
            if self.is_busy_for(right) {
                continue;
            }
            let Some((case, asked)) = client.take_unjudged() else {
                continue;
            };
            if self.decided.contains(&case) {
                client.release(cache);
            } else if let Some(row) = cache.row(&case.row) {
                let ticket = self.question((case, right), asked, row, cache);
                client.take_ticket(ticket);
            }
        }
        let answers = self.answers.as_ref().map(Inbox::take);
        if answers.as_ref().is_none_or(|answers| answers.closed) {
            self.answers = None;
        }
        for answer in answers.into_iter().flat_map(|answers| answers.messages) {
            self.take(&answer, clients, cache);
        }
        let now = Instant::now();
        let late = self.given.extract_if(.., |(_, until, _)| *until <= now);
        let late: Vec<_> = late.collect();
        for (_, _, ruled) in late {
            let why = "the hook has got the answer, but the request is still there";
            self.record(ruled.ended("unknown", Some(why)));
        }
    }

    /// Whether enough is judged for those of that right.
    fn is_busy_for(&self, right: Right) -> bool {
        let open = self.open.values();
        right != Right::Own && open.filter(|open| open.right == right).count() >= MAX_OPEN
    }

    fn question(
        &mut self,
        (case, right): (Case, Right),
        asked: CompleteRequest,
        row: &Row,
        cache: &Cache,
    ) -> u64 {
        self.last_ticket += 1;
        let ask = Ask {
            assistant: row.assistant.to_string(),
            tool: asked.tool,
            input: asked.input,
            cwd: asked.cwd,
            project: asked.project,
            is_elsewhere: case.is_elsewhere,
        };
        let question = Question {
            ticket: self.last_ticket,
            ask,
            trusted: is_trusted(row, &case, cache),
        };
        // Without the thread everything is asked.
        let _ = self.orders.send(Order::Judge(Box::new(question)));
        let row = Box::new(row.clone());
        self.open
            .insert(self.last_ticket, Open { case, row, right });
        self.last_ticket
    }

    fn take(&mut self, answer: &Answer, clients: &mut [Client], cache: &Cache) {
        let Some(Open { case, row, right }) = self.open.remove(&answer.ticket) else {
            return;
        };
        let verdict = match answer.then {
            Then::Allow => Some(Verdict::Allow),
            Then::Deny => Some(Verdict::Deny {
                message: answer.message.clone(),
                interrupt: false,
            }),
            Then::Ask => None,
        };
        let ruled = Box::new(ruled(answer, &row, (&case, right), cache));
        let Some(verdict) = verdict else {
            if answer.by != By::Nobody {
                self.record(ruled.ended("nothing", None));
            }
            return;
        };
        let still_trusted = || {
            let row = cache.row(&case.row);
            row.is_some_and(|row| is_trusted(row, &case, cache))
        };
        if answer.by == By::Trust && !still_trusted() {
            return self.record(ruled.ended("nothing", Some("the trust has ended")));
        }
        self.give(answer.ticket, verdict, case, ruled, clients, cache);
    }

    /// Hands the verdict to the hook that waits for it, if it still does; others that wait for the
    /// same go without.
    fn give(
        &mut self,
        ticket: u64,
        verdict: Verdict,
        case: Case,
        ruled: Box<Ruled>,
        clients: &mut [Client],
        cache: &Cache,
    ) {
        let handed = Handed {
            row: case.row.clone(),
            instance_id: case.instance_id.clone(),
            request: case.request.clone(),
            verdict,
        };
        let waits = |client: &&mut Client| client.holds(ticket) && client.waits_for(&handed);
        let Some(client) = clients.iter_mut().find(waits) else {
            return self.record(ruled.ended("nothing", Some("it was answered elsewhere before")));
        };
        client.tell_decision(&handed, cache);
        for client in clients
            .iter_mut()
            .filter(|client| client.waits_for(&handed))
        {
            client.release(cache);
        }
        self.decided.truncate(REMEMBERED - 1);
        self.decided.push_front(case.clone());
        self.given
            .push((case, Instant::now() + EFFECT_LIMIT, ruled));
    }

    /// A row as it is now: what was decided about it and is no more asked has had its effect.
    pub(super) fn hear_of(&mut self, row: &Row) {
        let is_over = |case: &Case| {
            case.row == row.id
                && (row.instance_id != case.instance_id || !row.waiting.contains(&case.request))
        };
        self.close(is_over, "done", None);
    }

    /// The row with this id is gone.
    pub(super) fn hear_of_end(&mut self, id: &str) {
        let why = "the assistant has gone";
        self.close(|case| case.row == id, "unknown", Some(why));
    }

    fn close(&mut self, is_over: impl Fn(&Case) -> bool, outcome: &'static str, why: Option<&str>) {
        let over = self.given.extract_if(.., |(case, _, _)| is_over(case));
        let over: Vec<_> = over.collect();
        for (_, _, ruled) in over {
            self.record(ruled.ended(outcome, why));
        }
    }

    fn record(&self, ruled: Box<Ruled>) {
        // The decision stands, whether or not it can be written down.
        let _ = self.orders.send(Order::Record(ruled));
    }
}

fn is_trusted(row: &Row, case: &Case, cache: &Cache) -> bool {
    let until = row
        .trusted_until
        .filter(|_| row.instance_id == case.instance_id);
    until.is_some_and(|until| until > cache.clock.now())
}

fn ruled(answer: &Answer, row: &Row, (case, right): (&Case, Right), cache: &Cache) -> Ruled {
    Ruled {
        ts: cache.clock.now(),
        by: if answer.by == By::Trust {
            "trust"
        } else {
            "rule"
        },
        rule: answer.rule.clone(),
        why: answer.why.clone(),
        decision: match answer.then {
            Then::Allow => "approve",
            Then::Deny => "deny",
            Then::Ask => "ask",
        },
        outcome: "nothing",
        reason: None,
        row: row.id.clone(),
        target: row.target.to_string(),
        assistant: row.assistant.to_string(),
        instance_id: case.instance_id.clone(),
        generation: row.generation,
        request: case.request.clone(),
        right,
    }
}
