use std::fs;
use std::os::unix::fs::symlink;

use serde_json::json;

use super::*;
use crate::config::Config;

fn rules(text: &str) -> Rules {
    Config::parse(text, Path::new("c.toml")).unwrap().rules
}

/// Rules of one command each: `allow git status`.
fn commands(lines: &[&str]) -> Rules {
    let rule = |line: &&str| {
        let (then, command) = line.split_once(' ').unwrap();
        format!("[[rules]]\nthen = '{then}'\ncommand = \"{command}\"\n")
    };
    rules(&lines.iter().map(rule).collect::<String>())
}

fn ask(tool: &str, input: Value) -> Ask {
    Ask {
        assistant: "claude".into(),
        tool: tool.into(),
        input,
        cwd: Some("/nowhere/p".into()),
        project: Some("/nowhere/p".into()),
        is_elsewhere: false,
    }
}

fn bash(command: &str) -> Ask {
    ask("Bash", json!({"command": command, "description": "d"}))
}

fn ground() -> Ground {
    Ground {
        home: Some("/nowhere/home".into()),
        own: vec!["/nowhere/home/.config/pane-patrol".into()],
    }
}

fn verdict(rules: &Rules, ask: &Ask) -> (Then, By) {
    let judgement = judge(rules, ask, &ground(), false);
    (judgement.then, judgement.by)
}

fn trusted(rules: &Rules, ask: &Ask) -> (Then, By) {
    let judgement = judge(rules, ask, &ground(), true);
    (judgement.then, judgement.by)
}

#[test]
fn an_allow_for_a_command_allows_just_that_command() {
    let rules = commands(&["allow git status"]);
    for command in ["git status", "git  status ", "'git' status"] {
        assert_eq!(
            verdict(&rules, &bash(command)),
            (Then::Allow, By::Rule(1)),
            "{command:?}"
        );
    }
    for command in [
        "git status && rm -rf x",
        "echo $(cat key)",
        "git status $(cat key)",
        "sudo git status",
        "git -c core.pager=sh status",
        "git status\nrm x",
        "git status\n",
        "git status\r",
        "git status;",
        "git status &",
        "git status | sh",
        "git status > /etc/x",
        "git status -s",
        "git status --porcelain",
        "git statu?",
        "GIT_DIR=/x git status",
        "/tmp/git status",
        "./git status",
        "git status # x",
        "git status 'x",
        "git status <<E",
        "git stat\\us",
        "git\u{a0}status",
        "git status\u{200b}",
        "gіt status",
        "git",
        "",
    ] {
        assert_eq!(
            verdict(&rules, &bash(command)),
            (Then::Ask, By::Nobody),
            "{command:?}"
        );
    }
}

#[test]
fn a_star_at_the_end_stands_for_harmless_words_only() {
    let rules = commands(&["allow git diff *", "allow fgrep x *", "allow cat *"]);
    for command in [
        "git diff",
        "git diff main src/a.rs",
        "fgrep x a",
        "cat a ./b/../c",
    ] {
        assert_eq!(
            verdict(&rules, &bash(command)).0,
            Then::Allow,
            "{command:?}"
        );
    }
    for command in [
        "git diff --output=/etc/x",
        "git diff -o x",
        "fgrep x -f a",
        "fgrep y a",
        "cat /etc/passwd",
        "cat ../other",
        "cat .env",
        "cat a/.git/config",
        "cat ~/x",
        "cat '~/x'",
        "cat @a",
        "cat a=/etc/passwd",
        "cat host:a",
        "cat 'a b'",
        "cat ''",
        "cat +x",
    ] {
        assert_eq!(verdict(&rules, &bash(command)).0, Then::Ask, "{command:?}");
    }
    let mut elsewhere = bash("cat a");
    elsewhere.is_elsewhere = true;
    assert_eq!(
        verdict(&rules, &elsewhere).0,
        Then::Ask,
        "its files are not ours"
    );
    let mut unknown = bash("cat a");
    unknown.project = None;
    assert_eq!(verdict(&rules, &unknown).0, Then::Ask);
}

#[test]
fn more_in_the_input_than_a_command_is_not_allowed() {
    let rules = commands(&["allow git status"]);
    for more in ["dangerouslyDisableSandbox", "run_in_background", "anything"] {
        let input = json!({"command": "git status", more: true});
        assert_eq!(verdict(&rules, &ask("Bash", input)).0, Then::Ask, "{more}");
    }
    let other = ask("mcp__shell__run", json!({"command": "git status"}));
    assert_eq!(verdict(&rules, &other).0, Then::Ask);
}

