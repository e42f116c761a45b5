//! A person's text as an assistant's next prompt, typed into a real pane: once, whole, into an empty prompt and
//! into nothing else.

use std::fs;
use std::path::PathBuf;
use std::thread;

use serde_json::{Value, json};

use crate::common::{
    Collector, Finished, PROGRAM, Terminal, TestEnv, Tmux, finish, finish_with_stdin, fixture,
    lines_so_far, private_folder, until, wait_until, write_program,
};

/// Has a prompt that takes pasted lines, or a dialog; writes down each prompt that it was given, each with a NUL behind it, and
/// each byte that came to the dialog, and tells its hook of a prompt.
const ASSISTANT: &str = r#"#!/bin/bash
export LC_ALL=C
cd "$1" || exit
stty raw -echo
printf '\033[?2004h'
typed=
draw() {
    printf '\033[2J\033[Hsaid before\r\n\r\n'
    if [ -e dialog ]; then
        sed 's/$/\r/' dialog
    else
        printf -- '────\r\n❯ %s\r\n────\r\n  ? for shortcuts' "${typed//$'\n'/$'\r\n  '}"
    fi
}
next() {
    until IFS= read -rsn1 -d '' byte; do :; done
}
paste() {
    next; next; next; next; next
    while next; do
        typed+=$byte
        case $typed in *$'\033[201~') typed=${typed%$'\033[201~'} && break ;; esac
    done
    typed=${typed//$'\r'/$'\n'}
}
trap draw USR1
draw
: > runs
while next; do
    if [ -e dialog ]; then
        printf %s "$byte" >> keys
    elif [ "$byte" = $'\033' ]; then
        paste
    elif [[ $byte = [$'\r'$'\n'] ]]; then
        printf '%s\0' "$typed" >> prompts
        typed=
        CLAUDE_PID=$$ CLAUDE_CODE_ENTRYPOINT=cli "$2" hook claude < begun
    else
        typed+=$byte
    fi
    draw
done
"#;

const DIALOG: &str =
    "Bash command\n\n  touch f1\n\nDo you want to proceed?\n❯ 1. Yes\n  2. No\n\nEsc to cancel\n";

/// What tmux, its formats, a shell and a terminal would read something into.
fn hostile() -> String {
    let line = |number| {
        format!(
            "{number}: grün – 漢字 👍 #{{pid}} #(touch PWNED) $(touch PWNED) `id` \\ ' \" % ~ -l ;"
        )
    };
    let lines: Vec<String> = (1..=20).map(line).collect();
    lines.join("\n")
}

/// A pane with that assistant, which is known to rest.
struct Stage<'env> {
    env: &'env TestEnv,
    server: Tmux<'env>,
    folder: PathBuf,
}

impl<'env> Stage<'env> {
    fn new(env: &'env TestEnv) -> Option<(Self, Collector<'env>)> {
        let folder = env.path("stage");
        private_folder(&folder);
        let payload = |name: &str| {
            let mut payload: Value = serde_json::from_str(&fixture(name)).expect("JSON");
            payload["session_id"] = json!("s");
            payload.to_string()
        };
        fs::write(
            folder.join("begun"),
            payload("claude/user_prompt_submit.plain.json"),
        )
        .expect("it is ours");
        let program = folder.join("claude");
        write_program(&program, ASSISTANT);
        let command = format!("exec {} {} {PROGRAM}", program.display(), folder.display());
        let server = Tmux::start_on(env, "tmux.sock", "work", (120, 40), &command)?;
        let collector = Collector::start_in(env, &server);
        let stage = Self {
            env,
            server,
            folder,
        };
        wait_until("it runs", || stage.folder.join("runs").exists());
        stage
            .server
            .report("%0", &payload("claude/session_start.startup.json"), "idle");
        Some((stage, collector))
    }

    fn send(&self, text: &str) -> Finished {
        let mut send = self.env.pane_patrol();
        finish_with_stdin(send.args(["send", "%0", "-"]), text.as_bytes())
    }

    /// Sends, which must be refused with these words, and nothing comes to the pane.
    fn refuses(&self, why: &str) {
        let before = self.server.screen_of("%0");
        let refused = self.send("1");
        assert_eq!(refused.status.code(), Some(1), "{}", refused.stderr);
        assert!(refused.stderr.contains(why), "{why}: {}", refused.stderr);
        assert!(
            refused.stderr.contains("nothing was sent"),
            "{}",
            refused.stderr
        );
        assert_eq!(self.server.screen_of("%0"), before);
    }

