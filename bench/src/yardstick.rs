//! The empty programs that everything else is compared with: one in C, one in Rust, built here as the
//! release is.

use std::error::Error;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Compiles `int main(void) { return 0; }` into `folder`.
pub(crate) fn in_c(folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let source = folder.join("empty.c");
    fs::write(&source, "int main(void) { return 0; }\n")?;
    let mut cc = Command::new(variable("CC", "cc"));
    cc.args(["-O2", "-s"]);
    if cfg!(target_os = "linux") {
        cc.arg("-static");
    }
    build(cc, &source, folder)
}

/// Compiles `fn main() {}` into `folder`, with the release's profile.
pub(crate) fn in_rust(folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let source = folder.join("empty.rs");
    fs::write(&source, "fn main() {}\n")?;
    let mut rustc = Command::new(variable("RUSTC", "rustc"));
    for option in ["opt-level=3", "codegen-units=1", "lto=fat", "strip=symbols"] {
        rustc.args(["-C", option]);
    }
    if cfg!(target_os = "linux") {
        rustc.args(["-C", "target-feature=+crt-static"]);
        rustc.args(["-C", "relocation-model=static"]);
    }
    build(rustc, &source, folder)
}

fn variable(name: &str, usual: &str) -> OsString {
    std::env::var_os(name).unwrap_or_else(|| usual.into())
}

fn build(mut compiler: Command, source: &Path, folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let built = folder.join("built");
    let status = compiler.arg(source).arg("-o").arg(&built).status()?;
    if !status.success() {
        return Err(format!("{compiler:?}: {status}").into());
    }
    // As the release is: what a linker has written lies in other pieces in memory than what was copied,
    // and starts more slowly.
    let mut program = source.as_os_str().to_owned();
    program.push(".program");
    fs::copy(&built, &program)?;
    fs::remove_file(&built)?;
    Ok(program.into())
}