#[test]
fn deny_goes_before_ask_and_ask_before_allow_whatever_their_order() {
    let rules = commands(&["allow git push", "ask git push", "deny git push --force"]);
    assert_eq!(verdict(&rules, &bash("git push")), (Then::Ask, By::Rule(2)));
    assert_eq!(
        verdict(&rules, &bash("git push --force")),
        (Then::Deny, By::Rule(3))
    );
    assert_eq!(
        verdict(&rules, &bash("cd x && sudo git push -f --force")),
        (Then::Deny, By::Rule(3))
    );
    let rules = commands(&["allow ls", "deny ls", "deny ls"]);
    assert_eq!(
        verdict(&rules, &bash("ls")),
        (Then::Deny, By::Rule(2)),
        "the first of them"
    );
}

#[test]
fn what_a_deny_may_be_about_is_left_to_the_person() {
    let rules = commands(&["deny rm", "allow git commit -m rm"]);
    let judgement = judge(&rules, &bash("git commit -m rm"), &ground(), true);
    assert_eq!((judgement.then, judgement.by), (Then::Ask, By::Rule(1)));
    assert!(
        judgement.why.starts_with("rule 1 may deny it: "),
        "{}",
        judgement.why
    );
    assert_eq!(trusted(&rules, &bash("$x a")), (Then::Ask, By::Rule(1)));
}

#[test]
fn trust_allows_what_no_rule_speaks_of_and_outranks_none() {
    let rules = commands(&["deny rm", "ask curl"]);
    assert_eq!(
        trusted(&rules, &bash("make && ls > x")),
        (Then::Allow, By::Trust)
    );
    assert_eq!(
        verdict(&rules, &bash("make && ls > x")),
        (Then::Ask, By::Nobody)
    );
    assert_eq!(
        trusted(&rules, &bash("make && rm x")),
        (Then::Deny, By::Rule(1))
    );
    assert_eq!(
        trusted(&rules, &bash("make && curl x")),
        (Then::Ask, By::Rule(2))
    );
    let write = ask(
        "Write",
        json!({"file_path": "/nowhere/p/a", "content": "rm x"}),
    );
    assert_eq!(trusted(&rules, &write), (Then::Allow, By::Trust));
}

#[test]
fn questions_plans_and_pane_patrol_itself_are_never_decided() {
    let all = rules("[[rules]]\nthen = 'deny'\n");
    for tool in ["AskUserQuestion", "ExitPlanMode", "EnterPlanMode"] {
        let asked = ask(tool, json!({"plan": "x"}));
        assert_eq!(trusted(&all, &asked), (Then::Ask, By::Principle), "{tool}");
    }
    let allow = commands(&["allow pane-patrol trust main:0.0"]);
    for own in [
        bash("pane-patrol trust main:0.0"),
        bash("sh -c '/usr/bin/pane-patrol approve x'"),
        bash("cat x >> ~/.config/pane-patrol/config.toml"),
        bash("sed -i s/a/b/ $HOME/.config/pane-patrol/config.toml"),
        ask(
            "Edit",
            json!({"file_path": "/nowhere/home/.config/pane-patrol/config.toml"}),
        ),
        ask(
            "Write",
            json!({"file_path": "../home/.config/pane-patrol/x"}),
        ),
    ] {
        assert_eq!(trusted(&allow, &own), (Then::Ask, By::Principle), "{own:?}");
    }
}

