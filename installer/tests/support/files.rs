//! What each assistant could have as its file, of generated settings: with comments where it takes
//! them, without a key that it refuses, and its TOML.

use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use super::settings::{Manner, Tree};

/// Puts comments into a text of the manner that breaks lines: behind what ends a line, on lines of
/// their own, and inside empty containers; and a comma behind the last child. All JSON with comments.
pub(crate) fn commented(text: &str, every: usize) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let decorate = |(at, line): (usize, &&str)| {
        let (line, end) = line
            .strip_suffix('\r')
            .map_or((*line, ""), |line| (line, "\r"));
        let opens = line.trim_end().ends_with(['{', '[']);
        let is_last_child = lines
            .get(at + 1)
            .is_some_and(|next| next.trim_start().starts_with(['}', ']']));
        let closed = !opens && !line.trim().is_empty() && !line.trim_end().ends_with(',');
        let comma = if closed && is_last_child && at % every == 1 {
            ","
        } else {
            ""
        };
        match at % every {
            0 => format!("{line} // {{ \"no\": [ value{end}"),
            1 if comma == "," => format!("{line},{end}"),
            2 => format!("/* a, \"b\" */{line}{end}"),
            3 => format!("// own line ]{end}\n{line} /* x */ // y, z{end}"),
            _ => format!("{line}{end}"),
        }
    };
    let lines: Vec<String> = lines.iter().enumerate().map(decorate).collect();
    lines.join("\n")
}

/// What `assistant` could have as its file; `None`: no file.
pub(crate) fn file(assistant: &str, tree: &Tree, manner: &Manner, every: usize) -> Option<String> {
    match assistant {
        "claude" => Some(tree.print(manner)),
        "gemini" | "qwen" => Some(commented(&tree.print(manner), every)),
        "codex" => {
            let Tree::Object(members) = tree else {
                return None;
            };
            let mut members = members.clone();
            members.retain(|(key, _)| key == "\"hooks\"");
            members.push(("\"description\"".into(), Tree::Raw("\"mine\"".into())));
            Some(Tree::Object(members).print(manner))
        }
        _ => None,
    }
}

/// Codex's settings: tables in any order, some of them those that an install sets something in.
pub(crate) fn config_toml() -> impl Strategy<Value = String> {
    let tables = vec![
        "[tui]\ntheme = 'dark'   # mine\n",
        "[features] # some\n  goals = true\n\n",
        "# by Codex\n[hooks.state.\"/x/hooks.json:stop:0:0\"]\ntrusted_hash = \"sha256:0\"\n",
        "[projects.\"/home/ada/src\"]\ntrust_level = \"trusted\"\n\n\n",
        "[[list]]\na = [ 1,2 , ]\n[[list]]\n",
        "[tui.deep]\nx = \"\"\"\n[tui]\n\"\"\"\n",
    ];
    let count = tables.len();
    (
        select(vec![
            "",
            "# mine\n",
            "notify = [\"say\" , 'done']\nmodel=\"x\" # why\n\n",
        ]),
        subsequence(tables, 0..=count).prop_shuffle(),
        any::<bool>(),
    )
        .prop_map(|(head, tables, ends)| {
            let text = head.to_owned() + &tables.concat();
            if ends {
                text
            } else {
                text.trim_end().to_owned()
            }
        })
}

/// Kimi Code's settings: models in any order, hooks of the person's own, texts that look like hooks.
pub(crate) fn kimi_toml() -> impl Strategy<Value = String> {
    let tables = vec![
        "[providers.fake] # mine\ntype = \"openai\"\nbase_url = 'http://127.0.0.1:1/v1'\n\n",
        "[models.fake]\nprovider   = \"fake\"\nmax_context_size = 128_000\n",
        "[[hooks]]\nevent = \"Stop\"\ncommand = 'say \"done\"' # loud\n\n\n",
        "# before\n[[ hooks ]]\nmatcher = \"^Bash$\"\ntimeout = 600\ncommand = \"true\"\nevent = 'PreToolUse'\n",
        "[notes]\ntext = \"\"\"\n[[hooks]]\nevent = \"Stop\"\n\"\"\"\n",
        "[services.moonshot]\r\na = [ 1,2 , ]\r\n\r\n",
        "\n\n",
    ];
    let count = tables.len();
    (
        select(vec![
            "",
            "# mine\n",
            "default_model=\"fake\" # why\n\n",
            "\n",
        ]),
        subsequence(tables, 0..=count).prop_shuffle(),
        any::<bool>(),
    )
        .prop_map(|(head, tables, ends)| {
            let text = head.to_owned() + &tables.concat();
            if ends {
                text
            } else {
                text.trim_end().to_owned()
            }
        })
}
