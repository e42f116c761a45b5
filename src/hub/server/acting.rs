//! Acts on their way: each is carried out on a thread of its own, once; who asks for the same again gets
//! the first result, and who asks for another one under its id none.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

use super::order::Order;
use super::who::{Actor, Collector, Handed, Who};
use crate::hub::client::HubError;
use crate::hub::protocol::{Act, ActResult, Right};
use crate::state::Row;
use crate::sys::wake_channel::Orders;

/// So long the result of an act is known.
const REMEMBERED: Duration = Duration::from_secs(10 * 60);

/// So many are known at most; then the oldest makes room.
const MAX_KNOWN: usize = 1024;

/// So many may be carried out at once for those of one right: nobody's keep out those of another one.
const MAX_OPEN: usize = 16;

/// The hub's own thread never waits for anybody; after this time it has ended.
const PATIENCE: Duration = Duration::from_secs(5);

/// Who waits for a result: the serial number of the connection, and what comes back in the answer.
pub(super) type Asker = (u64, Option<String>);

/// So many may wait for one act.
const MAX_WAITING: usize = 64;

/// So much may be there to be written down beside what acts leave themselves.
const MAX_NOTES: usize = 64;

/// Why an act is refused whose id was another one's.
pub(super) const USED: &str = "this act_id was used for something else";

/// What becomes of an act that is asked for.
#[derive(Debug)]
pub(super) enum Begun {
    /// It is carried out; the result comes later.
    Now,
    /// It was carried out before.
    Known(Box<ActResult>),
    /// Its id was another one's.
    Used,
    /// Too many are carried out.
    Busy,
}

/// Something that was not even tried, to be written down.
enum Note {
    /// That somebody wanted what their door does not allow.
    Overstep(String, Who),
    /// An act that is refused, and why.
    Refused(Box<(Act, Who)>, &'static str),
}

/// What was asked for under an id, and by whom.
#[derive(PartialEq, Eq)]
struct Asked {
    act: Act,
    who: Who,
}

/// An act that is being carried out.
struct Open {
    asked: Arc<Asked>,
    waiting: Vec<Asker>,
    is_recorded: bool,
}

/// See the module.
pub(super) struct Acting {
    actor: Arc<dyn Actor>,
    orders: Arc<Orders<Order>>,
    open: BTreeMap<String, Open>,
    /// Of those that change something; a reading is read again.
    known: BTreeMap<String, Known>,
    /// What is to be written down, elsewhere.
    notes: SyncSender<Note>,
}

/// An act that was carried out.
struct Known {
    at: Instant,
    asked: Arc<Asked>,
    result: Box<ActResult>,
}

impl Acting {
    pub(super) fn new(actor: Arc<dyn Actor>, orders: Arc<Orders<Order>>) -> Self {
        let (notes, notes_in) = sync_channel(MAX_NOTES);
        let writer = Arc::clone(&actor);
        let write = move || {
            for note in notes_in {
                match note {
                    Note::Overstep(what, who) => writer.note_overstep(&what, &who),
                    Note::Refused(asked, why) => writer.note_refused(&asked.0, &asked.1, why),
                }
            }
        };
        // Without a thread it is counted all the same.
        let _ = std::thread::Builder::new()
            .name("audit".into())
            .spawn(write);
        Self {
            actor,
            orders,
            open: BTreeMap::new(),
            known: BTreeMap::new(),
            notes,
        }
    }

    /// Has it carried out, unless it was.
    pub(super) fn begin(&mut self, act: Act, who: Who, answer_to: Asker) -> Begun {
        let now = Instant::now();
        self.known.retain(|_, known| known.at + REMEMBERED > now);
        let asked = Asked { act, who };
        let id = asked.act.act_id.clone();
        let known = self.known.get(&id);
        let open = self.open.get_mut(&id);
        let first = known.map(|known| &known.asked);
        let first = first.or(open.as_ref().map(|open| &open.asked));
        if first.is_some_and(|first| **first != asked) {
            self.note_refused(asked, USED);
            return Begun::Used;
        }
        if let Some(known) = known {
            return Begun::Known(known.result.clone());
        }
        if let Some(open) = open {
            if open.waiting.len() >= MAX_WAITING {
                return Begun::Busy;
            }
            open.waiting.push(answer_to);
            return Begun::Now;
        }
        if self.count_of(asked.who.right) >= MAX_OPEN {
            return Begun::Busy;
        }
        let asked = Arc::new(asked);
        let is_recorded = asked.act.what.is_recorded();
        let (actor, orders) = (Arc::clone(&self.actor), Arc::clone(&self.orders));
        let wanted = Arc::clone(&asked);
        let work = move || {
            let result = actor.act(&wanted.act, &wanted.who);
            orders.send(Order::Acted(Box::new(result)));
        };
        let thread = std::thread::Builder::new().name("act".into());
        if thread.spawn(work).is_err() {
            return Begun::Busy;
        }
        let waiting = vec![answer_to];
        let open = Open {
            asked,
            waiting,
            is_recorded,
        };
        self.open.insert(id, open);
        Begun::Now
    }

