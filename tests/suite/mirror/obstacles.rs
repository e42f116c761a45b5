//! What may stand in its way: other files, folders and disks that take nothing, limits.

use super::*;

#[test]
fn what_stands_in_its_place_is_left_alone_by_hooks_and_named_by_the_command() {
    let env = TestEnv::new();
    let mirror = env.mirror_on();
    let payload = fixture("claude/stop.plain.json");
    let elsewhere = env.path("elsewhere");
    fs::write(&elsewhere, "mine\n").expect("ours");
    let silent =
        || finish_with_stdin(&mut env.claude_hook(), payload.as_bytes()).assert_silent_success();
    let named = |why: &str| {
        let finished = finish(env.pane_patrol().args(["mirror", "status"]));
        assert_eq!(finished.status.code(), Some(1));
        assert!(finished.stderr.contains(why), "{finished:?}");
        let on = finish(env.pane_patrol().args(["mirror", "on"]));
        assert_eq!(on.status.code(), Some(1), "{on:?}");
        let doctor = finish(env.pane_patrol().arg("doctor")).stdout;
        let mut lines = doctor
            .lines()
            .skip_while(|line| !line.contains("event log"));
        let (seen, fix) = (lines.next(), lines.next());
        assert!(seen.is_some_and(|seen| seen.contains(why)), "{doctor}");
        assert!(
            fix.is_some_and(|fix| fix.contains("move it away")),
            "{doctor}"
        );
    };
    fs::remove_file(&mirror).expect("ours");
    symlink(&elsewhere, &mirror).expect("ours");
    silent();
    named("it is a link");
    assert_eq!(fs::read_to_string(&elsewhere).expect("ours"), "mine\n");

    fs::remove_file(&mirror).expect("ours");
    fs::create_dir(&mirror).expect("ours");
    silent();
    named("it is no regular file");
    assert_eq!(fs::read_dir(&mirror).expect("ours").count(), 0);

    fs::remove_dir(&mirror).expect("ours");
    fs::remove_file(lock_path(&mirror)).expect("ours");
    symlink(&elsewhere, lock_path(&mirror)).expect("ours");
    let full = "x".repeat(usize::try_from(MIN_MAX_BYTES).expect("it fits")) + "\n";
    fs::write(&mirror, &full).expect("ours");
    // A hook that hardly got any time gives up its event.
    until("the line is there all the same", || {
        silent();
        let text = fs::read_to_string(&mirror).expect("ours");
        (text.lines().count() > 1).then_some(())
    });
    assert_eq!(fs::read_to_string(&elsewhere).expect("ours"), "mine\n");
    assert!(
        !rotated(&mirror, 1).exists(),
        "without its lock nobody rotates"
    );
}

/// A user who owns nothing.
const NOBODY: u32 = 65534;

#[test]
fn a_folder_that_may_not_be_written_costs_the_rotation_and_no_line() {
    let env = TestEnv::new();
    let mirror = env.mirror_on();
    let limits = Limits {
        max_bytes: MIN_MAX_BYTES,
        max_files: 3,
        messages: true,
    };
    rotate::write_limits(&mirror, limits).expect("ours");
    let full = "x".repeat(usize::try_from(MIN_MAX_BYTES).expect("it fits")) + "\n";
    fs::write(&mirror, full).expect("ours");
    let folder = mirror.parent().expect("a folder").to_owned();
    let mut command = env.claude_hook();
    if rustix::process::geteuid().is_root() {
        if is_alone(&folder) {
            return forbidden("nothing is forbidden to root, and there is nobody else");
        }
        // Nothing is forbidden to root, so somebody else is it.
        for path in [&folder, &mirror, &lock_path(&mirror)] {
            chown(path, Some(NOBODY), Some(NOBODY)).expect("root may");
        }
        for path in [env.path(""), env.path("state")] {
            fs::set_permissions(path, PermissionsExt::from_mode(0o755)).expect("ours");
        }
        let program = env.path("pane-patrol");
        copy_program(command.get_program().as_ref(), &program);
        let variables: Vec<_> = command
            .get_envs()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())))
            .collect();
        command = Command::new(program);
        command.args(["hook", "claude"]).env_clear().envs(variables);
        command.uid(NOBODY).gid(NOBODY).current_dir("/");
    }
    fs::set_permissions(&folder, PermissionsExt::from_mode(0o500)).expect("ours");
    let payload = fixture("claude/stop.plain.json");
    for _ in 0..3 {
        logged(&mirror, &mut command, &payload);
    }
    let mut status = Command::new(command.get_program());
    status.args(["mirror", "status"]).env_clear();
    status.envs(
        command
            .get_envs()
            .filter_map(|(name, value)| Some((name, value?))),
    );
    if rustix::process::geteuid().is_root() {
        status.uid(NOBODY).gid(NOBODY).current_dir("/");
    }
    let told = finish(&mut status).stderr;
    assert!(told.contains("its folder may not be written"), "{told}");
    fs::set_permissions(&folder, PermissionsExt::from_mode(0o700)).expect("ours");
    let text = fs::read_to_string(&mirror).expect("ours");
    assert_eq!(text.lines().count(), 4);
    let names: BTreeSet<_> = fs::read_dir(&folder)
        .expect("ours")
        .map(|entry| entry.expect("ours").file_name())
        .collect();
    assert_eq!(names.len(), 2, "{names:?}");
}

