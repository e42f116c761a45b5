//! Rules as they stand in the settings. Whatever is not exactly understood is an error with its
//! line, never a rule that means less or more than the person thought.

use std::fmt;

use pane_patrol_hooks::adapter::ADAPTERS;
use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::rule::{Pattern, Rule, Rules, Then};
use super::shell::conservative::runs_others;
use super::shell::unambiguous;
use super::tool;

/// Longest name and message, in characters.
const MAX_TEXT: usize = 200;

impl<'de> Deserialize<'de> for Rules {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Vec::<Spanned<Rule>>::deserialize(deserializer)?;
        let numbered = written.into_iter().enumerate().map(|(index, rule)| Rule {
            number: index + 1,
            line: rule.span().start,
            ..rule.into_inner()
        });
        Ok(Self::of(numbered.collect()))
    }
}

#[cfg(test)]
impl schemars::JsonSchema for Rules {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Rules".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        Vec::<Written>::json_schema(generator)
    }
}

/// A rule as it is written.
#[derive(Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Written {
    /// What it decides: `deny`, `ask` or `allow`.
    then: Then,
    /// Its own name, by which it is spoken of.
    name: Option<String>,
    /// What the assistant is told, of a deny.
    message: Option<String>,
    /// Only of these assistants.
    #[serde(default)]
    assistant: Several,
    /// Only about these tools; a `*` at the end stands for any end, of an allow only in `mcp__server__*`.
    #[serde(default)]
    tool: Several,
    /// Only about these commands of a shell; a `*` at the end stands for further words.
    #[serde(default)]
    command: Several,
    /// Only about these files, or folders with everything in them; `.` is the whole project.
    #[serde(default)]
    path: Several,
    /// Only where the assistant works below one of these.
    #[serde(default)]
    folder: Several,
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        written.check().map_err(de::Error::custom)
    }
}

impl Written {
    fn check(self) -> Result<Rule, String> {
        for text in self.name.iter().chain(&self.message) {
            let is_line = !text.is_empty()
                && text.chars().count() <= MAX_TEXT
                && !text.chars().any(char::is_control);
            is_line.then_some(()).ok_or(format!(
                "a name or message is one line of 1 to {MAX_TEXT} characters"
            ))?;
        }
        if self.message.is_some() && self.then != Then::Deny {
            return Err(
                "only a deny has a `message`: nothing else is told to the assistant".to_owned(),
            );
        }
        let commands = self.command.0.iter().map(|text| Pattern::parse(text));
        let rule = Rule {
            number: 0,
            line: 0,
            then: self.then,
            name: self.name,
            message: self.message,
            assistant: self.assistant.0,
            tool: self.tool.0,
            command: commands.collect::<Result<_, _>>()?,
            path: self.path.0,
            folder: self.folder.0,
        };
        rule.check()?;
        Ok(rule)
    }
}

impl Rule {
    fn check(&self) -> Result<(), String> {
        self.assistant
            .iter()
            .try_for_each(|name| check_assistant(name))?;
        self.tool.iter().try_for_each(|name| check_tool(name))?;
        self.path.iter().try_for_each(|path| check_path(path))?;
        for folder in &self.folder {
            check_path(folder)?;
            if !folder.starts_with(['/', '~']) {
                return Err(format!(
                    "`folder` begins with `/` or `~/`, not as in `{folder}`"
                ));
            }
        }
        if self.then == Then::Allow {
            self.check_allow()
        } else {
            Ok(())
        }
    }

