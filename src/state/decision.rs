//! A decision, and the one request it is bound to: row, instance, agent, request, generation.
//!
//! Whoever looked at a request decided about *that* one. A request that was answered meanwhile, or
//! that another one has replaced, is not the same however much it looks like it.

use pane_patrol_hooks::event::{Assistant, State};
use pane_patrol_hooks::target::{PaneId, Server, Target};
use pane_patrol_hooks::timestamp::Timestamp;
use thiserror::Error;

use super::{Request, Row, Written};

/// Why there is nothing in a row to decide about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Unasked {
    /// No request waits.
    #[error("it asks nothing")]
    Nothing,
    /// Nobody can say where its dialog stands.
    #[error("its pane is not known")]
    NoPane,
}

/// What the person decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Yes, this once.
    Approve,
    /// No; with a message the assistant goes on with it.
    Deny {
        /// What to do instead: one line.
        message: Option<String>,
    },
    /// One of a question's options.
    Answer(Pick),
}

impl Decision {
    /// One word for the record: `approve`, `deny`, `answer`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Deny { .. } => "deny",
            Self::Answer(_) => "answer",
        }
    }
}

/// Which option of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pick {
    /// By its number, from 1.
    Number(u8),
    /// By its words.
    Label(String),
    /// One for each of several questions, in their order.
    Each(Vec<Self>),
}

impl Pick {
    /// As a person types it: a number, else the option's words.
    pub fn parse(text: &str) -> Self {
        match text.trim().parse() {
            Ok(number) => Self::Number(number),
            Err(_) => Self::Label(text.trim().to_owned()),
        }
    }

    /// The same for each of several questions; `None` where nothing is typed.
    pub fn parse_all<S: AsRef<str>>(texts: &[S]) -> Option<Self> {
        match texts {
            [] => None,
            [one] => Some(Self::parse(one.as_ref())),
            several => {
                let each = several.iter().map(|text| Self::parse(text.as_ref()));
                Some(Self::Each(each.collect()))
            }
        }
    }

    /// As a person would type it, for each question.
    pub fn words(&self) -> Vec<String> {
        match self {
            Self::Number(number) => vec![number.to_string()],
            Self::Label(label) => vec![label.clone()],
            Self::Each(each) => each.iter().flat_map(Self::words).collect(),
        }
    }

    /// The words of what it means of each question, `questions` being what can be chosen there; `None` where it
    /// does not mean just one of each.
    pub fn among<'l>(&self, questions: &[Vec<&'l str>]) -> Option<Vec<&'l str>> {
        let each = match self {
            Self::Each(each) => each.as_slice(),
            one => std::slice::from_ref(one),
        };
        if each.len() != questions.len() {
            return None;
        }
        let both = each.iter().zip(questions);
        both.map(|(pick, labels)| pick.one_of(labels)).collect()
    }

    fn one_of<'l>(&self, labels: &[&'l str]) -> Option<&'l str> {
        match self {
            Self::Number(number) => labels.get(usize::from(*number).checked_sub(1)?).copied(),
            Self::Label(wanted) => {
                let mut labels = labels.iter().copied();
                labels.find(|label| label.eq_ignore_ascii_case(wanted))
            }
            Self::Each(_) => None,
        }
    }
}

/// One request of one row, as the person saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// The row's id.
    pub row: String,
    /// Whose request it is.
    pub assistant: Assistant,
    /// Where the pane was.
    pub target: Target,
    /// The server; `None` where it runs in the background.
    pub server: Option<Server>,
    /// The pane; likewise.
    pub pane: Option<PaneId>,
    /// The assistant's process.
    pub pid: Option<u32>,
    /// The assistant's config folder, when it is not the default one.
    pub home: Option<String>,
    /// The assistant's folder.
    pub cwd: Option<String>,
    /// The assistant's session.
    pub instance_id: Option<String>,
    /// The request itself.
    pub request: Request,
    /// How often the row had changed when the person looked.
    pub generation: u64,
    /// All of the command or plan, where it is known: its dialog must show just this.
    pub command: Option<String>,
    /// All that its tool is given, where it is known.
    pub input: Option<serde_json::Value>,
    /// The same with its fields in the order in which they were written, where that means something and is
    /// known.
    pub written: Option<Written>,
    /// The id under which the assistant's own record holds it, where it was found there.
    pub call: Option<String>,
    /// The folder in which its tool works, where that record tells: sub-agents may work elsewhere.
    pub folder: Option<String>,
}

impl Bound {
    /// Binds to the most urgent request of a row. The error says why there is nothing to bind to.
    pub fn to(row: &Row) -> Result<Self, Unasked> {
        let first = row.waiting.first();
        Self::to_request(row, first.ok_or(Unasked::Nothing)?)
    }

    /// Binds to this one of a row's requests.
    pub fn to_request(row: &Row, request: &Request) -> Result<Self, Unasked> {
        let has_pane = row.server.is_some() && row.pane.is_some();
        // A process that is its own place is answered through its hook, if at all.
        if !has_pane && row.target.process().is_none() {
            return Err(Unasked::NoPane);
        }
        Ok(Self {
            row: row.id.clone(),
            assistant: row.assistant.clone(),
            target: row.target.clone(),
            server: row.server.clone(),
            pane: row.pane,
            pid: row.pid,
            home: row.home.clone(),
            cwd: row.cwd.clone(),
            instance_id: row.instance_id.clone(),
            request: request.clone(),
            generation: row.generation,
            command: None,
            input: None,
            written: None,
            call: None,
            folder: None,
        })
    }

