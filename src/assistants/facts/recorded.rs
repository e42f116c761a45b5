//! What is read of recorded sessions of the real assistants is what stood on their screens at that moment.

use std::path::{Path, PathBuf};

use crate::assistants::ALL;
use crate::state::Facts;

/// A moment of a session.
struct Moment {
    /// Whose, by the folder of its fixtures.
    assistant: &'static str,
    /// Its file.
    file: &'static str,
    /// So many lines of it were there: as far as the first that holds this.
    until: &'static str,
    /// The screen then.
    screen: &'static str,
    /// What is read, and how the screen says the same: of the model, the mode, the context and the tokens.
    model: &'static str,
    mode: Option<(&'static str, &'static str)>,
    context: Option<(&'static str, &'static str)>,
    tokens: Option<(&'static str, &'static str)>,
    limit: Option<&'static str>,
}

const NOTHING: Moment = Moment {
    assistant: "",
    file: "",
    until: "",
    screen: "",
    model: "",
    mode: None,
    context: None,
    tokens: None,
    limit: None,
};

const MOMENTS: &[Moment] = &[
    Moment {
        assistant: "claude",
        file: "modes.jsonl",
        until: "## Context Usage",
        screen: "context.txt",
        model: "claude-opus-5-5",
        mode: Some(("default", "manual mode on")),
        context: Some(("60.4k", "60.4k/1m tokens (6%)")),
        ..NOTHING
    },
    Moment {
        assistant: "claude",
        file: "modes.jsonl",
        until: "\"durationMs\":244",
        screen: "accept-edits.txt",
        model: "claude-opus-5-5",
        mode: Some(("acceptEdits", "accept edits on")),
        context: Some(("78.4k", "")),
        ..NOTHING
    },
    Moment {
        assistant: "claude",
        file: "limit.jsonl",
        until: "set to continue automatically",
        screen: "limit.txt",
        model: "claude-sonnet-5-5",
        mode: Some(("acceptEdits", "accept edits on")),
        limit: Some("You've hit your 5-hour limit · resets 7:39pm (UTC)"),
        context: Some(("114k", "")),
        ..NOTHING
    },
    Moment {
        assistant: "claude",
        file: "limit.jsonl",
        until: "",
        screen: "limit.txt",
        model: "claude-sonnet-5-5",
        mode: Some(("acceptEdits", "accept edits on")),
        context: Some(("132k", "")),
        ..NOTHING
    },
    Moment {
        assistant: "codex",
        file: "rollout.jsonl",
        until: "\"task_complete\"",
        screen: "status.txt",
        model: "gpt-5.2-codex",
        mode: Some(("on-request", "Ask for approval")),
        context: Some(("20 %", "Context 20% used")),
        tokens: Some(("60.8k", "60.8K used")),
        limit: None,
    },
    Moment {
        assistant: "codex",
        file: "rollout.jsonl",
        until: "\"last_agent_message\":\"in plan mode\"",
        screen: "plan.txt",
        model: "gpt-5.2-codex",
        mode: Some(("plan", "Plan mode")),
        context: Some(("30 %", "Context 30% used")),
        tokens: Some(("146k", "146K used")),
        limit: None,
    },
    Moment {
        assistant: "codex",
        file: "rollout.jsonl",
        until: "usage_limit_exceeded",
        screen: "limit.txt",
        model: "gpt-5.2-codex",
        mode: Some(("on-request", "")),
        context: Some(("30 %", "")),
        tokens: Some(("146k", "")),
        limit: Some(
            "You’ve hit your usage limit. Upgrade to Pro (https://chatgpt.com/explore/pro), visit \
             https://chatgpt.com/settings/usage to purchase more credits or try again at 7:38 PM.",
        ),
    },
    Moment {
        assistant: "gemini",
        file: "chat.jsonl",
        until: "",
        screen: "screen.txt",
        // Its screen says that it chooses itself, and which share of the context 310000 tokens are.
        model: "gemini-3.8-flash",
        context: Some(("310k", "30% used")),
        ..NOTHING
    },
    Moment {
        assistant: "qwen",
        file: "chat.jsonl",
        until: "managed-auto-memory-extractor-b9c3d58d",
        screen: "context.txt",
        model: "fake-model",
        context: Some(("23k", "23.0k tokens (11.5%)")),
        ..NOTHING
    },
    Moment {
        assistant: "qwen",
        file: "chat.jsonl",
        until: "",
        screen: "context.txt",
        model: "fake-model",
        context: Some(("23k", "23.0k tokens (11.5%)")),
        limit: Some("429 fake failure"),
        ..NOTHING
    },
    Moment {
        assistant: "copilot",
        file: "plan.jsonl",
        until: "",
        screen: "plan.txt",
        model: "fake-model",
        mode: Some(("plan", "Plan · Manual Approval")),
        ..NOTHING
    },
    Moment {
        assistant: "copilot",
        file: "limit.jsonl",
        until: "",
        screen: "limit.txt",
        model: "fake-model",
        limit: Some(
            "Failed to get response from the AI model; retried 5 times (total retry wait time: 60.79 seconds) \
             Last error: 429 fake failure",
        ),
        ..NOTHING
    },
    Moment {
        assistant: "kimi",
        file: "wire.jsonl",
        until: "",
        screen: "plan.txt",
        model: "fake-model",
        mode: Some(("plan", "plan  fake-model")),
        context: Some(("133", "(133/125k)")),
        ..NOTHING
    },
];

