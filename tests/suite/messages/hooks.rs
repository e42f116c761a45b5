//! What is said of the settings of assistants and of tmux.

use std::fs::{self, File};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::process::Command;

use rustix::fs::{FlockOperation, flock};

use super::seen::Seen;
use crate::common::{TestEnv, finish, private_folder};
use crate::install::{with_programs, write};

/// `setup` for tmux alone, without a question.
const FOR_TMUX: &str = "setup --yes --skip assistants,notices";

pub(super) fn bring_about(seen: &mut Seen) {
    nothing(seen);
    settings(seen);
    store(seen);
    keys(seen);
    files(seen);
}

/// In a world of which nothing else is on PATH.
fn typed(env: &TestEnv, words: &str) -> Command {
    let mut command = env.pane_patrol();
    command.args(words.split(' '));
    let path = format!("{}:/usr/bin:/bin", env.path("bin").display());
    command.env("PATH", path);
    command
}

fn nothing(seen: &mut Seen) {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    seen.by(&env, "none is on PATH", &mut typed(&env, "install --all"));
    seen.by(
        &env,
        "nothing of ours is there",
        &mut typed(&env, "uninstall"),
    );
    let mut dry = typed(&env, "install --assistant claude --dry-run");
    seen.by(&env, "`--dry-run` was given", &mut dry);
    let mut elsewhere = typed(&env, "install --assistant claude");
    elsewhere.env("CLAUDE_CONFIG_DIR", env.path("elsewhere"));
    assert!(finish(&mut elsewhere).status.success(), "it is installed");
    seen.by(&env, "it is done already", &mut elsewhere);
    let mut out = typed(&env, "uninstall --assistant claude");
    seen.by(
        &env,
        "our hooks are in another of its folders, too",
        &mut out,
    );
}

fn settings(seen: &mut Seen) {
    let env = TestEnv::new();
    with_programs(&env, &["claude", "gemini"]);
    let file = ".claude/settings.json";
    for (when, text) in [
        ("its settings cannot be read", "{"),
        (
            "a field has a type for which the assistant drops the file",
            "{\"permissions\":{\"allow\":\"Bash\"}}",
        ),
        ("`hooks` is something else", "{\"hooks\":7}"),
    ] {
        write(&env, file, text);
        seen.by(&env, when, &mut typed(&env, "install --assistant claude"));
    }
    seen.by(
        &env,
        "one of several cannot be done",
        &mut typed(&env, "install --all"),
    );
    write(&env, file, "{}");
    let path = env.home().join(file);
    fs::set_permissions(&path, PermissionsExt::from_mode(0o444)).expect("it is ours");
    seen.by(
        &env,
        "its settings may not be written",
        &mut typed(&env, "install --assistant claude"),
    );
    fs::remove_file(&path).expect("it is ours");
    fs::create_dir(&path).expect("it is ours");
    seen.by(
        &env,
        "its settings are no file",
        &mut typed(&env, "install --assistant claude"),
    );
}

/// A link into a folder that another program makes.
fn store(seen: &mut Seen) {
    let env = TestEnv::new();
    let (store, link) = (env.path("store"), env.home().join(".claude/settings.json"));
    fs::create_dir(&store).expect("it can be made");
    fs::create_dir(env.home().join(".claude")).expect("it can be made");
    fs::write(store.join("settings.json"), "{}").expect("it is ours");
    symlink(store.join("settings.json"), &link).expect("it is new");
    let mode = |path, mode| {
        fs::set_permissions(path, PermissionsExt::from_mode(mode)).expect("it is ours");
    };
    mode(store.join("settings.json"), 0o444);
    mode(store.clone(), 0o555);
    let mut install = env.pane_patrol();
    install.args(["install", "--assistant", "claude"]);
    seen.by(
        &env,
        "its settings are a link into a store that is not to be written",
        &mut install,
    );
    assert!(link.is_symlink(), "it is as it was");
    mode(store, 0o755);
}

