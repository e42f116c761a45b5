//! The fields of payloads that mean something here, taken from the stream as they come by.
//!
//! Most assistants took the shape of their payloads from Claude Code, so one reader serves them; what
//! a field means in a given event is each adapter's business. Fields come in two spellings.

use std::io::BufRead;

use crate::json_scanner::{Scan, Scanner};

/// Longest id, name or word, in bytes. One more than an event takes, so that a cut one is not taken for a whole.
const NAME: usize = 257;
/// Longest path, in bytes.
const PATH: usize = 4096;
/// As much of a text as its one-line summary may need, in bytes.
const TEXT: usize = 2048;

/// What was read of one payload. A field that did not come, or was no text, is empty or `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Payload {
    /// The assistant's own name of the event.
    pub hook_event_name: String,
    /// The session.
    pub session_id: String,
    /// The session's transcript.
    pub transcript_path: String,
    /// The folder the assistant works in.
    pub cwd: String,
    /// The turn.
    pub turn_id: String,
    /// The sub-agent.
    pub agent_id: Option<String>,
    /// The sub-agent's kind; empty for an internal one.
    pub agent_type: Option<String>,
    /// The agent that started this one.
    pub parent_agent_id: Option<String>,
    /// The tool.
    pub tool_name: String,
    /// The tool call.
    pub tool_use_id: String,
    /// The tool call by the id that the model has given it.
    pub tool_call_id: String,
    /// What the tool is asked to do.
    pub tool_input: ToolInput,
    /// Why a session started.
    pub source: String,
    /// Why a session ended.
    pub reason: String,
    /// What the person typed.
    pub prompt: String,
    /// Which notice it is.
    pub notification_type: String,
    /// The words of a notice or form.
    pub message: String,
    /// Why a turn failed, in one word.
    pub error: String,
    /// Why a turn failed, at length.
    pub error_details: String,
    /// The beginning of the assistant's last words.
    pub last_assistant_message: String,
    /// What a request is about, where a notice says it itself.
    pub details: Details,
    /// What came of a model request.
    pub status: String,
    /// How many tool calls ended together, and how many of them were cancelled.
    pub calls: Calls,
    /// Whether a compaction was asked for or came by itself.
    pub trigger: String,
    /// Whether a sub-agent works on after the turn.
    pub subagent_runs: bool,
    /// Whether a field was there that Claude does not send and others do.
    pub has_foreign_field: bool,
    /// Whether the object came to its end.
    pub is_complete: bool,
}

/// The request that a notice is about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Details {
    /// What kind of request.
    pub kind: String,
    /// Its title on the screen.
    pub title: String,
    /// A shell command.
    pub command: String,
    /// A file.
    pub path: String,
    /// A plan, in Markdown.
    pub plan: String,
}

/// Tool calls that ended together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    /// All of them.
    pub all: usize,
    /// Those that were refused or stopped by the person.
    pub cancelled: usize,
}

/// What one-line summaries are made of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ToolInput {
    /// A shell command.
    pub command: String,
    /// A file or folder.
    pub path: String,
    /// What is searched for.
    pub pattern: String,
    /// A web address.
    pub url: String,
    /// A web search.
    pub query: String,
    /// What the caller says it is for.
    pub description: String,
    /// The name of a skill.
    pub skill: String,
    /// The subject of a task.
    pub subject: String,
    /// A plan, in Markdown.
    pub plan: String,
    /// The first question.
    pub question: String,
    /// How many questions there are.
    pub questions: usize,
    /// The first text of another name, and its name.
    pub other: Option<(String, String)>,
}

/// Fields of Copilot, Cursor and others that Claude's payloads do not have.
const FOREIGN_FIELDS: &[&str] = &[
    "sessionId",
    "hookName",
    "hookEventName",
    "toolName",
    "transcriptPath",
    "timestamp",
    "conversation_id",
    "generation_id",
    "cursor_version",
    "workspace_roots",
];

impl Payload {
    /// Reads one payload. An object that is cut short or broken gives the fields read so far.
    pub fn read(input: impl BufRead) -> Self {
        let mut payload = Self::default();
        let end = Scanner::new(input).object(|scanner, key| payload.take(scanner, key));
        payload.is_complete = end.is_ok();
        payload
    }

    fn take<R: BufRead>(&mut self, scanner: &mut Scanner<R>, key: &str) -> Scan<()> {
        self.has_foreign_field |= FOREIGN_FIELDS.contains(&key);
        let (field, max) = match key {
            "hook_event_name" => (&mut self.hook_event_name, NAME),
            "session_id" | "sessionId" => (&mut self.session_id, NAME),
            "transcript_path" | "transcriptPath" => (&mut self.transcript_path, PATH),
            "cwd" => (&mut self.cwd, PATH),
            "prompt_id" | "turn_id" => (&mut self.turn_id, NAME),
            "tool_name" | "toolName" => (&mut self.tool_name, NAME),
            "tool_use_id" => (&mut self.tool_use_id, NAME),
            "tool_call_id" => (&mut self.tool_call_id, NAME),
            "source" => (&mut self.source, NAME),
            "reason" => (&mut self.reason, TEXT),
            "prompt" => return self.read_prompt(scanner),
            "notification_type" => (&mut self.notification_type, NAME),
            "message" => (&mut self.message, TEXT),
            "error_type" => (&mut self.error, NAME),
            "error_details" | "error_message" => (&mut self.error_details, TEXT),
            "last_assistant_message" | "prompt_response" => {
                (&mut self.last_assistant_message, TEXT)
            }
            "trigger" => (&mut self.trigger, NAME),
            "status" => (&mut self.status, NAME),
            "agent_id" | "agentId" => return scanner.text(NAME).map(|text| self.agent_id = text),
            "agent_type" | "agentType" => {
                return scanner.text(NAME).map(|text| self.agent_type = text);
            }
            "parentAgentId" => {
                return scanner.text(NAME).map(|text| self.parent_agent_id = text);
            }
            "tool_input" | "toolArgs" => return self.tool_input.read(scanner),
            "details" | "display" => return self.details.read(scanner),
            "error" => return self.read_error(scanner),
            "tool_calls" => return self.calls.read(scanner),
            "background_tasks" => return self.read_background_tasks(scanner),
            _ => return scanner.skip(),
        };
        *field = scanner.text(max)?.unwrap_or_default();
        Ok(())
    }

