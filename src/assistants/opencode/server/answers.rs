//! Answers by a request's id.

use std::path::Path;

use pane_patrol_hooks::adapter::opencode::{Payload, report};
use serde_json::{Value, json};

use super::{Server, is_id};
use crate::assistants::facets::answers::{Answers, Channel, Given};
use crate::state::{Bound, Decision, Pick};

/// See the module.
pub(in crate::assistants::opencode) struct ById;

impl Answers for ById {
    fn may_listen(&self, bound: &Bound, _: Option<&Path>) -> bool {
        bound.pid.and_then(Server::of).is_some()
    }

    fn reach(
        &self,
        bound: &Bound,
        decision: &Decision,
        _: Option<&Path>,
    ) -> Option<Box<dyn Channel>> {
        let way = Way::of(Server::of(bound.pid?)?, bound, decision)?;
        Some(Box::new(way))
    }
}

/// The way to one request, with its answer.
struct Way {
    server: Server,
    path: String,
    body: Value,
}

impl Way {
    fn of(server: Server, bound: &Bound, decision: &Decision) -> Option<Self> {
        let id = bound.request.request_id.as_deref()?;
        let kind = if bound.is_question() {
            "question"
        } else {
            "permission"
        };
        if !is_id(&kind[..3], id) {
            return None;
        }
        let all = server.get(&format!("/{kind}")).ok()?;
        let asked = all.as_array()?.iter().find(|asked| asked["id"] == id)?;
        if !is_what_was_told(kind, asked, bound) {
            return None;
        }
        let body = match (decision, kind) {
            (Decision::Approve, "permission") => json!({"reply": "once"}),
            (Decision::Deny { message: None }, "permission") => json!({"reply": "reject"}),
            (
                Decision::Deny {
                    message: Some(message),
                },
                "permission",
            ) => {
                json!({"reply": "reject", "message": message})
            }
            (Decision::Answer(pick), "question") => json!({"answers": [[option(pick, asked)?]]}),
            _ => return None,
        };
        Some(Self {
            server,
            path: format!("/{kind}/{id}/reply"),
            body,
        })
    }
}

impl Channel for Way {
    fn answer(self: Box<Self>) -> Given {
        match self.server.post(&self.path, &self.body) {
            Ok(answer) if answer.status == 200 && answer.body == true => Given::Done,
            Ok(answer) if answer.status == 404 => Given::Late(None),
            Ok(answer) => Given::Unknown(format!("its server says {}", answer.status)),
            Err(error) => Given::Unknown(format!("its server has not answered: {error}")),
        }
    }
}

/// Whether it reads as the row has it, which has it of our plugin.
fn is_what_was_told(kind: &str, asked: &Value, bound: &Bound) -> bool {
    let told = json!({
        "type": format!("{kind}.asked"),
        "pane_patrol": {"cwd": bound.cwd},
        "properties": {
            "id": asked["id"],
            "permission": asked["permission"],
            "patterns": asked["patterns"].as_array().and_then(|all| all.first()).map(|first| [first]),
            "metadata": asked["metadata"],
            "questions": asked["questions"],
        },
    });
    let payload = Payload::read(told.to_string().as_bytes());
    report(&payload).is_some_and(|report| {
        report.tool == bound.request.tool && report.message == bound.request.message
    })
}

