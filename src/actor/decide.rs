//! Reading a request in full, and deciding about it: bound to that one request, to what was shown of it,
//! and to what its pane shows in that moment.

use pane_patrol_hooks::approval::Verdict as Ruling;
use pane_patrol_hooks::text::visible;
use pane_patrol_hooks::timestamp::Timestamp;

use super::answered::{Answered, DENIED, FEW, MANY, answered};
use super::audit::Line;
use super::digest::{Digest, Shown};
use super::executor::{Executor, Refusal};
use super::fate::fate;
use super::keys::{Access, Outcome, carry_out_until, objection, once_it_waits};
use super::turn::Turn;
use super::words::takes_words;
use super::{late, tell};
use crate::assistants::facets::Verdict;
use crate::assistants::request::{self as asked, Full, Known, Part};
use crate::hub::protocol::{
    ActOutcome, ActResult, Decide, Named, QuestionOption, ReadRequest, RequestPart, Right, Verb,
};
use crate::hub::server::{Handed, Who};
use crate::state::{Bound, Decision, Level, Row};

/// Fewer letters of a digest would be a guess at which request is meant.
const SHORTEST: usize = 8;

/// The way of what was refused before any was tried.
const NO_WAY: &str = "none";

impl Executor {
    pub(super) fn read(&self, id: &str, row: &Row, named: Option<&Named>) -> ActResult {
        let (bound, known) = match self.request(row, named) {
            Ok(found) => found,
            Err(why) => return ActResult::refused(id, why),
        };
        let is_missing = known.full().is_none() && asked::is_recorded(&bound);
        let reason = match &known {
            Known::Beginning(why) => Some(why.clone()),
            Known::Said if is_missing => {
                Some("what stands beside its command was not found".to_owned())
            }
            Known::Whole(_) | Known::Said => None,
        };
        let mut result = ActResult::of(id, ActOutcome::Done, None);
        result.request = Some(ReadRequest {
            generation: row.generation,
            digest: Digest::of(&bound, &known).to_string(),
            whole: known.is_whole() && !is_missing,
            text: visible(&asked::text(&bound.request, &known)),
            parts: known.full().map(parts_of).unwrap_or_default(),
            can: if bound.is_question() {
                vec![Verb::Answer]
            } else {
                vec![Verb::Approve, Verb::Deny]
            },
            takes_words: takes_words(&bound, &self.homes),
            options: known.full().map(options_of).unwrap_or_default(),
            input: known.full().map(|full| full.input.clone()),
            reason,
            request: bound.request,
        });
        result
    }

    /// The request that is meant, and all that is known of it.
    fn request(&self, row: &Row, named: Option<&Named>) -> Result<(Bound, Known), Refusal> {
        Bound::to(row).map_err(|why| why.to_string())?;
        let all = row.waiting.iter();
        let all = all.filter_map(|request| Bound::to_request(row, request).ok());
        let mut meant: Vec<(Bound, Option<Known>)> = match named {
            None => all.map(|bound| (bound, None)).collect(),
            Some(Named::Whole(request)) => all
                .filter(|bound| bound.request == **request)
                .map(|bound| (bound, None))
                .collect(),
            Some(Named::Id(id)) => all.filter_map(|bound| self.has_id(bound, id)).collect(),
        };
        match meant.len() {
            0 => Err("it does not ask that, or not any more".to_owned()),
            1 => {
                let (bound, known) = meant.remove(0);
                let known = known.unwrap_or_else(|| self.look_at(&bound));
                Ok((bound, known))
            }
            several => Err(format!(
                "{several} requests wait in it: name one in `request`"
            )),
        }
    }

    fn has_id(&self, bound: Bound, id: &str) -> Option<(Bound, Option<Known>)> {
        if bound.request.request_id.as_deref() == Some(id) {
            return Some((bound, None));
        }
        if id.len() < SHORTEST {
            return None;
        }
        let known = self.look_at(&bound);
        let is_it = Digest::of(&bound, &known).as_str().starts_with(id);
        is_it.then_some((bound, Some(known)))
    }

    fn look_at(&self, bound: &Bound) -> Known {
        let age = bound.age(self.now());
        asked::look_longer(bound, &self.homes, age, &std::thread::sleep)
    }

