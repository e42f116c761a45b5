//! What servers' tools are given within lists and objects; changes that commands make; workflows; and what is
//! drawn otherwise than it is written: each as the real Claude Code drew it, beside what is nearly the same.

use super::*;

/// Values that differ from this one in one place: a sign, a blank, a number, an item, an order, a name.
fn near_value(value: &Value) -> Vec<Value> {
    match value {
        Value::String(text) => {
            let mut all = vec![json!(format!("{text}x")), json!(format!("x{text}"))];
            if let Some(at) = text
                .trim()
                .find(' ')
                .filter(|at| *at > 0 && !text.starts_with(' '))
            {
                all.push(json!(format!("{} {}", &text[..at], &text[at..])));
                all.push(json!(format!("{}{}", &text[..at], &text[at + 1..])));
            }
            all
        }
        Value::Number(number) => vec![json!(format!("{number}")), json!(77_777)],
        Value::Bool(is_so) => vec![json!(!is_so), json!(is_so.to_string())],
        Value::Null => vec![json!("null"), json!({})],
        Value::Array(items) => {
            let mut all = vec![
                json!([value]),
                json!([items.as_slice(), &[json!("x")]].concat()),
            ];
            if let (Some(first), Some(last)) = (items.first(), items.last()) {
                all.push(json!(items[1..]));
                if first != last {
                    all.push(json!([&items[1..], &items[..1]].concat()));
                }
            }
            for (at, item) in items.iter().enumerate().take(3) {
                all.extend(near_value(item).into_iter().map(|other| {
                    let mut items = items.clone();
                    items[at] = other;
                    json!(items)
                }));
            }
            all
        }
        Value::Object(fields) => {
            let mut more = fields.clone();
            more.insert("more".to_owned(), Value::Null);
            let mut all = vec![json!(more), json!([value])];
            for (name, field) in fields.iter().take(3) {
                let mut others = fields.clone();
                others.remove(name);
                all.push(json!(others));
                others.insert(format!("{name}x"), field.clone());
                all.push(json!(others));
                all.extend(near_value(field).into_iter().map(|other| {
                    let mut fields = fields.clone();
                    fields.insert(name.clone(), other);
                    json!(fields)
                }));
            }
            all
        }
    }
}

#[test]
fn what_differs_within_a_value_in_one_place_is_another_request() {
    let (mut tried, mut told) = (0, 0);
    for line in recorded()
        .iter()
        .filter(|line| line.name.starts_with("values-"))
    {
        let (dialog, own) = (line.dialog(), line.asks(&line.input));
        assert_eq!(dialog.shows(&own), Ok(()), "{}", line.screen);
        for other in near_value(&line.input) {
            if !other.is_object() || other == line.input || is_at_an_edge(line, &other) {
                continue;
            }
            let theirs = line.asks(&other);
            assert!(
                dialog.shows(&theirs).is_err(),
                "{} {other}\n{}",
                line.name,
                line.screen
            );
            told += usize::from(tell_apart(&dialog, &own, &[theirs]).is_ok());
            tried += 1;
        }
    }
    assert!(tried > 1_500 && told * 10 > tried * 7, "{told} of {tried}");
}

#[test]
fn a_text_that_imitates_the_rows_of_a_list_is_not_told_from_it() {
    let all = recorded();
    let is_long = |line: &&Recorded| {
        line.name.starts_with("values-v2.1.332")
            && line.input["l"].as_array().is_some_and(|l| l.len() == 40)
    };
    let line = all.iter().find(is_long).unwrap();
    let (dialog, own) = (line.dialog(), line.asks(&line.input));
    let numbers: Vec<String> = (1..=40).map(|number| format!("  {number}")).collect();
    let text = format!("[\n{}\n]", numbers.join(",\n"));
    let imitating = line.asks(&json!({"l": text}));
    assert_eq!(dialog.shows(&imitating), Ok(()));
    assert_eq!(tell_apart(&dialog, &own, &[imitating]), Err(Refusal::Twins));
    // One row less, one blank more: another one.
    for other in [text.replace("  7,\n", ""), text.replace("  7,", "   7,")] {
        let said = dialog.shows(&line.asks(&json!({"l": other})));
        assert_eq!(said, Err(Refusal::Differs(Part::Input)));
    }
    // What would be further names stands within the text.
    let box_of = |text: &str| format!(" l:\n   │ {}", text.replace('\n', "\n   │ "));
    let rows = format!("{}\n", box_of(&text));
    assert!(line.screen.contains(&rows) || line.screen.contains(rows.trim_end()));
    let within = line.screen.replace(&box_of(&text), &box_of("a\n b: \"c\""));
    let dialog = crate::assistants::dialogs::read(&Assistant::CLAUDE, &within, line.width).unwrap();
    assert_eq!(
        dialog.shows(&line.asks(&json!({"l": "a\n b: \"c\""}))),
        Ok(())
    );
    let said = dialog.shows(&line.asks(&json!({"l": "a", "b": "c"})));
    assert_eq!(said, Err(Refusal::Differs(Part::Input)));
}

