//! Requests that the screen tells apart, though not all of them is drawn as it is written; and beside each
//! kind one that is not told from them.

use super::super::tests::asked;
use super::*;

/// The recorded dialogs of the files whose names begin so.
fn of_files(name: &str) -> Vec<Recorded> {
    let all = recorded().into_iter();
    let all: Vec<Recorded> = all.filter(|line| line.name.starts_with(name)).collect();
    assert!(!all.is_empty(), "{name}");
    all
}

impl Recorded {
    /// What is said of it beside another one with this input.
    fn beside(&self, input: &Value) -> Result<(), Refusal> {
        let (dialog, own) = (self.dialog(), self.asks(&self.input));
        assert_eq!(dialog.shows(&own), Ok(()), "{}\n{}", self.name, self.screen);
        tell_apart(&dialog, &own, &[self.asks(input)])
    }

    /// Its input with another value at that place.
    fn with(&self, pointer: &str, value: Value) -> Value {
        let mut input = self.input.clone();
        *input.pointer_mut(pointer).expect("it has one") = value;
        input
    }
}

#[test]
fn changes_with_quotes_are_told_apart_by_all_else() {
    let mut told = 0;
    for line in of_files("quotes-") {
        let new = line.input["new_string"].as_str().unwrap();
        let with = |text: String| line.beside(&line.with("/new_string", json!(text)));
        // 2.1.197 draws a text alone, without its file, where its quotes are not found there.
        for other in [format!("y{new}"), format!("{new}y")] {
            let said = with(other);
            assert_eq!(said, Ok(()), "{}\n{}", line.name, line.screen);
            told += 1;
        }
        // Which form they have is not seen for certain, nor what stands at the end of a line.
        for other in [
            new.replace('"', "“"),
            new.replace('"', "'"),
            new.replace('"', "`"),
            format!("{new} "),
            format!("{} ", new.replace('"', "”")),
        ] {
            let said = with(other.clone());
            let is_own = other == new;
            assert!(
                is_own || said == Err(Refusal::Twins),
                "{other}\n{}",
                line.screen
            );
        }
    }
    assert!(told > 10, "{told}");
}

/// 2.1.332 changes the quotes of the file, and what it was told is straight.
#[test]
fn a_change_that_follows_the_quotes_of_its_file_is_not_told_from_one_that_has_them() {
    let mut tried = 0;
    for line in recorded_in("otherwise") {
        if line.tool != "Edit" || !line.screen.contains(" 2 +“hi” later") {
            continue;
        }
        let (dialog, own) = (line.dialog(), line.asks(&line.input));
        let said = dialog.shows(&own);
        assert_eq!(
            said,
            Err(Refusal::Rewritten(Part::Content)),
            "{}",
            line.screen
        );
        let mut input = line.input.clone();
        (input["old_string"], input["new_string"]) = (json!("“hi” now"), json!("“hi” later"));
        let curly = line.asks(&input);
        assert_eq!(dialog.shows(&curly), Ok(()), "{}", line.screen);
        assert_eq!(tell_apart(&dialog, &curly, &[own]), Err(Refusal::Twins));
        // One without quotes in what it changes, and one with straight ones behind which something is not seen.
        (input["old_string"], input["new_string"]) = (json!("now"), json!("later"));
        let bare = line.asks(&input);
        assert_eq!(dialog.shows(&bare), Ok(()), "{}", line.screen);
        (input["old_string"], input["new_string"]) = (json!("\"hi\" now"), json!("\"hi\" later  "));
        assert_eq!(
            tell_apart(&dialog, &bare, &[line.asks(&input)]),
            Err(Refusal::Twins)
        );
        (input["old_string"], input["new_string"]) = (json!("\"hi\" now"), json!("\"hi\" then"));
        assert_eq!(tell_apart(&dialog, &bare, &[line.asks(&input)]), Ok(()));
        tried += 1;
    }
    assert_eq!(tried, 3);
}

