//! What is shipped beside the executable: one place says where, the installer takes only what the sums name
//! and leaves nothing, and every script is one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::{Finished, PROGRAM, TestEnv, finish};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// The files of a folder and below it.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// What is shipped or ships it, with its text.
fn shipping() -> Vec<(PathBuf, String)> {
    let folders = ["packaging", "scripts", ".github"].map(|name| Path::new(ROOT).join(name));
    let mut found: Vec<PathBuf> = folders.iter().flat_map(|folder| files(folder)).collect();
    found.extend(
        ["pane-patrol.tmux", "flake.nix", "deny.toml"].map(|name| Path::new(ROOT).join(name)),
    );
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("it is text");
        (path, text)
    };
    found.into_iter().map(read).collect()
}

/// A script of this tree, as a person would run it.
fn script(env: &TestEnv, name: &str, arguments: &[&str]) -> Finished {
    let mut command = env.command("sh");
    command.arg(Path::new(ROOT).join(name)).args(arguments);
    finish(&mut command)
}

#[test]
fn where_it_is_published_is_said_in_one_place() {
    let env = TestEnv::new();
    let mut shell = env.command("sh");
    let says =
        r#". packaging/facts; echo "$version|$repository|$license|$description|$maintainer""#;
    let said = finish(shell.current_dir(ROOT).args(["-c", says])).stdout;
    let [version, repository, license] = [
        env!("CARGO_PKG_VERSION"),
        env!("CARGO_PKG_REPOSITORY"),
        env!("CARGO_PKG_LICENSE"),
    ];
    let [description, authors] = [env!("CARGO_PKG_DESCRIPTION"), env!("CARGO_PKG_AUTHORS")];
    let expected = format!("{version}|{repository}|{license}|{description}|{authors}\n");
    assert_eq!(said, expected);
    // Others' addresses that something here needs; none of ours.
    let others = [
        "https://github.com/tmux/tmux/releases",
        "http://cyclonedx.org/schema/",
        "http://127.0.0.1:",
        "https://*",
        "http://*",
    ];
    for (path, text) in shipping() {
        for (at, _) in text.match_indices("://") {
            let start = text[..at]
                .rfind(|c: char| !c.is_ascii_alphabetic())
                .map_or(0, |at| at + 1);
            let is_others = others.iter().any(|other| text[start..].starts_with(other));
            let line = text[start..].lines().next();
            assert!(is_others, "{}: {line:?}", path.display());
        }
    }
}

#[test]
fn every_script_is_one_that_a_plain_shell_reads() {
    let mut count = 0;
    for (path, text) in shipping() {
        if !text.starts_with("#!/bin/sh\n") {
            continue;
        }
        count += 1;
        let read = Command::new("sh")
            .arg("-n")
            .arg(&path)
            .output()
            .expect("there is sh");
        assert!(read.status.success(), "{}: {read:?}", path.display());
    }
    assert!(count > 10, "{count}");
}

/// The name of this machine's archive, without its ending.
fn name() -> String {
    let system = if cfg!(target_os = "macos") {
        "darwin"
    } else {
        std::env::consts::OS
    };
    let version = env!("CARGO_PKG_VERSION");
    format!("pane-patrol-{version}-{system}-{}", std::env::consts::ARCH)
}

/// A folder with this machine's archive, the sums and the installer, as they are published.
fn published(env: &TestEnv) -> PathBuf {
    let folder = env.path("dist");
    let laid_out = folder.join(name());
    fs::create_dir_all(&laid_out).expect("a folder can be made");
    // What the archive has beside the program; the program of tests is large.
    for file in ["LICENSE-MIT", "LICENSE-APACHE", "pane-patrol.tmux"] {
        fs::copy(Path::new(ROOT).join(file), laid_out.join(file)).expect("it is there");
    }
    fs::write(laid_out.join("LICENSES-OF-PARTS"), "all\n").expect("a file can be written");
    fs::write(laid_out.join("pane-patrol"), "#!/bin/sh\necho it runs\n")
        .expect("it can be written");
    let laid_out = laid_out.to_str().expect("plain words");
    let said = script(env, "packaging/describe", &[PROGRAM, laid_out]);
    assert!(said.status.success(), "{said:?}");
    let mut change = Command::new("chmod");
    change.arg("755").arg(format!("{laid_out}/pane-patrol"));
    assert!(change.status().expect("there is chmod").success());
    let packed = script(env, "packaging/tarball", &[laid_out]);
    assert!(packed.status.success(), "{packed:?}");
    fs::remove_dir_all(laid_out).expect("it is there");
    let listed = script(
        env,
        "packaging/lists",
        &[folder.to_str().expect("plain words")],
    );
    assert!(listed.status.success(), "{listed:?}");
    folder
}