    /// How many are being carried out for those of that right.
    fn count_of(&self, right: Right) -> usize {
        let open = self.open.values();
        open.filter(|open| open.asked.who.right == right).count()
    }

    /// Takes in the result of one, and says who waits for it.
    pub(super) fn end(&mut self, result: Box<ActResult>) -> Vec<Asker> {
        let Some(open) = self.open.remove(&result.act_id) else {
            return Vec::new();
        };
        if open.is_recorded {
            if self.known.len() >= MAX_KNOWN {
                let oldest = self.known.iter().min_by_key(|(_, known)| known.at);
                let oldest = oldest.map(|(id, _)| id.clone());
                oldest.and_then(|id| self.known.remove(&id));
            }
            let id = result.act_id.clone();
            let known = Known {
                at: Instant::now(),
                asked: open.asked,
                result,
            };
            self.known.insert(id, known);
        }
        open.waiting
    }

    /// Writes down, elsewhere, that somebody wanted what their door does not allow.
    pub(super) fn note_overstep(&self, what: String, who: Who) {
        self.note(Note::Overstep(what, who));
    }

    fn note_refused(&self, asked: Asked, why: &'static str) {
        if asked.act.what.is_recorded() {
            self.note(Note::Refused(Box::new((asked.act, asked.who)), why));
        }
    }

    fn note(&self, note: Note) {
        // Whoever asks faster than a file is written fills no memory either.
        let _ = self.notes.try_send(note);
    }
}

/// The hub, as whoever carries out an act asks it.
#[derive(Debug)]
pub(super) struct Desk(pub(super) Arc<Orders<Order>>);

impl Desk {
    /// Asks the hub's thread; it answers at once unless it has ended.
    fn ask<T>(&self, order: impl FnOnce(SyncSender<T>) -> Order) -> Result<T, HubError> {
        let (answer, answer_in) = sync_channel(1);
        self.0.send(order(answer));
        answer_in
            .recv_timeout(PATIENCE)
            .map_err(|_| HubError::Ending)
    }
}

impl Collector for Desk {
    fn row(&self, id: &str) -> Result<Option<Row>, HubError> {
        let row = self.ask(|answer| Order::Row(id.to_owned(), answer))?;
        Ok(row.map(|row| *row))
    }