    /// Decides, which is written down; the error says why that was not even tried.
    pub(super) fn decide(
        &self,
        id: &str,
        row: &Row,
        decide: &Decide,
        who: &Who,
        expires: Option<Timestamp>,
    ) -> Result<ActResult, Refusal> {
        if decide.partly && who.right != Right::Own {
            return Err("only the hub's owner decides about what was not shown in full".to_owned());
        }
        let decision = decide.decision()?;
        let digest = decide.digest.as_deref().map(str::parse).transpose();
        let digest = digest.map_err(|_| "that is no digest")?;
        let bound = match &decide.request {
            Some(Named::Whole(request)) => {
                Bound::to_request(row, request).map_err(|why| why.to_string())?
            }
            named => self.request(row, named.as_ref())?.0,
        };
        let shown = Shown {
            digest,
            partly: decide.partly,
        };
        let (outcome, why) = match self.answer(&bound, &decision, who, (&shown, expires)) {
            Outcome::Done => (ActOutcome::Done, None),
            Outcome::Equal(equal) => (ActOutcome::Done, Some(equal.words().to_owned())),
            Outcome::Beside(words) => (ActOutcome::Done, Some(words)),
            Outcome::Late(how) => return Ok(ActResult::late(id, how)),
            Outcome::Nothing(why) => (ActOutcome::Refused, Some(why)),
            Outcome::Unknown(why) => (ActOutcome::Unknown, Some(why)),
        };
        Ok(ActResult::of(id, outcome, why))
    }
}

impl Executor {
    /// Answers, through the hook that waits for it, by its id, or else by keys, and writes the decision down: of those that
    /// answer in its pane or its session one after the other.
    fn answer(
        &self,
        bound: &Bound,
        decision: &Decision,
        who: &Who,
        (shown, expires): (&Shown, Option<Timestamp>),
    ) -> Outcome {
        let began = Timestamp::now();
        let mut written = None;
        let mut intend = || {
            let nothing_yet = Outcome::Nothing(String::new());
            // Whether a hook waits, or the assistant takes it, is seen when the answer is given.
            let way = "unknown";
            let line = Line::by_hand(bound, decision, (who, shown), way, &nothing_yet, began);
            written.get_or_insert_with(|| self.intend(line, who.right));
        };
        // Whoever was shown something else keeps nobody waiting; what is answered is read again in one's turn.
        let shown_first = self.as_shown(bound, decision, shown);
        let turn = shown_first
            .map_err(|why| self.refused(bound, &why))
            .and_then(|_| {
                let turn = Turn::take(&self.places.runtime, bound);
                turn.map_err(|why| Outcome::Nothing(why.to_string()))
            });
        // Until it is written down: whoever comes next is told how it was answered.
        let (way, outcome) = match &turn {
            Ok(_) => self.act(bound, decision, (who, shown), expires, &mut intend),
            Err(outcome) => (NO_WAY, outcome.clone()),
        };
        let answered = match &outcome {
            Outcome::Done | Outcome::Beside(_) => Some(bound),
            Outcome::Equal(equal) => equal.answered(),
            Outcome::Late(_) | Outcome::Nothing(_) | Outcome::Unknown(_) => None,
        };
        if let Some(answered) = answered {
            tell::answered(answered, decision, began, (&self.places, self.uid));
        }
        let now = Timestamp::now();
        let line = Line::by_hand(bound, decision, (who, shown), way, &outcome, now);
        self.record(&line.after(written.as_deref()), who.right);
        drop(turn);
        outcome
    }

    /// By which way it was answered, and what came of it. `intend` writes down that it is about to be.
    fn act(
        &self,
        bound: &Bound,
        decision: &Decision,
        (who, shown): (&Who, &Shown),
        expires: Option<Timestamp>,
        intend: &mut dyn FnMut(),
    ) -> (&'static str, Outcome) {
        let bound = match self.as_shown(bound, decision, shown) {
            Ok(bound) => bound,
            Err(why) => return (NO_WAY, self.refused(bound, &why)),
        };
        if let Some(why) = objection(&bound, decision) {
            return (NO_WAY, Outcome::Nothing(why.to_string()));
        }
        if let Some(outcome) = self.by_hook(&bound, decision, expires, intend) {
            return ("hook", outcome);
        }
        let row = self.row(&bound.row).ok().flatten();
        let objection = row.as_ref().and_then(|row| {
            let hearsay = self.objection_to_hearsay(row, who.right).map(str::to_owned);
            hearsay.or_else(|| self.objection_to_keys(row))
        });
        if let Some(why) = objection {
            return (NO_WAY, Outcome::Nothing(why));
        }
        if let Some(outcome) = self.by_id(&bound, decision, (shown, expires), intend) {
            return ("id", outcome);
        }
        if let Some(why) = row.and_then(|row| Self::objection_to_terminal(&row)) {
            return (NO_WAY, Outcome::Nothing(why));
        }
        intend();
        let outcome = carry_out_until(expires, &bound, decision, self);
        match self.saying_how(&bound, outcome) {
            // No key was pressed for it.
            Outcome::Late(how) => (NO_WAY, Outcome::Late(how)),
            outcome => ("keys", outcome),
        }
    }

