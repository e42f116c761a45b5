//! Which collector a hook reaches, and which it never does: in namespaces where the two standard runtime
//! folders are a test's own.

use std::process::Stdio;

use rustix::process::Signal;
use serde_json::Value;

use crate::common::{
    Collector, Finished, TestEnv, Tmux, finish, finish_with_stdin, fixture, until,
};
use crate::launch::isolating;

const WORKS: &str = "claude/user_prompt_submit.plain.json";

/// Hides `/run` and `/tmp` behind folders of the test, but for its own things and the program, and goes
/// on in there with what `say`, `hears` and the like mean.
const ENTER: &str = r#"set -e; root=$1 exe=$2 uid=$(id -u)
mount -t tmpfs none /run
mkdir -p /run/kept "/run/user/$uid"; chmod 700 "/run/user/$uid"
mount --rbind /tmp /run/kept
mount -t tmpfs none /tmp
for kept in "$root" "${exe%/*}"; do
    case $kept in /tmp/*) mkdir -p "$kept"; mount --bind "/run/kept/${kept#/tmp/}" "$kept";; esac
done
export XDG_RUNTIME_DIR=; set +e
in_run() { XDG_RUNTIME_DIR=/run/user/$uid "$@"; }
in_tmp() { "$@"; }
collects() { "$1" "$exe" collect 2>/dev/null & "$1" until_answered; collector=$(cat "$("$1" lock)"); }
lock() { if [ "$XDG_RUNTIME_DIR" ]; then echo "$XDG_RUNTIME_DIR/pane-patrol/lock"
    else echo "/tmp/pane-patrol-$uid/lock"; fi; }
until_answered() { until "$exe" status >/dev/null 2>&1; do sleep 0.05; done; }
gone() { kill "-$1" "$collector"; while kill -0 "$collector" 2>/dev/null; do sleep 0.05; done; }
hook() { CLAUDE_CODE_ENTRYPOINT=cli PANE_PATROL_TARGET=$2 "$1" "$exe" hook claude <"$root/home/payload"; }
# Reports until the row is there: a hook that finds the machine too busy drops its event.
heard() { i=0; until "$3" "$exe" status --json | grep -q "\"$2\""; do
    hook "$1" "$2"; i=$((i+1)); [ $i -lt 200 ] || { echo "$1 $2 is not heard"; exit 1; }; sleep 0.1; done; }
silent() { "$1" "$exe" status >/dev/null 2>&1; [ $? = 3 ] || { echo "somebody answers in $1"; exit 1; }; }
"#;

/// Runs `script` in there; what it printed. `None`, loudly, where the system makes no namespaces.
fn run(env: &TestEnv, script: &str) -> Option<Finished> {
    let isolating = isolating(env)?;
    std::fs::write(env.home().join("payload"), fixture(WORKS)).expect("home is ours");
    let mut command = env.command(isolating[0]);
    command.args(&isolating[1..]);
    command.args(["sh", "-c", &format!("{ENTER}{script}\necho done"), "sh"]);
    command
        .arg(env.path(""))
        .arg(env!("CARGO_BIN_EXE_pane-patrol"));
    Some(finish(&mut command))
}

fn assert_done(env: &TestEnv, script: &str) {
    let Some(finished) = run(env, script) else {
        return;
    };
    assert_eq!(finished.stdout, "done\n", "{finished:?}");
}

#[test]
fn a_hook_without_the_variable_reaches_the_collector_with_it() {
    let script = "collects in_run; heard in_tmp a:0.0 in_run; heard in_run a:0.1 in_run
        in_tmp \"$exe\" status --json | grep -q a:0.1 || echo 'a command does not find it'";
    assert_done(&TestEnv::new(), script);
}

#[test]
fn a_hook_with_the_variable_reaches_the_collector_without_it() {
    let script = "collects in_tmp; heard in_run a:0.0 in_tmp; heard in_tmp a:0.1 in_tmp
        in_run \"$exe\" status --json | grep -q a:0.1 || echo 'a command does not find it'";
    assert_done(&TestEnv::new(), script);
}

#[test]
fn there_is_one_collector_for_both_places_and_a_killed_one_is_no_hindrance() {
    let script = "collects in_run; heard in_tmp a:0.0 in_run
        in_tmp \"$exe\" collect 2>/dev/null && echo 'a second one collects'
        gone KILL; silent in_run; silent in_tmp
        [ -L /tmp/pane-patrol-$uid/events.sock ] || echo 'no link was left'
        collects in_tmp; heard in_run b:0.0 in_run; heard in_tmp b:0.1 in_run
        gone TERM; silent in_run; silent in_tmp
        [ -L /run/user/$uid/pane-patrol/events.sock ] && echo 'a link was left'
        collects in_run; heard in_tmp c:0.0 in_tmp; gone TERM
        # Somebody's file in the other place stays, and hinders nobody.
        echo mine > /tmp/pane-patrol-$uid/events.sock
        collects in_run; heard in_run d:0.0 in_run; gone TERM
        grep -q mine /tmp/pane-patrol-$uid/events.sock || echo 'a file was taken away'";
    assert_done(&TestEnv::new(), script);
}

#[test]
fn what_a_killed_collector_leaves_in_both_places_goes_with_the_next_one() {
    let script = "n=0
        left() { ls /run/user/$uid/pane-patrol/*.sock /tmp/pane-patrol-$uid/*.sock 2>/dev/null; }
        for pair in 'in_run in_tmp' 'in_tmp in_run' 'in_run in_run' 'in_tmp in_tmp'; do
            n=$((n+1)); killed=${pair% *} next=${pair#* }
            collects $killed; heard in_run a:$n.0 $killed; heard in_tmp a:$n.1 $killed
            gone KILL; silent in_run; silent in_tmp
            [ $(left | wc -l) = 4 ] || echo \"$pair: it left $(left)\"
            # What nobody hears is written down, from either place.
            \"$exe\" mirror on >/dev/null 2>&1; hook in_run b:$n.0; hook in_tmp b:$n.1
            for lost in b:$n.0 b:$n.1; do
                \"$exe\" log 2>/dev/null | grep -q $lost || echo \"$pair: $lost is lost\"; done
            \"$exe\" mirror off >/dev/null 2>&1; rm -f \"${XDG_STATE_HOME:-$HOME/.local/state}\"/pane-patrol/*.jsonl
            collects $next; heard in_run c:$n.0 $next; heard in_tmp c:$n.1 $next
            gone TERM; silent in_run; silent in_tmp
            [ -z \"$(left)\" ] || echo \"$pair: $(left) stayed\"
        done";
    assert_done(&TestEnv::new(), script);
}

#[test]
fn from_a_world_of_its_own_nobody_elses_collector_is_reached() {
    let script = "collects in_run
        for own in XDG_RUNTIME_DIR=$root/run XDG_RUNTIME_DIR=/tmp/x XDG_RUNTIME_DIR=/run/user/1 \\
            PANE_PATROL_SESSION=team PANE_PATROL_EVENT_SOCKET=$root/run/events.sock; do
            in_own() { env \"$own\" \"$@\"; }
            hook in_own x:0.0; [ \"${own%%=*}\" = PANE_PATROL_EVENT_SOCKET ] || silent in_own
        done
        heard in_tmp a:0.0 in_run
        in_run \"$exe\" status --json | grep x:0.0 && echo 'it was reached'
        in_run \"$exe\" log 2>/dev/null | grep x:0.0 && echo 'it was logged'
        [ -e $root/run/pane-patrol ] && echo 'something was made there'
        # Nor is a collector of a world of its own reached from the standard places.
        gone TERM; export XDG_RUNTIME_DIR=$root/run
        in_own() { XDG_RUNTIME_DIR=$root/run \"$@\"; }
        in_tmp() { XDG_RUNTIME_DIR= \"$@\"; }
        collects in_own; hook in_tmp x:0.0; hook in_run x:0.0; silent in_tmp; silent in_run
        heard in_own a:0.0 in_own
        in_own \"$exe\" status --json | grep x:0.0 && echo 'it was reached'";
    assert_done(&TestEnv::new(), script);
}

#[test]
fn when_the_collector_of_the_demo_is_killed_its_hooks_reach_nobody_elses() {
    let script = "collects in_run
        tmux -S \"$root/d.sock\" -f /dev/null new-session -d -x 120 -y 40 \"'$exe' demo\"
        locks() { ls /tmp/*/run/pane-patrol/lock \"$root\"/tmp/*/run/pane-patrol/lock; }
        until lock=$(locks 2>/dev/null | head -n 1); [ \"$lock\" ]; do sleep 0.1; done
        in_demo() { XDG_RUNTIME_DIR=${lock%/pane-patrol/lock} \"$@\"; }
        in_demo until_answered
        plays() { for it in /proc/[0-9]*; do
            tr '\\0' ' ' <$it/cmdline 2>/dev/null | grep -q 'demo --play' || continue
            tr '\\0' '\\n' <$it/environ | grep -q ^TMUX_PANE= && echo ${it#/proc/} && return
        done; }
        until play=$(plays); [ \"$play\" ]; do sleep 0.1; done
        tr '\\0' '\\n' <\"/proc/$play/environ\" | grep = >\"$root/home/environ\"
        kill -KILL \"$(cat \"$lock\")\"
        silent in_demo
        for time in 1 2 3 4 5; do
            env -i sh -c 'while IFS= read -r it; do export \"$it\"; done <\"$1/home/environ\"
                CLAUDE_CODE_ENTRYPOINT=cli CLAUDE_PID=$3 exec \"$2\" hook claude <\"$1/home/payload\"
                ' sh \"$root\" \"$exe\" \"$play\"
        done
        heard in_tmp a:0.0 in_run
        [ \"$(in_run \"$exe\" status --json | grep -c '\"id\"')\" = 1 ] || echo 'more was heard'
        in_run \"$exe\" doctor | grep 'held apart' && echo 'something was heard'
        tmux -S \"$root/d.sock\" kill-server 2>/dev/null";
    assert_done(&TestEnv::new(), script);
}

#[test]
fn doctor_tries_its_event_with_the_environment_of_each_pane() {
    let env = TestEnv::new();
    let script = "cp \"$(command -v sleep)\" \"$root/home/claude\"
        claude() { \"$1\" env TMUX=/tmp/none,1,0 TMUX_PANE=$2 \"$root/home/claude\" 300 & }
        in_own() { XDG_RUNTIME_DIR=$root/run \"$@\"; }
        in_team() { PANE_PATROL_SESSION=team \"$@\"; }
        in_run \"$exe\" install --assistant claude >/dev/null 2>&1 || echo 'no install'
        collects in_run; claude in_tmp %3; claude in_own %4; claude in_team %5; sleep 0.5
        in_run \"$exe\" doctor --json > \"$root/home/said\"";
    let Some(finished) = run(&env, script) else {
        return;
    };
    assert_eq!(finished.stdout, "done\n", "{finished:?}");
    let said = std::fs::read_to_string(env.home().join("said")).expect("it was written");
    let findings: Vec<Value> = serde_json::from_str(&said).expect("JSON");
    let tests = findings.iter().filter(|one| one["check"] == "test event");
    let told: Vec<(bool, String)> = tests
        .map(|one| (one["verdict"] == "ok", one["seen"].to_string()))
        .collect();
    let of = |pane: &str| told.iter().find(|(_, seen)| seen.contains(pane));
    let (own, rest) = told.split_first().expect("one is tried with ours");
    assert!(own.0 && rest.len() == 2, "{told:?}");
    let (reaches, seen) = of("claude in %3").expect("it is tried");
    assert!(*reaches && seen.contains("(no XDG_RUNTIME_DIR)"), "{seen}");
    let (reaches, seen) = of("claude in %4").expect("it is tried");
    assert!(
        !reaches && seen.contains("did not reach the collector"),
        "{seen}"
    );
}

#[test]
fn when_the_collector_of_a_test_is_killed_its_hooks_reach_nobody_elses() {
    let (env, other) = (TestEnv::new(), TestEnv::new());
    let (Some(server), Some(elsewhere)) = (Tmux::start(&env, "work"), Tmux::start(&other, "work"))
    else {
        return;
    };
    let theirs = Collector::start_in(&other, &elsewhere);
    let mut ours = Collector::start_in(&env, &server);
    let report = |env: &TestEnv| {
        let mut hook = env.hook(&["claude"]);
        hook.env("PANE_PATROL_TARGET", "work:0.0")
            .env("CLAUDE_CODE_ENTRYPOINT", "cli");
        finish_with_stdin(&mut hook, fixture(WORKS).as_bytes()).assert_silent_success();
    };
    until("it is heard", || {
        report(&env);
        (ours.rows().len() == 1).then_some(())
    });
    ours.signal(Signal::KILL);
    let _ = ours.wait();
    for _ in 0..5 {
        report(&env);
    }
    // What is heard of its own comes later, and nothing else with it.
    let row = until("it is heard", || {
        report(&other);
        theirs.rows().pop()
    });
    assert_eq!(row["target"], "work:0.0");
    let health = finish(
        other
            .pane_patrol()
            .args(["doctor", "--json"])
            .stdin(Stdio::null()),
    );
    let findings: Vec<Value> = serde_json::from_str(&health.stdout).expect("JSON");
    let collecting = findings.iter().find(|one| one["check"] == "collector");
    let seen = collecting.expect("it is checked")["seen"].to_string();
    assert!(!seen.contains("took 6 "), "{seen}");
}
