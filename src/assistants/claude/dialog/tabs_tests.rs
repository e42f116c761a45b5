//! Changes of lines that hold tabs, as both versions draw them, and files that hold what is drawn as nothing.

use super::*;

fn tabbed() -> Vec<Recorded> {
    let all = recorded().into_iter();
    all.filter(|line| line.name.starts_with("tabs-")).collect()
}

#[test]
fn a_tab_within_a_line_that_changes_is_drawn_up_to_its_stop() {
    let all = tabbed();
    for line in &all {
        let said = line.dialog().shows(&line.asks(&line.input));
        assert_eq!(
            said,
            Ok(()),
            "{} {}\n{}",
            line.name,
            line.input,
            line.screen
        );
    }
    assert!(all.len() >= 50, "{}", all.len());
}

/// A tab twice, none, or a blank in its place: another request, or one that is drawn the same and not told
/// from it.
#[test]
fn a_change_with_other_tabs_is_not_taken_for_it() {
    let mut others = 0;
    for line in tabbed() {
        let (dialog, own) = (line.dialog(), line.asks(&line.input));
        let text = line.input["new_string"].as_str().unwrap();
        for by in ["\t\t", "", " ", "  ", "x\t"] {
            for (at, _) in text.match_indices('\t').filter(|(at, _)| *at > 0) {
                let mut input = line.input.clone();
                input["new_string"] = json!(format!("{}{by}{}", &text[..at], &text[at + 1..]));
                let other = line.asks(&input);
                if dialog.shows(&other).is_ok() {
                    let said = tell_apart(&dialog, &own, &[other]);
                    assert_eq!(said, Err(Refusal::Twins), "{} {input}", line.name);
                } else {
                    others += 1;
                }
            }
        }
    }
    assert!(others > 200, "{others}");
}

#[test]
fn a_text_for_a_file_that_is_drawn_otherwise_says_why_it_is_not_answered() {
    let mut refused = [0, 0];
    for line in recorded_in("unseen") {
        let said = line.dialog().shows(&line.asks(&line.input));
        let written = line.input.to_string();
        // What begins a file may be the mark of its encoding.
        let is_marked = written.replace("\"\u{feff}", "\"").contains('\u{feff}');
        refused[usize::from(is_marked)] += usize::from(said.is_err());
        let expected = if is_marked {
            Refusal::Unseen(Part::Content)
        } else {
            Refusal::Rewritten(Part::Content)
        };
        if is_marked || said.is_err() {
            assert_eq!(
                said,
                Err(expected),
                "{} {}\n{}",
                line.name,
                line.input,
                line.screen
            );
        }
    }
    assert!(refused[0] > 2 && refused[1] > 10, "{refused:?}");
}
