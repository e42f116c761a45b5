//! What a status record says that is not shown yet, and who bears it out. Anybody who can write to the terminal can
//! have written it, so what an assistant shows or writes down elsewhere has to say it too.

use pane_patrol_hooks::event::State;

use crate::assistants::facets::turns::Turn;
use crate::state::Level;

/// What is new in a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::collector) enum Claim {
    /// It works, and has rested.
    Begins,
    /// It asks whether it may do something.
    AsksLeave,
    /// It asks something else.
    AsksWords,
    /// It asks no more, and works on.
    GoesOn,
    /// It has ended what it did.
    Ends,
}

/// What was told of the same, since the record was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Told {
    /// By the title of its pane.
    pub(super) title: Answer<Level>,
    /// By the assistant's own record.
    pub(super) turn: Answer<Turn>,
}

/// What somebody says who may know it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer<T> {
    /// Nobody has looked.
    Untold,
    /// It says nothing of that.
    Nothing,
    /// It says that.
    Says(T),
}

impl<T> From<Option<T>> for Answer<T> {
    fn from(said: Option<T>) -> Self {
        said.map_or(Self::Nothing, Self::Says)
    }
}

impl Claim {
    /// What a record of that level says of a row in that state; `None`: nothing new.
    pub(in crate::collector) fn of(level: Level, shown: State) -> Option<Self> {
        let waits = matches!(shown, State::WaitingApproval | State::WaitingInput);
        let works = shown == State::Running;
        match level {
            Level::Busy if waits => Some(Self::GoesOn),
            Level::Busy if !works => Some(Self::Begins),
            Level::WaitingApproval if !waits => Some(Self::AsksLeave),
            Level::WaitingInput if !waits => Some(Self::AsksWords),
            Level::Idle | Level::Done | Level::Failed if works || waits => Some(Self::Ends),
            _ => None,
        }
    }

    /// Whether it is taken at its word where no own record of the assistant tells: whatever begins. What would end
    /// by it is not.
    pub(in crate::collector) fn opens(self) -> bool {
        matches!(self, Self::Begins | Self::AsksLeave | Self::AsksWords)
    }

    /// Whether something else says so.
    pub(super) fn is_borne_out(self, told: Told) -> bool {
        let asks = matches!(told.title, Answer::Says(level) if is_wait(level));
        match (self, told.turn) {
            (Self::GoesOn, _) => told.title != Answer::Untold && !asks,
            (_, Answer::Untold) => false,
            (Self::Ends, Answer::Nothing) => told.title == Answer::Nothing,
            (_, Answer::Nothing) => true,
            (Self::Ends, Answer::Says(turn)) => turn == Turn::Over,
            (Self::Begins, Answer::Says(turn)) => turn != Turn::Over,
            // What runs with leave is written down as what asks for it; its title says so a second late. A title is
            // as easily forged as a record, but not where a turn runs that draws it anew.
            (Self::AsksLeave, Answer::Says(turn)) => turn != Turn::Over && asks,
            (Self::AsksWords, Answer::Says(turn)) => {
                turn == Turn::Asks || turn != Turn::Over && asks
            }
        }
    }

    /// Whether the title could decide it, as far as is known.
    pub(super) fn is_for_title(self, told: Told) -> bool {
        let is_known = matches!(told.turn, Answer::Says(_));
        !(is_known && matches!(self, Self::Begins | Self::Ends))
    }

    /// Whether nobody has told who could have.
    pub(super) fn is_untold(self, told: Told) -> bool {
        let is_known = self != Self::GoesOn && matches!(told.turn, Answer::Says(_));
        !is_known && told.title == Answer::Untold
    }
}

fn is_wait(level: Level) -> bool {
    matches!(level, Level::WaitingApproval | Level::WaitingInput)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_already_is_no_claim() {
        for (level, shown, claim) in [
            (Level::Busy, State::Idle, Some(Claim::Begins)),
            (Level::Busy, State::Running, None),
            (Level::Busy, State::WaitingInput, Some(Claim::GoesOn)),
            (
                Level::WaitingApproval,
                State::Running,
                Some(Claim::AsksLeave),
            ),
            (
                Level::WaitingInput,
                State::Completed,
                Some(Claim::AsksWords),
            ),
            (Level::WaitingInput, State::WaitingApproval, None),
            (Level::Done, State::Running, Some(Claim::Ends)),
            (Level::Idle, State::WaitingInput, Some(Claim::Ends)),
            (Level::Idle, State::Completed, None),
        ] {
            assert_eq!(Claim::of(level, shown), claim, "{level:?} {shown:?}");
        }
    }

    /// What was told, by the title and by the record, and whether each claim is borne out by that.
    #[test]
    fn a_claim_is_borne_out_by_who_can_know() {
        use Answer::{Nothing, Says, Untold};
        let (over, runs) = (Says(Turn::Over), Says(Turn::Runs));
        let (busy, asks) = (Says(Level::Busy), Says(Level::WaitingApproval));
        let all = [
            Claim::Begins,
            Claim::AsksLeave,
            Claim::AsksWords,
            Claim::GoesOn,
            Claim::Ends,
        ];
        for (title, turn, expected) in [
            (Untold, Untold, [0, 0, 0, 0, 0]),
            (Untold, over, [0, 0, 0, 0, 1]),
            (Untold, runs, [1, 0, 0, 0, 0]),
            (Untold, Says(Turn::Asks), [1, 0, 1, 0, 0]),
            (Untold, Nothing, [1, 1, 1, 0, 0]),
            (Nothing, Untold, [0, 0, 0, 1, 0]),
            (Nothing, over, [0, 0, 0, 1, 1]),
            (Nothing, runs, [1, 0, 0, 1, 0]),
            (Nothing, Nothing, [1, 1, 1, 1, 1]),
            (busy, over, [0, 0, 0, 1, 1]),
            (busy, Nothing, [1, 1, 1, 1, 0]),
            (asks, over, [0, 0, 0, 0, 1]),
            (asks, runs, [1, 1, 1, 0, 0]),
            (asks, Nothing, [1, 1, 1, 0, 0]),
        ] {
            let told = Told { title, turn };
            let borne_out = all.map(|claim| u8::from(claim.is_borne_out(told)));
            assert_eq!(borne_out, expected, "{told:?}");
        }
    }
}