/// Patterns of which it is not known here what they stand for.
fn is_of_signs(command: &str) -> bool {
    ["(al)", "^", "*", "/I'", "/2'", "|beta", "ta$", "$&"]
        .iter()
        .any(|sign| command.contains(sign))
}

#[test]
fn a_change_that_a_command_makes_is_compared_where_it_is_known() {
    let mut shown = 0;
    for line in recorded_in("changes") {
        let (dialog, own) = (line.dialog(), line.asks(&line.input));
        let command = line.input["command"].as_str().unwrap();
        let said = dialog.shows(&own);
        if is_of_signs(command) || !line.screen.contains('╌') {
            assert_eq!(
                said,
                Err(Refusal::ShownAsChange),
                "{command}\n{}",
                line.screen
            );
            continue;
        }
        assert_eq!(said, Ok(()), "{command}\n{}", line.screen);
        shown += 1;
        let asks = |command: &str| line.asks(&json!({"command": command, "description": "d"}));
        let file = line.screen.lines().nth(2).unwrap().trim();
        let others = [
            command.replacen("s/", "s/x", 1),
            command.replacen("s/", "s/ ", 1),
            command.replace(file, &format!("x{file}")),
            command.replace(file, &format!("sub/{file}")),
            command
                .replace("/' ", "x/' ")
                .replace("/\" ", "x/\" ")
                .replace("/g ", "x/g "),
        ];
        for other in others.iter().filter(|other| *other != command) {
            let theirs = asks(other);
            let said = dialog.shows(&theirs);
            assert!(said.is_err(), "{other}: {said:?}\n{}", line.screen);
        }
        // One that may make the same is not told from it; neither is an edit that does.
        let same = asks(&command.replacen("s/", "s/(x)*", 1));
        assert_eq!(
            tell_apart(&dialog, &own, &[same]),
            Err(Refusal::Twins),
            "{command}"
        );
        let other = asks(&format!("{command}; touch x"));
        assert_eq!(
            tell_apart(&dialog, &own, &[other]),
            Err(Refusal::Twins),
            "{command}"
        );
        assert_eq!(
            tell_apart(&dialog, &own, &[asks("touch x")]),
            Ok(()),
            "{command}"
        );
    }
    assert!(shown > 20, "{shown}");
}

#[test]
fn an_edit_is_not_told_from_a_command_that_changes_the_same() {
    let all = recorded_in("changes");
    let is_it = |line: &&Recorded| line.input["command"] == "sed -i 's/alpha/gamma/' s.txt";
    let line = all.iter().find(is_it).unwrap();
    let (dialog, command) = (line.dialog(), line.asks(&line.input));
    let path = format!("{}/s.txt", line.cwd);
    let edit = |new: &str| {
        let input = json!({"file_path": path, "old_string": "alpha", "new_string": new});
        Recorded {
            tool: "Edit".to_owned(),
            input: input.clone(),
            ..line_of(line)
        }
        .asks(&input)
    };
    assert_eq!(dialog.shows(&edit("gamma")), Ok(()));
    assert_eq!(
        tell_apart(&dialog, &command, &[edit("gamma")]),
        Err(Refusal::Twins)
    );
    assert_eq!(
        tell_apart(&dialog, &edit("gamma"), std::slice::from_ref(&command)),
        Err(Refusal::Twins)
    );
    assert_eq!(tell_apart(&dialog, &command, &[edit("delta")]), Ok(()));
    // Without `g` one place changes: a diff with two of them is not its own.
    let all_of_them = line.screen.replace(" 2  beta", " 2 -alpha\n 2 +gamma");
    let both =
        crate::assistants::dialogs::read(&Assistant::CLAUDE, &all_of_them, line.width).unwrap();
    assert_eq!(both.shows(&command), Err(Refusal::Differs(Part::Content)));
}

fn line_of(line: &Recorded) -> Recorded {
    Recorded {
        name: line.name.clone(),
        width: line.width,
        tool: line.tool.clone(),
        cwd: line.cwd.clone(),
        is_sub_agents: line.is_sub_agents,
        is_whole: line.is_whole,
        input: line.input.clone(),
        written: None,
        screen: line.screen.clone(),
    }
}

