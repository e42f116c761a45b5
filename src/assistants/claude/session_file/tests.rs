//! Session files as they were seen, and what is made of them.

use super::*;

const WAITING: &str = r#"{"pid":12345,"sessionId":"s1","cwd":"/home/user/proj","startedAt":1795225608854,
    "procStart":"350097","version":"2.1.329","peerFeatures":["a"],"kind":"interactive","entrypoint":"cli",
    "status":"waiting","updatedAt":1795225616111,"statusUpdatedAt":1795225616112,"waitingFor":"permission prompt"}"#;

#[test]
fn a_session_file_becomes_a_reading() {
    let session = parse(WAITING.as_bytes()).unwrap();
    let seen = Timestamp::from_millis(7);
    let expected = Reading {
        assistant: Assistant::CLAUDE,
        level: Level::WaitingApproval,
        written: Timestamp::from_millis(1_795_225_616_112),
        seen,
        instance_id: Some("s1".into()),
        pid: Some(12345),
        pane: None,
        terminal: None,
        background: None,
        cwd: Some("/home/user/proj".into()),
        home: Some("/c".into()),
        attended: true,
        detail: Some("permission prompt".into()),
        lag: Duration::ZERO,
        stands_in: false,
        prompted: None,
        by_record: false,
    };
    assert_eq!(session.reading(Some(Path::new("/c")), seen), expected);
    assert_eq!(session.process_start, Some(350_097));
}

#[test]
fn every_status_has_its_level() {
    let level = |status, waiting_for| level_of(status, waiting_for);
    assert_eq!(level("busy", None), Some(Level::Busy));
    assert_eq!(level("idle", None), Some(Level::Idle));
    assert_eq!(level("shell", None), Some(Level::Idle));
    for approval in ["permission prompt", "sandbox request", "worker request"] {
        assert_eq!(
            level("waiting", Some(approval)),
            Some(Level::WaitingApproval)
        );
    }
    for input in [
        Some("input needed"),
        Some("goal proposal"),
        Some("a word of tomorrow"),
        Some("Dialog open"),
        None,
    ] {
        assert_eq!(level("waiting", input), Some(Level::WaitingInput));
    }
    assert_eq!(level("waiting", Some("dialog open")), Some(Level::Menu));
    assert_eq!(level("busy", Some("dialog open")), Some(Level::Busy));
    assert_eq!(level("sleeping", None), None);
}

