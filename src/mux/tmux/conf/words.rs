//! The words of a command as tmux prints it: quotes, braces and escapes in its own way of writing.

/// The commands of one printed line: tmux prints several as one where a remark stands between them.
pub(super) fn commands(text: &str) -> Vec<String> {
    let mut commands = vec![String::new()];
    let mut scan = Scan::default();
    let pieces: Vec<&str> = text.split(' ').collect();
    for piece in pieces {
        if piece == ";" && scan.is_plain() {
            commands.push(String::new());
            continue;
        }
        piece.chars().for_each(|c| scan.see(c));
        scan.see(' ');
        if let Some(command) = commands.last_mut() {
            if !command.is_empty() {
                command.push(' ');
            }
            command.push_str(piece);
        }
    }
    commands.retain(|command| !command.is_empty());
    commands
}

/// The words of one command, without quotes and escapes; what stands in braces is one word.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut scan = Scan::default();
    for c in text.chars() {
        let was = scan;
        scan.see(c);
        if c.is_ascii_whitespace() && was.is_plain() {
            words.extend(word.take());
            continue;
        }
        let word = word.get_or_insert_default();
        let is_mark = !was.escaped
            && (c == '\\' && was.quote != Some('\'')
                || was.depth == 0 && (was.quote == Some(c) || was.quote.is_none() && is_quote(c)));
        if !is_mark || was.depth > 0 {
            word.push(c);
        }
    }
    words.extend(word);
    words
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'')
}

/// Where in a command one is.
#[derive(Clone, Copy, Default)]
struct Scan {
    quote: Option<char>,
    escaped: bool,
    depth: usize,
}

impl Scan {
    fn is_plain(self) -> bool {
        self.quote.is_none() && !self.escaped && self.depth == 0
    }

    fn see(&mut self, c: char) {
        if self.escaped {
            self.escaped = false;
            return;
        }
        match self.quote {
            Some('\'') if c == '\\' => {}
            _ if c == '\\' => self.escaped = true,
            Some(quote) if c == quote => self.quote = None,
            None if is_quote(c) => self.quote = Some(c),
            None if c == '{' => self.depth += 1,
            None if c == '}' => self.depth = self.depth.saturating_sub(1),
            Some(_) | None => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_parted_where_tmux_parts_it() {
        let text = r#"set-option -g @a "b ; c" ; bind-key x { a ; b } ; bind-key P display a \; display b"#;
        assert_eq!(
            commands(text),
            [
                r#"set-option -g @a "b ; c""#,
                "bind-key x { a ; b }",
                r"bind-key P display a \; display b",
            ]
        );
    }

    #[test]
    fn words_are_what_tmux_means() {
        let text = r#"bind-key -N "a \"b\"" '#' run-shell "x 'y' z" { p "q" ; r } \\x "" a\;"#;
        assert_eq!(
            words(text),
            [
                "bind-key",
                "-N",
                "a \"b\"",
                "#",
                "run-shell",
                "x 'y' z",
                "{ p \"q\" ; r }",
                "\\x",
                "",
                "a;"
            ]
        );
    }
}