    /// A text, or parts with texts in them, of which the first one is kept.
    fn read_prompt<R: BufRead>(&mut self, scanner: &mut Scanner<R>) -> Scan<()> {
        if !scanner.is_at_array()? {
            self.prompt = scanner.text(TEXT)?.unwrap_or_default();
            return Ok(());
        }
        scanner.array(|scanner| {
            scanner.object(|scanner, key| match key {
                "text" if self.prompt.is_empty() => scanner
                    .text(TEXT)
                    .map(|text| self.prompt = text.unwrap_or_default()),
                _ => scanner.skip(),
            })
        })
    }

    /// A text, or an object with a text in it.
    fn read_error<R: BufRead>(&mut self, scanner: &mut Scanner<R>) -> Scan<()> {
        if !scanner.is_at_object()? {
            self.error = scanner.text(TEXT)?.unwrap_or_default();
            return Ok(());
        }
        scanner.object(|scanner, key| match key {
            "message" => scanner
                .text(TEXT)
                .map(|text| self.error = text.unwrap_or_default()),
            _ => scanner.skip(),
        })
    }

    fn read_background_tasks<R: BufRead>(&mut self, scanner: &mut Scanner<R>) -> Scan<()> {
        scanner.array(|scanner| {
            let (mut kind, mut status) = (None, None);
            scanner.object(|scanner, key| match key {
                "type" => scanner.text(NAME).map(|text| kind = text),
                "status" => scanner.text(NAME).map(|text| status = text),
                _ => scanner.skip(),
            })?;
            self.subagent_runs |=
                kind.as_deref() == Some("subagent") && status.as_deref() == Some("running");
            Ok(())
        })
    }
}

impl Details {
    fn read<R: BufRead>(&mut self, scanner: &mut Scanner<R>) -> Scan<()> {
        scanner.object(|scanner, key| {
            let field = match key {
                "type" => &mut self.kind,
                "title" => &mut self.title,
                "command" => &mut self.command,
                "filePath" => &mut self.path,
                "plan" => &mut self.plan,
                _ => return scanner.skip(),
            };
            *field = scanner.text(PATH)?.unwrap_or_default();
            Ok(())
        })
    }
}

impl Calls {
    fn read<R: BufRead>(&mut self, scanner: &mut Scanner<R>) -> Scan<()> {
        scanner.array(|scanner| {
            self.all += 1;
            scanner.object(|scanner, key| {
                if key != "status" {
                    return scanner.skip();
                }
                let status = scanner.text(NAME)?;
                self.cancelled += usize::from(status.as_deref() == Some("cancelled"));
                Ok(())
            })
        })
    }
}

impl ToolInput {
    fn read<R: BufRead>(&mut self, scanner: &mut Scanner<R>) -> Scan<()> {
        *self = Self::default();
        scanner.object(|scanner, key| self.take(scanner, key))
    }

    fn take<R: BufRead>(&mut self, scanner: &mut Scanner<R>, key: &str) -> Scan<()> {
        let field = match key {
            "command" => &mut self.command,
            "file_path" | "notebook_path" | "path" => &mut self.path,
            "pattern" => &mut self.pattern,
            "url" => &mut self.url,
            "query" => &mut self.query,
            "description" => &mut self.description,
            "skill" => &mut self.skill,
            "subject" => &mut self.subject,
            "plan" => &mut self.plan,
            "questions" => return self.read_questions(scanner),
            _ => return self.take_other(scanner, key),
        };
        *field = scanner.text(PATH)?.unwrap_or_default();
        Ok(())
    }

    fn take_other<R: BufRead>(&mut self, scanner: &mut Scanner<R>, key: &str) -> Scan<()> {
        if self.other.is_some() {
            return scanner.skip();
        }
        let text = scanner.text(TEXT)?;
        self.other = text.map(|text| (key.to_owned(), text));
        Ok(())
    }

    pub(super) fn read_questions<R: BufRead>(&mut self, scanner: &mut Scanner<R>) -> Scan<()> {
        scanner.array(|scanner| {
            self.questions += 1;
            let is_first = self.questions == 1;
            scanner.object(|scanner, key| match key {
                "question" if is_first => scanner
                    .text(TEXT)
                    .map(|text| self.question = text.unwrap_or_default()),
                _ => scanner.skip(),
            })
        })
    }
}
