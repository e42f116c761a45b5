use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::process::Command;

use super::*;
use crate::sys::unix_socket::close;

/// A folder in which nothing is known, and a belief that keeps its `run` for the runtime folder.
struct Fixture {
    root: tempfile::TempDir,
    belief: Belief,
}

impl Fixture {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let belief = Belief {
            uid: rustix::process::geteuid().as_raw(),
            sockets: vec![root.path().join("own")],
            folders: vec![root.path().join("known")],
            runtime: Some(root.path().join("run")),
            path: std::env::var_os("PATH"),
        };
        for folder in ["run", "known"] {
            std::fs::create_dir(root.path().join(folder)).unwrap();
        }
        Self { root, belief }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.root.path().join(name)
    }

    fn judge(&self, name: &str) -> Result<(), Disbelief> {
        self.belief.server(&self.path(name)).map(drop)
    }

    /// A real server on that socket, as long as its handle is kept; `None` where there is no tmux.
    fn tmux(&self, name: &str) -> Option<Server> {
        let socket = self.path(name);
        let mut command = Command::new("tmux");
        command.args(["-f", "/dev/null", "-S"]).arg(&socket);
        command.args(["new-session", "-d", "cat"]);
        command.env_remove("TMUX").env("TERM", "xterm");
        command
            .status()
            .is_ok_and(|status| status.success())
            .then_some(Server(socket))
    }
}

struct Server(PathBuf);

impl Drop for Server {
    fn drop(&mut self) {
        let mut command = Command::new("tmux");
        let _ = command.arg("-S").arg(&self.0).arg("kill-server").output();
    }
}

#[test]
fn places_that_the_person_has_named_are_believed_also_before_a_server_is_there() {
    let fixture = Fixture::new();
    for name in ["own", "known/default"] {
        assert_eq!(fixture.judge(name), Ok(()), "{name}: nobody is there");
        close(UnixListener::bind(fixture.path(name)).unwrap());
        assert_eq!(fixture.judge(name), Ok(()), "{name}: nobody any more");
        std::fs::remove_file(fixture.path(name)).unwrap();
        let Some(_server) = fixture.tmux(name) else {
            return;
        };
        assert_eq!(fixture.judge(name), Ok(()), "{name}");
    }
    assert_eq!(fixture.judge("elsewhere"), Err(Disbelief::Absent));
    assert_eq!(fixture.judge("known/../elsewhere"), Err(Disbelief::NoPath));
    let relative = fixture.belief.server(Path::new("own")).map(drop);
    assert_eq!(relative, Err(Disbelief::NoPath));
}

#[test]
fn a_known_folder_that_others_may_change_is_not_believed() {
    let fixture = Fixture::new();
    let folder = fixture.path("known");
    close(UnixListener::bind(fixture.path("known/default")).unwrap());
    std::fs::set_permissions(&folder, PermissionsExt::from_mode(0o777)).unwrap();
    assert_eq!(fixture.judge("known/default"), Err(Disbelief::NotOurs));
    std::fs::rename(&folder, fixture.path("real")).unwrap();
    std::os::unix::fs::symlink(fixture.path("real"), &folder).unwrap();
    assert_eq!(
        fixture.judge("known/default"),
        Err(Disbelief::NotOurs),
        "a link"
    );
}

#[test]
fn what_is_no_socket_of_ours_is_not_believed_even_in_a_known_place() {
    let mut fixture = Fixture::new();
    std::fs::write(fixture.path("own"), "").unwrap();
    assert_eq!(fixture.judge("own"), Err(Disbelief::NoSocket));
    let _listener = UnixListener::bind(fixture.path("real")).unwrap();
    let link = fixture.path("known/default");
    std::os::unix::fs::symlink(fixture.path("real"), link).unwrap();
    assert_eq!(
        fixture.judge("known/default"),
        Err(Disbelief::NoSocket),
        "a link"
    );
    fixture.belief.uid += 1;
    fixture.belief.sockets.push(fixture.path("real"));
    assert_eq!(fixture.judge("real"), Err(Disbelief::NotOurs));
}

#[test]
fn nothing_in_the_runtime_folder_is_believed_by_whatever_name() {
    let mut fixture = Fixture::new();
    let Some(_server) = fixture.tmux("run/sock") else {
        return;
    };
    std::os::unix::fs::symlink(fixture.path("run"), fixture.path("other-name")).unwrap();
    for name in ["run/sock", "other-name/sock"] {
        fixture.belief.sockets.push(fixture.path(name));
        assert_eq!(fixture.judge(name), Err(Disbelief::InRuntime), "{name}");
    }
    std::fs::hard_link(fixture.path("run/sock"), fixture.path("known/other")).unwrap();
    assert_eq!(fixture.judge("known/other"), Err(Disbelief::NotOurs));
}

/// Another one than we would start, as after an update, is the person's to choose; a program that is
/// none at all is told nothing, wherever it listens.
#[cfg(target_os = "linux")]
#[test]
fn a_named_place_that_another_program_has_taken_over_is_not_believed_and_told_nothing() {
    use std::io::Read;
    for name in ["own", "known/default"] {
        let mut fixture = Fixture::new();
        let listener = UnixListener::bind(fixture.path(name)).unwrap();
        assert_eq!(fixture.judge(name), Err(Disbelief::NotTmux), "{name}");
        let (mut stream, _) = listener.accept().unwrap();
        let mut heard = Vec::new();
        stream.read_to_end(&mut heard).unwrap();
        assert_eq!(heard, b"", "not a byte");
        close(listener);
        std::fs::remove_file(fixture.path(name)).unwrap();
        let Some(_server) = fixture.tmux(name) else {
            return;
        };
        fixture.belief.path = Some(fixture.path("bin").into());
        assert_eq!(fixture.judge(name), Ok(()), "{name}");
    }
}

#[test]
fn a_real_tmux_is_believed_wherever_it_listens() {
    let fixture = Fixture::new();
    let Some(_server) = fixture.tmux("anywhere") else {
        return;
    };
    assert_eq!(fixture.judge("anywhere"), Ok(()));
}

#[cfg(target_os = "linux")]
#[test]
fn another_program_that_listens_is_not_believed_and_told_nothing() {
    use std::io::Read;
    let mut fixture = Fixture::new();
    let listener = UnixListener::bind(fixture.path("fake")).unwrap();
    assert_eq!(fixture.judge("fake"), Err(Disbelief::NotTmux));
    let (mut stream, _) = listener.accept().unwrap();
    let mut heard = Vec::new();
    stream.read_to_end(&mut heard).unwrap();
    assert_eq!(heard, b"", "not a byte");
    close(listener);
    assert_eq!(
        fixture.judge("fake"),
        Err(Disbelief::Absent),
        "nobody any more"
    );

    // A tmux that is not the one that we would start.
    let Some(_server) = fixture.tmux("anywhere") else {
        return;
    };
    fixture.belief.path = Some(fixture.path("bin").into());
    assert_eq!(fixture.judge("anywhere"), Err(Disbelief::NotTmux));
}
