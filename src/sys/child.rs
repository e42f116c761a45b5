//! Child processes: what each of our own may have of the environment.

pub(crate) use pane_patrol_sys::child::{
    ANSWER, Ended, Group, Kept, end_groups, end_groups_unheard, feed, ours, persons, printed,
    read_outputs, tied, wait, wait_for,
};

/// git, as the person has set it up for all repositories; nothing that turns it to another one. With
/// `SUDO_UID` it knows whose repositories root may trust.
pub(crate) const GIT: Kept = Kept::these(&[
    "XDG_CONFIG_HOME",
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_CEILING_DIRECTORIES",
    "GIT_DISCOVERY_ACROSS_FILESYSTEM",
    "GIT_EXEC_PATH",
    "SUDO_UID",
]);

/// Programs that show something on the person's desktop: where that is, and in which language.
pub(crate) const DESKTOP: Kept = Kept::these(&[
    "DBUS_SESSION_BUS_ADDRESS",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "XAUTHORITY",
    "XDG_RUNTIME_DIR",
    "XDG_DATA_DIRS",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LC_MESSAGES",
    "__CF_USER_TEXT_ENCODING",
]);

/// `curl`: by which proxy, and by which certificates a server is trusted.
pub(crate) const WEB: Kept = Kept::these(&[
    "http_proxy",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "CURL_CA_BUNDLE",
]);

/// An assistant that tells its version: what it is found by, through the programs that choose among
/// several versions of it or of its interpreter.
pub(crate) const ASSISTANT: Kept = Kept::these(&[
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_CACHE_HOME",
    "XDG_STATE_HOME",
    "USER",
    "SHELL",
    "LANG",
    "LC_ALL",
    "NVM_DIR",
    "NVM_BIN",
    "ASDF_DIR",
    "ASDF_DATA_DIR",
    "MISE_DATA_DIR",
    "VOLTA_HOME",
    "FNM_DIR",
    "FNM_MULTISHELL_PATH",
    "N_PREFIX",
    "NODE_PATH",
    "BUN_INSTALL",
    "PNPM_HOME",
    "NPM_CONFIG_PREFIX",
    "SSL_CERT_FILE",
]);

/// A program that lists containers: which engine it talks to, and how.
pub(crate) const CONTAINERS: Kept = Kept::these(&[
    "DOCKER_HOST",
    "DOCKER_CONTEXT",
    "DOCKER_CONFIG",
    "DOCKER_CERT_PATH",
    "DOCKER_TLS_VERIFY",
    "CONTAINER_HOST",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
]);

/// Our own hook as an assistant starts it: where it reports to, and from which pane.
pub(crate) const HOOK: Kept = Kept::these(&[
    "XDG_RUNTIME_DIR",
    "XDG_STATE_HOME",
    "XDG_CONFIG_HOME",
    "PANE_PATROL_SESSION",
    "PANE_PATROL_EVENT_SOCKET",
    "TMUX",
    "TMUX_PANE",
    "TMUX_TMPDIR",
    "ZELLIJ_PANE_ID",
]);
