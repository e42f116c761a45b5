//! A change as the person reads it: a unified diff.

use std::path::Path;

use pane_patrol_hooks::text::printable;
use similar::TextDiff;

/// Lines around a change.
const CONTEXT: usize = 3;

/// The unified diff of one file; empty when nothing changes, `/dev/null` where there is no file.
pub(crate) fn unified(path: &Path, before: Option<&[u8]>, after: Option<&[u8]>) -> String {
    if before == after {
        return String::new();
    }
    let name = |side: Option<&[u8]>| match side {
        Some(_) => path.display().to_string(),
        None => "/dev/null".to_owned(),
    };
    let text = |side: Option<&[u8]>| String::from_utf8_lossy(side.unwrap_or_default()).into_owned();
    let (old, new) = (text(before), text(after));
    let diff = TextDiff::from_lines(&old, &new)
        .unified_diff()
        .context_radius(CONTEXT)
        .header(&name(before), &name(after))
        .to_string();
    printable(&diff).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_diff_names_the_file_and_what_changes() {
        let diff = unified(Path::new("/x"), Some(b"{\n}\n"), Some(b"{\n  1\n}\n"));
        assert_eq!(diff, "--- /x\n+++ /x\n@@ -1,2 +1,3 @@\n {\n+  1\n }\n");
        assert!(unified(Path::new("/x"), None, Some(b"{}\n")).starts_with("--- /dev/null\n+++ /x"));
        assert_eq!(unified(Path::new("/x"), Some(b"a"), Some(b"a")), "");
    }

    #[test]
    fn no_file_can_draw_on_the_terminal() {
        let diff = unified(Path::new("/x"), Some(b"\xc2\x9b\r\n"), Some(b"\x1b[2J\r\n"));
        assert!(
            diff.contains("-<U+009B>\r\n") && diff.contains("+<U+001B>[2J\r\n"),
            "{diff:?}"
        );
    }
}
