//! Payloads that come late, in pieces, or never. Lateness itself is tested, so writers sleep, counted from
//! the hook's start; that something ends is told by its order to something else, never by how long it
//! took.

mod crowd;
mod writers;

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use pane_patrol_hooks::event::{Event, Kind};
use pane_patrol_hooks::timestamp::Timestamp;

use crate::common::{
    TestEnv, Tmux, finish, finish_with_stdin, fixture, started, until, wait, wait_until,
};

/// How late the first byte comes.
const DELAYS: [u64; 4] = [85, 150, 400, 1900];

/// A first byte that came later than this, by the writer's clock, proves nothing on this machine.
const TOO_LATE: Duration = Duration::from_millis(1970);

/// A payload whose last byte came later than this after its first proves nothing either.
const WHOLE: Duration = Duration::from_millis(75);

/// The requests in the event log.
fn logged(log: &PathBuf) -> Vec<String> {
    let text = fs::read_to_string(log).expect("it is text");
    let events = text
        .lines()
        .map(|line| Event::parse(line.as_bytes()).expect("an event"));
    events.filter_map(|event| event.request_id).collect()
}

/// The payload of a tool's start that is `bytes` longer than most, with `request` as its request.
fn payload(request: &str, bytes: usize) -> String {
    let json = fixture("claude/pre_tool_use.bash.json");
    let id = json.split('"').find(|text| text.starts_with("toolu_"));
    let json = json.replace(id.expect("the payload has an id"), request);
    let end = json.rfind('}').expect("an object");
    format!("{},\"more\":\"{}\"}}", &json[..end], "x".repeat(bytes))
}

/// Starts a hook and writes the first byte `delay` later, the rest of the payload `pause` after that.
/// Whether it came when it should have.
fn told_late(env: &TestEnv, payload: &str, delay: Duration, pause: Duration) -> bool {
    let start = Instant::now();
    let (child, mut stdin) = started(&mut env.claude_hook());
    std::thread::sleep(delay);
    let in_time = start.elapsed() < TOO_LATE;
    let first = Instant::now();
    let (head, rest) = payload.split_at(1);
    let mut taken = stdin.write_all(head.as_bytes()).is_ok();
    std::thread::sleep(pause);
    taken &= stdin.write_all(rest.as_bytes()).is_ok();
    drop(stdin);
    let in_time = in_time && first.elapsed() < WHOLE;
    wait(child).assert_silent_success();
    assert!(taken || !in_time, "no assistant may see a broken pipe");
    in_time
}

/// Tells of `request` until it came when it should have.
fn tell_late(env: &TestEnv, request: &str, bytes: usize, delay: Duration, pause: Duration) {
    let payload = payload(request, bytes);
    let mut tries = 0..10;
    assert!(
        tries.any(|_| told_late(env, &payload, delay, pause)),
        "the machine is too busy to tell"
    );
}

#[test]
fn a_payload_is_heard_and_logged_however_late_its_first_byte_comes() {
    let env = TestEnv::new();
    let listener = env.listen();
    let log = env.mirror_on();
    let cases = DELAYS.map(|delay| [(delay, 0), (delay, 1_000_000)]);
    let cases: Vec<(u64, usize)> = cases.into_iter().flatten().collect();
    let name = |(delay, bytes): &(u64, usize)| format!("late-{delay}-{bytes}");
    std::thread::scope(|scope| {
        for case in &cases {
            let delay = Duration::from_millis(case.0);
            let env = &env;
            scope.spawn(move || tell_late(env, &name(case), case.1, delay, Duration::ZERO));
        }
    });
    let heard: Vec<Event> = std::iter::from_fn(|| listener.waiting()).collect();
    let logged = logged(&log);
    for request in cases.iter().map(name) {
        let is_it = |event: &Event| event.request_id.as_ref() == Some(&request);
        assert!(heard.iter().any(is_it), "{request} was not heard");
        assert!(logged.contains(&request), "{request} is not in the log");
    }
}