#[test]
fn a_path_is_allowed_only_where_it_really_leads() {
    let root = tempfile::tempdir().unwrap();
    let project = root.path().join("p");
    fs::create_dir_all(project.join("src")).unwrap();
    symlink("/etc", project.join("src/away")).unwrap();
    let rules = rules(
        "[[rules]]\nthen = 'allow'\ntool = ['Read', 'Edit', 'Write', 'Grep', 'NotebookEdit']\npath = 'src'\n",
    );
    let at = |tool: &str, input: Value| {
        let mut asked = ask(tool, input);
        asked.cwd = Some(project.clone());
        asked.project = Some(project.clone());
        verdict(&rules, &asked).0
    };
    let path = |path: &str| {
        at(
            "Edit",
            json!({"file_path": path, "old_string": "a", "new_string": "b"}),
        )
    };
    for inside in ["src/a.rs", "./src/new/a.rs", "src/../src/a.rs"] {
        assert_eq!(path(inside), Then::Allow, "{inside}");
    }
    assert_eq!(path(project.join("src/a").to_str().unwrap()), Then::Allow);
    for outside in [
        "a.rs",
        "src/../a.rs",
        "src/away/passwd",
        "/etc/passwd",
        "~/src/a",
        "src/.env",
        "srcs/a",
        "",
    ] {
        assert_eq!(path(outside), Then::Ask, "{outside}");
    }
    assert_eq!(
        at("NotebookEdit", json!({"notebook_path": "src/a.ipynb"})),
        Then::Allow
    );
    assert_eq!(
        at("Grep", json!({"pattern": "x"})),
        Then::Ask,
        "the whole project is more"
    );
    assert_eq!(
        at("Grep", json!({"pattern": "x", "path": "src"})),
        Then::Allow
    );
    assert_eq!(
        at("Glob", json!({"pattern": "*", "path": "src"})),
        Then::Ask,
        "not named"
    );
    assert_eq!(at("mcp__fs__write", json!({"path": "src/a"})), Then::Ask);
}

#[test]
fn a_denied_path_is_found_in_whatever_names_it() {
    let rules = rules("[[rules]]\nthen = 'deny'\npath = ['secrets', '~/.ssh']\n");
    for denied in [
        ask("Read", json!({"file_path": "secrets/key"})),
        ask("Read", json!({"file_path": "/nowhere/p/x/../secrets/key"})),
        ask("Read", json!({"file_path": "~/.ssh/id"})),
        ask("mcp__fs__copy", json!({"files": [{"from": "secrets/key"}]})),
        bash("cat secrets/key"),
        bash("cat <secrets/key"),
        bash("cp --target-directory=secrets a"),
        bash("cat ~/.ssh/id"),
        bash("cat \"$HOME/.ssh/id\""),
        bash("sh -c 'cat secrets/key'"),
        bash("ls secrets; ls"),
    ] {
        assert_eq!(verdict(&rules, &denied).0, Then::Deny, "{denied:?}");
    }
    for doubtful in [
        ask("Grep", json!({"pattern": "x"})),
        ask("Grep", json!({"pattern": "x", "path": "/nowhere"})),
        bash("grep -r x ."),
        bash("cat $FILE"),
        bash("cat sec*/key"),
    ] {
        assert_eq!(
            trusted(&rules, &doubtful),
            (Then::Ask, By::Rule(1)),
            "{doubtful:?}"
        );
    }
    for other in [
        ask("Read", json!({"file_path": "src/secrets.rs"})),
        ask("Write", json!({"file_path": "a", "content": "secrets/key"})),
        bash("cat a"),
    ] {
        assert_eq!(
            trusted(&rules, &other),
            (Then::Allow, By::Trust),
            "{other:?}"
        );
    }
}

#[test]
fn each_condition_of_a_rule_must_be_met() {
    let rules = rules(
        "[[rules]]\nthen = 'allow'\nassistant = 'claude'\ntool = 'Bash'\ncommand = 'make'\nfolder = '/nowhere/p'\n\
         [[rules]]\nthen = 'allow'\ntool = ['WebSearch', 'mcp__lab__*']\n",
    );
    assert_eq!(verdict(&rules, &bash("make")).0, Then::Allow);
    let changed = |change: &dyn Fn(&mut Ask)| {
        let mut asked = bash("make");
        change(&mut asked);
        let judgement = judge(&rules, &asked, &ground(), false);
        (judgement.then, judgement.fits[0].clone())
    };
    let no = |why: &str| (Then::Ask, Match::No(why.to_owned()));
    assert_eq!(
        changed(&|asked| asked.assistant = "codex".into()),
        no("the assistant is codex")
    );
    assert_eq!(
        changed(&|asked| asked.tool = "Other".into()),
        no("the tool is Other")
    );
    assert_eq!(
        changed(&|asked| asked.cwd = Some("/nowhere/q".into())),
        no("it works in another folder")
    );
    assert_eq!(
        changed(&|asked| asked.project = Some("/nowhere".into())),
        no("it works in another folder")
    );
    assert_eq!(
        changed(&|asked| (asked.cwd, asked.project) = (None, None)),
        no("its folder is not known")
    );
    assert_eq!(
        verdict(&rules, &ask("mcp__lab__echo", json!({"x": 1}))).0,
        Then::Allow
    );
    assert_eq!(
        verdict(&rules, &ask("mcp__other__echo", json!({"x": 1}))).0,
        Then::Ask
    );
}
