//! The words of a command that every shell reads in the same, single way; for rules that allow.
//!
//! This is not a shell's grammar but the small part of it in which nothing can hide: plain words and
//! quoted text, separated by blanks. Whatever could expand, chain, redirect or be read differently by
//! `sh`, `bash` and `zsh` is refused with the reason, however harmless it may be.

/// Words that begin something other than the command they stand before.
const SHELL_WORDS: [&str; 27] = [
    "if",
    "then",
    "else",
    "elif",
    "fi",
    "for",
    "while",
    "until",
    "do",
    "done",
    "case",
    "esac",
    "select",
    "function",
    "time",
    "coproc",
    "in",
    "repeat",
    "foreach",
    "end",
    "nocorrect",
    "noglob",
    "builtin",
    "command",
    "exec",
    "eval",
    "-",
];

/// The words of `command`; else why it cannot be taken for one plain command.
pub(in crate::rules) fn words(command: &str) -> Result<Vec<String>, &'static str> {
    if command.chars().any(char::is_control) {
        return Err("it holds a line break or another control character");
    }
    let words = split(command)?;
    let Some(program) = words.first() else {
        return Err("it is empty");
    };
    if program.contains('=') {
        return Err("it sets a variable first");
    }
    if program.is_empty() || SHELL_WORDS.contains(&program.as_str()) {
        return Err("it begins with a word of the shell's own");
    }
    Ok(words)
}

fn split(command: &str) -> Result<Vec<String>, &'static str> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = command.chars();
    while let Some(c) = rest.next() {
        match c {
            ' ' => words.extend(word.take()),
            '\'' | '"' => {
                let text = quoted(&mut rest, c)?;
                word.get_or_insert_default().push_str(text);
            }
            // `zsh` reads a word that begins with it as the path of a program.
            '=' if word.is_none() => return Err("a word begins with `=`"),
            c if is_plain(c) => word.get_or_insert_default().push(c),
            c => return Err(meaning(c)),
        }
    }
    words.extend(word);
    Ok(words)
}

/// The text up to the closing quote, if nothing in it means anything.
fn quoted<'a>(rest: &mut std::str::Chars<'a>, quote: char) -> Result<&'a str, &'static str> {
    let text = rest.as_str();
    let end = text.find(quote).ok_or("a quote is not closed")?;
    let text = &text[..end];
    if quote == '"' && text.contains(['$', '`', '\\', '!']) {
        return Err("something in quotes is for the shell to expand");
    }
    *rest = rest.as_str()[end + 1..].chars();
    Ok(text)
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-./,:@%+=".contains(c)
}

fn meaning(c: char) -> &'static str {
    match c {
        '$' | '`' => "it holds an expansion or a substitution",
        ';' | '&' | '|' => "it chains commands",
        '<' | '>' => "it redirects",
        '(' | ')' | '{' | '}' => "it groups commands or expands braces",
        '*' | '?' | '[' | ']' | '~' | '^' => "it holds a pattern that the shell expands",
        '\\' => "it holds a backslash",
        '#' => "it holds a comment",
        '!' => "it holds a `!`",
        _ => "it holds an unusual character outside quotes",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_and_quoted_words_are_split_as_a_shell_does() {
        let split = |command| words(command).unwrap();
        assert_eq!(split("git status"), ["git", "status"]);
        assert_eq!(
            split("  git   log  --format=%H "),
            ["git", "log", "--format=%H"]
        );
        assert_eq!(split("g'i't \"st\"atus ''"), ["git", "status", ""]);
        assert_eq!(
            split("echo 'a;$b `c`' \"it's é\""),
            ["echo", "a;$b `c`", "it's é"]
        );
    }

    #[test]
    fn whatever_could_mean_more_is_refused() {
        for command in [
            "",
            "   ",
            "''",
            "git status && rm -rf x",
            "git status;",
            "git status &",
            "git status | sh",
            "git status\n",
            "git status\nrm x",
            "git\tstatus",
            "git status\r",
            "echo $(cat key)",
            "echo `id`",
            "echo $HOME",
            "echo \"$HOME\"",
            "echo \"`id`\"",
            "echo \"a\\\"b\"",
            "echo a\\ b",
            "ls *",
            "ls ?",
            "ls [a]",
            "ls ~",
            "ls {a,b}",
            "ls > x",
            "ls < x",
            "cat <<E",
            "(ls)",
            "{ ls",
            "! ls",
            "A=1 ls",
            "A+=1 ls",
            "ls # x",
            "ls 'x",
            "ls \"x",
            "ls =ls",
            "time ls",
            "eval ls",
            "if x",
            "exec ls",
            "git\u{a0}status",
            "git status\u{200b}",
            "git\u{2028}status",
            "gіt status",
            "ls \u{202e}x",
            "ls\0",
        ] {
            assert!(words(command).is_err(), "{command:?}");
        }
    }
}