#[test]
fn an_event_is_of_the_time_at_which_its_hook_was_started() {
    let env = TestEnv::new();
    let listener = env.listen();
    let (child, mut stdin) = started(&mut env.claude_hook());
    wait_until("it waits for its payload", || waits(child.id()));
    let written = Timestamp::now();
    stdin
        .write_all(payload("late", 0).as_bytes())
        .expect("it reads");
    drop(stdin);
    wait(child).assert_silent_success();
    let event = listener.next();
    assert!(event.ts < written, "{event:?}");
    assert_eq!(event.kind, Some(Kind::ToolStarted));
}

#[test]
fn a_payload_that_comes_in_pieces_is_put_together() {
    let env = TestEnv::new();
    let listener = env.listen();
    let pause = Duration::from_millis(40);
    for bytes in [0, 1_000_000] {
        for delay in [0, 150] {
            let request = format!("pieces-{bytes}-{delay}");
            tell_late(&env, &request, bytes, Duration::from_millis(delay), pause);
            let mut heard = std::iter::from_fn(|| listener.waiting());
            assert!(
                heard.any(|event| event.request_id.as_ref() == Some(&request)),
                "{request}"
            );
        }
    }
}

#[test]
fn a_late_payload_that_is_never_finished_tells_what_came_of_it() {
    let env = TestEnv::new();
    let listener = env.listen();
    let (child, mut stdin) = started(&mut env.claude_hook());
    std::thread::sleep(Duration::from_millis(200));
    let whole = payload("cut", 1000);
    stdin
        .write_all(&whole.as_bytes()[..whole.len() - 500])
        .expect("it reads");
    wait(child).assert_silent_success();
    drop(stdin);
    assert_eq!(listener.next().request_id.as_deref(), Some("cut"));
}

/// Asserts that `ends` comes to its end while a hook that was started before it still waits for the
/// first byte of its payload, and that this one ends by itself, too, not before two seconds.
fn assert_waits_for_nothing(env: &TestEnv, ends: impl Fn()) {
    let is_first = || {
        let start = Instant::now();
        let (mut waiting, stdin) = started(&mut env.claude_hook());
        ends();
        let has_ended = waiting.try_wait().expect("it can be asked").is_some();
        let was_first = start.elapsed() < Duration::from_secs(2);
        assert!(!(has_ended && was_first), "it did not wait");
        wait(waiting).assert_silent_success();
        assert!(start.elapsed() >= Duration::from_secs(2));
        drop(stdin);
        was_first
    };
    // A busy machine may take that long for what waits for nothing.
    wait_until("it does not wait, too", is_first);
}

#[test]
fn a_hook_to_which_nobody_writes_ends_by_itself_and_one_that_cannot_be_written_to_at_once() {
    let env = TestEnv::new();
    let listener = env.listen();
    let shell = |closed: &str| {
        let mut shell = env.claude_hook();
        let program = shell.get_program().to_owned();
        let variables: Vec<_> = shell
            .get_envs()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect();
        shell = env.command("sh");
        shell.envs(variables);
        shell
            .args(["-c", &format!("exec \"$0\" hook claude {closed}")])
            .arg(program);
        finish(&mut shell).assert_silent_success();
    };
    assert_waits_for_nothing(&env, || {
        for closed in ["<&-", "< /dev/null", "< /", ""] {
            shell(closed);
        }
    });
    assert!(listener.is_empty());
}

#[test]
fn a_hook_whom_nobody_hears_waits_for_no_payload() {
    let env = TestEnv::new();
    let deaf = TestEnv::new();
    let _listener = env.listen();
    assert_waits_for_nothing(&env, || {
        let (child, stdin) = started(&mut deaf.claude_hook());
        wait(child).assert_silent_success();
        drop(stdin);
    });
}

#[test]
fn a_terminal_is_nobody_who_writes_a_payload() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let _listener = env.listen();
    let ended = env.path("ended");
    assert_waits_for_nothing(&env, || {
        let _ = fs::remove_file(&ended);
        let script = format!(
            "PANE_PATROL_TARGET=a:0.0 '{}' hook claude; echo $? > '{}'",
            env.pane_patrol().get_program().display(),
            ended.display()
        );
        tmux.run(&["split-window", "-d", &script]);
        until("the hook in the pane ends", || {
            fs::read_to_string(&ended).ok().filter(|text| text == "0\n")
        });
    });
}

