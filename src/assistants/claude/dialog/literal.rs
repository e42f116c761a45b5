//! Reads a literal of JavaScript: texts, lists and objects, with nothing in them that is to be computed.

use std::iter::Peekable;
use std::str::Chars;

use serde_json::{Map, Value};

/// So deep it may go.
const DEEPEST: usize = 16;

/// The literal with which `text` begins; `None` where it is none. What is no text, list or object in it is
/// `null`.
pub(super) fn read(text: &str) -> Option<Value> {
    let mut literal = Literal(text.chars().peekable());
    literal.value(0)
}

struct Literal<'a>(Peekable<Chars<'a>>);

impl Literal<'_> {
    fn value(&mut self, depth: usize) -> Option<Value> {
        if depth > DEEPEST {
            return None;
        }
        self.skip();
        match *self.0.peek()? {
            '\'' | '"' | '`' => self.text().map(Value::String),
            '[' => {
                let mut items = Vec::new();
                self.each(']', |literal| {
                    items.push(literal.value(depth + 1)?);
                    Some(())
                })?;
                Some(Value::Array(items))
            }
            '{' => {
                let mut fields = Map::new();
                self.each('}', |literal| {
                    let name = literal.name()?;
                    literal.skip();
                    (literal.0.next()? == ':').then_some(())?;
                    let value = literal.value(depth + 1)?;
                    fields.insert(name, value);
                    Some(())
                })?;
                Some(Value::Object(fields))
            }
            c if c.is_alphanumeric() || c == '-' => {
                self.word();
                Some(Value::Null)
            }
            _ => None,
        }
    }

    /// Reads what stands between brackets, parted by commas.
    fn each(&mut self, end: char, mut one: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.0.next()?;
        loop {
            self.skip();
            if *self.0.peek()? == end {
                self.0.next();
                return Some(());
            }
            one(self)?;
            self.skip();
            match self.0.peek()? {
                ',' => self.0.next(),
                c if *c == end => continue,
                _ => return None,
            };
        }
    }

    fn name(&mut self) -> Option<String> {
        self.skip();
        match self.0.peek()? {
            '\'' | '"' => self.text(),
            _ => Some(self.word()).filter(|word| !word.is_empty()),
        }
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        let is_its = |c: &char| c.is_alphanumeric() || "_$.-".contains(*c);
        while let Some(c) = self.0.next_if(is_its) {
            word.push(c);
        }
        word
    }

    /// A text in quotes, without what it escapes in ways that are rare.
    fn text(&mut self) -> Option<String> {
        let quote = self.0.next()?;
        let mut text = String::new();
        loop {
            match self.0.next()? {
                c if c == quote => return Some(text),
                '\\' => text.push(match self.0.next()? {
                    'n' => '\n',
                    't' => '\t',
                    c @ ('\'' | '"' | '`' | '\\') => c,
                    _ => return None,
                }),
                '$' if quote == '`' && self.0.peek() == Some(&'{') => return None,
                '\n' if quote != '`' => return None,
                c => text.push(c),
            }
        }
    }

    fn skip(&mut self) {
        while self.0.next_if(|c| c.is_whitespace()).is_some() {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn literals_are_read_and_nothing_that_is_computed() {
        let text =
            "{\n  name: 'a', 'b-c': \"it's\", d: [`x`, {e: 'f\\'g',}, 3, true],\n}\nreturn 1";
        let wanted = json!({"name": "a", "b-c": "it's", "d": ["x", {"e": "f'g"}, null, null]});
        assert_eq!(read(text), Some(wanted));
        let deep = "[".repeat(100_000);
        for other in [
            "{a: 'b' + c}",
            "{a: f()}",
            "{...x}",
            "{a: `${b}`}",
            "{a: '\\x41'}",
            "{a: 'b'",
            &deep,
        ] {
            assert_eq!(read(other), None);
        }
    }
}
