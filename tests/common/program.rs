//! Programs that a test makes and then runs.
//!
//! They are written by a child process, never by the test itself. Another thread of the test process
//! may start a program at any moment, and between its fork and its exec the child holds a copy of
//! every file that is open here: while it holds one that is open for writing, the system refuses to
//! run that file ("Text file busy"), although whoever wrote it has closed it long ago.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "used by several test programs, not by each of them in full"
)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// Makes `path` a program of the text `text`, which everybody may run.
pub fn write_program(path: &Path, text: &str) {
    let mut write = Command::new("sh");
    write.args(["-c", "cat > \"$1\" && chmod 755 \"$1\"", "sh"]);
    let mut child = write
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .expect("a shell can be started");
    let mut stdin = child.stdin.take().expect("stdin is a pipe");
    stdin.write_all(text.as_bytes()).expect("the shell reads");
    drop(stdin);
    let status = child.wait().expect("the shell can be waited for");
    assert!(status.success(), "{} cannot be written", path.display());
}

/// Copies a program, which everybody may run then.
pub fn copy_program(from: &Path, to: &Path) {
    let copy = ["-c", "cp \"$1\" \"$2\" && chmod 755 \"$2\"", "sh"];
    let status = Command::new("sh").args(copy).arg(from).arg(to).status();
    let status = status.expect("a shell can be started");
    assert!(status.success(), "{} cannot be written", to.display());
}
