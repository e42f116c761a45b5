//! Requests that may be drawn alike: none of them is answered while the other is open, and honest ones
//! that differ by a sign are.

use super::*;

impl Recorded {
    /// One of `lab`'s `echo` with another input, by the main agent.
    fn clone_with(&self, input: &Value) -> Self {
        Self {
            name: self.name.clone(),
            width: self.width,
            tool: "mcp__lab__echo".to_owned(),
            cwd: self.cwd.clone(),
            is_sub_agents: false,
            is_whole: true,
            input: input.clone(),
            written: None,
            screen: String::new(),
        }
    }
}

/// What some version draws as nothing, as a blank or as another sign, or joins with what stands before it.
const DOUBTFUL: [&str; 12] = [
    "\u{378}",
    "\u{ad}",
    "\u{3164}",
    "\u{2028}",
    "\u{e0061}",
    "\u{600}",
    "\u{1161}",
    "\u{1fae9}",
    "\u{301}",
    "\u{1f3fd}",
    "\u{fffd}",
    "\r",
];

/// All texts in an input, by where they stand.
fn texts(value: &Value, at: &str) -> Vec<(String, String)> {
    match value {
        Value::String(text) => vec![(at.to_owned(), text.clone())],
        Value::Array(values) => {
            let values = values.iter().enumerate();
            let values = values.map(|(index, value)| texts(value, &format!("{at}/{index}")));
            values.flatten().collect()
        }
        Value::Object(fields) => {
            let fields = fields
                .iter()
                .map(|(name, value)| texts(value, &format!("{at}/{name}")));
            fields.flatten().collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn what_differs_by_a_doubtful_character_anywhere_may_be_what_is_on_the_screen() {
    let mut tried = 0;
    for line in recorded().iter().filter(|line| line.is_whole) {
        let (dialog, own) = (line.dialog(), line.asks(&line.input));
        for (pointer, text) in texts(&line.input, "") {
            let places = [0, text.len() / 2, text.len()];
            for (at, doubtful) in places
                .into_iter()
                .zip(DOUBTFUL.into_iter().cycle().skip(tried))
            {
                let at = text.floor_char_boundary(at);
                let mut other = line.input.clone();
                let with = format!("{}{doubtful}{}", &text[..at], &text[at..]);
                *other.pointer_mut(&pointer).unwrap() = Value::String(with);
                let told = tell_apart(&dialog, &own, &[line.asks(&other)]);
                assert_eq!(
                    told,
                    Err(Refusal::Twins),
                    "{} {other}\n{}",
                    line.name,
                    line.screen
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 500, "{tried}");
}

#[test]
fn two_honest_requests_that_differ_by_a_sign_are_told_apart() {
    let mut told = std::collections::BTreeMap::new();
    for line in recorded() {
        if !line.is_whole || line.input["questions"][0]["multiSelect"] == true {
            continue;
        }
        let (dialog, own) = (line.dialog(), line.asks(&line.input));
        let is_plain = texts(&line.input, "")
            .iter()
            .all(|(_, text)| text.is_ascii());
        for other in near(&line.tool, &line.input) {
            if looks_the_same(&line.tool, &line.input, &other)
                || is_at_an_edge(&line, &other)
                || !is_plain
                // Of a cell's name no more than its beginning may be drawn.
                || line.screen.contains("…\n")
            {
                continue;
            }
            let said = tell_apart(&dialog, &own, &[line.asks(&other)]);
            let counts = told.entry(line.tool.clone()).or_insert([0, 0]);
            counts[usize::from(said.is_err())] += 1;
        }
    }
    // Paths, addresses and inputs of servers are odd as soon as some sign stands in them.
    let may_be_odd = |tool: &str| {
        ["Edit", "NotebookEdit", "Read", "WebFetch", "Write"].contains(&tool)
            || tool.starts_with("mcp__")
    };
    for (tool, [apart, twins]) in &told {
        let is_fine = if may_be_odd(tool) {
            apart * 3 >= *twins
        } else {
            *twins == 0
        };
        assert!(is_fine, "{tool} of {told:?}");
    }
    assert!(
        told.values().map(|[told, _]| told).sum::<i32>() > 300,
        "{told:?}"
    );
}

/// Pictures of several characters, a file without a line, line breaks of two characters; and what cannot
/// be compared is refused with its reason.
#[test]
fn what_is_drawn_otherwise_than_it_was_written_is_answered_or_says_why_not() {
    let mut shown = 0;
    for line in recorded_in("honest") {
        let dialog = line.dialog();
        let said = dialog.shows(&line.asks(&line.input));
        // Of what is not found nothing is shown that would change.
        let is_unchanged = !line.screen.contains('╌');
        let wanted = if line.tool == "Bash" && dialog.title.starts_with("Edit") && is_unchanged {
            Err(Refusal::ShownAsChange)
        } else {
            shown += 1;
            Ok(())
        };
        assert_eq!(
            said, wanted,
            "{} {}\n{}",
            line.name, line.input, line.screen
        );
    }
    assert!(shown > 20, "{shown}");
}

/// Quotes, backslashes, commas, colons, brackets and line breaks, as both versions drew them: each is drawn
/// otherwise than all the others, and told from them.
#[test]
fn what_servers_are_given_with_quotes_is_told_apart() {
    let all = recorded_in("servers");
    // Whether blanks stand before it is taken for sure of none.
    let is_plain = |line: &Recorded| {
        let mut values = line
            .input
            .as_object()
            .into_iter()
            .flat_map(|all| all.values());
        values.all(|value| !value.as_str().is_some_and(|text| text.starts_with(' ')))
    };
    let is_beside = |one: &Recorded, other: &Recorded| {
        one.name.split(':').next() == other.name.split(':').next() && one.name != other.name
    };
    let mut told = 0;
    for line in &all {
        let (dialog, own) = (line.dialog(), line.asks(&line.input));
        assert_eq!(
            dialog.shows(&own),
            Ok(()),
            "{} {}\n{}",
            line.name,
            line.input,
            line.screen
        );
        for other in all.iter().filter(|other| is_beside(line, other)) {
            let theirs = line.asks(&other.input);
            assert_ne!(line.screen, other.screen);
            let said = tell_apart(&dialog, &own, &[theirs]);
            // Each field stands behind its name.
            let has_more = |one: &Recorded, other: &Recorded| {
                let names = one.input.as_object().into_iter().flat_map(|all| all.keys());
                names
                    .into_iter()
                    .any(|name| other.input.get(name).is_none())
            };
            let is_named = has_more(line, other) && has_more(other, line);
            let is_sure = is_plain(line) && is_plain(other) || is_named;
            let wanted = if is_sure { Ok(()) } else { Err(Refusal::Twins) };
            told += usize::from(is_sure);
            assert_eq!(
                said, wanted,
                "{}: {} {}\n{}",
                line.name, line.input, other.input, line.screen
            );
        }
    }
    assert!(told > 4_000, "{told}");
}

#[test]
fn an_empty_file_is_none_that_says_so() {
    let line = recorded().into_iter().find(|line| {
        line.tool == "Write" && line.dialog().title.starts_with("Create") && line.width == 80
    });
    let mut line = line.unwrap();
    let rows: Vec<&str> = line.screen.lines().collect();
    let is_dotted = |row: &&str| row.starts_with('╌');
    let first = rows.iter().position(is_dotted).unwrap();
    let last = rows.iter().rposition(is_dotted).unwrap();
    let shown = [&rows[..=first], &["  1 (No content)"], &rows[last..]].concat();
    line.screen = shown.join("\n");
    let with = |content: &str| {
        let mut input = line.input.clone();
        input["content"] = json!(content);
        line.asks(&input)
    };
    let dialog = line.dialog();
    for (one, other) in [
        ("", "(No content)"),
        ("(No content)", ""),
        ("(No content)\n", ""),
    ] {
        assert_eq!(dialog.shows(&with(one)), Ok(()));
        let told = tell_apart(&dialog, &with(one), &[with(other)]);
        assert_eq!(told, Err(Refusal::Twins), "{one} {other}");
    }
    assert_eq!(tell_apart(&dialog, &with(""), &[with("x")]), Ok(()));
}

#[test]
fn what_cannot_be_read_or_compared_may_be_anything() {
    let all = recorded();
    let line = |version: &str| {
        let is_it =
            |line: &&Recorded| line.tool.starts_with("mcp__") && line.name.contains(version);
        all.iter().find(is_it).unwrap()
    };
    for version in ["2.1.197", "2.1.332"] {
        let line = line(version);
        let (dialog, own) = (line.dialog(), line.asks(&line.input));
        let mut unknown = own.clone();
        (unknown.input, unknown.command) = (None, None);
        (unknown.request.tool, unknown.request.message) = (None, None);
        // A server may show another tool by this one's name.
        let mut named = own.clone();
        named.request.tool = Some("mcp__lab__remove".to_owned());
        for other in [&unknown, &named] {
            let told = tell_apart(&dialog, &own, std::slice::from_ref(other));
            assert_eq!(told, Err(Refusal::Twins), "{other:?}");
        }
        // A tool that nobody knows has to have the signs for it.
        let mut strange = own.clone();
        strange.request.tool = Some("Grep".to_owned());
        strange.request.message = None;
        strange.input = Some(json!({"pattern": "other words"}));
        let told = tell_apart(&dialog, &own, std::slice::from_ref(&strange));
        assert_eq!(told, Ok(()), "{}", line.input);
        unknown.request.agent_id = own.request.agent_id.is_none().then(|| "a".to_owned());
        assert_eq!(
            tell_apart(&dialog, &own, &[unknown]),
            Ok(()),
            "another agent's"
        );
    }
    // Names that look like another input; and more of them than can be put in order.
    let mut line =
        line("2.1.197").clone_with(&json!({"a": 0, "b": 1, "c": 2, "d": 3, "e": 4, "f: 5, g": 6}));
    line.width = 80;
    let call = "lab - echo(a: 0, b: 1, c: 2, d: 3, e: 4, f: 5, g: 6) (MCP)";
    let rule = "─".repeat(80);
    line.screen = format!(
        "{rule}\n Tool use\n\n   {call}\n   Says it.\n\n Do you want to proceed?\n ❯ 1. Yes\n   2. No\n\n Esc to cancel · Tab to amend\n"
    );
    let (dialog, own) = (line.dialog(), line.asks(&line.input));
    assert_eq!(dialog.shows(&own), Ok(()));
    let other = json!({"a": 0, "b": 1, "c": 2, "d": 3, "e": 4, "f": 5, "g": 6});
    assert_eq!(
        tell_apart(&dialog, &own, &[line.asks(&other)]),
        Err(Refusal::Twins)
    );
}

/// In a pane in which the row breaks behind `agent`, as 2.1.197 drew it.
#[test]
fn the_name_of_a_skill_is_no_heading() {
    let screen = "\
──────────────────────────────────────────────────────
 Use skill \"lab\"? · from the general-purpose agent
 Claude may use instructions, code, or files from
 this Skill.\"?
 Claude may use instructions, code, or files from
 this Skill.

   imitates

 Do you want to proceed?
 ❯ 1. Yes
   2. No

 Esc to cancel · Tab to amend
";
    let dialog =
        crate::assistants::dialogs::read(&Assistant::CLAUDE, screen, 54).expect("a dialog");
    let skill = |name: &str, agent: Option<&str>| {
        let input = json!({"skill": name, "args": "x"});
        let mut bound = Bound {
            input: Some(input),
            ..request("Skill", name)
        };
        bound.request.agent_id = agent.map(str::to_owned);
        bound
    };
    let about = "Claude may use instructions, code, or files from this Skill.";
    let name = format!("lab\"? · from the general-purpose agent {about}");
    let (lab, imitates) = (skill("lab", Some("a")), skill(&name, None));
    assert!(dialog.shows(&lab).is_err());
    assert_eq!(tell_apart(&dialog, &lab, &[imitates]), Err(Refusal::Twins));
}
