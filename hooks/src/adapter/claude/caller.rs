//! Who started the hook. Other assistants run Claude's hooks too, with payloads of much the same
//! shape, and Claude may be started from one of them (or the other way round), so that variables are
//! inherited. The rule: a payload of Claude's exact shape inside Claude's environment is Claude's;
//! without the environment nothing may speak for another; without the shape nothing may either.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::Payload;

/// Variables of programs that run Claude's hooks, by the beginning of their names.
const FOREIGN_PREFIXES: &[&str] = &["COPILOT_", "CURSOR_", "GROK_"];

/// What the hook's environment says about its caller.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Caller {
    /// `CLAUDECODE` or `CLAUDE_CODE_ENTRYPOINT` is set.
    pub is_inside_claude: bool,
    /// A variable of another assistant is set; only known outside Claude.
    pub is_inside_other: bool,
    /// Claude's process: `CLAUDE_PID`, else the parent of the hook inside Claude.
    pub pid: Option<u32>,
    /// Whether somebody sits in front of it.
    pub attended: bool,
    /// `CLAUDE_CONFIG_DIR`.
    pub config_dir: Option<PathBuf>,
    /// `HOME`.
    pub home: Option<PathBuf>,
}

impl Caller {
    /// Reads the variables through `get`; `any_name` tells whether a variable's name satisfies a
    /// test, `parent` is the hook's parent process.
    pub fn read(
        get: impl Fn(&str) -> Option<OsString>,
        any_name: impl FnOnce(&dyn Fn(&str) -> bool) -> bool,
        parent: u32,
    ) -> Self {
        let text = |name: &str| get(name).and_then(|value| value.into_string().ok());
        let folder = |name: &str| {
            get(name)
                .map(PathBuf::from)
                .filter(|path| path.is_absolute())
        };
        let entrypoint = text("CLAUDE_CODE_ENTRYPOINT");
        let is_inside_claude = entrypoint.is_some() || get("CLAUDECODE").is_some();
        let is_foreign = |name: &str| {
            FOREIGN_PREFIXES
                .iter()
                .any(|prefix| name.starts_with(prefix))
        };
        Self {
            is_inside_claude,
            is_inside_other: !is_inside_claude && any_name(&is_foreign),
            pid: text("CLAUDE_PID")
                .and_then(|pid| pid.parse().ok())
                // Outside Claude the parent is whoever piped a payload by hand, and proves nothing.
                .or((is_inside_claude && parent > 1).then_some(parent))
                .filter(|pid| *pid > 0),
            attended: !is_headless(
                entrypoint.as_deref(),
                text("CLAUDE_CODE_SESSION_ATTENDED").as_deref(),
            ),
            config_dir: folder("CLAUDE_CONFIG_DIR"),
            home: folder("HOME"),
        }
    }

    /// Whether `payload` is Claude's own.
    pub(super) fn is_claude(&self, payload: &Payload) -> bool {
        if has_claude_shape(payload) {
            return !self.is_inside_other;
        }
        let transcript = Path::new(&payload.transcript_path);
        let has_ids = !payload.session_id.is_empty()
            && transcript.extension().is_some_and(|end| end == "jsonl");
        !payload.has_foreign_field
            && (self.is_inside_claude || has_ids)
            && !self.is_inside_other
            && !is_transcript_of_other(transcript)
    }

    /// Claude's config folder when it is not the default one.
    pub(super) fn config_folder(&self, payload: &Payload) -> Option<PathBuf> {
        let default = self.home.as_ref().map(|home| home.join(".claude"));
        self.config_dir
            .clone()
            .or_else(|| config_folder_of(&payload.transcript_path).map(Path::to_owned))
            .filter(|folder| Some(folder) != default.as_ref())
    }
}

/// Runs through the SDK are headless; the newer variable says it of any session.
fn is_headless(entrypoint: Option<&str>, attended: Option<&str>) -> bool {
    attended == Some("0") || entrypoint.is_some_and(|name| name.starts_with("sdk-"))
}

/// `<config>/projects/<folder>/<session>.jsonl`: nobody else keeps transcripts so.
fn has_claude_shape(payload: &Payload) -> bool {
    let path = Path::new(&payload.transcript_path);
    let is_named_after_session = path
        .file_stem()
        .is_some_and(|stem| *stem == *payload.session_id);
    is_named_after_session && config_folder_of(&payload.transcript_path).is_some()
}

fn config_folder_of(transcript: &str) -> Option<&Path> {
    let projects = Path::new(transcript).parent()?.parent()?;
    let is_projects = projects.ends_with("projects") && projects.is_absolute();
    projects.parent().filter(|_| is_projects)
}

