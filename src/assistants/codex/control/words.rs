//! The words of a command line as the server writes one: quoted so that a POSIX shell reads just them.

/// The words; `None` where quotes or a backslash have no end.
pub(super) fn words(line: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = line.chars();
    while let Some(c) = rest.next() {
        match c {
            ' ' => words.extend(word.take()),
            '\'' => {
                let (inside, after) = rest.as_str().split_once('\'')?;
                word.get_or_insert_default().push_str(inside);
                rest = after.chars();
            }
            '"' => double_quoted(&mut rest, word.get_or_insert_default())?,
            '\\' => word.get_or_insert_default().push(rest.next()?),
            plain => word.get_or_insert_default().push(plain),
        }
    }
    words.extend(word);
    Some(words)
}

/// There a backslash is one, but before what would mean something.
fn double_quoted(rest: &mut std::str::Chars<'_>, word: &mut String) -> Option<()> {
    loop {
        match rest.next()? {
            '"' => return Some(()),
            '\\' => {
                let next = rest.next()?;
                if !"\\\"$`".contains(next) {
                    word.push('\\');
                }
                word.push(next);
            }
            plain => word.push(plain),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_a_shell_reads_it() {
        for (line, expected) in [
            (
                "/bin/bash -lc 'touch a b'",
                vec!["/bin/bash", "-lc", "touch a b"],
            ),
            (
                r#"bash -lc "it's \"a\" \$b \x""#,
                vec!["bash", "-lc", r#"it's "a" $b \x"#],
            ),
            (r"bash -lc 'a'\''b'", vec!["bash", "-lc", "a'b"]),
            ("bash -lc 'a\nb  c' ''", vec!["bash", "-lc", "a\nb  c", ""]),
            (r"a\ b", vec!["a b"]),
            ("", vec![]),
        ] {
            assert_eq!(words(line).unwrap(), expected, "{line}");
        }
        for line in ["'a", "\"a", "a\\", "\"a\\"] {
            assert_eq!(words(line), None, "{line}");
        }
    }
}
