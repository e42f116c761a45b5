//! Going to the window of a terminal program that can be told: what it is told and what it answers, by programs that
//! stand for kitty and for WezTerm and answer as these do. The real kitty is run by `make kitty`.

use std::os::unix::net::UnixListener;
use std::process::{Child, Command, Stdio};

use super::tell;
use crate::common::{
    Collector, Finished, TestEnv, finish, private_folder, wait_until, write_program,
};

/// A process that is called like the terminal's program and listens as that does, with an assistant below it in a
/// terminal of its own.
struct Window<'env> {
    env: &'env TestEnv,
    child: Child,
    assistant: u32,
}

impl<'env> Window<'env> {
    /// Called `name`; `variables` as it gives them to what it starts, `AT` for its socket.
    fn start(env: &'env TestEnv, name: &str, variables: &str) -> Self {
        private_folder(&env.path("programs"));
        let socket = env.path("run/terminal");
        let variables = variables.replace("AT", &socket.display().to_string());
        let script = env.path("terminal.py");
        std::fs::write(&script, format!(
            "import os, pty, socket, sys, time\n\
             open('/proc/self/comm', 'w').write({name:?})\n\
             s = socket.socket(socket.AF_UNIX); s.bind({socket:?}); s.listen(99)\n\
             pid, fd = pty.fork()\n\
             if pid == 0:\n\
             \x20   os.execvp('env', ['env', *{variables:?}.split(), 'sleep', '1000'])\n\
             open({began:?} + '.new', 'w').write(str(pid)); os.rename({began:?} + '.new', {began:?})\n\
             time.sleep(1000)\n",
            socket = socket.display().to_string(),
            began = env.path("began").display().to_string(),
        )).expect("it is ours");
        let child = env
            .command("python3")
            .arg(&script)
            .stdin(Stdio::null())
            .spawn()
            .expect("python3 is there");
        let began = env.path("began");
        wait_until("it has begun", || began.exists());
        let assistant = std::fs::read_to_string(began).expect("it is there");
        let assistant = assistant.parse().expect("a process");
        let told =
            |pid: u32| std::fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        wait_until("the assistant runs", || told(assistant).trim() == "sleep");
        Self {
            env,
            child,
            assistant,
        }
    }

    /// Its program, which notes what it is told and then runs `script`.
    fn answers(&self, program: &str, script: &str) {
        let told = self.env.path("told");
        let text = format!(
            "#!/bin/sh\necho \"$* $WEZTERM_UNIX_SOCKET\" >> '{}'\n{script}\n",
            told.display()
        );
        write_program(&self.env.path("programs").join(program), &text);
    }

    fn told(&self) -> String {
        std::fs::read_to_string(self.env.path("told")).unwrap_or_default()
    }

    fn jump(&self) -> Finished {
        let path = std::env::var("PATH").unwrap_or_default();
        let path = format!("{}:{path}", self.env.path("programs").display());
        let mut jump: Command = self.env.pane_patrol();
        finish(jump.env("PATH", path).args(["jump", "--next"]))
    }

    fn asks(&self, collector: &Collector<'_>) {
        tell(self.env, self.assistant, "s", "UserPromptSubmit");
        let mut hook = super::hook_of(self.env, self.assistant, &["--everywhere"]);
        let mut payload = super::payload(self.env, "s", "Notification");
        payload["notification_type"] = "permission_prompt".into();
        payload["message"] = "Claude needs your permission".into();
        crate::common::finish_with_stdin(&mut hook, payload.to_string().as_bytes())
            .assert_silent_success();
        collector.until("it waits", |rows| {
            rows.len() == 1 && rows[0]["state"] == "waiting_approval"
        });
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// As kitty answers `ls`: the window 7, in front or not.
fn kitty_ls(pid: u32, in_front: bool) -> String {
    format!(
        r#"[{{"id":1,"is_active":true,"is_focused":true,"tabs":[
            {{"id":1,"is_active_tab":{in_front},"windows":[{{"id":7,"is_active_window":true,"pid":{pid}}}]}},
            {{"id":2,"is_active_tab":{},"windows":[{{"id":8,"is_active_window":true,"pid":1}}]}}]}}]"#,
        !in_front
    )
}

const KITTY: &str = "KITTY_WINDOW_ID=7 KITTY_LISTEN_ON=unix:AT";

