//! A temporary home with its own state folder, and pictures of it to compare.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use pane_patrol_hooks::adapter::Version;
use pane_patrol_hooks::timestamp::Timestamp;
use pane_patrol_installer::{
    ApplyError, CLAUDE, Plan, PlanError, Report, Site, Wanted, apply, plan_install, plan_uninstall,
};
use tempfile::TempDir;

pub(crate) const PROGRAM: &str = "/opt/pane-patrol/bin/pane-patrol";
pub(crate) const MOVED: &str = "/usr/local/bin/pane-patrol";
pub(crate) const NEW: Option<Version> = Some(Version(2, 1, 329));
pub(crate) const OLD: Option<Version> = Some(Version(2, 0, 60));

/// A file with hooks of the user's own, in a manner of the user's own.
pub(crate) const MINE: &str = "{\n    \"model\": \"opus\",\n    \"hooks\": {\n        \"Stop\": [ { \"hooks\": [ {\"type\": \"command\", \"command\": \"say done\", \"x-note\": 1e3} ] } ],\n        \"PreToolUse\": []\n    },\n    \"env\": {\"A\": \"\\u00e9\"}\n}";

/// Everything below a folder: content with extended attributes, mode and where links point.
pub(crate) type Picture = BTreeMap<PathBuf, (String, u32)>;

pub(crate) struct Sandbox {
    /// Removed with the world; `None` in a world that belongs to another process.
    _folder: Option<TempDir>,
    root: PathBuf,
}

impl Sandbox {
    /// A home with nothing in it.
    pub(crate) fn empty() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().canonicalize().unwrap();
        fs::create_dir(root.join("home")).unwrap();
        Self {
            _folder: Some(folder),
            root,
        }
    }

    /// A home with these settings.
    pub(crate) fn with(settings: impl AsRef<[u8]>) -> Self {
        let sandbox = Self::empty();
        fs::create_dir(sandbox.home().join(".claude")).unwrap();
        fs::write(sandbox.settings(), settings).unwrap();
        sandbox.chmod(0o644);
        sandbox
    }

    /// A world that another process made.
    pub(crate) fn at(root: PathBuf) -> Self {
        Self {
            _folder: None,
            root,
        }
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    pub(crate) fn settings(&self) -> PathBuf {
        self.home().join(".claude/settings.json")
    }

    pub(crate) fn installs(&self) -> PathBuf {
        self.root.join("state/pane-patrol/installs/claude")
    }

    pub(crate) fn site(&self) -> Site {
        Site {
            assistant: &CLAUDE,
            location: CLAUDE
                .locate(&|name| (name == "HOME").then(|| self.home()))
                .unwrap(),
            installs: self.installs(),
            uid: fs::metadata(&self.root).unwrap().uid(),
            now: Timestamp::parse("2026-02-27T10:00:00Z").unwrap(),
        }
    }

    pub(crate) fn plan(&self, program: &str) -> Result<Plan, PlanError> {
        plan_install(&self.site(), &wanted(program, NEW, false))
    }

    pub(crate) fn install(&self) -> Report {
        self.install_as(&wanted(PROGRAM, NEW, false))
    }

    pub(crate) fn install_as(&self, wanted: &Wanted) -> Report {
        apply(&plan_install(&self.site(), wanted).unwrap()).unwrap()
    }

    pub(crate) fn uninstall(&self) -> Report {
        self.try_uninstall().unwrap()
    }

    pub(crate) fn try_uninstall(&self) -> Result<Report, ApplyError> {
        apply(&plan_uninstall(&self.site()).unwrap())
    }

    pub(crate) fn text(&self) -> String {
        fs::read_to_string(self.settings()).unwrap()
    }

    pub(crate) fn write(&self, text: &str) {
        fs::write(self.settings(), text).unwrap();
    }

    pub(crate) fn mode(&self) -> u32 {
        fs::metadata(self.settings()).unwrap().mode() & 0o7777
    }

    /// The extended attributes of the settings, the ACL among them.
    pub(crate) fn attributes(&self) -> BTreeMap<String, Vec<u8>> {
        attributes_of(&self.settings())
    }

    pub(crate) fn chmod(&self, mode: u32) {
        fs::set_permissions(self.settings(), fs::Permissions::from_mode(mode)).unwrap();
    }

    /// Makes the settings file a link with these words; the folder of `real` must exist.
    pub(crate) fn link(&self, words: &str) {
        fs::create_dir_all(self.home().join(".claude")).unwrap();
        symlink(words, self.settings()).unwrap();
    }

    /// Everything in the home.
    pub(crate) fn picture(&self) -> Picture {
        picture(&self.home())
    }

    /// Everything, also the state.
    pub(crate) fn whole_picture(&self) -> Picture {
        picture(&self.root)
    }

    /// The standing manifests, as values.
    pub(crate) fn manifests(&self) -> Vec<serde_json::Value> {
        let folders = fs::read_dir(self.installs()).into_iter().flatten();
        let mut paths: Vec<_> = folders.map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        let read = |path: PathBuf| fs::read(path.join("manifest.json")).unwrap();
        paths
            .into_iter()
            .map(|path| serde_json::from_slice(&read(path)).unwrap())
            .collect()
    }
}

pub(crate) fn wanted(program: &str, version: Option<Version>, approvals: bool) -> Wanted {
    Wanted {
        executable: program.into(),
        version,
        approvals,
        everywhere: false,
        settings: Vec::new(),
    }
}

/// How often our command stands in a text.
pub(crate) fn count_ours(text: &str) -> usize {
    text.matches(
        r#""[ -n \"${TMUX_PANE:+x}${ZELLIJ_PANE_ID:+x}${CLAUDE_JOB_DIR:+x}${PANE_PATROL_TARGET:+x}\" ] && [ -x '"#,
    )
    .count()
}

/// The extended attributes of a file or folder; none for a link.
pub(crate) fn attributes_of(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut names = vec![0; 64 * 1024];
    let length = rustix::fs::llistxattr(path, &mut names[..]).unwrap_or_default();
    let read = |name: &[u8]| {
        let mut value = vec![0; 64 * 1024];
        let length = rustix::fs::lgetxattr(path, name, &mut value[..]).unwrap();
        value.truncate(length);
        (String::from_utf8(name.to_vec()).unwrap(), value)
    };
    let names = names[..length].split(|byte| *byte == 0);
    names.filter(|name| !name.is_empty()).map(read).collect()
}

fn picture(folder: &Path) -> Picture {
    let mut picture = Picture::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(path) = todo.pop() {
        let metadata = fs::symlink_metadata(&path).unwrap();
        let content = if metadata.is_dir() {
            todo.extend(
                fs::read_dir(&path)
                    .unwrap()
                    .map(|entry| entry.unwrap().path()),
            );
            "folder".to_owned()
        } else if metadata.is_symlink() {
            format!("link to {}", fs::read_link(&path).unwrap().display())
        } else if metadata.is_file() {
            fs::read(&path).unwrap().escape_ascii().to_string()
        } else {
            "other".to_owned()
        };
        let attributes = attributes_of(&path);
        let content = if attributes.is_empty() {
            content
        } else {
            format!("{content} with {attributes:?}")
        };
        picture.insert(path, (content, metadata.mode()));
    }
    picture
}