fn is_transcript_of_other(transcript: &Path) -> bool {
    let others = [".copilot", ".cursor", ".grok", ".gemini", ".qwen", ".codex"];
    transcript
        .components()
        .any(|part| others.iter().any(|other| part.as_os_str() == *other))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caller(variables: &[&str]) -> Caller {
        let get = |name: &str| {
            let (_, value) = variables
                .iter()
                .filter_map(|pair| pair.split_once('='))
                .find(|(key, _)| *key == name)?;
            Some(OsString::from(value))
        };
        let any_name = |test: &dyn Fn(&str) -> bool| variables.iter().any(|pair| test(pair));
        Caller::read(get, any_name, 77)
    }

    fn payload(session: &str, transcript: &str, rest: &str) -> Payload {
        let json =
            format!(r#"{{"session_id":"{session}","transcript_path":"{transcript}"{rest}}}"#);
        Payload::read(json.as_bytes())
    }

    fn claude_payload() -> Payload {
        payload("s1", "/h/.claude/projects/-p/s1.jsonl", "")
    }

    #[test]
    fn a_claude_payload_is_believed_unless_only_another_assistant_is_around() {
        for (variables, believed) in [
            (&["CLAUDECODE=1"][..], true),
            (&[], true),
            (&["COPILOT_CLI=1"], false),
            (&["CURSOR_TRACE_ID=x"], false),
            (&["GROK_SESSION_ID=x"], false),
            (&["CURSOR_TRACE_ID=x", "CLAUDE_CODE_ENTRYPOINT=cli"], true),
        ] {
            assert_eq!(
                caller(variables).is_claude(&claude_payload()),
                believed,
                "{variables:?}"
            );
        }
    }

    #[test]
    fn a_foreign_payload_is_not_believed_even_inside_claude() {
        let inside = caller(&["CLAUDECODE=1", "CLAUDE_CODE_ENTRYPOINT=cli"]);
        for (transcript, rest) in [
            ("", r#","timestamp":"2026-11-21T01:23:12.934Z""#),
            ("/h/.copilot/session-state/s1/events.jsonl", ""),
            ("/h/.cursor/projects/p/agent-transcripts/s1/s1.jsonl", ""),
            ("/t/s1.jsonl", r#","conversation_id":"c""#),
        ] {
            assert!(
                !inside.is_claude(&payload("s1", transcript, rest)),
                "{transcript} {rest}"
            );
        }
    }

    #[test]
    fn a_payload_cut_before_its_transcript_needs_the_environment() {
        let cut = payload("s1", "", "");
        assert!(caller(&["CLAUDECODE=1"]).is_claude(&cut));
        assert!(!caller(&[]).is_claude(&cut));
    }

    #[test]
    fn a_field_that_claude_may_add_one_day_does_not_make_it_foreign() {
        let newer = payload(
            "s1",
            "/h/.claude/projects/-p/s1.jsonl",
            r#","timestamp":"now""#,
        );
        assert!(caller(&["CLAUDECODE=1"]).is_claude(&newer));
    }

    #[test]
    fn the_process_is_claudes_own_or_the_parent_inside_claude() {
        assert_eq!(caller(&["CLAUDE_PID=42", "CLAUDECODE=1"]).pid, Some(42));
        assert_eq!(caller(&["CLAUDECODE=1"]).pid, Some(77));
        assert_eq!(caller(&["CLAUDE_PID=x", "CLAUDECODE=1"]).pid, Some(77));
        assert_eq!(caller(&[]).pid, None);
    }

    #[test]
    fn runs_that_nobody_watches_are_headless() {
        assert!(caller(&["CLAUDE_CODE_ENTRYPOINT=cli"]).attended);
        assert!(!caller(&["CLAUDE_CODE_ENTRYPOINT=sdk-cli"]).attended);
        assert!(!caller(&["CLAUDE_CODE_SESSION_ATTENDED=0"]).attended);
        assert!(caller(&["CLAUDE_CODE_SESSION_ATTENDED=1"]).attended);
    }

    #[test]
    fn the_config_folder_is_told_only_when_it_is_not_the_default() {
        let folder = |variables: &[&str], transcript: &str| {
            caller(variables).config_folder(&payload("s1", transcript, ""))
        };
        let default = "/h/.claude/projects/-p/s1.jsonl";
        assert_eq!(folder(&["HOME=/h"], default), None);
        assert_eq!(folder(&["HOME=/x"], default), Some("/h/.claude".into()));
        assert_eq!(
            folder(&["HOME=/h", "CLAUDE_CONFIG_DIR=/h/.claude"], default),
            None
        );
        assert_eq!(
            folder(&["HOME=/h", "CLAUDE_CONFIG_DIR=/c"], default),
            Some("/c".into())
        );
        assert_eq!(folder(&["HOME=/h"], "/t/x.jsonl"), None);
    }
}
