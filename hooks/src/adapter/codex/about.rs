//! What is said of a call of its tool for patches, which others have taken over from it.

use super::super::ToolInput;
use super::super::summary::first_line;

/// What a call of a tool of its own is about; `None`: the usual words will do.
pub(super) fn about(tool: &str, input: &ToolInput, _: &str) -> Option<String> {
    (tool == "apply_patch").then(|| patch(&input.command))
}

/// The files that a patch in its format touches.
fn patch(patch: &str) -> String {
    let files = patch.lines().filter_map(|line| {
        let (what, file) = line.strip_prefix("*** ")?.split_once(" File: ")?;
        ["Add", "Update", "Delete"].contains(&what).then_some(file)
    });
    let files: Vec<&str> = files.collect();
    if files.is_empty() {
        return first_line(patch);
    }
    files.join(", ")
}

#[cfg(test)]
mod tests {
    use super::super::super::summary_of;

    #[test]
    fn a_patch_is_the_files_that_it_touches() {
        let patch = "*** Begin Patch\n*** Add File: /t/a\n+x\n*** Update File: b.rs\n*** End Patch";
        for (command, expected) in [(patch, "/t/a, b.rs"), ("what?", "what?")] {
            let input = serde_json::json!({ "command": command });
            let told = summary_of("apply_patch", &input, "/p");
            assert_eq!(told.as_deref(), Some(expected), "{command}");
        }
    }
}
