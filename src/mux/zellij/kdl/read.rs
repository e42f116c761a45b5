//! Reads such a file as Zellij does (KDL 1), as far as nodes, their words and what stands inside them are concerned.
//! Pure. What it does not understand it refuses: nothing is put into a file of which we would not know what it says.

/// How deep nodes may stand in nodes.
const DEEPEST: usize = 64;

/// A node: a name, words, and nodes inside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) name: String,
    /// Those that are no property, as text.
    pub(crate) words: Vec<String>,
    /// Where its name begins, in bytes.
    pub(crate) start: usize,
    pub(crate) block: Option<Block>,
}

/// What stands between braces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Block {
    pub(crate) nodes: Vec<Node>,
    /// The byte of each brace.
    pub(crate) open: usize,
    pub(crate) close: usize,
}

/// It is no such file, as far as we know: the line, from 1, at which that shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unread(pub(crate) usize);

/// The nodes of a file. What is commented out, also by `/-`, is none.
///
/// # Errors
/// It is not understood.
pub(crate) fn read(text: &str) -> Result<Vec<Node>, Unread> {
    let mut reader = Reader { text, at: 0 };
    if reader.text.starts_with('\u{feff}') {
        reader.at = '\u{feff}'.len_utf8();
    }
    let nodes = reader.nodes(DEEPEST);
    match nodes {
        Some(nodes) if reader.at == text.len() => Ok(nodes),
        _ => Err(Unread(line_at(text, reader.at))),
    }
}

