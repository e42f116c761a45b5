//! What is done with the place beside the dashboard, one step after the other in the order of the keys, on a thread of
//! its own.

use std::sync::mpsc::{Receiver, Sender};

use pane_patrol_hooks::target::{PaneId, Server};

use crate::mux::Typed;
use crate::tui::actions::Actions;
use crate::tui::effect::Split;
use crate::tui::message::Message;

/// As many bytes are passed on at once.
const MOST: usize = 4096;

/// One step.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Step {
    Split(Split),
    /// Passes on what is typed, from the time that keys went there for the n-th time.
    Type(u64, (Server, PaneId), Typed),
}

/// Takes steps until there are no more. Where something typed may not have come, nothing that was typed after it does:
/// half of a line is another line.
pub(super) fn take(steps: &Receiver<Step>, actions: &dyn Actions, messages: &Sender<Message>) {
    let mut failed = None;
    let mut next = steps.recv().ok();
    while let Some(step) = next.take() {
        let (step, after) = joined(step, steps);
        let told = match step {
            Step::Split(step @ (Split::Toggle | Split::Show(_))) => {
                Some(Message::Split(actions.split(&step)))
            }
            Step::Split(step) => Some(Message::SplitSeen(actions.split(&step))),
            Step::Type(turn, ..) if failed == Some(turn) => None,
            Step::Type(turn, pane, typed) => {
                let typed = actions.type_into(&pane, &typed);
                failed = typed.is_err().then_some(turn);
                Some(Message::Typed(turn, typed.map_err(|why| why.to_string())))
            }
        };
        if told.is_some_and(|told| messages.send(told).is_err()) {
            return;
        }
        next = after.or_else(|| steps.recv().ok());
    }
}

/// Keys that were pressed meanwhile go with those before them; and the step that comes after.
fn joined(step: Step, steps: &Receiver<Step>) -> (Step, Option<Step>) {
    let Step::Type(turn, pane, Typed::Keys(mut bytes)) = step else {
        return (step, None);
    };
    loop {
        match steps.try_recv().ok() {
            Some(Step::Type(other, its, Typed::Keys(more)))
                if (other, &its) == (turn, &pane) && bytes.len() < MOST =>
            {
                bytes.extend(more);
            }
            after => return (Step::Type(turn, pane, Typed::Keys(bytes)), after),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    fn typed(turn: u64, text: &str) -> Step {
        let server = Server {
            socket: "s".to_owned(),
            pid: 1,
        };
        let keys = Typed::Keys(text.as_bytes().to_vec());
        Step::Type(turn, (server, PaneId(1)), keys)
    }

    #[test]
    fn keys_that_wait_go_together_and_none_past_a_step_between_them() {
        let (sender, steps) = channel();
        for step in [
            typed(1, "b"),
            typed(1, "c"),
            Step::Split(Split::Toggle),
            typed(1, "d"),
            typed(2, "e"),
        ] {
            sender.send(step).unwrap();
        }
        let (first, after) = joined(typed(1, "a"), &steps);
        assert_eq!(first, typed(1, "abc"));
        assert_eq!(after, Some(Step::Split(Split::Toggle)));
        let (next, after) = joined(steps.recv().unwrap(), &steps);
        assert_eq!(next, typed(1, "d"));
        assert_eq!(after, Some(typed(2, "e")), "it was begun anew between them");
    }
}