#[test]
fn what_servers_are_given_by_names_with_hyphens_and_dots_is_told_apart() {
    for line in of_files("fields-") {
        let others: &[(&str, Value)] = match line.input.get("dry-run") {
            Some(Value::Bool(_)) => &[
                ("/dry-run", json!(false)),
                ("/a.b", json!(2)),
                ("/a.b", json!(0.5)),
                ("/o/x-y", json!("v")),
                ("/o/t", json!("a b")),
                ("/o/t", json!("a\nb")),
                ("/o/u", json!("lead")),
                ("/o/w.z", json!("two blanks")),
            ],
            // What stands at the end of a text of its own is not seen for certain.
            Some(_) => &[],
            None => &[
                ("/o/l/0", json!("a")),
                ("/o/l/2", json!("c ")),
                ("/o/l/3", json!("d")),
            ],
        };
        for (pointer, value) in others {
            let said = line.beside(&line.with(pointer, value.clone()));
            assert_eq!(said, Ok(()), "{pointer} {value}\n{}", line.screen);
        }
    }
    // Names and numbers that may read like others.
    let line = of_files("fields-").remove(0);
    assert_eq!(line.input["a.b"], 1);
    let mut named = line.input.clone();
    named.as_object_mut().unwrap().remove("a.b");
    for name in ["a.b: 1, c", "a\u{ad}.b", "1.b", " a.b", "a.b "] {
        named[name] = json!(1);
        assert_eq!(line.beside(&named), Err(Refusal::Twins), "{name}");
        named.as_object_mut().unwrap().remove(name);
    }
    // Blanks within them are seen.
    for name in ["a b", "a  b", "a .b"] {
        named[name] = json!(1);
        assert_eq!(line.beside(&named), Ok(()), "{name}");
        named.as_object_mut().unwrap().remove(name);
    }
    for number in [
        json!(1.0),
        json!(1e21),
        json!(1e-7),
        json!(0.000_000_123_456_789_012_3),
    ] {
        let said = line.beside(&line.with("/a.b", number.clone()));
        assert_eq!(said, Err(Refusal::Twins), "{number}");
    }
    // At the end of a text that is no part of another one blanks are not seen for certain.
    for plain in of_files("fields-") {
        if plain.input["dry-run"] == "yes" {
            let text = plain.input["long-name"].as_str().unwrap();
            let said = plain.beside(&plain.with("/long-name", json!(text.trim_end())));
            assert_eq!(said, Err(Refusal::Twins), "{}", plain.screen);
            // But what begins in another way is.
            let said = plain.beside(&plain.with("/dry-run", json!("no")));
            assert_eq!(said, Ok(()), "{}", plain.screen);
        }
    }
}

#[test]
fn files_with_blanks_brackets_and_other_letters_in_their_names_are_told_apart() {
    for line in of_files("paths-") {
        let path = line.input["file_path"].as_str().unwrap();
        let (folder, name) = path.rsplit_once('/').unwrap();
        let with = |path: String| line.beside(&line.with("/file_path", json!(path)));
        for other in [
            format!("{folder}/x{name}"),
            format!("{folder}/x {name}"),
            format!("{folder}/[{name}]"),
            format!("{folder}/é{name}"),
        ] {
            assert_eq!(with(other.clone()), Ok(()), "{other}\n{}", line.screen);
        }
        // Those may lead to the same file, or be drawn like it.
        for other in [
            format!(" {path}"),
            format!("{path} "),
            format!("{folder}/./{name}"),
            format!("{folder}//{name}"),
            format!("~/../{name}"),
            format!("{folder}/{}", name.replace(' ', "  ") + "  x"),
            format!("{folder}/e\u{301}{name}"),
            format!("{folder}/{name}\nx"),
        ] {
            assert_eq!(
                with(other.clone()),
                Err(Refusal::Twins),
                "{other}\n{}",
                line.screen
            );
        }
    }
}

/// Whether nothing at its ends may be left out.
fn is_certain(prompt: &str) -> bool {
    prompt.is_ascii() && prompt.trim() == prompt && !prompt.contains('\n')
}

#[test]
fn addresses_with_ports_numbers_and_more_signs_are_told_apart() {
    let all = recorded().into_iter();
    let all = all.filter(|line| line.tool == "WebFetch" && line.is_whole);
    let is_plain = |line: &Recorded| {
        let url = line.input["url"].as_str().unwrap();
        let words = url.strip_prefix("https://").unwrap_or("_");
        words
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || b"./".contains(&byte))
            && is_certain(line.input["prompt"].as_str().unwrap())
    };
    let mut tried = 0;
    for line in all.filter(is_plain) {
        let url = line.input["url"].as_str().unwrap();
        let with = |url: &str| line.beside(&line.with("/url", json!(url)));
        for other in [
            "http://localhost:8080/a",
            "http://127.0.0.1:3000/find?q=a%20b#c",
            "https://example.org:8443/~ada/a,b;c=(1)",
        ] {
            assert_eq!(with(other), Ok(()), "{other}\n{}", line.screen);
        }
        for other in [
            "http://0x7f.0.0.1/a",
            "http://127.1/a",
            "https://example.org/%2E%2e/a",
            "https://example.org/a b",
            "https://EXAMPLE.org/a",
            "https://a@example.org/a",
        ] {
            assert_eq!(with(other), Err(Refusal::Twins), "{other}\n{}", line.screen);
        }
        // The port that is meant without one.
        let host = url.strip_prefix("https://").unwrap();
        let (host, path) = host.split_once('/').unwrap_or((host, ""));
        let own = with(&format!("https://{host}:443/{path}"));
        assert_eq!(own, Err(Refusal::Twins), "{}", line.screen);
        tried += 1;
    }
    assert!(tried > 3, "{tried}");
}