    /// An allow says what it allows.
    fn check_allow(&self) -> Result<(), String> {
        if self.tool.is_empty() && self.command.is_empty() && self.path.is_empty() {
            return Err("an allow needs a `tool`, a `command` or a `path`; `pane-patrol trust` allows everything for a while".to_owned());
        }
        if !self.command.is_empty() && !self.path.is_empty() {
            return Err("an allow has a `command` or a `path`, not both: what a command touches cannot be known".to_owned());
        }
        for name in &self.tool {
            let is_part = name.ends_with('*') && !name.starts_with("mcp__");
            if is_part {
                return Err(format!(
                    "an allow names its tools; `{name}` could be any (only `mcp__server__*` may end so)"
                ));
            }
            if tool::is_shell(name) && self.command.is_empty() {
                return Err(format!("an allow for `{name}` needs a `command`"));
            }
            if tool::path_key(name).is_some() && self.path.is_empty() {
                return Err(format!(
                    "an allow for `{name}` needs a `path`; `.` is the whole project"
                ));
            }
        }
        self.command.iter().try_for_each(Pattern::check_allow)
    }
}

impl Pattern {
    fn parse(text: &str) -> Result<Self, String> {
        let closed = text.strip_suffix(" *");
        let words = unambiguous::words(closed.unwrap_or(text));
        Ok(Self {
            text: text.to_owned(),
            words: words.map_err(|why| format!("`{text}` is no plain command: {why}; a `*` may stand only at its end, as a word"))?,
            is_open: closed.is_some(),
        })
    }

    fn check_allow(&self) -> Result<(), String> {
        match self.words.first().filter(|word| runs_others(word)) {
            Some(program) if self.is_open => Err(format!(
                "`{}` would allow every command, because `{program}` runs what follows; write it out in full",
                self.text
            )),
            _ => Ok(()),
        }
    }
}

fn check_assistant(name: &str) -> Result<(), String> {
    let fits = !name.is_empty()
        && name.len() <= 32
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "_-".contains(c));
    fits.then_some(()).ok_or_else(|| {
        let known = ADAPTERS
            .first()
            .map_or("", |known| known.assistant.as_str());
        format!("`{name}` is no name of an assistant, such as `{known}`")
    })
}

fn check_tool(name: &str) -> Result<(), String> {
    let stem = name.strip_suffix('*').unwrap_or(name);
    let is_name = !name.is_empty()
        && stem
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-.:".contains(c));
    if !is_name {
        return Err(format!(
            "`{name}` is no name of a tool, such as `{}` or `mcp__server__*`",
            tool::shell()
        ));
    }
    if tool::is_for_the_person(name) {
        return Err(format!(
            "`{name}` is always the person's to answer; no rule can"
        ));
    }
    Ok(())
}

fn check_path(path: &str) -> Result<(), String> {
    let is_plain = !path.is_empty()
        && !path.contains(['*', '?', '[', '{', '$', '\\'])
        && !path.chars().any(char::is_control);
    if !is_plain {
        return Err(format!(
            "`{path}` is no path: a file, or a folder with everything in it, without patterns"
        ));
    }
    if path.split('/').any(|part| part == "..") {
        return Err(format!("`{path}` may not hold `..`"));
    }
    if path.starts_with('~') && path != "~" && !path.starts_with("~/") {
        return Err(format!(
            "`{path}` begins with another user's home; write it in full"
        ));
    }
    Ok(())
}

/// One text, or a list of some.
#[derive(Default)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
struct Several(Vec<String>);

