//! What a terminal was told about colours, as `capture-pane -e` gives it.

/// `styled` as it reads.
pub(crate) fn without(styled: &str) -> String {
    let mut plain = String::with_capacity(styled.len());
    walk(styled, |c, _| plain.push(c));
    plain
}

/// Which of `labels`, from 1, is the one on another background than all others.
pub(crate) fn marked(styled_line: &str, labels: &[&str]) -> Option<u8> {
    let mut plain = String::new();
    let mut grounds = Vec::new();
    walk(styled_line, |c, ground| {
        plain.push(c);
        grounds.extend(std::iter::repeat_n(ground.to_owned(), c.len_utf8()));
    });
    let ground = |label: &&str| plain.find(*label).map(|at| grounds[at].as_str());
    let grounds: Vec<&str> = labels.iter().map(ground).collect::<Option<_>>()?;
    let is_alone = |index: &usize| {
        let same = grounds.iter().filter(|ground| **ground == grounds[*index]);
        same.count() == 1
    };
    let mut alone = (0..grounds.len()).filter(is_alone);
    let found = alone.next()?;
    // Of two labels each is alone: that tells nothing.
    alone
        .next()
        .is_none()
        .then(|| u8::try_from(found + 1).ok())?
}

/// Every character that is drawn, with what was said of the background before it.
fn walk(styled: &str, mut drawn: impl FnMut(char, &str)) {
    let mut ground = String::new();
    let mut rest = styled;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if c != '\u{1b}' {
            drawn(c, &ground);
            continue;
        }
        if let Some(sequence) = rest.strip_prefix('[') {
            let end = sequence.find(|c: char| c.is_ascii_alphabetic());
            let end = end.unwrap_or(sequence.len());
            note_ground(&sequence[..end], &mut ground);
            rest = sequence.get(end + 1..).unwrap_or_default();
        } else if let Some(link) = rest.strip_prefix(']') {
            let end = link.find("\u{1b}\\").map(|end| end + 2);
            rest = end.map_or("", |end| &link[end..]);
        }
    }
}

/// `38;5;8;48;5;234`: colours of the text are skipped, so that none of their numbers is taken for
/// another one.
fn note_ground(sequence: &str, ground: &mut String) {
    let mut numbers = sequence.split([';', ':']).peekable();
    while let Some(number) = numbers.next() {
        match number {
            "" | "0" | "49" => ground.clear(),
            "7" => ground.push('~'),
            "27" => ground.retain(|c| c != '~'),
            "38" | "48" => {
                let rest = if numbers.peek() == Some(&"5") { 2 } else { 4 };
                let colour: Vec<&str> = numbers.by_ref().take(rest).collect();
                if number == "48" {
                    *ground = colour.join(";");
                }
            }
            plain if is_ground(plain) => plain.clone_into(ground),
            _ => {}
        }
    }
}

fn is_ground(number: &str) -> bool {
    matches!(number.parse(), Ok(40..=47 | 100..=107))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_label_on_another_ground_is_the_marked_one() {
        let line = "\u{1b}[48;5;234m   \u{1b}[38;5;48mone\u{1b}[38;5;15m  \u{1b}[48;5;215m \u{1b}[38;5;232mtwo\u{1b}[38;5;15m \u{1b}[48;5;234m  three";
        assert_eq!(marked(line, &["one", "two", "three"]), Some(2));
        assert_eq!(marked(line, &["one", "two"]), None);
        assert_eq!(marked(line, &["one", "four"]), None);
        assert_eq!(marked("one two three", &["one", "two", "three"]), None);
        assert_eq!(without(line).trim(), "one   two   three");
        let reversed = "one \u{1b}[7mtwo\u{1b}[27m three";
        assert_eq!(marked(reversed, &["one", "two", "three"]), Some(2));
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(text in "(?s)[\u{1b}\\[\\]0-9;:m~a é]{0,60}") {
            let _ = marked(&text, &["a", "é"]);
            let _ = without(&text);
        }
    }
}