/// 2.1.197 says below the name of a link where it leads.
#[test]
fn a_link_is_the_file_that_was_asked_and_a_name_that_says_so_is_none() {
    let changes = recorded_in("changes").into_iter();
    let changes = changes.filter(|line| line.name.starts_with("links-"));
    for line in changes.chain(of_files("links-")) {
        let (dialog, own) = (line.dialog(), line.asks(&line.input));
        assert_eq!(dialog.shows(&own), Ok(()), "{}\n{}", line.name, line.screen);
        let Some(path) = line.input["file_path"].as_str() else {
            continue;
        };
        let (folder, _) = path.rsplit_once('/').unwrap();
        let with = |path: &str| line.asks(&line.with("/file_path", json!(path)));
        let target = with(&format!("{folder}/n.md"));
        assert_eq!(dialog.shows(&target), Err(Refusal::Differs(Part::File)));
        assert_eq!(tell_apart(&dialog, &own, &[target]), Ok(()));
        let rows: Vec<&str> = line.screen.lines().collect();
        let first = rows.iter().position(|row| row.contains("Symlink")).unwrap();
        let end = rows.iter().position(|row| row.is_empty()).unwrap();
        let note: Vec<&str> = rows[first..end].iter().map(|row| row.trim()).collect();
        let named = with(&format!("{path}\n{}", note.concat()));
        assert_eq!(
            tell_apart(&dialog, &own, &[named]),
            Err(Refusal::Twins),
            "{}",
            line.screen
        );
        // Anything else below the name is not Claude's.
        for said in [
            "Symlink target: n.md",
            "Other words",
            "Symlink target: /x\n\n y",
        ] {
            let screen = [&rows[..first], &[&format!(" {said}")], &rows[end..]]
                .concat()
                .join("\n");
            let read = crate::assistants::dialogs::read(&Assistant::CLAUDE, &screen, line.width);
            let shown = read.map(|dialog| dialog.shows(&own));
            assert_ne!(shown, Some(Ok(())), "{screen}");
        }
    }
}

/// Of which half it is the record tells nothing that can be read.
#[test]
fn half_a_pair_of_surrogates_is_shown_in_quotes_and_never_told_from_another() {
    for line in of_files("halves-") {
        let (dialog, own) = (line.dialog(), line.asks(&line.input));
        assert_eq!(dialog.shows(&own), Ok(()), "{}\n{}", line.name, line.screen);
        assert_eq!(
            tell_apart(&dialog, &own, std::slice::from_ref(&own)),
            Err(Refusal::Twins)
        );
        let other = line.input.to_string().replace('\u{fffd}', "x");
        let other = line.asks(&serde_json::from_str(&other).unwrap());
        assert!(matches!(dialog.shows(&other), Err(Refusal::Differs(_))));
        assert_eq!(tell_apart(&dialog, &own, &[other]), Err(Refusal::Twins));
        let spelt = line.input.to_string().replace('\u{fffd}', "\\\\ud800");
        let spelt = line.asks(&serde_json::from_str(&spelt).unwrap());
        assert!(dialog.shows(&spelt).is_err(), "{}", line.screen);
    }
}

/// Tabs, and blanks at the ends.
#[test]
fn commands_are_told_apart_by_their_letters_wherever_all_of_these_are_drawn() {
    let all = super::super::tests::recorded();
    let mut tried = 0;
    for line in all.iter().filter(|line| line.name.starts_with("long-")) {
        let dialog = crate::assistants::dialogs::read(&Assistant::CLAUDE, &line.screen, line.width);
        let dialog = dialog.unwrap_or_else(|| panic!("{} is a dialog", line.name));
        let own = asked(&line.input);
        assert_eq!(dialog.shows(&own), Ok(()), "{}\n{}", line.name, line.screen);
        let command = line.input["command"].as_str().unwrap();
        let with = |command: &str| {
            let other = json!({"command": command, "description": "says so"});
            tell_apart(&dialog, &own, &[asked(&other)])
        };
        let long = format!("make {}", "x".repeat(9_000));
        for other in ["make", " make \n", "make\n\n\tall:\n\t\techo hi", &long] {
            assert_eq!(with(other), Ok(()), "{other}\n{}", line.screen);
        }
        // What is longer may be shown as its beginning, and so may be what is not known in full.
        let beginning: String = command.chars().take(40).collect();
        let line_alone = |message: String| {
            let mut other = asked(&json!({"command": ""}));
            (other.command, other.input, other.request.message) = (None, None, Some(message));
            tell_apart(&dialog, &own, &[other])
        };
        let goes_on = format!("{command}; {}", "x".repeat(9_000));
        assert_eq!(with(&goes_on), Err(Refusal::Twins));
        assert_eq!(line_alone(format!("{beginning}…")), Err(Refusal::Twins));
        assert_eq!(line_alone("make all …".to_owned()), Ok(()));
        let drawn_over = format!("make{}", "\t".repeat(line.width / 8));
        for other in [
            command.replace('\t', "\t\t"),
            format!("{command}\t"),
            format!("{command}\n"),
            command.replace(' ', "\t"),
            drawn_over,
            "(value cannot be shown in full".to_owned(),
            "make\u{200b}".to_owned(),
        ] {
            let is_own = other == command;
            assert!(
                is_own || with(&other) == Err(Refusal::Twins),
                "{other}\n{}",
                line.screen
            );
        }
        tried += 1;
    }
    assert!(tried > 8, "{tried}");
}