fn keys(seen: &mut Seen) {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    let wrong = |key: &str| format!("{FOR_TMUX} --popup-key {key}");
    seen.by(
        &env,
        "there is no such key",
        &mut typed(&env, &wrong("nosuch")),
    );
    let mut twice = typed(&env, &wrong("P"));
    seen.by(
        &env,
        "two are to have the same key",
        twice.args(["--next-key", "P"]),
    );
    write(
        &env,
        ".tmux.conf",
        "bind P display-message hi\nbind A display-message hi\n",
    );
    seen.by(
        &env,
        "you use the key for something else",
        &mut typed(&env, &wrong("P")),
    );
    seen.by(
        &env,
        "you use the usual key for something else",
        &mut typed(&env, &format!("{FOR_TMUX} --dry-run").replace("--yes ", "")),
    );
    with_programs(&env, &["tmux"]);
    seen.by(&env, "tmux does not answer", &mut typed(&env, FOR_TMUX));
}

fn files(seen: &mut Seen) {
    for (when, text) in [
        ("tmux itself does not read the file", "sett -g mouse on\n"),
        ("the last line of the file goes on", "set -g mouse on \\"),
        ("a quote has no end", "set -g @a 'open\n"),
        (
            "a shell reads the file, too",
            "run 'cut -c3- ~/.tmux.conf | sh -s apply'\n# :\n",
        ),
    ] {
        let env = TestEnv::new();
        with_programs(&env, &[]);
        write(&env, ".tmux.conf", text);
        seen.by(&env, when, &mut typed(&env, FOR_TMUX));
    }
    in_zellij(seen);
    let env = TestEnv::new();
    with_programs(&env, &["claude"]);
    fs::create_dir(env.home().join(".tmux.conf")).expect("it can be made");
    seen.by(
        &env,
        "one of several steps cannot be done",
        &mut typed(&env, "setup --yes"),
    );
    fs::remove_dir(env.home().join(".tmux.conf")).expect("it is ours");
    env.configure("[notice\n");
    let mut notices = typed(&env, "setup --yes --skip assistants,keys,status");
    seen.by(&env, "config.toml cannot be read", &mut notices);
    env.configure("notice = \"x\"\n");
    seen.by(&env, "config.toml says otherwise than it may", &mut notices);
    env.configure("");
    assert!(
        finish(&mut typed(&env, FOR_TMUX)).status.success(),
        "it is set up"
    );
    seen.by(&env, "it is done already", &mut typed(&env, FOR_TMUX));
    let ours = env.path("config/pane-patrol/tmux.conf");
    fs::remove_file(&ours).expect("it is there");
    fs::create_dir(&ours).expect("it is ours");
    seen.by(
        &env,
        "a file of `setup` is none any more",
        &mut typed(&env, "uninstall"),
    );
    unkept(seen);
}

/// The step of Zellij.
fn in_zellij(seen: &mut Seen) {
    const FOR_ZELLIJ: &str =
        "setup --yes --skip assistants,status,notices --popup-key none --next-key none";
    let file = "zellij/config.kdl";
    let taken =
        "keybinds {\n  shared {\n    bind \"Alt a\" \"Alt s\" \"Alt Shift a\" { Quit; }\n  }\n}\n";
    let env = TestEnv::new();
    with_programs(&env, &["zellij"]);
    let path = env.path("config").join(file);
    fs::create_dir_all(path.parent().expect("it has one")).expect("it can be made");
    fs::write(path, taken).expect("it can be written");
    let when = "config.kdl binds all the usual keys";
    seen.by(&env, when, &mut typed(&env, FOR_ZELLIJ));
}

/// What it was cannot be kept, so nothing is changed.
fn unkept(seen: &mut Seen) {
    let env = TestEnv::new();
    with_programs(&env, &[]);
    let installs = env.places().installs().expect("there is a home");
    fs::create_dir_all(installs.parent().expect("it has a folder")).expect("it can be made");
    fs::write(&installs, "").expect("it is ours");
    let when = "the place for the backup is none";
    seen.by(&env, when, &mut typed(&env, FOR_TMUX));
    seen.by(&env, when, &mut typed(&env, "install --assistant claude"));
    fs::remove_file(&installs).expect("it is ours");
    private_folder(&installs);
    let locks = ["setup", "claude"].map(|name| {
        let folder = installs.join(name);
        private_folder(&folder);
        let folder = File::open(folder).expect("it is ours");
        flock(&folder, FlockOperation::NonBlockingLockExclusive).expect("nobody else has it");
        folder
    });
    let when = "another install is at work just then";
    seen.by(&env, when, &mut typed(&env, FOR_TMUX));
    seen.by(&env, when, &mut typed(&env, "install --assistant claude"));
    drop(locks);
}
