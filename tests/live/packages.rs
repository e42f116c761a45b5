//! The real assistants, installed from npm into a folder that is kept between runs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The Node that runs them: several of them want a newer one than a system has.
const NODE: &str = "node@22";

/// Where the assistants are installed.
pub(super) struct Packages {
    root: PathBuf,
}

impl Packages {
    /// Below `root`.
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root }
    }

    /// Installs `package` (as npm is asked for it) and Node, if they are not there yet; the folders
    /// of their programs, for PATH. The error says why not, in npm's words.
    pub(super) fn install(&self, package: &str) -> Result<Vec<PathBuf>, String> {
        let program = self.programs_of(package)?;
        Ok(vec![program, self.programs_of(NODE)?])
    }

    fn programs_of(&self, package: &str) -> Result<PathBuf, String> {
        let folder = self.root.join(package.replace(['@', '/'], "-"));
        let programs = folder.join("node_modules/.bin");
        if !programs.is_dir() {
            std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
            npm_install(&folder, package)?;
        }
        Ok(programs)
    }
}

fn npm_install(folder: &Path, package: &str) -> Result<(), String> {
    let output = Command::new("npm")
        .args([
            "install",
            "--no-fund",
            "--no-audit",
            "--loglevel",
            "error",
            "--prefix",
        ])
        .arg(folder)
        .arg(package)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("npm: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    // Half an installation must not pass for one the next time.
    let _ = std::fs::remove_dir_all(folder);
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().next().unwrap_or("it does not say why");
    Err(format!("npm install {package}: {first}"))
}

/// Where npm gets packages from: an assistant that runs npm itself does not see this user's setting.
pub(super) fn registry() -> &'static str {
    static REGISTRY: OnceLock<String> = OnceLock::new();
    REGISTRY.get_or_init(|| {
        let output = Command::new("npm")
            .args(["config", "get", "registry"])
            .output();
        let said = output.map(|output| output.stdout).unwrap_or_default();
        String::from_utf8_lossy(&said).trim().to_owned()
    })
}