/// The line, from 1, in which that byte is.
pub(crate) fn line_at(text: &str, at: usize) -> usize {
    let before = text.as_bytes().iter().take(at);
    before.filter(|byte| **byte == b'\n').count() + 1
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// One word of a node.
enum Word {
    Value(String),
    Property,
}

impl<'a> Reader<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let next = self.peek()?;
        self.at += next.len_utf8();
        Some(next)
    }

    fn eat(&mut self, what: &str) -> bool {
        let is_there = self.rest().starts_with(what);
        if is_there {
            self.at += what.len();
        }
        is_there
    }

    fn eat_while(&mut self, is_such: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !is_such(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Nodes up to a closing brace or the end; `None`: not understood.
    fn nodes(&mut self, deep: usize) -> Option<Vec<Node>> {
        let mut nodes = Vec::new();
        loop {
            self.between()?;
            if self.peek().is_none_or(|c| c == '}') {
                return Some(nodes);
            }
            let is_left_out = self.eat("/-");
            if is_left_out {
                self.blanks()?;
            }
            let node = self.node(deep)?;
            if !is_left_out {
                nodes.push(node);
            }
        }
    }

    /// What separates nodes.
    fn between(&mut self) -> Option<()> {
        loop {
            self.blanks()?;
            let is_more = self.eat(";") || !self.eat_while(is_line_end).is_empty() || self.remark();
            if !is_more {
                return Some(());
            }
        }
    }

    /// Blanks inside of a node, over the end of a line where that is said.
    fn blanks(&mut self) -> Option<()> {
        loop {
            self.eat_while(is_blank);
            if self.rest().starts_with("/*") {
                self.long_remark()?;
            } else if self.rest().starts_with('\\') {
                self.at += 1;
                self.eat_while(is_blank);
                if !self.remark() {
                    self.line_end()?;
                }
            } else {
                return Some(());
            }
        }
    }

    fn line_end(&mut self) -> Option<()> {
        if !self.eat("\r\n") {
            self.next().filter(|c| is_line_end(*c))?;
        }
        Some(())
    }

    /// A remark up to the end of its line, and that.
    fn remark(&mut self) -> bool {
        let is_one = self.eat("//");
        if is_one {
            self.eat_while(|c| !is_line_end(c));
            // The file may end there.
            let _ = self.line_end();
        }
        is_one
    }

    /// One that may stand in another one.
    fn long_remark(&mut self) -> Option<()> {
        let mut open = 0_usize;
        loop {
            if self.eat("/*") {
                open += 1;
            } else if self.eat("*/") {
                open -= 1;
                if open == 0 {
                    return Some(());
                }
            } else {
                self.next()?;
            }
        }
    }

    fn node(&mut self, deep: usize) -> Option<Node> {
        self.kind()?;
        let start = self.at;
        let name = match self.string()? {
            Some(name) => name,
            None => self.bare()?.to_owned(),
        };
        let mut node = Node {
            name,
            start,
            ..Node::default()
        };
        loop {
            let before = self.at;
            self.blanks()?;
            match self.peek() {
                None | Some('}' | ';') => return Some(node),
                Some(c) if is_line_end(c) || self.rest().starts_with("//") => return Some(node),
                Some('{') => {
                    node.block = Some(self.block(deep)?);
                    continue;
                }
                // A word after the block, or one that is not set apart.
                Some(_) if node.block.is_some() || self.at == before => return None,
                Some(_) => {}
            }
            if self.eat("/-") {
                self.blanks()?;
                if self.peek() == Some('{') {
                    self.block(deep)?;
                } else {
                    self.word()?;
                }
            } else if let Word::Value(value) = self.word()? {
                node.words.push(value);
            }
        }
    }

    fn block(&mut self, deep: usize) -> Option<Block> {
        let open = self.at;
        self.eat("{");
        let nodes = self.nodes(deep.checked_sub(1)?)?;
        let close = self.at;
        self.eat("}").then_some(Block { nodes, open, close })
    }

    /// What kind of value follows.
    fn kind(&mut self) -> Option<()> {
        if self.eat("(") {
            match self.string()? {
                Some(_) => {}
                None => {
                    self.bare()?;
                }
            }
            self.eat(")").then_some(())?;
        }
        Some(())
    }

    fn word(&mut self) -> Option<Word> {
        self.kind()?;
        let value = match self.string()? {
            Some(value) => value,
            None => self.bare()?.to_owned(),
        };
        if self.eat("=") {
            self.kind()?;
            if self.string()?.is_none() {
                self.bare()?;
            }
            return Some(Word::Property);
        }
        Some(Word::Value(value))
    }

    /// A word without quotes: a name, a number, `true`.
    fn bare(&mut self) -> Option<&'a str> {
        let word = self.eat_while(is_of_a_word);
        (!word.is_empty()).then_some(word)
    }

    /// A word in quotes; `Some(None)`: there is none.
    #[allow(
        clippy::option_option,
        reason = "not there is not the same as not understood"
    )]
    fn string(&mut self) -> Option<Option<String>> {
        if self.rest().starts_with("r\"") || self.rest().starts_with("r#") {
            return self.raw().map(Some);
        }
        if !self.eat("\"") {
            return Some(None);
        }
        let mut value = String::new();
        loop {
            match self.next()? {
                '"' => return Some(Some(value)),
                '\\' => value.push(self.escaped()?),
                c => value.push(c),
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        Some(match self.next()? {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'b' => '\u{8}',
            'f' => '\u{c}',
            c @ ('"' | '\\' | '/') => c,
            'u' => {
                self.eat("{").then_some(())?;
                let digits = self.eat_while(|c| c.is_ascii_hexdigit());
                let number = u32::from_str_radix(digits, 16).ok();
                self.eat("}").then_some(())?;
                char::from_u32(number?)?
            }
            _ => return None,
        })
    }

    fn raw(&mut self) -> Option<String> {
        self.eat("r");
        let marks = self.eat_while(|c| c == '#');
        self.eat("\"").then_some(())?;
        let end = format!("\"{marks}");
        let length = self.rest().find(&end)?;
        let value = self.rest()[..length].to_owned();
        self.at += length + end.len();
        Some(value)
    }
}

fn is_line_end(c: char) -> bool {
    matches!(
        c,
        '\n' | '\r' | '\u{85}' | '\u{c}' | '\u{2028}' | '\u{2029}'
    )
}

fn is_blank(c: char) -> bool {
    !is_line_end(c) && (c.is_whitespace() || c == '\u{feff}')
}

fn is_of_a_word(c: char) -> bool {
    !is_line_end(c)
        && !is_blank(c)
        && !c.is_control()
        && !matches!(
            c,
            '\\' | '/' | '(' | ')' | '{' | '}' | '<' | '>' | ';' | '[' | ']' | '=' | ',' | '"'
        )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(text: &str) -> Vec<String> {
        let nodes = read(text).unwrap_or_else(|Unread(line)| panic!("line {line} of {text}"));
        nodes.into_iter().map(|node| node.name).collect()
    }

    #[test]
    fn nodes_are_found_with_their_words_and_what_stands_inside() {
        let text =
            "a 1 \"x y\" b=2 {\n  c; d r#\"raw\"\\\"#\n} // end\n\"e f\" (u8)3 \\ // on\n  4\n";
        let nodes = read(text).unwrap();
        assert_eq!(nodes[0].words, ["1", "x y"]);
        let block = nodes[0].block.as_ref().unwrap();
        assert_eq!(
            (
                &text[block.open..=block.open],
                &text[block.close..=block.close]
            ),
            ("{", "}")
        );
        assert_eq!(block.nodes[1].words, ["raw\"\\"]);
        assert_eq!(
            (&*nodes[1].name, &*nodes[1].words),
            ("e f", &["3".to_owned(), "4".to_owned()][..])
        );
    }

    #[test]
    fn what_is_commented_out_is_no_node() {
        assert_eq!(
            names("/* a /* b */ */ c\n/-d { e; }\n// f\ng /-1 /-{ h; } 2"),
            ["c", "g"]
        );
        assert_eq!(names("\u{feff}a\r\nb;;c"), ["a", "b", "c"]);
    }

    #[test]
    fn what_is_not_understood_is_told_with_its_line() {
        for (text, line) in [
            ("a {\n b\n", 3),
            ("a\nb \"x", 2),
            ("a }\n", 1),
            ("a {} b", 1),
            ("/* never ended", 1),
            ("a \"x\"\"y\"", 1),
            ("a\n\n=b", 3),
            ("a \\ b", 1),
        ] {
            assert_eq!(read(text), Err(Unread(line)), "{text}");
        }
        assert!(read(&"a { ".repeat(5000)).is_err());
    }

    proptest! {
        #[test]
        fn whatever_a_file_holds_it_is_read_or_not_and_braces_are_where_they_are_said_to_be(
            text in "[a-c\"\\\\/*{};=() \n\r#r0-9-]{0,60}|\\PC{0,40}",
        ) {
            let check = |nodes: &[Node]| {
                let mut left: Vec<&Node> = nodes.iter().collect();
                while let Some(node) = left.pop() {
                    if let Some(block) = &node.block {
                        prop_assert_eq!(&text[block.open..=block.open], "{");
                        prop_assert_eq!(&text[block.close..=block.close], "}");
                        left.extend(&block.nodes);
                    }
                }
                Ok(())
            };
            if let Ok(nodes) = read(&text) {
                check(&nodes)?;
            }
        }

        #[test]
        fn a_text_is_read_as_it_was_written(value in any::<String>()) {
            let written = format!("a {}\n", super::super::string(&value));
            prop_assert_eq!(&read(&written).unwrap()[0].words, &[value]);
        }
    }
}
