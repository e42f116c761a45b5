//! The thread that looks at the pane of the preview: four times a second while it changes, less and less while it does
//! not, and not at all while there is no preview. While nobody has the dashboard in view it finds out only whether
//! that is still so.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use crate::mux::{Glimpse, Outcome, Shown};
use crate::tui::actions::Actions;
use crate::tui::effect::Look;
use crate::tui::input;
use crate::tui::message::Message;

/// Between two looks at what changes; nothing is ever looked at sooner.
const QUICK: Duration = Duration::from_millis(250);

/// The longest time between two looks.
const SLOW: Duration = Duration::from_secs(2);

/// When to look next.
#[derive(Clone, Copy, Debug, Default)]
struct Pace {
    /// When it was looked last, whatever at.
    last: Option<Instant>,
    /// How long to wait after that; `None`: until something else is wanted.
    pause: Option<Duration>,
}

/// What came of a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// It is not as it was.
    News,
    /// It is as it was.
    Same,
    /// Nobody has the dashboard in view.
    Unseen,
    /// All that was wanted.
    All,
}

impl Pace {
    /// Something else is wanted, or nothing.
    fn turn(&mut self, is_wanted: bool) {
        self.pause = is_wanted.then_some(QUICK);
    }

    /// A look at that time has found this.
    fn looked(&mut self, now: Instant, found: Found) {
        self.last = Some(now);
        self.pause = match found {
            Found::News => Some(QUICK),
            Found::Same => self.pause.map(|pause| (pause * 2).min(SLOW)),
            Found::Unseen => Some(SLOW),
            Found::All => None,
        };
    }

    /// How long to wait at that time; `None`: until something else is wanted.
    fn rest(&self, now: Instant) -> Option<Duration> {
        let pause = self.pause?;
        let due = self.last.map_or(now, |last| last + pause);
        Some(due.saturating_duration_since(now))
    }
}

/// Starts it. It ends with whoever tells it what is wanted.
pub(super) fn start(
    wanted: Receiver<Option<Box<Look>>>,
    actions: &Arc<dyn Actions>,
    messages: &Sender<Message>,
) -> io::Result<()> {
    let actions = Arc::clone(actions);
    input::spawn("preview", messages.clone(), move |messages| {
        let glance = |look: &Look| actions.glance(&look.row, look.above);
        look_on(&wanted, glance, |message| messages.send(message).is_ok());
    })
}

