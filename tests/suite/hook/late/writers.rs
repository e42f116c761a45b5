//! Late payloads from the languages that assistants are written in. Each writer tells how late its
//! first byte was given away, in milliseconds from the hook's start.

use super::{DELAYS, TOO_LATE, logged, payload};
use crate::common::{TestEnv, forbidden, until, wait};
use std::collections::BTreeSet;
use std::process::{Command, Stdio};

/// By a timer, at the next turn after a turn that takes long, and at once before such a turn, in
/// which Node writes nothing that the pipe did not take.
const NODE: &str = r#"
const { spawn } = require("node:child_process")
const { readFileSync } = require("node:fs")
const [way, delay, program, path] = process.argv.slice(1)
const payload = readFileSync(path)
const start = Date.now()
const child = spawn(program, ["hook", "claude"], { stdio: ["pipe", "inherit", "inherit"] })
let late = 0
const tell = () => {
  late = Date.now() - start
  child.stdin.end(payload)
}
const block = () => {
  while (Date.now() - start < delay);
}
child.stdin.on("error", error => console.log(error.code))
child.on("exit", code => console.log(code === 0 ? late : "exit " + code))
if (way === "timer") setTimeout(tell, delay)
if (way === "immediate") setImmediate(tell), block()
if (way === "blocked") process.nextTick(() => (block(), tell()))
"#;

const PYTHON: &str = r#"
import subprocess, sys, time
way, delay, program, path = sys.argv[1:]
payload = open(path, "rb").read()
start = time.monotonic()
child = subprocess.Popen([program, "hook", "claude"], stdin=subprocess.PIPE)
time.sleep(int(delay) / 1000)
late = int((time.monotonic() - start) * 1000)
child.stdin.write(payload)
child.stdin.close()
code = child.wait()
print(late if code == 0 else "exit %d" % code)
"#;

/// Where `date` knows no parts of a second it is taken to have slept as long as it was told.
const SHELL: &str = r#"
start=$(date +%s%N)
{
  sleep "$(printf '%d.%03d' $(($2 / 1000)) $(($2 % 1000)))"
  date +%s%N > "$4.late"
  cat "$4"
} | "$3" hook claude || exit
case $start in
  *N*) echo "$2" ;;
  *) echo $((($(cat "$4.late") - start) / 1000000)) ;;
esac
"#;

/// One way of a program to write.
#[derive(Clone, Copy)]
struct Writer {
    program: &'static str,
    option: &'static str,
    script: &'static str,
    way: &'static str,
}

const WRITERS: &[Writer] = &[
    writer("sh", "-c", SHELL, "sleep"),
    writer("node", "-e", NODE, "timer"),
    writer("node", "-e", NODE, "immediate"),
    writer("node", "-e", NODE, "blocked"),
    writer("python3", "-c", PYTHON, "sleep"),
];

const fn writer(
    program: &'static str,
    option: &'static str,
    script: &'static str,
    way: &'static str,
) -> Writer {
    Writer {
        program,
        option,
        script,
        way,
    }
}

impl Writer {
    fn is_installed(self) -> bool {
        let mut command = Command::new(self.program);
        command.args([self.option, ""]).stdin(Stdio::null());
        command.output().is_ok_and(|output| output.status.success())
    }

    /// Writes a late payload until it was written when it should have been; the request's name.
    fn tell(self, env: &TestEnv, delay: u64, bytes: usize) -> String {
        let name = format!("{}-{}-{delay}-{bytes}", self.program, self.way);
        let file = env.path(&name);
        std::fs::write(&file, payload(&name, bytes)).expect("a file can be written");
        until(&format!("{name} was written in time"), || {
            let mut command = self.command(env, delay);
            let child = command.arg(&file).spawn().expect("it is installed");
            let finished = wait(child);
            let late = finished.stdout.trim().parse::<u128>();
            late.is_ok_and(|late| late < TOO_LATE.as_millis())
                .then_some(())
        });
        name
    }

    fn command(self, env: &TestEnv, delay: u64) -> Command {
        let hook = env.claude_hook();
        let mut command = env.command(self.program);
        command.envs(
            hook.get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        );
        command.args([self.option, self.script]);
        if self.program == "sh" {
            command.arg("sh");
        }
        command.args([self.way, &delay.to_string()]);
        command.arg(hook.get_program());
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

#[test]
fn nothing_is_lost_of_what_slow_programs_write() {
    let env = TestEnv::new();
    let listener = env.listen();
    let log = env.mirror_on();
    let (there, absent): (Vec<Writer>, Vec<Writer>) =
        WRITERS.iter().partition(|writer| writer.is_installed());
    for writer in absent {
        forbidden(&format!("{} is not installed", writer.program));
    }
    let (mut told, mut heard) = (BTreeSet::new(), BTreeSet::new());
    for (delay, bytes) in DELAYS
        .map(|delay| [(delay, 300), (delay, 1_000_000)])
        .concat()
    {
        std::thread::scope(|scope| {
            let env = &env;
            let tell = |writer: &Writer| {
                let writer = *writer;
                scope.spawn(move || writer.tell(env, delay, bytes))
            };
            let writers: Vec<_> = there.iter().map(tell).collect();
            let names = writers.into_iter().map(std::thread::ScopedJoinHandle::join);
            told.extend(names.map(|name| name.expect("it was told")));
        });
        // Before the queue is full, which may be short.
        let events = std::iter::from_fn(|| listener.waiting());
        heard.extend(events.filter_map(|event| event.request_id));
    }
    let logged: BTreeSet<String> = logged(&log).into_iter().collect();
    assert_eq!(told.difference(&logged).collect::<Vec<_>>(), [""; 0]);
    assert_eq!(told.difference(&heard).collect::<Vec<_>>(), [""; 0]);
}
