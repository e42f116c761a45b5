//! `pane-patrol.tmux` as tmux's plugin manager runs it: from a settings file that names it, in the folder
//! where the manager keeps plugins, on a private server with a real client.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::common::{
    Collector, PROGRAM, Terminal, TestEnv, Tmux, fixture, wait_until, write_program,
};

/// Where Debian's package has the plugin manager itself.
const MANAGER: &str = "/usr/share/tmux-plugin-manager/tpm";

/// What it does of all it does: run each plugin's files, and drop what they print.
const STANDS_FOR_IT: &str = r#"#!/bin/sh
for file in "$HOME"/.tmux/plugins/*/*.tmux; do
    "$file" >/dev/null 2>&1
done
"#;

/// The plugin manager, or what stands for it.
fn manager(env: &TestEnv) -> PathBuf {
    if Path::new(MANAGER).exists() {
        return MANAGER.into();
    }
    let program = env.path("tpm");
    write_program(&program, STANDS_FOR_IT);
    program
}

/// Puts the plugin where the manager keeps it, and reads a settings file with `lines`, as at a start.
fn configure(env: &TestEnv, server: &Tmux<'_>, lines: &str) {
    let plugin = env.home().join(".tmux/plugins/pane-patrol");
    if !plugin.exists() {
        fs::create_dir_all(&plugin).expect("a folder can be made");
        let file = concat!(env!("CARGO_MANIFEST_DIR"), "/pane-patrol.tmux");
        symlink(file, plugin.join("pane-patrol.tmux")).expect("a link can be made");
    }
    let settings = env.home().join(".tmux.conf");
    let manager = manager(env);
    let text = format!(
        "set -g @plugin 'someone/pane-patrol'\n{lines}\nrun-shell '{}'\n",
        manager.display()
    );
    fs::write(&settings, text).expect("a file can be written");
    let settings = settings.to_str().expect("plain words");
    server.run(&["source-file", settings]);
}

/// The line that says where the executable of the tests is.
fn program() -> String {
    format!("set -g @pane-patrol-program '{PROGRAM}'\n")
}

/// What a key after the prefix does; nothing, where it has no meaning.
fn bound(server: &Tmux<'_>, key: &str) -> String {
    let keys = server.run(&["list-keys", "-T", "prefix"]);
    let is_it = |line: &&str| line.split_whitespace().nth(3) == Some(key);
    keys.lines().find(is_it).unwrap_or_default().to_owned()
}

#[test]
fn the_plugin_shows_the_dashboard_goes_to_who_waits_and_counts() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let collector = Collector::start_in(&env, &server);
    configure(
        &env,
        &server,
        &(program() + "set -g @pane-patrol-status right"),
    );
    let waits = server.window("work", "cat");
    server.report(
        &waits,
        &fixture("claude/permission_request.bash.json"),
        "waiting_approval",
    );
    let Some(terminal) = Terminal::client_of(&env, "terminal.sock", &server, "work") else {
        return;
    };
    terminal.wait_for("1!");
    assert_ne!(server.ask("#{pane_id}"), waits);
    terminal.press(&["C-b", "P"]);
    let shown = terminal.wait_for("pane-patrol");
    assert!(shown.contains('┘'), "{shown}");
    terminal.press(&["q"]);
    // Its frame goes last: until then keys are its program's.
    wait_until("the popup is closed", || !terminal.screen().contains('┘'));
    terminal.press(&["C-b", "N"]);
    wait_until("the one that waits is before us", || {
        server.ask("#{pane_id}") == waits
    });
    drop(collector);
}

#[test]
fn the_plugin_goes_by_its_settings_and_changes_nothing_twice() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let next = bound(&server, "N");
    server.run(&["set-option", "-g", "status-right", "a #{pane_patrol} z"]);
    let lines = program()
        + "set -g @pane-patrol-popup-key 'O'\n\
           set -g @pane-patrol-next-key ''\n\
           set -g @pane-patrol-popup-width 70\n\
           set -g @pane-patrol-status left";
    let line = |side: &str| server.run(&["show-options", "-gv", side]);
    let left = line("status-left");
    for _ in 0..2 {
        configure(&env, &server, &lines);
        assert!(
            bound(&server, "O").contains("-w 70"),
            "{}",
            bound(&server, "O")
        );
        assert!(!bound(&server, "P").contains("popup"));
        assert_eq!(bound(&server, "N"), next);
        let (start, end) = (line("status-left"), line("status-right"));
        assert!(start.ends_with(&left), "{start}");
        assert_eq!(start.matches("status --format tmux").count(), 1, "{start}");
        assert!(end.starts_with("a #(") && end.ends_with(") z"), "{end}");
    }
}

#[test]
fn the_plugin_finds_its_program_under_any_name_of_a_folder() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    let folder = env.path(r"o'd #d %Y #{pid} $x; `y` \ z");
    fs::create_dir_all(&folder).expect("a folder can be made");
    let says = env.path("says");
    let script = format!(
        "#!/bin/sh\necho \"$*.\" >> '{}'\n[ \"$1\" != status ] || echo COUNT\n",
        says.display()
    );
    write_program(&folder.join("pane-patrol"), &script);
    let path = format!("{}:/usr/bin:/bin", folder.display());
    server.run(&["set-environment", "-g", "PATH", &path]);
    configure(&env, &server, "set -g @pane-patrol-status left");
    let Some(terminal) = Terminal::client_of(&env, "terminal.sock", &server, "work") else {
        return;
    };
    terminal.wait_for("COUNT");
    let client = server.run(&["list-clients", "-F", "#{client_name}"]);
    let has_said = |what: &str| {
        let said = fs::read_to_string(&says).unwrap_or_default();
        said.lines().any(|line| line == what)
    };
    terminal.press(&["C-b", "N"]);
    let jumps = format!("jump --next --client {client}.");
    wait_until("it is told to go there", || has_said(&jumps));
    terminal.press(&["C-b", "P"]);
    wait_until("the dashboard is started", || has_said("."));
}

#[test]
fn without_its_program_the_plugins_keys_say_so() {
    let env = TestEnv::new();
    let Some(server) = Tmux::start(&env, "work") else {
        return;
    };
    configure(
        &env,
        &server,
        "set -g @pane-patrol-program /nowhere/pane-patrol",
    );
    let Some(terminal) = Terminal::client_of(&env, "terminal.sock", &server, "work") else {
        return;
    };
    terminal.press(&["C-b", "P"]);
    terminal.wait_for("pane-patrol is not installed");
}