/// The words of the option that is meant, where it asks one thing and one option answers it. Of several questions only
/// the first is told and shown, so that nobody answers the others here.
fn option(pick: &Pick, asked: &Value) -> Option<String> {
    let [question] = asked["questions"].as_array()?.as_slice() else {
        return None;
    };
    if question["multiple"] == true {
        return None;
    }
    let options = question["options"].as_array()?.iter();
    let labels: Option<Vec<&str>> = options.map(|option| option["label"].as_str()).collect();
    let chosen = pick.among(&[labels?])?;
    chosen.first().map(|label| (*label).to_owned())
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::{Assistant, State};

    use super::super::scripted::Scripted;
    use super::*;
    use crate::state::fixture::{With as _, row};

    const ASKED: &str = r#"[{"id":"per_1","sessionID":"ses_1","permission":"bash","patterns":["touch f1"],
        "metadata":{"command":"touch f1"},"always":["touch *"]}]"#;

    const QUESTION: &str = r#"[{"id":"que_1","sessionID":"ses_1","questions":[{"question":"Which colour?",
        "options":[{"label":"Red"},{"label":"Blue"}]}]}]"#;

    fn bound(id: &str, tool: &str, message: &str, state: State) -> Bound {
        let mut row = row(1, Assistant::OPENCODE.as_str(), state, "a:0.0", 5).asks(tool, message);
        row.waiting[0].request_id = Some(id.to_owned());
        row.waiting[0].state = state;
        Bound::to(&row).unwrap()
    }

    fn permission() -> Bound {
        bound("per_1", "bash", "touch f1", State::WaitingApproval)
    }

    fn given(
        listed: &str,
        status: u16,
        body: &str,
        bound: &Bound,
        decision: &Decision,
    ) -> (Option<Given>, Vec<Value>) {
        let scripted = Scripted::start(vec![
            ("GET /permission", 200, listed.to_owned()),
            ("GET /question", 200, listed.to_owned()),
            ("POST ", status, body.to_owned()),
        ]);
        let way = Way::of(scripted.server, bound, decision);
        let given = way.map(|way| Box::new(way).answer());
        let posted = ["/permission/per_1/reply", "/question/que_1/reply"];
        (
            given,
            posted
                .iter()
                .flat_map(|path| scripted.posted(path))
                .collect(),
        )
    }

    #[test]
    fn a_request_gets_its_answer_once_and_what_came_of_it_is_told() {
        let deny = |message: Option<&str>| Decision::Deny {
            message: message.map(str::to_owned),
        };
        for (decision, body) in [
            (Decision::Approve, json!({"reply": "once"})),
            (deny(None), json!({"reply": "reject"})),
            (
                deny(Some("no")),
                json!({"reply": "reject", "message": "no"}),
            ),
        ] {
            let (came, posted) = given(ASKED, 200, "true", &permission(), &decision);
            assert_eq!((came, posted), (Some(Given::Done), vec![body]));
        }
        let late = given(ASKED, 404, "{}", &permission(), &Decision::Approve).0;
        assert!(matches!(late, Some(Given::Late(_))), "{late:?}");
        let odd = given(ASKED, 500, "", &permission(), &Decision::Approve).0;
        assert!(matches!(odd, Some(Given::Unknown(_))), "{odd:?}");
    }

    #[test]
    fn what_is_not_open_there_in_the_same_words_gets_none() {
        let other = |bound: &Bound| given(ASKED, 200, "true", bound, &Decision::Approve);
        let nothing = (None, Vec::new());
        assert_eq!(
            other(&bound("per_2", "bash", "touch f1", State::WaitingApproval)),
            nothing
        );
        assert_eq!(
            other(&bound("per_1", "bash", "touch f2", State::WaitingApproval)),
            nothing
        );
        assert_eq!(
            other(&bound("per_1", "edit", "touch f1", State::WaitingApproval)),
            nothing
        );
        assert_eq!(
            given("[]", 200, "true", &permission(), &Decision::Approve),
            nothing
        );
        let answer = Decision::Answer(Pick::Number(1));
        assert_eq!(given(ASKED, 200, "true", &permission(), &answer), nothing);
    }

    #[test]
    fn a_question_is_answered_by_the_words_of_its_option() {
        let question = bound("que_1", "question", "Which colour?", State::WaitingInput);
        let answered = |pick| given(QUESTION, 200, "true", &question, &Decision::Answer(pick));
        let blue = vec![json!({"answers": [["Blue"]]})];
        assert_eq!(answered(Pick::Number(2)), (Some(Given::Done), blue.clone()));
        assert_eq!(
            answered(Pick::Label("blue".into())),
            (Some(Given::Done), blue)
        );
        assert_eq!(answered(Pick::Number(3)).0, None);
        assert_eq!(answered(Pick::Number(0)).0, None);
        assert_eq!(answered(Pick::parse_all(&["2", "1"]).unwrap()).0, None);
    }
}