    /// The prompts that it was given.
    fn prompts(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.join("prompts")).unwrap_or_default();
        text.split_terminator('\0').map(str::to_owned).collect()
    }

    /// Has it show a dialog, or its prompt again.
    fn shows(&self, dialog: Option<&str>) {
        let path = self.folder.join("dialog");
        match dialog {
            Some(dialog) => fs::write(path, dialog).expect("it is ours"),
            None => fs::remove_file(path).expect("it is there"),
        }
        finish(
            self.env
                .command("kill")
                .args(["-USR1", &self.server.process_of("%0")]),
        );
        let sign = if dialog.is_some() {
            "Esc to cancel"
        } else {
            "? for shortcuts"
        };
        wait_until("it is drawn", || self.server.screen_of("%0").contains(sign));
    }
}

#[test]
fn a_text_comes_once_and_whole_and_nothing_of_it_is_run() {
    let env = TestEnv::new();
    let Some((stage, collector)) = Stage::new(&env) else {
        return;
    };
    let sent = stage.send(&format!("{}\n\n", hostile()));
    assert_eq!(sent.status.code(), Some(0), "{}", sent.stderr);
    assert_eq!(stage.prompts(), [hostile()]);
    collector.until_state("running");
    // A turn runs, and its prompt takes another one.
    let mut second = env.pane_patrol();
    let queued = finish(second.args(["send", "work", "--json", "and", "then;"]));
    let told: Value = serde_json::from_str(&queued.stdout).expect("JSON");
    assert_eq!(
        told["sent"],
        json!({"way": "keys", "queued": true}),
        "{told}"
    );
    assert_eq!(stage.prompts(), [hostile(), "and then;".to_owned()]);
    assert!(!stage.folder.join("PWNED").exists() && !env.path("PWNED").exists());
    assert_eq!(stage.server.run(&["list-buffers"]), "");
    let noted = lines_so_far(&env.places().decisions().expect("a state folder"));
    let ways: Vec<Value> = noted
        .iter()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .filter(|line| line["outcome"] != "begun")
        .map(|line| json!([line["decision"], line["way"], line["outcome"]]))
        .collect();
    assert_eq!(ways, vec![json!(["send", "keys", "done"]); 2]);
    let last: Value = serde_json::from_str(&noted[noted.len() - 1]).expect("JSON");
    assert_eq!(last["reason"], "queued until its turn is over", "{last}");
}

#[test]
fn a_prompt_written_in_the_dashboard_comes_once_and_whole_and_into_no_dialog() {
    let env = TestEnv::new();
    let Some((stage, collector)) = Stage::new(&env) else {
        return;
    };
    let Some(terminal) = Terminal::start(&env, "other.sock", PROGRAM) else {
        return;
    };
    terminal.wait_for("work:0.0");
    terminal.press(&["m"]);
    terminal.wait_for("To claude");
    let text = format!("{} end", hostile());
    terminal.paste(&text);
    terminal.wait_for("20: gr");
    terminal.press(&["Enter"]);
    wait_until("it has come", || !stage.prompts().is_empty());
    assert_eq!(stage.prompts(), std::slice::from_ref(&text));
    collector.until_state("running");
    // Nobody has told of the dialog: the screen alone says so.
    stage.shows(Some(DIALOG));
    let before = stage.server.screen_of("%0");
    terminal.press(&["m"]);
    terminal.wait_for("To claude");
    terminal.press(&["1", "C-j", "2", "Enter"]);
    terminal.wait_for("a dialog stands on its screen");
    assert_eq!(stage.server.screen_of("%0"), before);
    assert!(!stage.folder.join("keys").exists());
    stage.shows(None);
    // It is a draft again, and waits until the turn is over.
    terminal.press(&["m"]);
    terminal.wait_for("To claude");
    terminal.press(&["C-q"]);
    terminal.wait_for("text waits");
    assert_eq!(stage.prompts().len(), 1);
    let mut over: Value = serde_json::from_str(&fixture("claude/stop.plain.json")).expect("JSON");
    over["session_id"] = json!("s");
    fs::write(stage.folder.join("over"), over.to_string()).expect("it is ours");
    let mut hook = stage.server.claude_hook("%0");
    finish_with_stdin(&mut hook, over.to_string().as_bytes()).assert_silent_success();
    wait_until("it has come as well", || stage.prompts().len() > 1);
    collector.until_state("running");
    assert_eq!(stage.prompts(), [text, "1\n2".to_owned()]);
}