    /// Through the assistant's own hook, when one waits for just this request; `None` when not.
    fn by_hook(
        &self,
        bound: &Bound,
        decision: &Decision,
        expires: Option<Timestamp>,
        intend: &mut dyn FnMut(),
    ) -> Option<Outcome> {
        let handed = Handed {
            row: bound.row.clone(),
            instance_id: bound.instance_id.clone(),
            request: bound.request.clone(),
            verdict: ruling(bound, decision)?,
        };
        once_it_waits(bound, self).ok()?;
        intend();
        let began = self.now();
        if expires.is_some_and(|expires| expires <= began) {
            return Some(Outcome::Nothing("it has expired".to_owned()));
        }
        match self.collector.hand(handed) {
            Ok(false) => None,
            Ok(true) => Some(self.taken_by_hook(bound, decision, began)),
            // It may have got it or not: keys now could answer twice.
            Err(error) => Some(Outcome::Unknown(error.to_string())),
        }
    }
}

impl Executor {
    /// What became of an answer that a hook has got. The dialog is on the screen all the while: whoever answers there
    /// first is the one who is heard, and the hook is not told.
    fn taken_by_hook(&self, bound: &Bound, decision: &Decision, began: Timestamp) -> Outcome {
        let unknown =
            |what: &str| Outcome::Unknown(format!("the hook has got the answer, but {what}"));
        if let Some(doubt) = fate(bound, &[], (decision, began), self, &|_| {}).doubt() {
            return unknown(&doubt.to_string());
        }
        let is_recorded = self.has_result(bound).is_some();
        let looks = if is_recorded { MANY } else { FEW };
        let told = answered(bound, decision, looks, self);
        // A denial would be written down by now, and would have ended its turn; what was approved may run for long.
        if told == Answered::Untold && *decision == Decision::Approve && !self.has_stopped(bound) {
            return Outcome::Done;
        }
        match told {
            Answered::AsDecided => Outcome::Done,
            Answered::Otherwise(Verdict::Stopped) => {
                unknown("it was approved and stopped in the same moment: look what it has done")
            }
            // The same is written of a call that was denied and of one that was ended while it ran.
            Answered::Otherwise(Verdict::Ended) => {
                unknown("it was denied or ended by a key in the same moment")
            }
            Answered::Otherwise(verdict) => Outcome::Late(late::how(&verdict)),
            // Where there is no record, the hook that was heard in the open request is all that tells.
            Answered::Untold if !is_recorded => Outcome::Done,
            Answered::Untold => unknown("nothing tells whether it was the one that has been taken"),
        }
    }

    /// Whether its assistant says that it does not work.
    fn has_stopped(&self, bound: &Bound) -> bool {
        self.witness(bound)
            .is_some_and(|seen| seen.level != Level::Busy)
    }
}

/// What the hook is told; `None` for what it cannot decide: a plan, whose dialog stays, and of questions what is no option
/// of each.
fn ruling(bound: &Bound, decision: &Decision) -> Option<Ruling> {
    let tool = bound.request.tool.as_deref();
    if tool.is_some_and(|tool| bound.assistant.plans_by(tool)) {
        return None;
    }
    if bound.is_question() {
        return answers(bound, decision);
    }
    match decision {
        Decision::Approve => Some(Ruling::Allow),
        Decision::Deny { message } => Some(Ruling::Deny {
            message: message.clone().unwrap_or_else(|| DENIED.to_owned()),
            interrupt: message.is_none(),
        }),
        Decision::Answer(_) => None,
    }
}

fn answers(bound: &Bound, decision: &Decision) -> Option<Ruling> {
    let Decision::Answer(pick) = decision else {
        return None;
    };
    let questions = bound.questions()?;
    let options: Vec<Vec<&str>> = questions.into_iter().map(|(_, labels)| labels).collect();
    let answers = pick.among(&options)?.into_iter().map(str::to_owned);
    let answers = answers.collect();
    Some(Ruling::Answer { answers })
}

/// The pieces of a request, as they are told.
fn parts_of(full: &Full) -> Vec<RequestPart> {
    let part = |part: &Part| match part.clone() {
        Part::Note(text) => RequestPart::Note { text },
        Part::Text(text) => RequestPart::Text { text },
        Part::Diff(lines) => RequestPart::Diff { lines },
        Part::Field(name, value) => RequestPart::Field { name, value },
    };
    full.parts.iter().map(part).collect()
}

/// The options of a question that one of them answers.
fn options_of(full: &Full) -> Vec<QuestionOption> {
    let options = full.options().into_iter().enumerate();
    let option = options.map(|(index, (label, about))| QuestionOption {
        number: index + 1,
        label,
        about,
    });
    option.collect()
}