#[test]
fn who_started_a_hook_is_known_also_when_that_is_gone_before_its_payload() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let listener = env.listen();
    let pipe = env.path("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("there is mkfifo").success());
    let program = env.pane_patrol();
    let program = program.get_program().display();
    // Codex's pane is proved by the hook's ancestors: a shell in the pane, which is killed.
    let codex = env.path("codex.sh");
    let script = format!(
        "cd '{}'; echo $$ > shell; '{program}' hook codex < pipe & echo $! > hook; wait",
        env.path("").display()
    );
    fs::write(&codex, script).expect("a file can be written");
    let inside = format!("sh '{}'; exec cat", codex.display());
    let pane = tmux.run(&["split-window", "-d", "-P", "-F", "#{pane_id}", &inside]);
    let mut writer = fs::File::options()
        .write(true)
        .open(&pipe)
        .expect("the hook opens it");
    let number = |name: &str| {
        until("its number is known", || {
            let number = fs::read_to_string(env.path(name)).ok()?;
            number.trim().parse::<u32>().ok()
        })
    };
    let (hook, shell) = (number("hook"), number("shell"));
    until("the hook waits for its payload", || {
        waits(hook).then_some(())
    });
    let killed = Command::new("kill")
        .args(["-9", &shell.to_string()])
        .status();
    assert!(killed.expect("there is kill").success());
    until("the shell is gone", || {
        (!fs::exists(format!("/proc/{shell}")).unwrap_or(true)).then_some(())
    });
    writer
        .write_all(fixture("codex/Stop.json").as_bytes())
        .expect("it reads");
    drop(writer);
    let event = listener.next();
    assert_eq!(event.pane.map(|pane| pane.to_string()), Some(pane));
    assert_eq!(event.pid, Some(shell));
}

/// Whether a hook has found its listener and sleeps: it has looked around and waits for its payload.
fn waits(pid: u32) -> bool {
    let links = fs::read_dir(format!("/proc/{pid}/fd"))
        .into_iter()
        .flatten()
        .flatten();
    let sockets = links.filter_map(|link| fs::read_link(link.path()).ok());
    let has_listener = sockets
        .into_iter()
        .any(|link| link.to_string_lossy().starts_with("socket:"));
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    has_listener && stat.contains(") S ")
}

#[test]
fn a_full_queue_and_a_stopped_tmux_keep_no_late_event_out_of_the_log() {
    let env = TestEnv::new();
    let Some(tmux) = Tmux::start(&env, "main") else {
        return;
    };
    let log = env.mirror_on();
    let listener = env.listen();
    let filler = std::os::unix::net::UnixDatagram::unbound().expect("a socket");
    filler.set_nonblocking(true).expect("a socket can be told");
    let socket = env.places().events_socket;
    let queued = (0..100_000).take_while(|_| filler.send_to(b"{}", &socket).is_ok());
    assert!(queued.count() < 100_000, "the queue has an end");
    tmux.stop();
    let (child, mut stdin) = started(&mut super::hook_in(&tmux, &env));
    std::thread::sleep(Duration::from_millis(200));
    stdin
        .write_all(payload("full", 0).as_bytes())
        .expect("it reads");
    drop(stdin);
    wait(child).assert_silent_success();
    assert_eq!(logged(&log), ["full"]);
    drop(listener);
}

#[test]
fn a_byte_order_mark_is_skipped_wherever_it_comes() {
    let env = TestEnv::new();
    let listener = env.listen();
    let marked = format!("\u{feff}{}", payload("marked", 0));
    finish_with_stdin(&mut env.claude_hook(), marked.as_bytes()).assert_silent_success();
    assert_eq!(listener.next().request_id.as_deref(), Some("marked"));
    let (child, mut stdin) = started(&mut env.claude_hook());
    for byte in marked.bytes().take(4) {
        stdin.write_all(&[byte]).expect("it reads");
    }
    stdin.write_all(&marked.as_bytes()[4..]).expect("it reads");
    drop(stdin);
    wait(child).assert_silent_success();
    assert_eq!(listener.next().request_id.as_deref(), Some("marked"));
}