impl Moment {
    fn fixture(&self, name: &str) -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = root.join("tests/fixtures").join(self.assistant);
        std::fs::read_to_string(folder.join("facts").join(name)).unwrap()
    }

    /// What is read of the session at that moment.
    fn facts(&self) -> Facts {
        let text = self.fixture(self.file);
        let length = |lines: &[&str]| lines.iter().map(|line| line.len() + 1).sum::<usize>();
        let lines: Vec<&str> = text.lines().collect();
        let last = lines
            .iter()
            .position(|line| !self.until.is_empty() && line.contains(self.until));
        assert!(
            last.is_some() || self.until.is_empty(),
            "{} {}",
            self.file,
            self.until
        );
        let lines = &lines[..last.map_or(lines.len(), |last| last + 1)];
        let folder = tempfile::tempdir().unwrap();
        let file: PathBuf = folder.path().join("session.jsonl");
        std::fs::write(&file, &text[..length(lines)]).unwrap();
        let known = ALL.iter().find(|known| known.row().name == self.assistant);
        known.unwrap().facts().unwrap().read(&file).bounded()
    }
}

fn without_blanks(text: &str) -> String {
    text.split_whitespace().collect()
}

#[test]
fn what_is_read_of_a_session_is_what_its_screen_said() {
    for moment in MOMENTS {
        let facts = moment.facts();
        let about = format!("{} {} {}", moment.assistant, moment.file, moment.until);
        let screen = moment.fixture(moment.screen);
        let first = |told: Option<(&'static str, &'static str)>| told.map(|(read, _)| read);
        assert_eq!(facts.model.as_deref(), Some(moment.model), "{about}");
        assert_eq!(facts.mode.as_deref(), first(moment.mode), "{about}");
        assert_eq!(facts.context().as_deref(), first(moment.context), "{about}");
        assert_eq!(facts.used().as_deref(), first(moment.tokens), "{about}");
        let told = [moment.mode, moment.context, moment.tokens];
        for (_, said) in told.into_iter().flatten() {
            assert!(screen.contains(said), "{about}: {said}\n{screen}");
        }
        // A screen breaks its lines where it ends.
        let limit = moment.limit.map(without_blanks);
        let cut = facts.limit.as_deref().map(without_blanks);
        let cut = cut.as_deref().map(|cut| cut.trim_end_matches('…'));
        assert_eq!(cut.is_some(), limit.is_some(), "{about}: {:?}", facts.limit);
        if let (Some(cut), Some(limit)) = (cut, limit) {
            assert!(limit.starts_with(cut), "{about}: {cut}");
            let is_shown = moment.assistant == "qwen" || without_blanks(&screen).contains(&limit);
            assert!(is_shown, "{about}: {limit}\n{screen}");
        }
    }
}