#[test]
fn kitty_is_told_which_window_to_show_and_it_is_looked_whether_it_does() {
    let env = TestEnv::new();
    let window = Window::start(&env, "kitty", KITTY);
    let collector = Collector::start(&env);
    window.asks(&collector);
    let row = &collector.rows()[0];
    assert_eq!(row["terminal"], "kitty", "{row}");
    let goes = |obeys: bool| {
        let (away, there) = (
            kitty_ls(window.assistant, false),
            kitty_ls(window.assistant, true),
        );
        let focus = if obeys { "touch \"$0.focus\"" } else { "true" };
        window.answers("kitty", &format!(
            "case \"$*\" in *focus-window*) {focus};; *) [ -e \"$0.focus\" ] && cat <<'X' || cat <<'Y'\n{there}\nX\n{away}\nY\n;; esac"
        ));
        window.jump()
    };
    let failed = goes(false);
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");
    assert!(failed.stderr.contains("shows another window"), "{failed:?}");
    let went = goes(true);
    assert_eq!(went.status.code(), Some(0), "{went:?}");
    let socket = env.path("run/terminal");
    let words = format!("@ --to unix:{} focus-window --match id:7", socket.display());
    assert!(window.told().contains(&words), "{}", window.told());

    // It may be forbidden in its settings.
    window.answers("kitty", "echo 'Error: Remote control is disabled. Add allow_remote_control to your kitty.conf' >&2; exit 1");
    let failed = window.jump();
    for words in [
        "Remote control is disabled",
        "allow_remote_control socket-only",
        "outside of any multiplexer",
    ] {
        assert!(failed.stderr.contains(words), "{failed:?}");
    }
    assert!(failed.stderr.contains("nobody was moved"), "{failed:?}");
    // Another assistant's window by now.
    let other = kitty_ls(4_000_000, true);
    window.answers("kitty", &format!("cat <<'X'\n{other}\nX"));
    let failed = window.jump();
    assert!(
        failed.stderr.contains("no window 7 with this assistant"),
        "{failed:?}"
    );
    // One that hangs is not waited for.
    window.answers("kitty", "exec sleep 1000");
    let failed = window.jump();
    assert!(
        failed.stderr.contains("did not answer in time"),
        "{failed:?}"
    );
}

#[test]
fn an_environment_that_names_what_is_not_its_kittys_is_not_followed() {
    for (variables, why) in [
        ("KITTY_WINDOW_ID=7", "kitty takes no orders"),
        (
            "KITTY_WINDOW_ID=7;x KITTY_LISTEN_ON=unix:AT",
            "names no window",
        ),
        (
            "KITTY_WINDOW_ID=7 KITTY_LISTEN_ON=tcp:localhost:1",
            "no Unix socket",
        ),
        (
            "KITTY_WINDOW_ID=7 KITTY_LISTEN_ON=unix:AT.none",
            "nobody answers",
        ),
        (
            "KITTY_WINDOW_ID=7 KITTY_LISTEN_ON=unix:AT.other",
            "another process listens",
        ),
    ] {
        let env = TestEnv::new();
        let _other = UnixListener::bind(env.path("run/terminal.other")).expect("it is free");
        let window = Window::start(&env, "kitty", variables);
        let collector = Collector::start(&env);
        window.asks(&collector);
        window.answers("kitty", "exit 0");
        let failed = window.jump();
        assert_eq!(failed.status.code(), Some(1), "{failed:?}");
        assert!(failed.stderr.contains(why), "{variables}: {failed:?}");
        assert_eq!(window.told(), "", "{variables}");
    }
}

#[test]
fn wezterm_is_told_which_pane_to_show_and_it_is_looked_whether_it_does() {
    let env = TestEnv::new();
    let window = Window::start(&env, "wezterm-gui", "WEZTERM_PANE=4 WEZTERM_UNIX_SOCKET=AT");
    let collector = Collector::start(&env);
    window.asks(&collector);
    assert_eq!(collector.rows()[0]["terminal"], "WezTerm");
    // As its documentation has it.
    let answer = |pane: u32| {
        format!(
            "case \"$*\" in *list-clients*) echo '[{{\"username\":\"me\",\"hostname\":\"h\",\"pid\":1,\"connection_elapsed\":{{\"secs\":1,\"nanos\":0}},\
         \"idle_time\":{{\"secs\":0,\"nanos\":1}},\"workspace\":\"default\",\"focused_pane_id\":{pane}}}]';; esac"
        )
    };
    window.answers("wezterm", &answer(3));
    let failed = window.jump();
    assert_eq!(failed.status.code(), Some(1), "{failed:?}");
    assert!(
        failed.stderr.contains("none of its windows does"),
        "{failed:?}"
    );
    assert!(
        failed.stderr.contains("be on the way still")
            && !failed.stderr.contains("nobody was moved"),
        "{failed:?}"
    );
    window.answers("wezterm", &answer(4));
    let went = window.jump();
    assert_eq!(went.status.code(), Some(0), "{went:?}");
    let socket = env.path("run/terminal");
    let words = format!(
        "cli --no-auto-start activate-pane --pane-id 4 {}",
        socket.display()
    );
    assert!(window.told().contains(&words), "{}", window.told());
}
