//! How requests are named for a person who has to say which one is meant: no two that differ alike.

use pane_patrol_hooks::text::{marked_line, one_line};

use super::dialog::spelt;
use crate::state::Bound;

/// Characters of a request in a message.
const MOST: usize = 200;

/// So many of them stand before what parts it from another one.
const BEFORE: usize = 40;

/// Each of `all` by its `line`; where that is another one's, too, by all that its tool is given; where
/// that is the same, too, with who asks. Long ones are cut so that what parts them is to be seen.
pub(crate) fn names(all: &[Bound], line: impl Fn(&Bound) -> String) -> Vec<String> {
    let by_lines: Vec<String> = all.iter().map(line).collect();
    let by_inputs = where_shared(&by_lines, all, |_, bound| in_full(bound));
    let named = apart(&by_inputs);
    where_shared(&named, all, |name, bound| {
        Some(format!("{name}, asked by {}", agent(bound)))
    })
}

/// One alone by its `line`, cut where that is long.
pub(crate) fn short_name(bound: &Bound, line: impl Fn(&Bound) -> String) -> String {
    let name = name(bound, line);
    one_line(&name, MOST)
}

/// By its `line`; by all that its tool is given where that is a server's, of which a line holds no more than
/// one input.
fn name(bound: &Bound, line: impl Fn(&Bound) -> String) -> String {
    let is_servers = bound.request.is_servers();
    let in_full = in_full(bound).filter(|_| is_servers && has_more(bound));
    in_full.unwrap_or_else(|| line(bound))
}

/// Whether it is given more than one text.
fn has_more(bound: &Bound) -> bool {
    let fields = bound.input.as_ref().and_then(serde_json::Value::as_object);
    fields.is_some_and(|fields| {
        fields.len() > 1 || !fields.values().all(serde_json::Value::is_string)
    })
}

/// `names`, where two are the same with what `better` says instead.
fn where_shared(
    names: &[String],
    all: &[Bound],
    better: impl Fn(&str, &Bound) -> Option<String>,
) -> Vec<String> {
    let is_shared = |name: &String| names.iter().filter(|other| *other == name).count() > 1;
    let or_better = |(name, bound): (&String, &Bound)| {
        let better = is_shared(name).then(|| better(name, bound)).flatten();
        better.unwrap_or_else(|| name.clone())
    };
    names.iter().zip(all).map(or_better).collect()
}

/// `mcp__lab__echo: {"b":null,"k":"v"}`
fn in_full(bound: &Bound) -> Option<String> {
    let written = bound.written.as_ref().map(ToString::to_string);
    let input = written.or_else(|| Some(bound.input.as_ref()?.to_string()))?;
    let parts: Vec<&str> = [bound.request.tool.as_deref(), Some(&input)]
        .into_iter()
        .flatten()
        .collect();
    Some(spelt(&marked_line(&parts.join(": "), usize::MAX)))
}

fn agent(bound: &Bound) -> String {
    match &bound.request.agent_id {
        Some(id) => format!("sub-agent {id}"),
        None => "the main agent".to_owned(),
    }
}

/// Long texts, each cut so that what parts it from the others is to be seen.
fn apart(texts: &[String]) -> Vec<String> {
    let shared = |one: &str, other: &str| {
        let pairs = one.chars().zip(other.chars());
        pairs.take_while(|(one, other)| one == other).count()
    };
    let cut = |(index, text): (usize, &String)| {
        let others = texts.iter().enumerate();
        let others = others.filter(|(other, own)| *other != index && *own != text);
        let same = others.map(|(_, other)| shared(text, other)).max();
        let same = same.unwrap_or(0);
        if same + BEFORE < MOST {
            return one_line(text, MOST);
        }
        let beginning: String = text.chars().take(BEFORE).collect();
        let rest: String = text.chars().skip(same.saturating_sub(BEFORE)).collect();
        format!("{beginning}… …{}", one_line(&rest, MOST))
    };
    texts.iter().enumerate().map(cut).collect()
}

#[cfg(test)]
mod tests {
    use pane_patrol_hooks::event::{Source, State};
    use serde_json::json;

    use super::*;
    use crate::state::fixture::row;
    use crate::state::{Request, Row};

    fn bound(agent: Option<&str>, input: serde_json::Value) -> Bound {
        let mut row: Row = row(1, "claude", State::WaitingApproval, "a:0.0", 5);
        row.waiting = vec![Request {
            tool: Some("mcp__lab__echo".to_owned()),
            agent_id: agent.map(str::to_owned),
            message: Some("lab echo: k=v".to_owned()),
            state: row.state,
            request_id: None,
            since: row.since,
            source: Source::Hook,
        }];
        Bound {
            input: Some(input),
            ..Bound::to(&row).unwrap()
        }
    }

    fn named(all: &[Bound]) -> Vec<String> {
        names(all, |bound| {
            bound.request.message.clone().unwrap_or_default()
        })
    }

    #[test]
    fn a_line_that_two_requests_share_gives_way_to_what_parts_them() {
        let absent = bound(Some("a"), json!({"k": "v"}));
        let null = bound(Some("b"), json!({"k": "v", "b": null}));
        assert_eq!(named(std::slice::from_ref(&null)), ["lab echo: k=v"]);
        let told = named(&[absent.clone(), null]);
        assert_eq!(told[0], r#"mcp__lab__echo: {"k":"v"}"#);
        assert!(told[1].contains(r#""b":null"#), "{told:?}");
        let mains = bound(None, json!({"k": "v"}));
        assert_eq!(
            named(&[absent, mains]),
            [
                r#"mcp__lab__echo: {"k":"v"}, asked by sub-agent a"#,
                r#"mcp__lab__echo: {"k":"v"}, asked by the main agent"#
            ]
        );
    }

    #[test]
    fn of_a_servers_tool_all_is_told_that_it_is_given() {
        let told = |input| name(&bound(None, input), |_| "lab echo: k=v".to_owned());
        assert_eq!(told(json!({"k": "v"})), "lab echo: k=v");
        assert_eq!(
            told(json!({"k": "v", "b": null})),
            r#"mcp__lab__echo: {"b":null,"k":"v"}"#
        );
        assert_eq!(told(json!({"k": ["v"]})), r#"mcp__lab__echo: {"k":["v"]}"#);
    }

    #[test]
    fn what_differs_far_behind_in_an_input_is_to_be_seen() {
        let long = |end: &str| {
            bound(
                None,
                json!({"text": format!("{}{end}", "word ".repeat(100))}),
            )
        };
        let told = named(&[long("a b"), long("a  b")]);
        assert!(told[0].ends_with(r#" a b"}"#), "{told:?}");
        assert!(told[1].ends_with(r#" a␠␠b"}"#), "{told:?}");
    }

    #[test]
    fn requests_that_differ_far_behind_are_told_apart() {
        let long = |end: &str| format!("Bash: {}{end}", "word ".repeat(100));
        let told = apart(&[long("a b"), long("a␠␠b"), "Bash: c".to_owned()]);
        assert!(told[0].ends_with(" a b"), "{told:?}");
        assert!(told[1].ends_with(" a␠␠b"), "{told:?}");
        assert_eq!(told[2], "Bash: c");
        assert!(told.iter().all(|text| text.chars().count() < 2 * MOST));
        assert_eq!(apart(&[long("")])[0].chars().count(), MOST);
    }
}
