//! The demo in Zellij, where there is none that would do.

use std::fs;

use crate::common::{PROGRAM, Terminal, TestEnv, private_folder, write_program};

#[test]
fn without_a_zellij_or_with_an_old_one_it_says_so_and_leaves_nothing() {
    for (version, why) in [
        (None, "Zellij is not installed (no `zellij` on PATH)"),
        (Some("0.43.1"), "zellij 0.43.1, which is too old"),
    ] {
        let env = TestEnv::new();
        let (bin, scratch) = (env.path("bin"), env.path("scratch"));
        private_folder(&bin);
        private_folder(&scratch);
        if let Some(version) = version {
            let script = format!("#!/bin/sh\necho zellij {version}\n");
            write_program(&bin.join("zellij"), &script);
        }
        let command = format!(
            "PATH='{}':/usr/bin:/bin TMPDIR='{}' sh -c '\"{PROGRAM}\" demo --zellij; echo \"it ended with $?\"; exec sleep 600'",
            bin.display(),
            scratch.display(),
        );
        let Some(terminal) = Terminal::start(&env, "seen.sock", &command) else {
            return;
        };
        let screen = terminal.wait_for("it ended with 1");
        let words = screen.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(why), "{screen}");
        assert!(
            words.contains("it needs Zellij 0.44.1 or newer on PATH"),
            "{screen}"
        );
        assert_eq!(fs::read_dir(&scratch).expect("it is there").count(), 0);
    }
}