#[test]
fn a_full_disk_costs_lines_but_never_a_whole_one_behind_a_torn_one() {
    let env = TestEnv::new();
    let may = env
        .command("unshare")
        .args(["--user", "--map-root-user", "--mount", "true"])
        .output();
    if !may.is_ok_and(|output| output.status.success()) {
        return skip("no full disk can be made here: user namespaces are not allowed");
    }
    let mirror = env.mirror_on();
    let folder = mirror.parent().expect("a folder");
    fs::remove_file(&mirror).expect("ours");
    // Room for one page besides the filler: some 12 lines, of which the last is torn.
    let script = r#"mount -t tmpfs -o size=64k,mode=700 full "$1" || exit 99
        : > "$2"
        head -c 61440 /dev/zero > "$1/fill"
        for n in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
            "$0" hook claude < "$3" || exit
        done
        "$0" mirror status 2> "$5"
        "$0" doctor > "$6" 2> /dev/null
        rm "$1/fill"
        "$0" hook claude < "$3" || exit
        cp "$2" "$4""#;
    let payload = env.path("payload.json");
    fs::write(&payload, fixture("claude/pre_tool_use.bash.json")).expect("ours");
    let copy = env.path("copy.jsonl");
    let hook = env.claude_hook();
    let mut unshare = env.command("unshare");
    let variables = hook
        .get_envs()
        .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
    unshare.envs(variables);
    unshare.args(["--user", "--map-root-user", "--mount", "sh", "-c", script]);
    unshare.arg(hook.get_program()).arg(folder).arg(&mirror);
    unshare.arg(&payload).arg(&copy);
    let (status, doctor) = (env.path("status"), env.path("doctor"));
    unshare.arg(&status).arg(&doctor);
    finish(&mut unshare).assert_silent_success();
    for told in [status, doctor] {
        let told = fs::read_to_string(told).expect("it was told");
        assert!(told.contains("the disk is full"), "{told}");
        assert!(told.contains("make room on it"), "{told}");
    }

    let text = fs::read_to_string(&copy).expect("the mirror was copied");
    let whole = text
        .lines()
        .filter(|line| Event::parse(line.as_bytes()).is_ok());
    let whole = whole.count();
    assert!((2..20).contains(&whole), "{text}");
    let read = finish(env.pane_patrol().args(["log", "--json"]).arg(&copy));
    let found = requests(read.stdout.lines()).values().sum::<usize>();
    let torn = text.lines().count() - whole;
    assert!(found >= whole && torn <= 1, "{text}");
    assert!(
        text.ends_with('\n'),
        "what came after there was room again is whole"
    );
    let last = text.lines().last().expect("a line");
    assert!(
        read.stdout
            .lines()
            .last()
            .is_some_and(|line| last.ends_with(line))
    );
}

#[test]
fn a_limit_on_file_sizes_kills_no_hook_that_logs() {
    let env = TestEnv::new();
    let mirror = env.mirror_on();
    let hook = env.claude_hook();
    let mut limited = env.command("sh");
    let variables = hook
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    limited.envs(variables);
    limited
        .args(["-c", "ulimit -f 1; exec \"$0\" hook claude"])
        .arg(hook.get_program());
    let payload = fixture("claude/stop.plain.json");
    for _ in 0..5 {
        finish_with_stdin(&mut limited, payload.as_bytes()).assert_silent_success();
    }
    assert_eq!(fs::read(mirror).expect("ours"), b"");
}
