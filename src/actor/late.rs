//! What is told of an answer that comes too late: the request was answered before, and this answer changed nothing.

use super::as_shown::NotAsShown;
use super::executor::Executor;
use super::keys::{Access as _, Outcome};
use super::lately;
use crate::assistants::facets::Verdict;
use crate::state::Bound;

/// Said where no record tells how.
pub(super) const SOMEHOW: &str = "it was answered or withdrawn before";

impl Executor {
    /// That an answer to `bound` comes too late, and how that was answered, where its assistant's own record says so.
    pub(super) fn late(&self, bound: &Bound) -> Outcome {
        self.saying_how(bound, Outcome::Late(SOMEHOW.to_owned()))
    }

    /// `outcome`, with how the request was answered, where that came too late: also where no more was seen than that its
    /// dialog has gone.
    pub(super) fn saying_how(&self, bound: &Bound, outcome: Outcome) -> Outcome {
        let is_sent = !matches!(outcome, Outcome::Late(_) | Outcome::Nothing(_));
        if is_sent {
            return outcome;
        }
        self.before(bound).map_or(outcome, Outcome::Late)
    }

    /// How it was answered: by its record, and where that has only an error, which may be the words of whoever denied
    /// it, by what was answered from here.
    fn before(&self, bound: &Bound) -> Option<String> {
        let verdict = self.verdict(bound);
        if let Some(told) = verdict
            .as_ref()
            .filter(|it| !matches!(it, Verdict::Failed(_)))
        {
            return Some(how(told));
        }
        let decided = self.places.decisions();
        let decided = decided.and_then(|path| lately::decided(&path, bound));
        match decided.as_deref() {
            Some("deny") => Some(how(&Verdict::Denied)),
            Some("approve") => Some(how(&Verdict::Approved)),
            _ => verdict.as_ref().map(how),
        }
    }

    /// What is told where a request is not what stood before the person.
    pub(super) fn refused(&self, bound: &Bound, why: &NotAsShown) -> Outcome {
        match why {
            NotAsShown::Over => self.late(bound),
            // What its record holds with a result may read otherwise than what was shown.
            why => self.saying_how(bound, Outcome::Nothing(why.to_string())),
        }
    }
}

/// `it was denied before`
pub(super) fn how(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Denied => "it was denied before".to_owned(),
        Verdict::Approved | Verdict::Failed(_) => "it was approved before".to_owned(),
        Verdict::Chose(option) => format!("it was answered with \"{option}\" before"),
        Verdict::ChoseEach(each) => {
            let each = each.iter().map(|[_, option]| format!("\"{option}\""));
            let each: Vec<String> = each.collect();
            format!("it was answered with {} before", each.join(", "))
        }
        Verdict::Ended => "its turn was ended before".to_owned(),
        Verdict::Stopped => "it was approved before, and stopped while it ran".to_owned(),
    }
}
