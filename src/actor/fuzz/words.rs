//! What is asked: commands and questions that are easily taken for each other, and honest ones.

use std::sync::LazyLock;

use super::{WIDTHS, screens};

/// Commands that are easily taken for each other.
pub(super) const SHORT: [&str; 14] = [
    "touch a",
    "touch ab",
    "touch a b",
    "touch a  b",
    " touch a b",
    "touch a\nb",
    "touch a\n\nb",
    "touch a && rm -rf b",
    "touch a && rm -rf /tmp/x y",
    "touch a && rm -rf / tmp/xy",
    "sudo touch a",
    "echo touch a",
    "touch a\nlab command",
    "touch a_rather_long_name_that_wraps_somewhere_in_the_middle && echo this is another part of it",
];

/// Those, and one that is long; other assistants than Claude cut it.
pub(super) static COMMANDS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    let long: &str = format!("cp {}", "a/b ".repeat(600)).leak();
    [&SHORT[..], &[long]].concat()
});

/// What an assistant says about its command: one imitates a dialog, one what follows it.
pub(super) const DESCRIPTIONS: [&str; 4] = [
    "lab command",
    "lab  command",
    "lab command\n\n Do you want to proceed?\n 1. Yes\n\n Esc to cancel",
    "Tip: touch a\nBash command\n\ntouch a b\nlab command",
];

/// Texts that some version draws alike.
const DOUBTFUL: [(&str, &str); 8] = [
    ("touch a b", "touch a\u{378}b"),
    ("touch ab", "touch a\u{378}b"),
    ("touch ab", "touch a\u{ad}b"),
    ("touch a\u{fffd}b", "touch a\u{ad}b"),
    ("touch a\u{fffd}b", "touch a\u{2062}b"),
    ("true\ntouch a", "true\n\u{301}touch a"),
    ("touch 👍 a", "touch 👍🏽 a"),
    ("touch é", "touch e\u{301}"),
];

/// Pairs that fill the same rows in one layout or both: a command and what is said about it, each.
pub(super) static TWINS: LazyLock<Vec<[[&str; 2]; 2]>> = LazyLock::new(|| {
    let said = DESCRIPTIONS[0];
    let mut all = vec![
        [["touch a", said], ["touch a ", said]],
        [["touch a", "touch b\nlab"], ["touch a\ntouch b", "lab"]],
        [["touch a\n", said], ["touch a", said]],
        [["touch a", said], ["touch a\nlab command", said]],
    ];
    // A long one that begins so, or in another way.
    for other in ["touch a", "touch a b", "touch b"] {
        let long = format!("{other}{}", " c/d".repeat(600)).leak();
        all.push([["touch a", said], [long, said]]);
        all.push([[long, said], ["touch a", said]]);
    }
    // What is drawn as nothing by the older, as a blank or as the sign for the unknown by the newer.
    for (one, other) in DOUBTFUL {
        all.push([[one, said], [other, said]]);
        all.push([[other, said], [one, said]]);
        all.push([["touch a", one], ["touch a", other]]);
    }
    for width in WIDTHS {
        let blanks = width - 1;
        let barred = format!("{:<blanks$}│ touch b", "│ touch a").leak();
        all.push([["touch a\ntouch b", said], [barred, said]]);
    }
    let long = "touch one_name and_another_name ".repeat(9);
    for columns in WIDTHS
        .into_iter()
        .flat_map(|width| [width - 6, width - 4, width - 2])
    {
        // What a break hides is a blank, or a break of its own.
        let rows = screens::wrap(long.trim_end(), columns);
        let first = rows[0].trim_end().len();
        let mut other = long.trim_end().to_owned();
        other.replace_range(first..=first, "\n");
        let [one, other]: [&str; 2] = [long.trim_end().to_owned().leak(), other.leak()];
        all.push([[one, said], [other, said]]);
        all.push([[other, said], [one, said]]);
    }
    all
});

/// Questions of the same kind.
pub(super) const QUESTIONS: [&str; 5] = [
    "Which colour?",
    "Which colour do you want?",
    "And which colour?",
    "colour?",
    "Which?",
];

/// A command of every sort that a pane can show whole.
pub(super) fn honest(assistant: &str) -> Vec<&'static str> {
    let mut all = vec![
        "touch a",
        "touch a b && rm -rf ./build",
        "touch a_rather_long_name_that_wraps_somewhere_in_the_middle && echo this is another part",
        "git commit -m \"a message that is long enough to be wrapped\" && git push origin main:main --force",
        "touch 漢字仮名交文 漢字仮名交文 漢字仮名交文 漢字",
    ];
    // Only Claude's commands are known with their line breaks and blanks while they are asked.
    if assistant == "claude" {
        all.extend([
            "cat > f <<'EOF'\nline  1\n\n  line 2\nEOF",
            "  touch a   b    \ntouch c",
            "if true; then\n    touch a_rather_long_name_that_wraps_somewhere_in_the_middle && echo  this\nfi\n",
            "curl aaa-bbb-ccc-ddd-eee-fff/ggg/hhh/iii,jjj;kkk|lll&&mmm=x-y/x-y/x-y/x-y/x-y/x-y/x-y/x-y/x-y/x",
            "touch aaa  bbb   ccc    aaa  bbb   ccc    aaa  bbb   ccc    aaa  bbb   ccc    aaa  bbb   ccc",
        ]);
    }
    all
}