    /// Why `row`, as it is now, does not ask this any more; `None` when it still does.
    pub fn difference(&self, row: Option<&Row>) -> Option<&'static str> {
        let Some(row) = row else {
            return Some("the assistant is gone");
        };
        match self.is_asked_by(row) {
            Some(true) => return None,
            None => return Some("another session has taken the pane"),
            Some(false) => {}
        }
        Some(if row.waiting.is_empty() {
            "the request has been answered or withdrawn"
        } else {
            "another request has taken its place"
        })
    }

    /// Whether `row` waits for this; `None` when it is another session's, or in another pane.
    pub fn is_asked_by(&self, row: &Row) -> Option<bool> {
        let is_its = row.instance_id == self.instance_id
            && row.assistant == self.assistant
            && row.server == self.server
            && row.pane == self.pane;
        is_its.then(|| row.waiting.iter().any(|request| self.is(request)))
    }

    /// Another request of the same row, of which no more is known yet.
    #[must_use]
    pub fn sibling(&self, request: &Request) -> Self {
        Self {
            request: request.clone(),
            command: None,
            input: None,
            written: None,
            call: None,
            folder: None,
            ..self.clone()
        }
    }

    /// Whether the assistant's own record holds this very request as `call`; where no id tells, both
    /// have the same words.
    pub fn is_call(&self, call: &Self) -> bool {
        let own = self.call.as_ref().or(self.request.request_id.as_ref());
        let words = |bound: &Self| {
            let request = &bound.request;
            let agent = request.agent_id.clone();
            (agent, request.tool.clone(), request.message.clone())
        };
        own.map_or_else(
            || words(self) == words(call),
            |own| call.call.as_ref() == Some(own),
        )
    }

    /// Whether both are about the same request, although its row may have changed otherwise.
    pub fn is_same(&self, other: &Self) -> bool {
        self.row == other.row
            && self.instance_id == other.instance_id
            && self.request == other.request
    }

    /// Whether `request` is the one that was decided about.
    pub fn is_about(&self, request: &Request) -> bool {
        self.is(request)
    }

    /// With an id the id tells; without one the request must be the same in everything.
    fn is(&self, other: &Request) -> bool {
        let ours = &self.request;
        let same_words = ours.tool == other.tool
            && ours.message == other.message
            && ours.agent_id == other.agent_id
            && ours.state == other.state;
        same_words
            && match (&ours.request_id, &other.request_id) {
                (Some(ours), Some(theirs)) => ours == theirs,
                _ => ours.since == other.since,
            }
    }

    /// How long the request has waited at `now`.
    pub fn age(&self, now: Timestamp) -> std::time::Duration {
        now.since(self.request.since)
    }

    /// Whether it is a question rather than a permission.
    pub fn is_question(&self) -> bool {
        self.request.state == State::WaitingInput
    }

    /// The words of each question that it asks and of what can be chosen there; `None` where that is not known, where
    /// several may be chosen of one, and where two questions cannot be told apart.
    pub fn questions(&self) -> Option<Vec<(&str, Vec<&str>)>> {
        let all = self.input.as_ref()?["questions"].as_array()?;
        let mut questions: Vec<(&str, Vec<&str>)> = Vec::new();
        for asked in all {
            let words = asked["question"].as_str()?;
            let is_known = questions.iter().any(|(known, _)| *known == words);
            if is_known || asked["multiSelect"] == true || asked["multiple"] == true {
                return None;
            }
            let options = asked["options"].as_array()?.iter();
            let labels: Option<Vec<&str>> =
                options.map(|option| option["label"].as_str()).collect();
            questions.push((words, labels?));
        }
        Some(questions)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::fixture::row;

    fn asking() -> Row {
        let mut row = row(1, "claude", State::WaitingApproval, "a:0.0", 5);
        row.instance_id = Some("s".into());
        row.waiting = vec![Request {
            state: State::WaitingApproval,
            request_id: Some("t1".into()),
            agent_id: None,
            tool: Some("Bash".into()),
            message: Some("touch f".into()),
            since: row.since,
            source: pane_patrol_hooks::event::Source::Hook,
        }];
        row
    }

    #[test]
    fn only_the_very_same_request_counts() {
        let row = asking();
        let bound = Bound::to(&row).unwrap();
        assert_eq!(bound.difference(Some(&row)), None);
        assert_eq!(bound.difference(None), Some("the assistant is gone"));
        let changed = |change: &dyn Fn(&mut Row)| {
            let mut row = row.clone();
            change(&mut row);
            bound.difference(Some(&row))
        };
        assert_eq!(changed(&|row| row.generation += 9), None);
        assert!(changed(&|row| row.waiting.clear()).is_some());
        assert!(changed(&|row| row.instance_id = Some("u".into())).is_some());
        assert!(changed(&|row| row.pane = Some(PaneId(9))).is_some());
        let again = |row: &mut Row| row.waiting[0].request_id = Some("t2".into());
        assert!(changed(&again).is_some(), "asked again in the same words");
        assert!(changed(&|row| row.waiting[0].message = Some("rm f".into())).is_some());
    }

    #[test]
    fn without_an_id_the_moment_tells_requests_apart() {
        let mut row = asking();
        row.waiting[0].request_id = None;
        let bound = Bound::to(&row).unwrap();
        assert_eq!(bound.difference(Some(&row)), None);
        row.waiting[0].since = row.waiting[0].since.plus(std::time::Duration::from_secs(1));
        assert!(bound.difference(Some(&row)).is_some());
    }

    #[test]
    fn a_pick_is_a_number_or_words() {
        assert_eq!(Pick::parse(" 2 "), Pick::Number(2));
        assert_eq!(Pick::parse("Blue"), Pick::Label("Blue".into()));
    }
}