/// A dialog opens in the very moment: nobody could know, and the text waits behind that.
#[test]
fn a_text_that_a_request_has_come_before_is_told_as_waiting_behind_that() {
    let env = TestEnv::new();
    let Some((stage, collector)) = Stage::new(&env) else {
        return;
    };
    assert_eq!(stage.send("work").status.code(), Some(0));
    collector.until_state("running");
    // With the next Enter it asks.
    let mut asks: Value =
        serde_json::from_str(&fixture("claude/permission_request.bash.json")).expect("JSON");
    asks["session_id"] = json!("s");
    fs::write(stage.folder.join("begun"), asks.to_string()).expect("it is ours");
    let mut command = env.pane_patrol();
    let sent = finish(command.args(["send", "%0", "--json", "and then"]));
    assert_eq!(sent.status.code(), Some(0), "{}", sent.stderr);
    let told: Value = serde_json::from_str(&sent.stdout).expect("JSON");
    let behind = json!({"way": "keys", "queued": true, "behind_request": true});
    assert_eq!(told["sent"], behind, "{told}");
    let noted = lines_so_far(&env.places().decisions().expect("a state folder"));
    let last: Value = serde_json::from_str(noted.last().expect("a line")).expect("JSON");
    let why = last["reason"].as_str().unwrap_or_default();
    assert!(
        why.starts_with("queued behind what it has begun to ask"),
        "{last}"
    );
}

#[test]
fn while_a_dialog_is_open_nothing_is_typed() {
    let env = TestEnv::new();
    let Some((stage, collector)) = Stage::new(&env) else {
        return;
    };
    // Nobody has told of it: the screen alone says so.
    stage.shows(Some(DIALOG));
    stage.refuses("a dialog stands on its screen");
    stage.shows(None);
    // A menu of which nothing is known is no prompt, whatever has a cursor in it.
    stage.shows(Some("Choose\n❯ one\n  two\nEsc to cancel\n"));
    stage.refuses("something else is written in its prompt");
    stage.shows(None);
    // And where it is told, and not drawn yet.
    let mut asks: Value =
        serde_json::from_str(&fixture("claude/permission_request.bash.json")).expect("JSON");
    asks["session_id"] = json!("s");
    stage
        .server
        .report("%0", &asks.to_string(), "waiting_approval");
    stage.refuses("it asks something");
    drop(collector);
    assert!(!stage.folder.join("keys").exists());
    assert_eq!(stage.prompts(), Vec::<String>::new());
}

#[test]
fn nothing_is_typed_beside_a_draft_in_copy_mode_or_into_another_program() {
    let env = TestEnv::new();
    let Some((stage, _collector)) = Stage::new(&env) else {
        return;
    };
    let server = &stage.server;
    server.run(&["send-keys", "-t", "%0", "-l", "half"]);
    wait_until("it is written", || {
        server.screen_of("%0").contains("❯ half")
    });
    stage.refuses("something else is written in its prompt");
    server.run(&["copy-mode", "-t", "%0"]);
    stage.refuses("copy mode");
    server.run(&["send-keys", "-t", "%0", "-X", "cancel"]);
    for (text, why) in [
        ("/clear", "is an order to the program"),
        ("\u{1b}[201~", "U+001B"),
        (" \n", "nothing to send"),
    ] {
        let refused = stage.send(text);
        assert!(refused.stderr.contains(why), "{}", refused.stderr);
    }
    assert_eq!(stage.prompts(), Vec::<String>::new());
}

#[test]
fn of_several_that_send_at_once_each_text_comes_whole_or_not_at_all() {
    let env = TestEnv::new();
    let Some((stage, _collector)) = Stage::new(&env) else {
        return;
    };
    let texts: Vec<String> = (0..4)
        .map(|number| format!("first {number}\nsecond {number}"))
        .collect();
    let sent: Vec<bool> = thread::scope(|scope| {
        let sending: Vec<_> = texts
            .iter()
            .map(|text| scope.spawn(|| stage.send(text).status.code() == Some(0)))
            .collect();
        sending
            .into_iter()
            .map(|one| one.join().expect("it ends"))
            .collect()
    });
    let came = until("all that were told as sent are there", || {
        let came = stage.prompts();
        (came.len() >= sent.iter().filter(|sent| **sent).count()).then_some(came)
    });
    assert!(sent.contains(&true));
    for (text, sent) in texts.iter().zip(sent) {
        let count = came.iter().filter(|prompt| *prompt == text).count();
        assert!(count <= 1 && (count == 1 || !sent), "{text}: {came:?}");
    }
    assert!(came.iter().all(|prompt| texts.contains(prompt)), "{came:?}");
}