impl<'de> Deserialize<'de> for Several {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = Several;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Several, E> {
                Ok(Several(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Several, A::Error> {
                let mut texts = Vec::new();
                while let Some(text) = list.next_element()? {
                    texts.push(text);
                }
                // Nothing to match would be no condition at all.
                if texts.is_empty() {
                    return Err(de::Error::custom(
                        "an empty list matches nothing; leave the key out",
                    ));
                }
                Ok(Several(texts))
            }
        }
        deserializer.deserialize_any(Texts)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::config::Config;

    fn refused(rule: &str) -> String {
        let text = format!("# mine\n[[rules]]\n{rule}\n");
        Config::parse(&text, Path::new("c.toml"))
            .unwrap_err()
            .to_string()
    }

    #[test]
    fn rules_keep_their_order_and_know_their_lines() {
        let text = "[[rules]]\nthen = 'deny'\ncommand = ['rm', 'git push *']\nname = 'no'\nmessage = 'ask me'\n\n\
            [[rules]]\nthen = 'allow'\ntool = 'Read'\npath = '.'\nfolder = '~/src'\nassistant = 'claude'\n";
        let rules = Config::parse(text, Path::new("c.toml")).unwrap().rules;
        let told: Vec<_> = rules
            .iter()
            .map(|rule| (rule.line, rule.title(), rule.then, rule.conditions()))
            .collect();
        assert_eq!(
            told,
            [
                (
                    1,
                    "rule 1 (no)".into(),
                    Then::Deny,
                    "command rm or git push *".into()
                ),
                (
                    7,
                    "rule 2".into(),
                    Then::Allow,
                    "assistant claude · tool Read · path . · folder ~/src".to_owned()
                ),
            ]
        );
    }

    #[test]
    fn the_example_in_the_book_is_understood() {
        let page = include_str!("../../docs/rules.md");
        let (_, example) = page.split_once("```toml\n").unwrap();
        let (example, _) = example.split_once("```").unwrap();
        let rules = Config::parse(example, Path::new("rules.md")).unwrap().rules;
        let then: Vec<Then> = rules.iter().map(|rule| rule.then).collect();
        assert_eq!(then, [Then::Allow, Then::Allow, Then::Deny]);
    }

    #[test]
    fn what_is_not_understood_is_an_error_that_names_file_and_line() {
        for (rule, told) in [
            ("command = 'ls'", "c.toml, line 2: missing field `then`"),
            ("then = 'alow'", "c.toml, line 3: unknown variant `alow`"),
            (
                "then = 'allow'\ncomand = 'ls'",
                "c.toml, line 4: unknown key `comand`",
            ),
            ("then = 'allow'", "an allow needs"),
            ("then = 'allow'\nassistant = 'claude'", "an allow needs"),
            ("then = 'allow'\ntool = 'Bash'", "needs a `command`"),
            ("then = 'allow'\ntool = '*'", "could be any"),
            ("then = 'allow'\ntool = 'Write'", "needs a `path`"),
            (
                "then = 'allow'\ntool = 'ExitPlanMode'",
                "always the person's",
            ),
            (
                "then = 'deny'\ntool = 'AskUserQuestion'",
                "always the person's",
            ),
            ("then = 'allow'\ncommand = 'ls'\npath = '.'", "not both"),
            (
                "then = 'allow'\ncommand = 'git status && ls'",
                "chains commands",
            ),
            (
                "then = 'allow'\ncommand = 'git * status'",
                "may stand only at its end",
            ),
            ("then = 'allow'\ncommand = '*'", "may stand only at its end"),
            (
                "then = 'allow'\ncommand = 'sudo *'",
                "would allow every command",
            ),
            (
                "then = 'allow'\ncommand = '/usr/bin/env A=1 *'",
                "would allow every command",
            ),
            ("then = 'allow'\ncommand = []", "an empty list"),
            ("then = 'allow'\ncommand = 5", "a text or a list of texts"),
            (
                "then = 'allow'\nmessage = 'x'\ntool = 'WebSearch'",
                "only a deny has a `message`",
            ),
            ("then = 'deny'\nmessage = \"a\\nb\"", "one line"),
            ("then = 'allow'\npath = '../x'", "may not hold `..`"),
            ("then = 'allow'\npath = '*.md'", "without patterns"),
            ("then = 'deny'\npath = '~bob/x'", "another user's home"),
            ("then = 'deny'\nfolder = 'src'", "begins with `/` or `~/`"),
            (
                "then = 'deny'\nassistant = 'Claude Code'",
                "no name of an assistant",
            ),
        ] {
            let error = refused(rule);
            assert!(error.contains(told), "{rule:?}: {error}");
            assert!(error.starts_with("c.toml, line "), "{rule:?}: {error}");
            assert!(!error.starts_with("c.toml, line 1:"), "{rule:?}: {error}");
        }
    }
}
