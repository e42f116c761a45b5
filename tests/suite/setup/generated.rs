//! Generated files of the person's: after `setup` and `uninstall` every byte is as before, whether tmux
//! reads the file or not.

use std::fs;

use proptest::prelude::*;
use proptest::sample::select;

use super::{for_tmux, our_keys, picture};
use crate::common::TestEnv;
use crate::install::{run, with_programs};

fn any_conf() -> impl Strategy<Value = Vec<u8>> {
    let lines: Vec<&[u8]> = vec![
        b"set -g mouse on",
        b"",
        b"# caf\xe9",
        b"   # a remark \\",
        b"bind x display-message \"a ; b\" \\; display-message c",
        b"if-shell true {",
        b"}",
        b"set -g @a 'b",
        b"c'",
        b"%if 1",
        b"%endif",
        b"set -g @c \\",
        b"run '~/.tmux/plugins/tpm/tpm'",
        b"nonsense",
        b"set -g @d \xf0\x9f\xa6\x80",
    ];
    let parts = (
        prop::collection::vec(select(lines), 0..6),
        select(vec!["\n", "\n", "\r\n"]),
        any::<bool>(),
    );
    parts.prop_map(|(lines, end, is_closed)| {
        let mut bytes = lines.join(end.as_bytes());
        if is_closed {
            bytes.extend(end.as_bytes());
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    #[test]
    fn what_was_set_up_is_taken_back_byte_for_byte(conf in prop::option::of(any_conf())) {
        let env = TestEnv::new();
        with_programs(&env, &[]);
        if let Some(conf) = &conf {
            fs::write(env.home().join(".tmux.conf"), conf).expect("it can be written");
        }
        let before = picture(&env);
        let done = for_tmux(&env, &[]);
        if done.status.success() {
            prop_assert_eq!(our_keys(&env).len(), 3, "{:?}", done);
        } else {
            prop_assert!(done.stderr.contains("nothing was changed"), "{:?}", done);
            prop_assert_eq!(&picture(&env), &before, "{:?}", done);
        }
        let out = run(&env, &["uninstall"]);
        prop_assert!(out.status.success(), "{:?}", out);
        prop_assert_eq!(picture(&env), before);
    }
}
