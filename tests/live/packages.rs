//! The real assistants, installed from npm into a folder that is kept between runs, and refreshed at
//! the beginning of each.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;

/// The Node that runs them: several of them want a newer one than a system has.
const NODE: &str = "node@22";

/// Where the assistants are installed.
pub(super) struct Packages {
    root: PathBuf,
    /// What is there is taken as it is; npm is asked only for what is not.
    keep: bool,
}

/// One installed package.
pub(super) struct Installed {
    /// The folder of its programs, for PATH.
    programs: PathBuf,
    /// As its own description says.
    version: String,
    /// Whether a newer one could be looked for.
    is_fresh: bool,
}

/// An assistant with the Node that runs it.
pub(super) struct Runnable {
    /// The folders of their programs, for PATH.
    pub(super) programs: Vec<PathBuf>,
    /// The assistant's version; with a `*` when it could not be refreshed.
    pub(super) version: String,
}

impl Packages {
    /// Below `root`; with `keep` nothing is refreshed.
    pub(super) fn new(root: PathBuf, keep: bool) -> Self {
        Self { root, keep }
    }

    /// Installs or refreshes `packages` (as npm is asked for them) and Node; the version is the first
    /// one's. The error says why not, in npm's words.
    pub(super) fn install(&self, packages: &[&str]) -> Result<Runnable, String> {
        let mut programs = Vec::new();
        let mut version = String::new();
        if packages.is_empty() {
            "ours".clone_into(&mut version);
            return Ok(Runnable { programs, version });
        }
        for package in packages.iter().chain(&[NODE]) {
            let installed = self.installed(package)?;
            if version.is_empty() {
                let mark = if installed.is_fresh { "" } else { "*" };
                version = format!("{}{mark}", installed.version);
            }
            programs.push(installed.programs);
        }
        Ok(Runnable { programs, version })
    }

    fn installed(&self, package: &str) -> Result<Installed, String> {
        let folder = self.root.join(package.replace(['@', '/'], "-"));
        let here = version_in(&folder, package);
        let as_it_is = |version: String, is_fresh: bool| Installed {
            programs: folder.join("node_modules/.bin"),
            version,
            is_fresh,
        };
        if let Some(version) = here.clone().filter(|_| self.keep || is_exact(package)) {
            return Ok(as_it_is(version, true));
        }
        match (refresh(&folder, package, here.as_deref()), here) {
            (Ok(()), _) => version_in(&folder, package)
                .map(|version| as_it_is(version, true))
                .ok_or_else(|| {
                    format!("npm installed {package}, but it does not tell its version")
                }),
            (Err(why), Some(version)) => {
                warn_of_age(package, &version, &why);
                Ok(as_it_is(version, false))
            }
            (Err(why), None) => Err(why),
        }
    }
}

fn warn_of_age(package: &str, version: &str, why: &str) {
    eprintln!(
        "WARNING: whether {package} has a newer version than {version} could not be found out, so \
         that one is tried.\n  {why}\n  npm asks {}; `--keep` tries what is installed without asking.",
        registry(),
    );
}

/// Brings the newest version that fits `package` into `folder`, unless it is there. A folder that is
/// there is replaced as a whole: half an installation must not pass for one.
fn refresh(folder: &Path, package: &str, here: Option<&str>) -> Result<(), String> {
    if here.is_some() && here == Some(&*newest(package)?) {
        return Ok(());
    }
    let mut fresh = folder.as_os_str().to_owned();
    fresh.push(".new");
    let fresh = PathBuf::from(fresh);
    // What an earlier run may have left.
    let _ = std::fs::remove_dir_all(&fresh);
    let said = |error: std::io::Error| format!("{}: {error}", folder.display());
    std::fs::create_dir_all(&fresh).map_err(said)?;
    let prefix = format!("--prefix={}", fresh.display());
    let arguments = ["install", "--no-fund", "--no-audit", &prefix];
    let installed = npm(&arguments, &[package]);
    if let Err(why) = installed {
        let _ = std::fs::remove_dir_all(&fresh);
        return Err(why);
    }
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(said)?;
    }
    std::fs::rename(&fresh, folder).map_err(said)
}

/// The newest version that fits `package`, as the registry says.
fn newest(package: &str) -> Result<String, String> {
    let arguments = [
        "view",
        "--json",
        "--fetch-retries=1",
        "--fetch-timeout=20000",
    ];
    let said = npm(&arguments, &[package, "version"])?;
    let version = match serde_json::from_str(&said) {
        Ok(Value::String(version)) => Some(version),
        // Several fit.
        Ok(Value::Array(versions)) => versions.last().and_then(Value::as_str).map(str::to_owned),
        _ => None,
    };
    version.ok_or_else(|| format!("npm view {package}: no version in {said:?}"))
}

/// What it says when it succeeds; else its first line of what went wrong.
fn npm(arguments: &[&str], names: &[&str]) -> Result<String, String> {
    let mut command = Command::new("npm");
    command
        .args(arguments)
        .args(["--loglevel", "error"])
        .args(names);
    let output = command.stdin(Stdio::null()).output();
    let output = output.map_err(|error| format!("npm: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let lines = said.lines().filter(|line| !line.trim().is_empty()).take(3);
    let said: Vec<_> = lines.collect();
    let asked = [arguments[0], names[names.len() - 1]].join(" ");
    Err(format!("npm {asked}: {}", said.join("; ")))
}

/// The version of what is installed for `package`.
fn version_in(folder: &Path, package: &str) -> Option<String> {
    let file = folder
        .join("node_modules")
        .join(name_of(package))
        .join("package.json");
    let text = std::fs::read_to_string(file).ok()?;
    let description: Value = serde_json::from_str(&text).ok()?;
    description["version"].as_str().map(str::to_owned)
}

/// `@scope/name` of `@scope/name@latest`.
fn name_of(package: &str) -> &str {
    match package.rfind('@') {
        Some(at) if at > 0 => &package[..at],
        _ => package,
    }
}

/// Whether it names one version, which cannot become another.
fn is_exact(package: &str) -> bool {
    let asked = &package[name_of(package).len()..];
    asked.matches('.').count() == 2
}

/// Where npm gets packages from: an assistant that runs npm itself does not see this user's setting.
pub(super) fn registry() -> &'static str {
    static REGISTRY: OnceLock<String> = OnceLock::new();
    REGISTRY.get_or_init(|| {
        let said = npm(&["config"], &["get", "registry"]).unwrap_or_default();
        said.trim().to_owned()
    })
}