/// The installer that was published, on `to`.
fn installer(env: &TestEnv, from: &Path, to: &Path, more: &[&str]) -> Finished {
    let mut command = env.command("sh");
    command.arg(from.join("install.sh"));
    command
        .arg("--from")
        .arg(from)
        .arg("--to")
        .arg(to)
        .args(more);
    finish(&mut command)
}

#[test]
fn the_installer_brings_all_of_an_archive_and_takes_it_back() {
    let env = TestEnv::new();
    let (from, to) = (published(&env), env.path("to"));
    fs::create_dir_all(to.join("bin")).expect("a folder can be made");
    fs::write(to.join("bin/mine"), "").expect("a file can be written");
    for _ in 0..2 {
        let done = installer(&env, &from, &to, &[]);
        assert!(done.status.success(), "{done:?}");
        assert!(done.stdout.contains("pane-patrol demo"), "{done:?}");
    }
    assert_eq!(
        finish(&mut env.command(to.join("bin/pane-patrol"))).stdout,
        "it runs\n"
    );
    for file in [
        "share/man/man1/pane-patrol-status.1",
        "share/bash-completion/completions/pane-patrol",
        "share/zsh/site-functions/_pane-patrol",
        "share/fish/vendor_completions.d/pane-patrol.fish",
        "share/pane-patrol/pane-patrol.tmux",
    ] {
        assert!(to.join(file).exists(), "{file}: {:?}", files(&to));
    }
    // What an older version brought.
    let (list, older) = (
        to.join("share/pane-patrol/installed"),
        "share/man/man1/pane-patrol-older.1",
    );
    fs::write(to.join(older), "").expect("a file can be written");
    let text = fs::read_to_string(&list).expect("it is there") + older + "\n";
    fs::write(&list, text).expect("a file can be written");
    assert!(installer(&env, &from, &to, &[]).status.success());
    assert!(!to.join(older).exists());
    assert!(
        installer(&env, &from, &to, &["--uninstall"])
            .status
            .success()
    );
    assert_eq!(files(&to), [to.join("bin/mine")]);
    let again = installer(&env, &from, &to, &["--uninstall"]);
    assert!(
        !again.status.success() && again.stderr.contains("nothing was changed"),
        "{again:?}"
    );
}

#[test]
fn the_installer_takes_no_archive_that_is_not_the_one_of_the_sums() {
    let env = TestEnv::new();
    let (from, to) = (published(&env), env.path("to"));
    let archive = from.join(name() + ".tar.gz");
    let sums = from.join("SHA256SUMS");
    let (right, listed) = (
        fs::read(&archive).unwrap(),
        fs::read_to_string(&sums).unwrap(),
    );
    let refused = |why: &str| {
        let done = installer(&env, &from, &to, &[]);
        assert!(!done.status.success(), "{done:?}");
        assert!(done.stderr.contains(why), "{done:?}");
        assert!(done.stderr.contains("nothing was changed"), "{done:?}");
        assert!(!to.exists());
    };
    fs::write(&archive, [&*right, b"x"].concat()).expect("a file can be written");
    refused("is not the one of SHA256SUMS");
    fs::write(&archive, &right).expect("a file can be written");
    let other = |line: &&str| !line.contains(&*name());
    let without: Vec<&str> = listed.lines().filter(other).collect();
    fs::write(&sums, without.join("\n") + "\n").expect("a file can be written");
    refused("is not the one of SHA256SUMS");
    fs::remove_file(&sums).expect("it is there");
    refused("SHA256SUMS could not be fetched");
    // Without a folder it would ask an address that nobody has yet.
    let mut asks = env.command("sh");
    asks.arg(from.join("install.sh")).arg("--to").arg(&to);
    let asked = finish(&mut asks);
    assert!(
        !asked.status.success() && asked.stderr.contains("--from"),
        "{asked:?}"
    );
}

#[test]
fn pages_and_completions_of_an_installed_program_are_put_in_place_and_taken_out() {
    let env = TestEnv::new();
    let (root, data) = (env.path("root"), env.path("data"));
    fs::create_dir_all(root.join("bin")).expect("a folder can be made");
    std::os::unix::fs::symlink(PROGRAM, root.join("bin/pane-patrol")).expect("a link can be made");
    let [root_word, data_word] = [&root, &data].map(|path| path.to_str().expect("plain words"));
    let run = |task: &str| script(&env, "packaging/mine", &[task, root_word, data_word]);
    let put = run("put");
    assert!(put.status.success(), "{put:?}");
    assert!(root.join("share/man/man1/pane-patrol-status.1").exists());
    assert_eq!(files(&data).len(), 3, "{:?}", files(&data));
    assert!(run("take").status.success());
    assert_eq!(files(&data), [] as [PathBuf; 0]);
    assert_eq!(files(&root), [root.join("bin/pane-patrol")]);
}