    fn hand(&self, handed: Handed) -> Result<bool, HubError> {
        self.ask(|answer| Order::Hand(Box::new(handed), answer))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::hub::protocol::{ActOutcome, What};
    use crate::sys::wake_channel::{Inbox, inbox};

    /// Whoever does nothing, and that not before it may.
    struct Slow(Mutex<()>);

    impl Actor for Slow {
        fn act(&self, act: &Act, _: &Who) -> ActResult {
            let _may = self.0.lock();
            ActResult::of(&act.act_id, ActOutcome::Done, None)
        }

        fn note_overstep(&self, _: &str, _: &Who) {}

        fn note_refused(&self, _: &Act, _: &Who, _: &str) {}
    }

    fn acting() -> (Acting, Arc<Slow>, Inbox<Order>) {
        let (orders, orders_in) = inbox().unwrap();
        let slow = Arc::new(Slow(Mutex::new(())));
        let actor = Arc::clone(&slow);
        (Acting::new(actor, Arc::new(orders)), slow, orders_in)
    }

    fn begin(acting: &mut Acting, id: &str, right: Right) -> Begun {
        let act = Act {
            act_id: id.to_owned(),
            agent_id: "a".to_owned(),
            what: What::Snooze { seconds: 1 },
            generation: None,
            expires: None,
        };
        let who = Who {
            door: "hub x".to_owned(),
            right,
            pid: None,
        };
        acting.begin(act, who, (1, Some(id.to_owned())))
    }

    /// Takes in the next result; its id and how many waited for it.
    fn end(acting: &mut Acting, orders: &Inbox<Order>) -> Vec<(String, usize)> {
        let orders = orders.take().messages.into_iter();
        let ended = orders.filter_map(|order| match order {
            Order::Acted(result) => {
                let id = result.act_id.clone();
                Some((id, acting.end(result).len()))
            }
            _ => None,
        });
        ended.collect()
    }

    fn end_one(acting: &mut Acting, orders: &Inbox<Order>) -> Vec<(String, usize)> {
        loop {
            let ended = end(acting, orders);
            if !ended.is_empty() {
                return ended;
            }
            std::thread::yield_now();
        }
    }

    #[test]
    fn so_many_are_carried_out_at_once_for_each_right_and_none_keeps_out_another() {
        let (mut acting, slow, orders) = acting();
        let may = slow.0.lock().unwrap();
        let rights = [Right::Read, Right::Answer, Right::Manage, Right::Own];
        for right in rights {
            for number in 0..MAX_OPEN {
                let begun = begin(&mut acting, &format!("{right:?}-{number}"), right);
                assert!(matches!(begun, Begun::Now), "{right:?} {number}");
            }
            assert!(matches!(begin(&mut acting, "more", right), Begun::Busy));
        }
        // Who asks for one that is carried out waits for that; by another right it is another one.
        let begun = begin(&mut acting, "Own-0", Right::Own);
        assert!(matches!(begun, Begun::Now));
        let begun = begin(&mut acting, "Own-0", Right::Manage);
        assert!(matches!(begun, Begun::Used));
        drop(may);
        let mut ended = Vec::new();
        while ended.len() < rights.len() * MAX_OPEN {
            ended.extend(end_one(&mut acting, &orders));
        }
        let waited = ended.iter().map(|(_, waited)| waited).sum::<usize>();
        assert_eq!(waited, rights.len() * MAX_OPEN + 1);
        assert!(matches!(
            begin(&mut acting, "more", Right::Read),
            Begun::Now
        ));
    }

    #[test]
    fn under_an_id_that_was_used_nothing_else_is_done() {
        let (mut acting, _, orders) = acting();
        let act = |agent: &str, seconds| Act {
            act_id: "id".to_owned(),
            agent_id: agent.to_owned(),
            what: What::Snooze { seconds },
            generation: None,
            expires: None,
        };
        let who = |door: &str, right| Who {
            door: door.to_owned(),
            right,
            pid: None,
        };
        let ask = |acting: &mut Acting, act, who| acting.begin(act, who, (1, None));
        let own = || who("hub x", Right::Answer);
        assert!(matches!(ask(&mut acting, act("a", 1), own()), Begun::Now));
        end_one(&mut acting, &orders);
        for (other, by) in [
            (act("b", 1), own()),
            (act("a", 2), own()),
            (act("a", 1), who("hub x", Right::Manage)),
            (act("a", 1), who("hub y", Right::Answer)),
        ] {
            let begun = ask(&mut acting, other.clone(), by);
            assert!(matches!(begun, Begun::Used), "{other:?}");
        }
        let again = ask(&mut acting, act("a", 1), own());
        assert!(matches!(again, Begun::Known(_)));
    }

    #[test]
    fn so_many_results_are_known_and_then_the_oldest_makes_room() {
        let (mut acting, _, orders) = acting();
        for number in 0..=MAX_KNOWN {
            let id = format!("act-{number}");
            assert!(matches!(begin(&mut acting, &id, Right::Own), Begun::Now));
            assert_eq!(end_one(&mut acting, &orders), [(id, 1)]);
        }
        assert_eq!(acting.known.len(), MAX_KNOWN);
        let last = format!("act-{MAX_KNOWN}");
        for (id, is_known) in [("act-0", false), ("act-1", true), (&last, true)] {
            let begun = begin(&mut acting, id, Right::Own);
            assert_eq!(matches!(begun, Begun::Known(_)), is_known, "{id}");
        }
    }
}