/// Looks on as long as anybody listens.
fn look_on(
    wanted: &Receiver<Option<Box<Look>>>,
    glance: impl Fn(&Look) -> Outcome<Glimpse>,
    tell: impl Fn(Message) -> bool,
) {
    let mut pace = Pace::default();
    let mut look: Option<Box<Look>> = None;
    let mut known: Option<Result<Shown, String>> = None;
    loop {
        let next = match pace.rest(Instant::now()) {
            Some(rest) => wanted.recv_timeout(rest),
            None => wanted.recv().map_err(|_| RecvTimeoutError::Disconnected),
        };
        match next {
            Ok(next) => {
                pace.turn(next.is_some());
                (look, known) = (next, None);
                continue;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let Some(look) = &look else { continue };
        let found = match glance(look) {
            Ok(Glimpse::Unseen) => Found::Unseen,
            seen => {
                let told = shown(seen);
                let is_known = known.as_ref() == Some(&told);
                let found = match told {
                    Ok(_) if look.above > 0 => Found::All,
                    _ if is_known => Found::Same,
                    _ => Found::News,
                };
                if !is_known {
                    known = Some(told.clone());
                    if !tell(Message::Previewed(look.clone(), told)) {
                        return;
                    }
                }
                found
            }
        };
        pace.looked(Instant::now(), found);
    }
}

fn shown(seen: Outcome<Glimpse>) -> Result<Shown, String> {
    match seen {
        Ok(Glimpse::Shown(shown)) => Ok(shown),
        Ok(Glimpse::Unseen) => Ok(Shown::default()),
        Err(undone) => Err(undone.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::mpsc::channel;

    use pane_patrol_hooks::event::State;

    use super::*;
    use crate::mux::Undone;
    use crate::tui::fixture::row;

    /// When a pane is looked at that looks like this one time after the other, in milliseconds.
    fn looks(found: &[Found]) -> Vec<u128> {
        let begin = Instant::now();
        let (mut pace, mut now) = (Pace::default(), begin);
        pace.turn(true);
        let look = |found: &Found| {
            now += pace.rest(now).expect("it is wanted");
            pace.looked(now, *found);
            (now - begin).as_millis()
        };
        found.iter().map(look).collect()
    }

    #[test]
    fn what_changes_is_looked_at_four_times_a_second_and_what_does_not_less_and_less() {
        use Found::{News, Same, Unseen};
        assert_eq!(looks(&[News; 4]), [0, 250, 500, 750]);
        let calm = looks(&[News, Same, Same, Same, Same, Same, News, News]);
        assert_eq!(calm, [0, 250, 750, 1750, 3750, 5750, 7750, 8000]);
        assert_eq!(looks(&[News, Unseen, Unseen, News]), [0, 250, 2250, 4250]);
        let before = looks(&[News, Unseen, Same, Same]);
        assert_eq!(before, [0, 250, 2250, 4250]);
    }

    #[test]
    fn who_goes_through_the_list_quickly_has_no_more_looked_at() {
        let begin = Instant::now();
        let mut pace = Pace::default();
        assert_eq!(pace.rest(begin), None, "nothing is wanted");
        pace.turn(true);
        assert_eq!(pace.rest(begin), Some(Duration::ZERO));
        pace.looked(begin, Found::News);
        pace.turn(true);
        let soon = begin + Duration::from_millis(100);
        assert_eq!(pace.rest(soon), Some(Duration::from_millis(150)));
        pace.turn(false);
        assert_eq!(pace.rest(soon), None);
        pace.turn(true);
        pace.looked(soon, Found::All);
        assert_eq!(
            pace.rest(soon),
            None,
            "who reads back reads what stands still"
        );
    }

    #[test]
    fn only_news_are_told_and_nothing_is_looked_at_that_is_not_wanted() {
        let (want, wanted) = channel();
        let row = row(1, "claude", State::Running, "work:1.0", 5);
        let look = Box::new(Look { row, above: 0 });
        let shown = |text: &str| {
            Ok(Glimpse::Shown(Shown {
                lines: vec![text.to_owned()],
                ..Shown::default()
            }))
        };
        let answers = [shown("a"), shown("a"), Ok(Glimpse::Unseen), shown("b")];
        let gone: Outcome<Glimpse> = Err(Undone::Refused("gone".to_owned()));
        let answers = RefCell::new(answers.into_iter().chain([gone]).collect::<Vec<_>>());
        let want = RefCell::new(Some(want));
        let send = |look: Option<Box<Look>>| {
            let want = want.borrow();
            want.as_ref()
                .expect("it listens")
                .send(look)
                .expect("it listens");
        };
        send(Some(look.clone()));
        send(None);
        send(Some(look));
        let told = RefCell::new(Vec::new());
        look_on(
            &wanted,
            |_| {
                let answer = answers.borrow_mut().remove(0);
                if answers.borrow().is_empty() {
                    want.borrow_mut().take();
                }
                answer
            },
            |message| {
                let Message::Previewed(_, seen) = message else {
                    panic!("a preview: {message:?}");
                };
                told.borrow_mut()
                    .push(seen.map(|shown| shown.lines.concat()));
                true
            },
        );
        let told = told.into_inner();
        let [Ok(first), Ok(second), Err(_)] = &told[..] else {
            panic!("three are news: {told:?}");
        };
        assert_eq!((first.as_str(), second.as_str()), ("a", "b"));
    }
}
