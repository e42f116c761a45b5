//! Acts on their way: each is carried out on a thread of its own, once; who asks for the same again gets
//! the first result, and who asks for another one under its id none.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

use pane_patrol_installer::sha256;

use super::act_pace::{Account, ActPace};
use super::known_acts::{KnownActs, REMEMBERED};
use super::order::Order;
use super::who::{Actor, Collector, Handed, Under, Who};
use crate::hub::client::HubError;
use crate::hub::protocol::{Act, ActOutcome, ActResult, Right};
use crate::state::{EndedSession, Row};
use crate::sys::wake_channel::Orders;

/// So many may be carried out at once on one account: nobody's keep out those of another one.
const MAX_OPEN: usize = 16;

/// So many for all together: each has a thread.
const MAX_OPEN_OF_ALL: usize = 128;

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
    /// Too many were, one after the other.
    TooOften,
    /// Nothing is any more.
    Ending,
}

/// Something that was not even tried, to be written down.
enum Note {
    /// That somebody wanted what their door does not allow.
    Overstep(String, Who),
    /// An act that is refused, and why.
    Refused(Box<(Act, Who)>, &'static str),
}

/// What was asked for under an id, and by whom.
struct Asked {
    act: Act,
    who: Who,
}

impl Asked {
    /// The same for the same act, when a client of that name asks for it again, on whatever connection.
    fn digest(&self) -> String {
        let act = serde_json::to_string(&self.act).unwrap_or_default();
        let parts = [self.who.right.as_str(), &self.who.name, &act];
        sha256(parts.join("\n").as_bytes())
    }
}

/// An act that is being carried out.
struct Open {
    digest: String,
    right: Right,
    account: Account,
    waiting: Vec<Asker>,
    is_recorded: bool,
}

/// See the module.
pub(super) struct Acting {
    actor: Arc<dyn Actor>,
    orders: Arc<Orders<Order>>,
    open: BTreeMap<String, Open>,
    /// Of those that change something; a reading is read again.
    known: KnownActs,
    pace: ActPace,
    /// Nothing is begun any more.
    is_closed: bool,
    /// What is to be written down, elsewhere.
    notes: SyncSender<Note>,
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
        let known = KnownActs::of(actor.lately(REMEMBERED));
        Self {
            actor,
            orders,
            open: BTreeMap::new(),
            known,
            pace: ActPace::default(),
            is_closed: false,
            notes,
        }
    }

    /// Has it carried out, unless it was.
    pub(super) fn begin(&mut self, act: Act, who: Who, answer_to: Asker) -> Begun {
        let now = Instant::now();
        self.known.forget_old(now);
        let mut asked = Asked { act, who };
        let (id, digest) = (asked.act.act_id.clone(), asked.digest());
        let known = self.known.get(&id);
        let open = self.open.get_mut(&id);
        let first = known.map(|(digest, _)| digest);
        let first = first.or(open.as_ref().map(|open| open.digest.as_str()));
        if first.is_some_and(|first| first != digest) {
            self.note_refused(asked, USED);
            return Begun::Used;
        }
        if let Some((_, result)) = known {
            return Begun::Known(Box::new(result.clone()));
        }
        if let Some(open) = open {
            if open.waiting.len() >= MAX_WAITING {
                return Begun::Busy;
            }
            open.waiting.push(answer_to);
            return Begun::Now;
        }
        if self.is_closed {
            return Begun::Ending;
        }
        let account = Account::of(&asked.who);
        if !self.has_room_for(&account) {
            return Begun::Busy;
        }
        let is_recorded = asked.act.what.is_recorded();
        let right = asked.who.right;
        if is_recorded && !self.pace.allows(&account, now) {
            return Begun::TooOften;
        }
        asked.who.under = is_recorded.then(|| Under {
            act_id: id.clone(),
            digest: digest.clone(),
        });
        let (actor, orders) = (Arc::clone(&self.actor), Arc::clone(&self.orders));
        let work = move || {
            let result = actor.act(&asked.act, &asked.who);
            orders.send(Order::Acted(Box::new(result)));
        };
        let thread = std::thread::Builder::new().name("act".into());
        if thread.spawn(work).is_err() {
            return Begun::Busy;
        }
        let waiting = vec![answer_to];
        let open = Open {
            digest,
            right,
            account,
            waiting,
            is_recorded,
        };
        self.open.insert(id, open);
        Begun::Now
    }

    /// Whether one more may be carried out on that account. The owner's are not kept out by all the others'.
    fn has_room_for(&self, account: &Account) -> bool {
        let open = self.open.values();
        let own = open.filter(|open| open.account == *account).count();
        own < MAX_OPEN && (account.is_owner() || self.open.len() < MAX_OPEN_OF_ALL)
    }

    /// Takes in the result of one, and says who waits for it.
    pub(super) fn end(&mut self, result: Box<ActResult>) -> Vec<Asker> {
        let Some(open) = self.open.remove(&result.act_id) else {
            return Vec::new();
        };
        if open.is_recorded {
            let now = Instant::now();
            self.known.add(now, open.right, open.digest, result);
        }
        open.waiting
    }

    /// Has nothing begun any more.
    pub(super) fn close(&mut self) {
        self.is_closed = true;
    }

    /// Whether nothing is carried out at the moment.
    pub(super) fn is_idle(&self) -> bool {
        self.open.is_empty()
    }

