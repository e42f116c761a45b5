//! One rule: what it decides, about what, and how it is spoken of.

use serde::Deserialize;

/// What a rule decides.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize, serde::Serialize,
)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub(crate) enum Then {
    /// It is not done, and the assistant is told why.
    Deny,
    /// The person is asked.
    Ask,
    /// It is done without asking.
    Allow,
}

impl Then {
    /// `deny`, `ask` or `allow`.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Deny => "deny",
            Self::Ask => "ask",
            Self::Allow => "allow",
        }
    }
}

/// All rules, in the order of the settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rules(Vec<Rule>);

/// One rule. A condition that is not given is met by everything; of one with several values, one is
/// enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Rule {
    /// Which one, from 1, in the order of the settings.
    pub number: usize,
    /// The line of the settings it begins on, from 1.
    pub line: usize,
    /// What it decides.
    pub then: Then,
    /// Its own name.
    pub name: Option<String>,
    /// What the assistant is told, of a deny.
    pub message: Option<String>,
    pub(super) assistant: Vec<String>,
    pub(super) tool: Vec<String>,
    pub(super) command: Vec<Pattern>,
    pub(super) path: Vec<String>,
    pub(super) folder: Vec<String>,
}

/// Words of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    /// As it is written.
    pub(super) text: String,
    pub(super) words: Vec<String>,
    /// Harmless further words may follow.
    pub(super) is_open: bool,
}

impl Rules {
    /// These, in this order.
    pub(super) fn of(rules: Vec<Rule>) -> Self {
        Self(rules)
    }

    /// Every rule.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.0.iter()
    }

    /// Rules know where they begin in bytes; from `text`, the settings they were read from, their
    /// lines are counted.
    pub(crate) fn count_lines(&mut self, text: &str) {
        for rule in &mut self.0 {
            let at = rule.line.min(text.len());
            rule.line = text.get(..at).unwrap_or(text).matches('\n').count() + 1;
        }
    }
}

impl Rule {
    /// `rule 3 (no pushes)`: how it is spoken of.
    pub(crate) fn title(&self) -> String {
        match &self.name {
            Some(name) => format!("rule {} ({name})", self.number),
            None => format!("rule {}", self.number),
        }
    }

    /// Whether it can be about this assistant.
    pub(crate) fn is_for(&self, assistant: &str) -> bool {
        self.assistant.is_empty() || self.assistant.iter().any(|name| name == assistant)
    }

    /// Its conditions in one line, for example `command "git status" · folder ~/src`.
    pub(crate) fn conditions(&self) -> String {
        let commands: Vec<String> = self
            .command
            .iter()
            .map(|pattern| pattern.text.clone())
            .collect();
        let conditions = [
            ("assistant", &self.assistant),
            ("tool", &self.tool),
            ("command", &commands),
            ("path", &self.path),
            ("folder", &self.folder),
        ];
        let given = conditions.iter().filter(|(_, values)| !values.is_empty());
        let texts = given.map(|(name, values)| format!("{name} {}", values.join(" or ")));
        let text = texts.collect::<Vec<_>>().join(" · ");
        if text.is_empty() {
            "everything".to_owned()
        } else {
            text
        }
    }
}
