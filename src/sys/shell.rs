//! Text of others as one word of a POSIX shell.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use thiserror::Error;

/// Why a text cannot be a word: no argument of any program can hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("it holds a NUL character")]
pub(crate) struct HoldsNul;

/// `text` as one word that every POSIX shell reads as just that text. A word that begins with `-` is
/// still an option to the program that gets it.
///
/// # Errors
/// The text holds a NUL.
pub(crate) fn word(text: impl AsRef<OsStr>) -> Result<OsString, HoldsNul> {
    let text = text.as_ref().as_bytes();
    if text.contains(&0) {
        return Err(HoldsNul);
    }
    let mut word = vec![b'\''];
    for byte in text {
        match byte {
            // Between single quotes everything means itself but their end.
            b'\'' => word.extend_from_slice(br"'\''"),
            other => word.push(*other),
        }
    }
    word.push(b'\'');
    Ok(OsString::from_vec(word))
}

/// `text` in a command line that a person is told to type: as it is where a shell leaves it alone.
pub(crate) fn shown(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    word(text).map_or_else(
        |_| text.to_owned(),
        |word| word.to_string_lossy().into_owned(),
    )
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use proptest::prelude::*;

    use super::*;

    /// What is here of the shells that people have. zsh with the option in which `#` and `!` mean most.
    const SHELLS: &[&[&str]] = &[
        &["sh"],
        &["dash"],
        &["bash"],
        &["bash", "--posix"],
        &["busybox", "sh"],
        &["ksh"],
        &["zsh", "-o", "extendedglob", "-o", "interactivecomments"],
    ];

    fn shells() -> Vec<&'static [&'static str]> {
        let is_there = |shell: &&&[&str]| {
            let mut command = Command::new(shell[0]);
            let found = command.args(&shell[1..]).args(["-c", ":"]).status();
            found.is_ok_and(|status| status.success())
        };
        let found: Vec<_> = SHELLS.iter().filter(is_there).copied().collect();
        assert!(!found.is_empty(), "every system has a shell");
        found
    }

    /// The arguments that each shell gives a program for these words.
    fn assert_read_as(shells: &[&[&str]], texts: &[OsString]) {
        let mut script = OsString::from("printf '%s\\0' '' ");
        for text in texts {
            script.push(word(text).unwrap());
            script.push(" ");
        }
        let expected = texts.iter().map(|text| [text.as_bytes(), b"\0"].concat());
        let expected = [b"\0".to_vec(), expected.collect::<Vec<_>>().concat()].concat();
        for shell in shells {
            let mut command = Command::new(shell[0]);
            command.args(&shell[1..]).arg("-c").arg(&script);
            let output = command.env("P", "expanded").output().unwrap();
            assert_eq!(output.stdout, expected, "{shell:?}: {script:?}");
            assert!(output.stderr.is_empty(), "{shell:?}: {output:?}");
        }
    }

    #[test]
    fn hostile_texts_stay_one_word_in_every_shell() {
        let texts = [
            "",
            " ",
            "'",
            "''",
            "\\",
            "\\'",
            "\"",
            "`touch P`",
            "$(touch P)",
            "$P",
            "${P}",
            "~",
            "~root",
            "-n",
            "--help",
            "*",
            "?",
            "[a]",
            "{a,b}",
            "a b",
            "a\tb",
            "a\nb",
            "ends\n",
            "\n",
            "#x",
            "!!",
            "a;b",
            "&",
            "|",
            ">P",
            "<(x)",
            "=ls",
            "\r",
            "\u{1b}[31m",
            "é",
            "日本",
            "'$(touch P)'",
            "\\\n",
        ];
        let mut texts: Vec<OsString> = texts.map(OsString::from).to_vec();
        texts.push(OsString::from_vec(vec![b'x', 0xff, b'\'', 0x80]));
        assert_read_as(&shells(), &texts);
    }

    #[test]
    fn what_no_program_can_be_given_is_refused() {
        assert_eq!(word("a\0b"), Err(HoldsNul));
    }

    #[test]
    fn only_what_a_shell_would_change_is_shown_in_quotes() {
        assert_eq!(shown("work:1.0"), "work:1.0");
        assert_eq!(shown("my work:1.0"), "'my work:1.0'");
        assert_eq!(shown("$(x)"), "'$(x)'");
        assert_eq!(shown(""), "''");
    }

    #[test]
    fn any_text_stays_one_word_in_every_shell() {
        let shells = shells();
        let bytes = proptest::collection::vec(1_u8..=255, 0..20);
        let special = proptest::collection::vec(
            proptest::sample::select(b"'\"\\$`(){}[]*?~!#&|;<>= \t\nab-".to_vec()),
            0..20,
        );
        let text = prop_oneof![bytes, special].prop_map(OsString::from_vec);
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig::with_cases(24));
        let texts = proptest::collection::vec(text, 1..40);
        runner
            .run(&texts, |texts| {
                assert_read_as(&shells, &texts);
                Ok(())
            })
            .unwrap();
    }
}
