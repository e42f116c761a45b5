//! What the environment says: where we are, and where sockets are.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use pane_patrol_hooks::mux::pane;
use pane_patrol_hooks::mux::zellij::number_of;

use crate::mux::{Here, Variables};

/// The folder of all sockets, as the person has set it.
const SOCKETS: &str = "ZELLIJ_SOCKET_DIR";

/// The pane, where sockets are, and where the person's settings are.
pub(super) const VARIABLES: &[&str] = &[
    "ZELLIJ_PANE_ID",
    SOCKETS,
    "XDG_RUNTIME_DIR",
    "TMPDIR",
    CONFIG_FILE,
    CONFIG_DIR,
];

/// The person's settings, and their folder, where she has named one.
const CONFIG_FILE: &str = "ZELLIJ_CONFIG_FILE";
const CONFIG_DIR: &str = "ZELLIJ_CONFIG_DIR";

/// Whether there is such a program.
pub(crate) fn is_on_path(path: &OsStr) -> bool {
    std::env::split_paths(path).any(|folder| folder.join("zellij").is_file())
}

/// The person's settings of Zellij, there or not: those that she has named, else where it looks.
pub(crate) fn settings(variables: &Variables, home: &Path, config: Option<&Path>) -> PathBuf {
    let named = |name: &str| {
        variables
            .get(name)
            .map(PathBuf::from)
            .filter(|path| path.is_absolute())
    };
    if let Some(file) = named(CONFIG_FILE) {
        return file;
    }
    let usual = home.join(".config").join("zellij");
    let own = config.map(|config| config.join("zellij"));
    let folder = named(CONFIG_DIR).unwrap_or_else(|| match own {
        Some(own) if !usual.is_dir() => own,
        _ => usual,
    });
    folder.join("config.kdl")
}

/// The pane that we are in, if no other multiplexer's is nearer.
pub(super) fn around(variables: &Variables) -> Option<Here> {
    let (pane, server) = pane(&|name| variables.get(name).cloned())?;
    number_of(pane)?;
    Some(Here {
        server,
        pane: Some(pane),
        ..Here::default()
    })
}

/// The folders that hold the folders of sockets, wherever a server that a person begins usually has them.
pub(super) fn folders(variables: &Variables, uid: u32) -> Vec<PathBuf> {
    let named = |name: &str| variables.get(name).map(PathBuf::from);
    let of_user = format!("zellij-{uid}");
    let below = |folder: PathBuf, name: &str| folder.join(name);
    let folders = [
        named(SOCKETS),
        named("XDG_RUNTIME_DIR").map(|folder| below(folder, "zellij")),
        Some(PathBuf::from(format!("/run/user/{uid}/zellij"))),
        named("TMPDIR").map(|folder| below(folder, &of_user)),
        Some(Path::new("/tmp").join(&of_user)),
    ];
    let folders = folders.into_iter().flatten();
    folders.filter(|folder| folder.is_absolute()).collect()
}

/// The one of them that a server which is begun with these variables has.
pub(super) fn folder(variables: &Variables, uid: u32) -> PathBuf {
    let named = |name: &str| {
        let named = variables.get(name).map(PathBuf::from);
        named.filter(|folder| folder.is_absolute())
    };
    let temporary = || named("TMPDIR").unwrap_or_else(|| PathBuf::from("/tmp"));
    let runtime = || named("XDG_RUNTIME_DIR").map(|folder| folder.join("zellij"));
    named(SOCKETS)
        .or_else(runtime)
        .unwrap_or_else(|| temporary().join(format!("zellij-{uid}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sockets_are_where_the_person_said_or_where_zellij_puts_them() {
        let variables = |all: &[(&'static str, &str)]| -> Variables {
            all.iter()
                .map(|(name, value)| (*name, value.into()))
                .collect()
        };
        let usual = ["/run/user/7/zellij", "/tmp/zellij-7"].map(PathBuf::from);
        assert_eq!(folders(&variables(&[]), 7), usual);
        let all = [
            (SOCKETS, "/a"),
            ("XDG_RUNTIME_DIR", "/r"),
            ("TMPDIR", "relative"),
        ];
        let named = ["/a", "/r/zellij"].map(PathBuf::from);
        assert_eq!(folders(&variables(&all), 7), [named, usual].concat());
        let one = |all: &[(&'static str, &str)]| folder(&variables(all), 7);
        assert_eq!(one(&all), Path::new("/a"));
        assert_eq!(one(&all[1..]), Path::new("/r/zellij"));
        assert_eq!(one(&all[2..]), Path::new("/tmp/zellij-7"));
        assert_eq!(one(&[("TMPDIR", "/t")]), Path::new("/t/zellij-7"));
    }

    #[test]
    fn without_its_variable_we_are_in_none_of_its_panes() {
        assert_eq!(around(&Variables::default()), None);
        // There is no server of it among the ancestors of a test.
        let alone = Variables::from([("ZELLIJ_PANE_ID", "3".into())]);
        assert_eq!(around(&alone), None);
    }
}