#[test]
fn a_workflow_is_compared_with_what_its_script_says_of_itself() {
    let mut shown = 0;
    for line in recorded().iter().filter(|line| line.tool == "Workflow") {
        let (dialog, own) = (line.dialog(), line.asks(&line.input));
        assert_eq!(dialog.shows(&own), Ok(()), "{}", line.screen);
        let labels =
            [dialog.yes(), dialog.no()].map(|at| dialog.option(at.unwrap()).unwrap().label.clone());
        assert_eq!(labels, ["Yes, run it", "No"]);
        assert!(dialog.selected == Some(1) && dialog.untouched);
        let script = line.input["script"].as_str().unwrap();
        let asks = |script: &str| {
            let mut input = line.input.clone();
            input["script"] = json!(script);
            line.asks(&input)
        };
        for other in [
            script.replacen("description: ", "description: 'x' + ", 1),
            script.replacen("description: '", "description: 'x", 1),
            script.replacen("phases: [", "phases: [{title: 'Other'}, ", 1),
            script.replacen("title: '", "title: 'x", 1),
            script.replacen("detail: '", "detail: 'x", 1),
            script.replacen("export const meta", "const meta", 1),
        ] {
            let is_same = other == script;
            assert!(
                is_same || dialog.shows(&asks(&other)).is_err(),
                "{other}\n{}",
                line.screen
            );
        }
        let mut written = line.input.clone();
        written["args"] = json!({"n": 2});
        assert_eq!(
            dialog.shows(&line.asks(&written)),
            Err(Refusal::Differs(Part::Input))
        );
        // What is not shown may be anything.
        let twin = asks(&format!("{script}\nawait agent('more')"));
        assert_eq!(tell_apart(&dialog, &own, &[twin]), Err(Refusal::Twins));
        let mut command = asks("");
        command.request.tool = Some("Bash".to_owned());
        assert_eq!(dialog.shows(&command), Err(Refusal::OtherDialog));
        assert_eq!(tell_apart(&dialog, &own, &[command]), Ok(()));
        let named = line.asks(&json!({"name": "audit"}));
        assert_eq!(dialog.shows(&named), Err(Refusal::NotKnown(Part::Input)));
        shown += 1;
    }
    assert!(shown > 20, "{shown}");
}

#[test]
fn what_is_not_drawn_as_it_is_written_is_refused_with_that_reason() {
    let (mut left_out, mut rewritten) = (0, 0);
    for line in recorded_in("otherwise") {
        match line.dialog().shows(&line.asks(&line.input)) {
            Err(Refusal::LeftOut(Part::Input)) => left_out += 1,
            Err(Refusal::Rewritten(_)) => rewritten += 1,
            other => panic!("{}: {other:?}\n{}", line.name, line.screen),
        }
    }
    assert!(left_out > 0 && rewritten > 8, "{left_out} {rewritten}");
}

#[test]
fn a_file_with_a_mark_of_its_encoding_is_not_told_from_one_without() {
    let mut marked = 0;
    for line in recorded()
        .iter()
        .filter(|line| line.name.starts_with("marks-v2.1.197"))
    {
        let (dialog, own) = (line.dialog(), line.asks(&line.input));
        let mut bare = line.input.clone();
        for name in ["content", "old_string", "new_string"] {
            if let Some(text) = bare[name].as_str() {
                bare[name] = json!(text.trim_start_matches('\u{feff}'));
            }
        }
        if bare == line.input {
            continue;
        }
        let bare = line.asks(&bare);
        assert_eq!(
            tell_apart(&dialog, &own, std::slice::from_ref(&bare)),
            Err(Refusal::Twins)
        );
        assert_eq!(tell_apart(&dialog, &bare, &[own]), Err(Refusal::Twins));
        // It hides nothing but at the very beginning.
        let mut within = line.input.clone();
        let name = if within["content"].is_string() {
            "content"
        } else {
            "new_string"
        };
        within[name] = json!(
            line.input[name]
                .as_str()
                .unwrap()
                .replacen('s', "\u{feff}s", 1)
        );
        let said = dialog.shows(&line.asks(&within));
        assert_eq!(said, Err(Refusal::Unseen(Part::Content)), "{within}");
        marked += 1;
    }
    assert!(marked > 4, "{marked}");
}

#[test]
fn requests_with_signs_that_are_seen_to_differ_are_told_apart() {
    let mut told = 0;
    for line in recorded()
        .iter()
        .filter(|line| line.name.starts_with("signs-"))
    {
        let (dialog, own) = (line.dialog(), line.asks(&line.input));
        let text = line.input.to_string();
        let turned = |from: char, to: char| {
            serde_json::from_str::<Value>(&text.replace(from, &to.to_string()))
        };
        for (from, to) in [('├', '└'), ('─', '━'), ('✅', '❌'), ('→', '←'), ('“', '”')]
        {
            let other = turned(from, to).unwrap();
            if other == line.input {
                continue;
            }
            let other = line.asks(&other);
            let is_its = dialog.shows(&other).is_ok();
            let said = tell_apart(&dialog, &own, std::slice::from_ref(&other));
            assert!(
                !is_its || said == Err(Refusal::Twins),
                "{other:?}\n{}",
                line.screen
            );
            told += usize::from(said.is_ok());
        }
        for hidden in ["\u{200b}", "\u{fe0f}", "\u{1f3fd}", "\u{301}"] {
            let other =
                serde_json::from_str(&text.replacen('─', &format!("─{hidden}"), 1)).unwrap();
            if other != line.input {
                let said = tell_apart(&dialog, &own, &[line.asks(&other)]);
                assert_eq!(said, Err(Refusal::Twins), "{}", line.screen);
            }
        }
    }
    assert!(told > 30, "{told}");
}