    /// What is still carried out and not waited for any more, with whoever waits for it.
    pub(super) fn give_up(&mut self) -> Vec<(ActResult, Vec<Asker>)> {
        let open = std::mem::take(&mut self.open).into_iter();
        open.map(|(id, open)| {
            let why = "the collector ended before it was known what came of it".to_owned();
            (
                ActResult::of(&id, ActOutcome::Unknown, Some(why)),
                open.waiting,
            )
        })
        .collect()
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

    fn ended(&self, id: &str) -> Result<Option<EndedSession>, HubError> {
        let session = self.ask(|answer| Order::Ended(id.to_owned(), answer))?;
        Ok(session.map(|session| *session))
    }

    fn hand(&self, handed: Handed) -> Result<bool, HubError> {
        self.ask(|answer| Order::Hand(Box::new(handed), answer))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::hub::protocol::What;
    use crate::hub::server::Lately;
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

        fn lately(&self, _: Duration) -> Vec<Lately> {
            Vec::new()
        }
    }

    fn acting() -> (Acting, Arc<Slow>, Inbox<Order>) {
        let (orders, orders_in) = inbox().unwrap();
        let slow = Arc::new(Slow(Mutex::new(())));
        let actor = Arc::clone(&slow);
        (Acting::new(actor, Arc::new(orders)), slow, orders_in)
    }

    fn begin(acting: &mut Acting, id: &str, right: Right) -> Begun {
        begin_on(acting, id, right, None)
    }

    /// The same by that device.
    fn begin_on(acting: &mut Acting, id: &str, right: Right, device: Option<&str>) -> Begun {
        let act = Act {
            act_id: id.to_owned(),
            agent_id: "a".to_owned(),
            what: What::Snooze { seconds: 1 },
            generation: None,
            expires: None,
        };
        let who = Who {
            door: "hub x".to_owned(),
            name: "x".to_owned(),
            right,
            device: device.map(str::to_owned),
            pid: None,
            under: None,
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
        let who = |name: &str, right| Who {
            door: format!("hub {name}"),
            name: name.to_owned(),
            right,
            device: None,
            pid: None,
            under: None,
        };
        let ask = |acting: &mut Acting, act, who| acting.begin(act, who, (1, None));
        let own = || who("x", Right::Answer);
        assert!(matches!(ask(&mut acting, act("a", 1), own()), Begun::Now));
        end_one(&mut acting, &orders);
        for (other, by) in [
            (act("b", 1), own()),
            (act("a", 2), own()),
            (act("a", 1), who("x", Right::Manage)),
            (act("a", 1), who("y", Right::Answer)),
        ] {
            let begun = ask(&mut acting, other.clone(), by);
            assert!(matches!(begun, Begun::Used), "{other:?}");
        }
        // Who comes again is told from the connection before, and has the same name.
        let back = Who {
            door: "hub x (2)".to_owned(),
            pid: Some(7),
            ..own()
        };
        for by in [own(), back] {
            let again = ask(&mut acting, act("a", 1), by);
            assert!(matches!(again, Begun::Known(_)));
        }
    }

    #[test]
    fn in_the_end_nothing_is_begun_and_who_waits_too_long_is_told_so() {
        let (mut acting, slow, _orders) = acting();
        let may = slow.0.lock().unwrap();
        assert!(matches!(begin(&mut acting, "a", Right::Own), Begun::Now));
        acting.close();
        assert!(!acting.is_idle());
        assert!(matches!(begin(&mut acting, "b", Right::Own), Begun::Ending));
        let told = acting.give_up();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].0.outcome, ActOutcome::Unknown);
        assert_eq!(told[0].1, [(1, Some("a".to_owned()))]);
        assert!(acting.is_idle());
        drop(may);
    }

    #[test]
    fn a_lesser_right_that_has_too_much_done_waits_and_the_owner_does_not() {
        let (mut acting, _, orders) = acting();
        let mut number = 0;
        let mut done = |right| {
            number += 1;
            let begun = begin(&mut acting, &format!("act-{number}"), right);
            if matches!(begun, Begun::Now) {
                end_one(&mut acting, &orders);
            }
            matches!(begun, Begun::Now)
        };
        let begun = (0..1000).filter(|_| done(Right::Answer)).count();
        assert!((120..500).contains(&begun), "{begun}");
        assert!((0..500).all(|_| done(Right::Own)));
    }

    #[test]
    fn what_one_device_has_done_keeps_no_other_one_waiting() {
        let (mut acting, slow, orders) = acting();
        let may = slow.0.lock().unwrap();
        let mut on = |id: &str, device| begin_on(&mut acting, id, Right::Answer, Some(device));
        for number in 0..MAX_OPEN {
            assert!(matches!(on(&format!("{number}"), "phone"), Begun::Now));
        }
        assert!(matches!(on("one too many", "phone"), Begun::Busy));
        assert!(matches!(on("tablet's", "tablet"), Begun::Now));
        drop(may);
        let mut left = MAX_OPEN + 1;
        while left > 0 {
            left -= end_one(&mut acting, &orders).len();
        }
        let mut number = 0;
        let mut done = |device| {
            number += 1;
            let begun = begin_on(
                &mut acting,
                &format!("act-{number}"),
                Right::Answer,
                Some(device),
            );
            if matches!(begun, Begun::Now) {
                end_one(&mut acting, &orders);
            }
            matches!(begun, Begun::Now)
        };
        assert!((0..1000).any(|_| !done("phone")), "it comes to its end");
        assert!((0..100).all(|_| done("tablet")));
    }
}
