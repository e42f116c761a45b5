//! Zellij for tests: a program that behaves as the real one was measured to, with what is wrong with it, too.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use super::{PATIENCE, TestEnv, private_folder, skip, wait_until, write_program};

/// What it is made of.
const SOURCE: &str = include_str!("zellij.pl");

/// The server of a session of one [`TestEnv`]; gone with its handle even when it was stopped.
#[derive(Debug)]
pub struct Zellij<'env> {
    env: &'env TestEnv,
    name: String,
    server: Child,
}

impl<'env> Zellij<'env> {
    /// Begins a session with one pane, number 0; `None`, loudly, where there is nothing to run it with.
    pub fn start(env: &'env TestEnv, name: &str) -> Option<Self> {
        Self::start_with(env, name, &[])
    }

    /// The same in an environment that has these variables, too.
    pub fn start_with(env: &'env TestEnv, name: &str, variables: &[(&str, &str)]) -> Option<Self> {
        if Command::new("perl").arg("-v").output().is_err() {
            skip("perl is not installed");
            return None;
        }
        install(env);
        let folder = folder(env);
        private_folder(folder.parent().expect("it is below another"));
        private_folder(&folder);
        let mut server = env.command(program(env));
        server.arg("--server").arg(folder.join(name));
        server.envs(variables.iter().copied());
        let server = server.stdin(Stdio::null()).spawn();
        let session = Self {
            env,
            name: name.to_owned(),
            server: server.expect("it can be started"),
        };
        wait_until("the session is there", || {
            UnixStream::connect(session.socket()).is_ok()
        });
        Some(session)
    }

    /// Its socket as it is called now.
    pub fn socket(&self) -> PathBuf {
        folder(self.env).join(&self.name)
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        self.server.id()
    }

    /// The server as rows name it.
    pub fn server(&self) -> String {
        server_named(&folder(self.env), self.pid())
    }

    /// The id of the row in that pane.
    pub fn row(&self, pane: u32) -> String {
        format!("{}::zellij:{pane}", self.server())
    }

    /// Has the server do something, and gives what it says.
    pub fn ask(&self, words: &[&str]) -> String {
        let mut stream = UnixStream::connect(self.socket()).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let words = format!("A{}", words.join("\0"));
        let length = u32::try_from(words.len()).expect("a short one");
        let message = [&length.to_le_bytes(), words.as_bytes()].concat();
        stream.write_all(&message).expect("it reads");
        let mut length = [0; 4];
        stream.read_exact(&mut length).expect("it answers");
        let length = u32::from_le_bytes(length);
        let mut said = String::new();
        let read = stream.take(u64::from(length)).read_to_string(&mut said);
        read.expect("it answers in words");
        let mut said = said.splitn(3, '\0');
        assert_eq!(said.next(), Some("0"), "{words:?}");
        said.next().unwrap_or_default().to_owned()
    }

    /// A pane in which `command` runs; its number.
    pub fn pane(&self, command: &[&str]) -> u32 {
        let said = self.ask(&[&["x-pane"], command].concat());
        said.parse().expect("a number")
    }

    /// The process of a pane.
    pub fn process_of(&self, pane: u32) -> u32 {
        let said = self.ask(&["x-tell", &pane.to_string(), "pid"]);
        said.parse().expect("a number")
    }

    /// A person's client, on the first pane; its number.
    pub fn client(&self) -> String {
        self.ask(&["x-attach", "0"])
    }

    /// Calls the session otherwise.
    pub fn rename(&mut self, name: &str) {
        self.ask(&["x-rename", name]);
        name.clone_into(&mut self.name);
    }

    /// Stops the server, so that whoever asks it waits for ever.
    pub fn stop(&self) {
        self.signal(Signal::STOP);
    }

    /// Lets a stopped server go on.
    pub fn go_on(&self) {
        self.signal(Signal::CONT);
    }

    fn signal(&self, signal: Signal) {
        let _ = kill_process(Pid::from_child(&self.server), signal);
    }
}

impl Drop for Zellij<'_> {
    fn drop(&mut self) {
        self.go_on();
        self.signal(Signal::TERM);
        let _ = self.server.wait();
    }
}

impl TestEnv {
    /// The executable under test with Zellij on its PATH.
    pub fn pane_patrol_with_zellij(&self) -> Command {
        let mut command = self.pane_patrol();
        with_zellij(self, &mut command);
        command
    }
}

/// A server as rows name it, by the folder of its socket and its process.
pub fn server_named(folder: &Path, pid: u32) -> String {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).expect("it lives");
    let rest = stat.rsplit_once(')').expect("a line of /proc").1;
    let began = rest.split_whitespace().nth(19).expect("its start");
    format!("{}/process/{pid}.{began},{pid}", folder.display())
}

/// Puts Zellij on the PATH of a command.
pub fn with_zellij<'command>(
    env: &TestEnv,
    command: &'command mut Command,
) -> &'command mut Command {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = env.path("zellij-bin");
    let folders = std::iter::once(own).chain(std::env::split_paths(&path));
    let joined = std::env::join_paths(folders).expect("folders without colons");
    command.env("PATH", joined)
}

fn install(env: &TestEnv) {
    if !program(env).exists() {
        private_folder(&env.path("zellij-bin"));
        write_program(&program(env), SOURCE);
    }
}

fn program(env: &TestEnv) -> PathBuf {
    env.path("zellij-bin/zellij")
}

fn folder(env: &TestEnv) -> PathBuf {
    env.path(Path::new("run/zellij/contract_version_1"))
}
