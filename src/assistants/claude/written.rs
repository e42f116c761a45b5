//! The order of the fields in what a tool of a server is given, as Claude Code's transcript has it.

use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use crate::assistants::facets::log_tail as tail;
use crate::state::{Request, Written};

/// What the call of this id is given by the transcript at `path`, if `tool` is a server's and there is an
/// order in its `input` that may mean something to it.
pub(super) fn written(path: &Path, id: &str, tool: &str, input: &Value) -> Option<Written> {
    if !Request::is_servers_tool(tool) || !Written::has_order(input) {
        return None;
    }
    let texts = tail::texts(path, id)?;
    let mut found = texts.iter().filter_map(|text| in_line(text, id));
    let first = found.next().filter(|written| written.is(input))?;
    // Of several nobody knows which one is asked.
    found.all(|other| other == first).then_some(first)
}

fn in_line(text: &[u8], id: &str) -> Option<Written> {
    let line: Line = serde_json::from_slice(text).ok()?;
    let is_call = |block: &Block| block.id.as_deref() == Some(id);
    let call = line.message.content.into_iter().find(is_call);
    call?.input
}

/// A line with calls.
#[derive(Deserialize)]
struct Line {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    content: Vec<Block>,
}

/// A call, or anything else.
#[derive(Deserialize)]
struct Block {
    id: Option<String>,
    input: Option<Written>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOOL: &str = "mcp__db__run";

    /// A call of the tool in a line of its own, as Claude writes it.
    fn line(id: &str, input: &str) -> String {
        format!(
            r#"{{"type":"assistant","message":{{"content":[{{"type":"text","text":"hm"}},{{"type":"tool_use","id":"{id}","name":"{TOOL}","input":{input}}}]}},"cwd":"/"}}"#
        )
    }

    /// Of the call `toolu_1`, which has `input`, in these lines.
    fn read(lines: &[String], tool: &str, input: &str) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s.jsonl");
        std::fs::write(&path, lines.join("\n") + "\n").unwrap();
        let input = serde_json::from_str(input).unwrap();
        written(&path, "toolu_1", tool, &input).map(|written| written.to_string())
    }

    #[test]
    fn the_order_is_the_one_that_the_transcript_has() {
        let results = r#"{"message":{"content":[{"type":"tool_result","tool_use_id":"toolu_1"}]}}"#;
        for input in [
            r#"{"command":{"find":"x","drop":"tmp"}}"#,
            r#"{"command":{"drop":"tmp","find":"x"}}"#,
            r#"{"l":[{"b":1,"a":[]}]}"#,
        ] {
            let lines = [
                line("toolu_2", r#"{"command":{"a":1,"z":2}}"#),
                "{broken toolu_1".to_owned(),
                results.to_owned(),
                line("toolu_1", input),
                line("toolu_1", input),
            ];
            assert_eq!(read(&lines, TOOL, input).as_deref(), Some(input));
        }
    }

    #[test]
    fn what_is_written_twice_or_otherwise_has_no_order_that_is_known() {
        let (one, other) = (
            r#"{"command":{"find":"x","drop":"tmp"}}"#,
            r#"{"command":{"drop":"tmp","find":"x"}}"#,
        );
        let lines = [line("toolu_1", one), line("toolu_1", other)];
        assert_eq!(read(&lines, TOOL, one), None);
        let twice = r#"{"command":{"find":"x","drop":"y","find":"x"}}"#;
        let input = r#"{"command":{"find":"x","drop":"y"}}"#;
        assert_eq!(read(&[line("toolu_1", twice)], TOOL, input), None);
        assert_eq!(read(&[line("toolu_2", one)], TOOL, one), None);
        // Where the order means nothing it is not read.
        assert_eq!(read(&[line("toolu_1", one)], "MultiEdit", one), None);
        let flat = r#"{"b":1,"a":2}"#;
        assert_eq!(read(&[line("toolu_1", flat)], TOOL, flat), None);
    }
}
