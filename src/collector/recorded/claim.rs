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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// By the title of its pane, if that was listed: a level, or nothing.
    pub(super) title: Option<Option<Level>>,
    /// By the assistant's own record, if that was looked at: where its session is, or that there is none.
    pub(super) turn: Option<Option<Turn>>,
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
        let title = told.title;
        let asks = title.flatten().is_some_and(is_wait);
        match (self, told.turn) {
            (Self::GoesOn, _) => title.is_some() && !asks,
            (_, None) => false,
            (Self::Ends, Some(None)) => title == Some(None),
            (_, Some(None)) => true,
            (Self::Ends, Some(Some(turn))) => turn == Turn::Over,
            (Self::Begins, Some(Some(turn))) => turn != Turn::Over,
            // What runs with leave is written down as what asks for it; its title says so a second late. A title is
            // as easily forged as a record, but not where a turn runs that draws it anew.
            (Self::AsksLeave, Some(Some(turn))) => turn != Turn::Over && asks,
            (Self::AsksWords, Some(Some(turn))) => turn == Turn::Asks || turn != Turn::Over && asks,
        }
    }

    /// Whether the title could decide it, as far as is known.
    pub(super) fn is_for_title(self, told: Told) -> bool {
        let is_known = told.turn.flatten().is_some();
        !(is_known && matches!(self, Self::Begins | Self::Ends))
    }

    /// Whether nobody has told who could have.
    pub(super) fn is_untold(self, told: Told) -> bool {
        let by_turn = !matches!(told.turn, Some(Some(_)));
        match self {
            Self::GoesOn => told.title.is_none(),
            _ => by_turn && told.title.is_none(),
        }
    }
}

fn is_wait(level: Level) -> bool {
    matches!(level, Level::WaitingApproval | Level::WaitingInput)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUSY: Option<Level> = Some(Level::Busy);
    const ASKS: Option<Level> = Some(Level::WaitingApproval);

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
        let (over, runs, asks) = (Some(Turn::Over), Some(Turn::Runs), Some(Turn::Asks));
        let all = [
            Claim::Begins,
            Claim::AsksLeave,
            Claim::AsksWords,
            Claim::GoesOn,
            Claim::Ends,
        ];
        for (title, turn, expected) in [
            (None, None, [0, 0, 0, 0, 0]),
            (None, Some(over), [0, 0, 0, 0, 1]),
            (None, Some(runs), [1, 0, 0, 0, 0]),
            (None, Some(asks), [1, 0, 1, 0, 0]),
            (None, Some(None), [1, 1, 1, 0, 0]),
            (Some(None), None, [0, 0, 0, 1, 0]),
            (Some(None), Some(over), [0, 0, 0, 1, 1]),
            (Some(None), Some(runs), [1, 0, 0, 1, 0]),
            (Some(None), Some(None), [1, 1, 1, 1, 1]),
            (Some(BUSY), Some(over), [0, 0, 0, 1, 1]),
            (Some(BUSY), Some(None), [1, 1, 1, 1, 0]),
            (Some(ASKS), Some(over), [0, 0, 0, 0, 1]),
            (Some(ASKS), Some(runs), [1, 1, 1, 0, 0]),
            (Some(ASKS), Some(None), [1, 1, 1, 0, 0]),
        ] {
            let told = Told { title, turn };
            let borne_out = all.map(|claim| u8::from(claim.is_borne_out(told)));
            assert_eq!(borne_out, expected, "{told:?}");
        }
    }
}
