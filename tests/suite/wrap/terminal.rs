//! The two terminals of `wrap`, byte by byte: what passes, what is answered, what is put back.

use std::fs;
use std::io::Write;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::common::{PATIENCE, Pty, TestEnv, wait_until};

/// Whether records are wanted, as a program asks it; the answer is the same.
const QUESTION: &[u8] = b"\x1b]7501;?\x07";

/// What a terminal is, as a program asks it, and what one answers.
const ATTRIBUTES: &[u8] = b"\x1b[c";
const ANSWER: &[u8] = b"\x1b[?62;c";

/// Nothing is around us.
const ALONE: &str = "exec \"$0\" \"$@\"";

/// What has our own process as its next line.
const OUR_PROCESS: &str = "ps -o ppid= -p $PPID";

/// Bytes of every value.
fn ten_megabytes() -> Vec<u8> {
    let mut state = 7_u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005);
        state = state.wrapping_add(1_442_695_040_888_963_407);
        state.to_le_bytes()[5]
    };
    (0..10 * 1024 * 1024).map(|_| next()).collect()
}

/// The words in what came.
fn words(seen: &[u8]) -> String {
    let seen = String::from_utf8_lossy(seen).into_owned();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_gone(process: Pid) -> bool {
    kill_process(process, Signal::CONT).is_err()
}

#[test]
fn ten_megabytes_of_every_byte_come_through_both_ways_unchanged() {
    let env = TestEnv::new();
    let bytes = ten_megabytes();
    fs::write(env.home().join("there"), &bytes).expect("it is ours");
    let script = format!(
        "stty raw -echo; printf begin; cat there; printf end; head -c {} >back; printf over",
        bytes.len()
    );
    let mut pty = Pty::wrapped(&env, ALONE, &script);
    pty.until(b"begin");
    while pty.seen.len() < bytes.len() {
        assert!(pty.read(PATIENCE), "only {} bytes came", pty.seen.len());
    }
    let behind = pty.seen.split_off(bytes.len());
    assert!(pty.seen == bytes, "what was written is what came");
    pty.seen = behind;
    pty.until(b"end");
    let mut writer = pty.writer();
    let typed = bytes.clone();
    let typing = std::thread::spawn(move || writer.write_all(&typed));
    pty.until(b"over");
    typing.join().expect("it is typed").expect("all of it");
    let back = fs::read(env.home().join("back")).expect("it was written");
    assert!(back == bytes, "what was typed is what was read");
}

#[test]
fn the_last_byte_of_a_program_comes_before_our_own_end() {
    let env = TestEnv::new();
    let around = "stty -onlcr; \"$0\" \"$@\"; printf after";
    let seen = Pty::wrapped(&env, around, "seq 20000; printf last").end();
    let numbers: Vec<String> = (1..=20000).map(|number| number.to_string()).collect();
    assert!(seen == format!("{}\nlastafter", numbers.join("\n")).into_bytes());
}

#[test]
fn a_question_for_records_is_answered_before_anything_that_the_terminal_answers() {
    let env = TestEnv::new();
    // Both in one piece, as assistants write them.
    let script = r"stty raw -echo; printf 'a\033]7501;?\033\\b\033[c'; head -c 17 | od -An -c";
    for answer in [b"", QUESTION] {
        let mut pty = Pty::wrapped(&env, ALONE, script);
        let asked = pty.until(ATTRIBUTES);
        assert_eq!(asked, [b"a", QUESTION, b"b", ATTRIBUTES].concat());
        pty.send(&[answer, ANSWER].concat());
        let read = words(&pty.end());
        assert_eq!(read, r"033 ] 7 5 0 1 ; ? 033 \ 033 [ ? 6 2 ; c");
    }
}

#[test]
fn records_are_kept_from_a_terminal_that_does_not_want_them_and_nothing_else_is() {
    let env = TestEnv::new();
    let script = r"stty raw -echo; printf '\033]7501;?\007'; head -c 9 >back; head -c 1 >>back
        for piece in A '\033' ']' 7 5 0 1 ';' state =work ing : app=p i '\033' '\\' B '\033]75' C '\033'; do
            printf $piece; done";
    let of_records = |answer: &[u8]| {
        let mut pty = Pty::wrapped(&env, ALONE, script);
        pty.until(QUESTION);
        pty.send(answer);
        // What it reads is this, and our own answer.
        pty.send(b"x");
        let seen = pty.end();
        let read = fs::read(env.home().join("back")).expect("it was written");
        assert_eq!(read, [QUESTION, b"x"].concat());
        seen
    };
    assert_eq!(of_records(b""), b"AB\x1b]75C\x1b");
    let record = b"\x1b]7501;state=working:app=pi\x1b\\";
    let shown = [b"A", &record[..], b"B\x1b]75C\x1b"].concat();
    assert_eq!(of_records(QUESTION), shown);
}

/// An answer takes its time, over a network above all.
#[test]
fn what_was_said_before_the_terminal_has_answered_is_shown_then() {
    let env = TestEnv::new();
    let record = "\\033]7501;state=idle:app=x\\007";
    let script = format!(
        r"stty raw -echo; printf '\033]7501;?\007{record}begun\033['; head -c 10 >back; printf '1mend'"
    );
    let mut pty = Pty::wrapped(&env, ALONE, &script);
    pty.until(b"begun\x1b[");
    pty.send(&[QUESTION, b"x"].concat());
    // Where it breaks nothing that is being written.
    let shown = b"1mend\x1b]7501;state=idle:app=x\x07";
    assert_eq!(pty.end(), shown);
}

/// What a program has asked of the terminal and could not take back stays as it stays without us.
#[test]
fn what_a_killed_program_has_asked_of_the_terminal_stays_and_its_modes_do_not() {
    let env = TestEnv::new();
    let asks = r"\033[?1049h\033[?2004h\033[>5u\033[?1003;1006h\033[?25l\033]0;mine\033\\";
    let script = format!("stty raw -echo; printf '{asks}'; kill -9 $$");
    let around = "\"$0\" \"$@\" 2>&1; stty -a; printf after";
    let mut wrapped = Pty::wrapped(&env, around, &script);
    let seen = wrapped.until(b"after");
    let asked = b"\x1b[?1049h\x1b[?2004h\x1b[>5u\x1b[?1003;1006h\x1b[?25l\x1b]0;mine\x1b\\";
    assert!(
        seen.starts_with(asked),
        "{:?}",
        String::from_utf8_lossy(&seen)
    );
    let modes = String::from_utf8_lossy(&seen[asked.len()..]).into_owned();
    assert!(
        modes.contains(" icanon") && modes.contains(" echo "),
        "{modes}"
    );
}

#[test]
fn what_a_terminal_answers_at_the_end_is_not_typed_into_the_shell() {
    let env = TestEnv::new();
    let around = "stty -echo; \"$0\" \"$@\"; read -r line; echo \"($line)\"";
    let script = r"printf '\033]7501;state=done:app=x\007'; printf over";
    let mut pty = Pty::wrapped(&env, around, script);
    pty.until(b"over");
    pty.send(QUESTION);
    wait_until("the shell has the terminal again", || !pty.is_raw());
    pty.send(b"typed\n");
    pty.until(b"(typed)");
}

#[test]
fn keys_that_begin_like_an_answer_are_no_answer() {
    let env = TestEnv::new();
    let script = r"stty raw -echo; printf '\033]7501;state=idle:app=x\007'
        for count in 1 2 3; do printf ready; head -c $count | od -An -c; done";
    let mut pty = Pty::wrapped(&env, ALONE, script);
    for (keys, read) in [
        (&b"\x1b"[..], "033"),
        (b"\x1b]", "033 ]"),
        (b"\x1b]7", "033 ] 7"),
    ] {
        pty.until(b"ready");
        pty.send(keys);
        assert_eq!(words(&pty.until(b"\n")), read);
    }
}

#[test]
fn a_program_has_the_size_and_modes_of_the_terminal_and_each_new_size() {
    let env = TestEnv::new();
    let around = "stty -echo eof ^G; \"$0\" \"$@\"";
    let script = "trap 'stty size' WINCH; stty size; stty -a | grep -o -e '-echo ' -e 'eof = ^G'; \
                  echo ready; while :; do sleep 0.05; done";
    let mut pty = Pty::wrapped(&env, around, script);
    assert_eq!(words(&pty.until(b"ready")), "24 80 eof = ^G -echo ready");
    for (lines, columns) in [(30, 101), (10, 20)] {
        pty.resize(lines, columns);
        pty.until(format!("{lines} {columns}").as_bytes());
    }
    pty.close();
}

#[test]
fn the_terminal_is_put_back_whatever_ends_the_program_or_us() {
    let env = TestEnv::new();
    let around = "\"$0\" \"$@\"; echo \"(status $?)\"; cat";
    let script = format!("{OUR_PROCESS}; stty raw -echo; echo $$; exec sleep 1000");
    for (is_ours, signal) in [
        (false, Signal::TERM),
        (false, Signal::KILL),
        (true, Signal::TERM),
        (true, Signal::HUP),
        (true, Signal::KILL),
    ] {
        let mut pty = Pty::wrapped(&env, around, &script);
        let modes = |pty: &Pty| format!("{:?}", pty.modes());
        let (us, program) = (pty.process(), pty.process());
        assert!(pty.is_raw());
        kill_process(if is_ours { us } else { program }, signal).expect("it runs");
        pty.until(format!("(status {})", 128 + signal.as_raw()).as_bytes());
        let fresh = modes(&Pty::start(&env, &["true"]));
        wait_until("it is what it was", || modes(&pty) == fresh);
        wait_until("nothing is left", || is_gone(us) && is_gone(program));
        pty.close();
    }
}

#[test]
fn signals_that_are_sent_to_us_and_keys_reach_the_program() {
    let env = TestEnv::new();
    let signals = [
        (Signal::HUP, "HUP"),
        (Signal::INT, "INT"),
        (Signal::QUIT, "QUIT"),
        (Signal::TERM, "TERM"),
        (Signal::TSTP, "TSTP"),
        (Signal::USR1, "USR1"),
        (Signal::USR2, "USR2"),
    ];
    let traps = signals.map(|(_, name)| format!("trap 'echo \"<{name}>\"' {name}; "));
    // It starts nothing that the same keys could stop.
    let script = format!(
        "{} {OUR_PROCESS}; while read -r line || [ -t 0 ]; do :; done",
        traps.concat()
    );
    let mut pty = Pty::wrapped(&env, ALONE, &script);
    let us = pty.process();
    for (signal, name) in signals {
        kill_process(us, signal).expect("it runs");
        pty.until(format!("<{name}>").as_bytes());
    }
    for (key, name) in [(b"\x03", "INT"), (b"\x1c", "QUIT"), (b"\x1a", "TSTP")] {
        pty.send(key);
        pty.until(format!("<{name}>").as_bytes());
    }
    pty.close();
}

#[test]
fn a_program_hears_that_its_terminal_is_closed_and_that_we_were_killed() {
    let env = TestEnv::new();
    let heard = env.home().join("heard");
    let script =
        format!("trap 'echo hup >heard; exit' HUP; {OUR_PROCESS}; while :; do sleep 0.05; done");
    for is_killed in [false, true] {
        let mut pty = Pty::wrapped(&env, ALONE, &script);
        let us = pty.process();
        if is_killed {
            kill_process(us, Signal::KILL).expect("it runs");
        }
        pty.close();
        wait_until("the program has heard of it", || heard.exists());
        fs::remove_file(&heard).expect("it is ours");
    }
}

#[test]
fn a_program_that_is_stopped_where_no_shell_could_wake_it_goes_on() {
    let env = TestEnv::new();
    let script = "echo ready; read -r line; echo \"<$line>\"";
    let mut pty = Pty::wrapped(&env, ALONE, script);
    pty.until(b"ready");
    pty.send(b"\x1aone\n");
    pty.until(b"<one>");
}

#[test]
fn a_program_that_reads_at_once_is_in_front_already_also_where_nobody_would_stop_it() {
    let env = TestEnv::new();
    // Where the signal that stops whoever reads from behind is ignored, reading is refused.
    let around = "trap '' TTIN; for turn in 1 2 3 4 5 6 7 8 9 10; do \"$0\" \"$@\"; done";
    let script = "if read -r line; then echo took; else echo refused; fi; echo over";
    let mut pty = Pty::wrapped(&env, around, script);
    for _ in 0..10 {
        let mut seen = Vec::new();
        let until = Instant::now() + PATIENCE;
        while !words(&seen).contains("over") {
            assert!(Instant::now() < until, "{}", words(&seen));
            pty.send(b"\n");
            // After the last turn nobody is there.
            let _ = pty.read(Duration::from_millis(50));
            seen.append(&mut pty.seen);
        }
        assert!(words(&seen).contains("took"), "{}", words(&seen));
    }
}

#[test]
fn what_a_program_leaves_in_the_background_outlives_it() {
    let env = TestEnv::new();
    let made = env.home().join("made");
    let script = "(sleep 0.3; echo x >made) >/dev/null 2>&1 </dev/null & exit 0";
    Pty::wrapped(&env, ALONE, script).end();
    wait_until("it was made", || made.exists());
}
