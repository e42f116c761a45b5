//! Whether a request that is over was answered as was decided: somebody may have done so otherwise in the same moment.

use std::time::Duration;

use super::access::Access;
use crate::assistants::facets::Verdict;
use crate::state::{Bound, Decision, Pick};

/// How long to wait between two looks at what is written down of an answer.
const PAUSE: Duration = Duration::from_millis(50);

/// So many looks where much tells already that it is over: a denial is written down at once, and what was approved may
/// run for long without a word.
pub(super) const FEW: usize = 6;

/// So many where nothing else tells whose answer was heeded: some three seconds, for a busy machine.
pub(super) const MANY: usize = 60;

/// What the assistant's own record says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answered {
    /// It was answered so, or what was approved runs.
    AsDecided,
    /// It was answered otherwise.
    Otherwise(Verdict),
    /// Nothing tells so far.
    Untold,
}

/// What became of `bound`, which was answered with `decision` and is over, by so many looks.
pub(super) fn answered(
    bound: &Bound,
    decision: &Decision,
    looks: usize,
    access: &dyn Access,
) -> Answered {
    for _ in 0..looks {
        match access.verdict(bound) {
            Some(verdict) => return judge(verdict, decision, bound),
            None if access.runs(bound, bound.request.since) => {
                return judge(Verdict::Approved, decision, bound);
            }
            None => access.wait(PAUSE),
        }
    }
    Answered::Untold
}

fn judge(verdict: Verdict, decision: &Decision, bound: &Bound) -> Answered {
    let is_so = match (decision, &verdict) {
        // What has failed was carried out; who denies says so in other words.
        (Decision::Approve, Verdict::Approved | Verdict::Failed(_))
        | (Decision::Deny { .. }, Verdict::Denied | Verdict::Ended) => true,
        (Decision::Deny { message }, Verdict::Failed(said)) => {
            said.contains(message.as_deref().unwrap_or(DENIED))
        }
        (Decision::Answer(pick), Verdict::Chose(chosen)) => is_option(pick, chosen, bound),
        (Decision::Answer(pick), Verdict::ChoseEach(each)) => are_options(pick, each, bound),
        // It was answered, and its record does not say with what.
        (Decision::Answer(_), Verdict::Approved) => return Answered::Untold,
        _ => false,
    };
    if is_so {
        return Answered::AsDecided;
    }
    Answered::Otherwise(match verdict {
        Verdict::Failed(_) => Verdict::Approved,
        other => other,
    })
}

/// What a hook is told with a denial that has no words of its own.
pub(super) const DENIED: &str = "denied by the user";

/// Whether `chosen` is the option of the question that `pick` means.
fn is_option(pick: &Pick, chosen: &str, bound: &Bound) -> bool {
    let label = match pick {
        Pick::Label(label) => Some(label.as_str()),
        Pick::Number(number) => usize::from(*number).checked_sub(1).and_then(|at| {
            let question = &bound.input.as_ref()?["questions"][0];
            question["options"][at]["label"].as_str()
        }),
        Pick::Each(_) => None,
    };
    label.is_some_and(|label| label.eq_ignore_ascii_case(chosen))
}

/// Whether of each question the option is chosen that `pick` means.
fn are_options(pick: &Pick, each: &[[String; 2]], bound: &Bound) -> bool {
    let Some((questions, meant)) = bound.questions().and_then(|questions| {
        let options: Vec<Vec<&str>> = questions.iter().map(|(_, labels)| labels.clone()).collect();
        let meant = pick.among(&options)?;
        Some((questions, meant))
    }) else {
        return false;
    };
    let mut both = questions.iter().zip(meant);
    each.len() == questions.len()
        && both.all(|((question, _), label)| {
            let is_it = |[asked, chosen]: &[String; 2]| asked == question && chosen == label;
            each.iter().any(is_it)
        })
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::State;
    use serde_json::json;

    use super::*;
    use crate::state::fixture::{With as _, row};

    #[test]
    fn an_answer_took_effect_where_the_record_says_so_and_only_there() {
        let asked = row(1, "claude", State::WaitingInput, "a:0.0", 5).asks("ask", "Which?");
        let options = json!([{"label": "Red"}, {"label": "Blue"}]);
        let bound = Bound {
            input: Some(json!({"questions": [{"question": "Which?", "options": options}]})),
            ..Bound::to(&asked).unwrap()
        };
        let deny = |message: Option<&str>| Decision::Deny {
            message: message.map(str::to_owned),
        };
        let failed = |words: &str| Verdict::Failed(words.to_owned());
        let blue = || Verdict::Chose("Blue".to_owned());
        let number = |number| Decision::Answer(Pick::Number(number));
        for (decision, verdict) in [
            (Decision::Approve, Verdict::Approved),
            (Decision::Approve, failed("exit code 1")),
            (deny(None), Verdict::Denied),
            (deny(None), Verdict::Ended),
            (deny(Some("ask me")), failed("Error: ask me")),
            (number(2), blue()),
            (Decision::Answer(Pick::Label("blue".into())), blue()),
        ] {
            let so = judge(verdict, &decision, &bound);
            assert_eq!(so, Answered::AsDecided, "{decision:?}");
        }
        for (decision, verdict, told) in [
            (Decision::Approve, Verdict::Denied, Verdict::Denied),
            (Decision::Approve, Verdict::Ended, Verdict::Ended),
            // Of both nobody can say that nothing, or that all of it was done.
            (Decision::Approve, Verdict::Stopped, Verdict::Stopped),
            (deny(None), Verdict::Stopped, Verdict::Stopped),
            (deny(None), Verdict::Approved, Verdict::Approved),
            (
                deny(Some("ask me")),
                failed("exit code 1"),
                Verdict::Approved,
            ),
            (number(1), blue(), blue()),
            (number(3), blue(), blue()),
        ] {
            let otherwise = judge(verdict, &decision, &bound);
            assert_eq!(otherwise, Answered::Otherwise(told), "{decision:?}");
        }
        assert_eq!(
            judge(Verdict::Approved, &number(1), &bound),
            Answered::Untold
        );
    }
}
