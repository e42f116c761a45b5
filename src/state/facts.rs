//! What an assistant's own files say of a session: what it works with, not what it does. What they do not say is
//! empty.

use pane_patrol_hooks::text::{MAX_MESSAGE_CHARS, has_control, one_line};
use serde::{Deserialize, Serialize};

/// Longest name of a model, in characters.
const MAX_MODEL_CHARS: usize = 60;

/// Longest word for what an assistant may do unasked, in characters.
const MAX_MODE_CHARS: usize = 40;

/// What an assistant's own files say of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Facts {
    /// The model, by the name that stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// What the assistant may do unasked, in its own word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mode: Option<String>,
    /// How much of the model's context window is in use, in percent, as the assistant counts it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_percent: Option<u8>,
    /// The same in tokens.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub context_tokens: Option<u64>,
    /// How many tokens the session has used, as the assistant sums them up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens: Option<u64>,
    /// That a limit of the model's side is reached, in the assistant's own words, until a turn goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
}

impl Facts {
    /// As they may be shown: each text one line and not too long, and none that is empty.
    pub(crate) fn bounded(self) -> Self {
        let line = |text: Option<String>, max| {
            let line = text.map(|text| one_line(&text, max));
            line.filter(|line| !line.is_empty())
        };
        Self {
            model: line(self.model, MAX_MODEL_CHARS),
            mode: line(self.mode, MAX_MODE_CHARS),
            limit: line(self.limit, MAX_MESSAGE_CHARS),
            context_percent: self.context_percent.map(|percent| percent.min(100)),
            ..self
        }
    }

    /// Whether they say nothing.
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether no text of them holds a control character.
    pub(crate) fn is_plain(&self) -> bool {
        let texts = [&self.model, &self.mode, &self.limit];
        !texts.into_iter().flatten().any(|text| has_control(text))
    }

    /// How much of the context window is in use, in short: `62 %`, or `118k` where only that is known.
    pub(crate) fn context(&self) -> Option<String> {
        let percent = self.context_percent.map(|percent| format!("{percent} %"));
        percent.or_else(|| self.context_tokens.map(counted))
    }

    /// How many tokens the session has used, in short: `1.2M`.
    pub(crate) fn used(&self) -> Option<String> {
        self.tokens.map(counted)
    }

    /// All but the limit in a few words each, the most needed first: `gpt-5.2-codex`, `context 62 %`, `on-request`,
    /// `1.2M tokens used`.
    pub(crate) fn words(&self) -> impl Iterator<Item = String> {
        let context = self.context().map(|context| match self.context_percent {
            Some(_) => format!("context {context}"),
            None => format!("context {context} tokens"),
        });
        let used = self.used().map(|tokens| format!("{tokens} tokens used"));
        [self.model.clone(), context, self.mode.clone(), used]
            .into_iter()
            .flatten()
    }
}

/// So many, in three digits: `950`, `60.4k`, `146k`, `1.2M`.
fn counted(tokens: u64) -> String {
    const SIGNS: [(u64, char); 3] = [(1_000_000_000, 'G'), (1_000_000, 'M'), (1_000, 'k')];
    // What is rounded up to a thousand of one sign is one of the next.
    let sign = |(unit, _): &&(u64, char)| tokens >= unit - unit / 2000;
    let Some((unit, sign)) = SIGNS.iter().find(sign) else {
        return tokens.to_string();
    };
    let rounded = |part: u64| (u128::from(tokens) * 10 + u128::from(part) / 2) / u128::from(part);
    let tenths = rounded(*unit);
    match (tenths / 10, tenths % 10) {
        (whole, 0) => format!("{whole}{sign}"),
        (whole @ 0..100, tenth) => format!("{whole}.{tenth}{sign}"),
        _ => format!("{}{sign}", (tenths + 5) / 10),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tokens_are_counted_in_three_digits() {
        for (tokens, said) in [
            (0, "0"),
            (950, "950"),
            (999, "999"),
            (1_000, "1k"),
            (60_414, "60.4k"),
            (62_020, "62k"),
            (145_640, "146k"),
            (999_400, "999k"),
            (999_600, "1M"),
            (1_234_567, "1.2M"),
            (2_000_000_000, "2G"),
            (u64::MAX, "18446744074G"),
        ] {
            assert_eq!(counted(tokens), said, "{tokens}");
        }
    }

    #[test]
    fn only_what_is_known_is_said() {
        let words = |facts: &Facts| facts.words().collect::<Vec<_>>().join(" · ");
        assert_eq!(words(&Facts::default()), "");
        let mut facts = Facts {
            model: Some("gpt-5.2-codex".to_owned()),
            context_tokens: Some(62_020),
            ..Facts::default()
        };
        assert_eq!(words(&facts), "gpt-5.2-codex · context 62k tokens");
        (facts.context_percent, facts.tokens) = (Some(20), Some(1_000_000));
        facts.mode = Some("on-request".to_owned());
        assert_eq!(
            words(&facts),
            "gpt-5.2-codex · context 20 % · on-request · 1M tokens used"
        );
        assert_eq!(facts.context().as_deref(), Some("20 %"));
    }

    proptest! {
        #[test]
        fn whatever_stands_in_a_file_is_one_short_line(text in "(?s).{0,400}", percent: u8, tokens: u64) {
            let facts = Facts {
                model: Some(text.clone()),
                mode: Some(text.clone()),
                limit: Some(text),
                context_percent: Some(percent),
                context_tokens: Some(tokens),
                tokens: Some(tokens),
            }.bounded();
            prop_assert!(facts.is_plain());
            let chars = |text: &Option<String>| text.as_ref().map_or(1, |text| text.chars().count());
            prop_assert!((1..=MAX_MODEL_CHARS).contains(&chars(&facts.model)));
            prop_assert!((1..=MAX_MODE_CHARS).contains(&chars(&facts.mode)));
            prop_assert!((1..=MAX_MESSAGE_CHARS).contains(&chars(&facts.limit)));
            prop_assert!(facts.words().all(|word| word.len() < 400));
        }
    }
}