#[cfg(target_os = "linux")]
#[test]
fn a_pane_shows_the_job_that_its_session_was_moved_to_or_nothing_that_is_known() {
    let root = tempfile::tempdir().unwrap();
    let sessions = root.path().join("sessions");
    std::fs::create_dir(&sessions).unwrap();
    let own = std::process::id();
    let write = |pid: u32, rest: &str| {
        let text = format!(r#"{{"pid":{pid},"entrypoint":"cli",{rest}}}"#);
        std::fs::write(sessions.join(format!("{pid}.json")), text).unwrap();
    };
    write(
        own,
        r#""sessionId":"a","kind":"interactive","status":"idle","updatedAt":5,"parkedJobId":"j1""#,
    );
    let shown = || look(root.path(), own, None).unwrap();
    assert_eq!(
        (shown().level, shown().stands_in),
        (Level::Elsewhere, false)
    );
    assert_eq!(census(root.path()).unwrap().elsewhere, 1);
    let mut child = std::process::Command::new("sleep")
        .arg("100")
        .spawn()
        .unwrap();
    for (rest, level, instance) in [
        (
            r#""jobId":"j2","status":"waiting","waitingFor":"permission prompt""#,
            Level::Elsewhere,
            "a",
        ),
        (
            r#""jobId":"j1","status":"waiting","waitingFor":"permission prompt""#,
            Level::WaitingApproval,
            "b",
        ),
        (
            r#""jobId":"j1","status":"waiting","waitingFor":"dialog open""#,
            Level::Menu,
            "b",
        ),
        (r#""jobId":"j1","status":"busy""#, Level::Busy, "b"),
        // It has not said anything yet.
        (r#""jobId":"j1""#, Level::Elsewhere, "a"),
    ] {
        write(
            child.id(),
            &format!(r#""sessionId":"b","kind":"bg","updatedAt":9,{rest}"#),
        );
        let reading = shown();
        assert_eq!(
            (
                reading.level,
                reading.instance_id.as_deref(),
                reading.pid,
                reading.attended
            ),
            (level, Some(instance), Some(own), true),
            "{rest}"
        );
        assert_eq!(reading.stands_in, level != Level::Elsewhere);
    }
    write(
        child.id(),
        r#""sessionId":"b","kind":"bg","updatedAt":9,"jobId":"j1","status":"busy""#,
    );
    assert_eq!(shown().level, Level::Busy);
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(shown().level, Level::Elsewhere, "its process has ended");
}

#[cfg(target_os = "linux")]
#[test]
fn the_title_names_the_job_that_was_opened_where_only_one_has_that_name() {
    let root = tempfile::tempdir().unwrap();
    let sessions = root.path();
    let mut children = Vec::new();
    for (job, name) in [
        ("j1", "fix the tax"),
        ("j2", "✳ write tests"),
        ("j3", "twice"),
        ("j4", "twice"),
    ] {
        let child = std::process::Command::new("sleep")
            .arg("100")
            .spawn()
            .unwrap();
        let pid = child.id();
        let text = format!(
            r#"{{"pid":{pid},"sessionId":"{job}-s","entrypoint":"cli","kind":"bg","status":"idle","updatedAt":5,"jobId":"{job}","name":"{name}"}}"#
        );
        std::fs::write(sessions.join(format!("{pid}.json")), text).unwrap();
        children.push(child);
    }
    for (title, opened) in [
        ("write tests", Some("j2")),
        ("✳ write tests", Some("j2")),
        ("⠐ write tests", Some("j2")),
        ("fix the tax", None),
        ("twice", None),
        ("2 awaiting input · claude agents", None),
        ("✳ Claude Code", None),
        ("write", None),
        ("", None),
    ] {
        let found = opened_by_title(sessions, "j1", title);
        assert_eq!(found.as_deref(), opened, "{title}");
    }
    for mut child in children {
        child.kill().unwrap();
        child.wait().unwrap();
    }
    assert_eq!(opened_by_title(sessions, "j1", "write tests"), None);
}

#[test]
fn headless_runs_are_told_apart() {
    for change in [
        ("\"cli\"", "\"sdk-cli\""),
        ("\"interactive\"", "\"background\""),
    ] {
        let text = WAITING.replace(change.0, change.1);
        assert!(!parse(text.as_bytes()).unwrap().attended);
    }
}

#[test]
fn a_session_in_the_background_is_a_persons_and_its_id_is_no_option() {
    let with = |kind: &str, entry: &str, job: &str| {
        let more = format!(r#""kind":"{kind}","entrypoint":"{entry}","jobId":"{job}""#);
        let text = WAITING.replace(r#""kind":"interactive","entrypoint":"cli""#, &more);
        parse(text.as_bytes()).unwrap()
    };
    let session = with("bg", "cli", "289e23dc");
    assert!(session.is_background && !session.attended);
    let reading = session.reading_behind(350_097, None, Timestamp::from_millis(7));
    let place = "background@12345.350097".parse().ok();
    assert_eq!((reading.background, reading.pid), (place, Some(12345)));
    assert!(reading.attended && reading.stands_in && reading.pane.is_none());
    for other in [
        with("bg", "cli", r#"289e23dc","spare":true,"x":""#),
        with("bg", "sdk-cli", "289e23dc"),
        with("interactive", "cli", "289e23dc"),
        with("bg", "cli", "--help"),
        with("bg", "cli", "a b"),
        with("bg", "cli", ""),
    ] {
        assert!(!other.is_background, "{other:?}");
    }
}

/// Written by the real 2.1.332 for `claude --bg`.
#[cfg(target_os = "linux")]
#[test]
fn the_id_of_a_job_is_that_in_the_file_of_its_living_process() {
    let config = tempfile::tempdir().unwrap();
    std::fs::create_dir(config.path().join("sessions")).unwrap();
    let own = std::process::id();
    let start = process::stat(own).unwrap().start;
    let write = |start: u64| {
        let text = include_str!("../../../../tests/fixtures/claude/background.v2.1.332.json");
        let mut session: serde_json::Value = serde_json::from_str(text).unwrap();
        session["pid"] = own.into();
        session["procStart"] = start.to_string().into();
        let file = config.path().join(format!("sessions/{own}.json"));
        std::fs::write(file, session.to_string()).unwrap();
    };
    let job = |session: &str| job_of(config.path(), own, session);
    assert_eq!(job("289e23dc-e113-4296-a8a4-2b8fa0c61c76"), None);
    write(start);
    let known = job("289e23dc-e113-4296-a8a4-2b8fa0c61c76");
    assert_eq!(known.as_deref(), Some("289e23dc"));
    assert_eq!(job("another"), None);
    assert_eq!(job_of(config.path(), own + 1, "another"), None);
    write(start + 1);
    assert_eq!(
        job("289e23dc-e113-4296-a8a4-2b8fa0c61c76"),
        None,
        "another process"
    );
}

#[test]
fn only_files_named_after_a_process_are_session_files() {
    let pid = |name: &str| pid_of_file(&Path::new("/x/sessions").join(name));
    assert_eq!(pid("123.json"), Some(123));
    for other in [
        "123.abc.key",
        "123.key",
        "abc.json",
        "0123.json",
        "-1.json",
        "123.json.tmp",
        ".json",
        "123.x.json",
        "99999999999.json",
    ] {
        assert_eq!(pid(other), None, "{other}");
    }
}

#[test]
fn half_a_file_is_no_reading() {
    for end in 0..WAITING.len() {
        assert_eq!(parse(&WAITING.as_bytes()[..end]), None);
    }
}

#[test]
fn a_pipe_and_a_folder_in_its_place_are_no_reading() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("1.json");
    std::fs::create_dir(&path).unwrap();
    assert_eq!(read(&path, 1), None);
    std::fs::remove_dir(&path).unwrap();
    let made = std::process::Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    assert_eq!(read(&path, 12345), None, "nobody writes into it");
    // What was written stays in it as long as somebody has it open.
    let _kept = Opening::to_read().anything(&path).unwrap();
    std::fs::write(&path, WAITING).unwrap();
    assert_eq!(read(&path, 12345), None, "somebody has written into it");
    std::fs::remove_file(&path).unwrap();
    std::fs::write(&path, WAITING).unwrap();
    assert_eq!(read(&path, 1), None, "another process's file");
    assert!(read(&path, 12345).is_some());
}

#[cfg(target_os = "linux")]
#[test]
fn a_file_left_behind_is_not_taken_for_another_process() {
    let own = std::process::id();
    let start = process::stat(own).unwrap().start;
    let session = |extra: &str| {
        let text = format!(r#"{{"pid":{own},"status":"idle","updatedAt":1{extra}}}"#);
        parse(text.as_bytes()).unwrap().living_process()
    };
    assert_eq!(session(""), Some(start));
    assert_eq!(session(&format!(r#","procStart":"{start}""#)), Some(start));
    assert_eq!(session(r#","procStart":"1""#), None);
    assert_eq!(
        session(r#","startedAt":1000"#),
        None,
        "long before this process"
    );
    let now = Timestamp::now().as_micros() / 1000;
    assert_eq!(session(&format!(r#","startedAt":{now}"#)), Some(start));
}

proptest::proptest! {
    #[test]
    fn no_file_makes_it_panic(bytes: Vec<u8>) {
        let _ = parse(&bytes);
    }
}
