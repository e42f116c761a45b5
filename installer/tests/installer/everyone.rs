//! All assistants at once, on files as people write them: what is put in comes out again.

use std::fs;
use std::path::PathBuf;

use pane_patrol_installer::status::{Hears, Status, status};
use pane_patrol_installer::{
    Assistant, CODEX_CONFIG, CODEX_NO_DAEMON, CODEX_TERMINAL_TITLE, COPILOT, KIMI, PlanError, Site,
    Wanted, apply, plan_install, plan_uninstall,
};
use proptest::prelude::*;

use crate::generated::files::{commented, config_toml, file, kimi_toml};
use crate::generated::settings::{manner, settings as any_settings};
use crate::sandbox::{MINE, MOVED, NEW, PROGRAM, Sandbox, wanted};

pub(crate) fn site(sandbox: &Sandbox, assistant: &'static Assistant) -> Site {
    let get = |name: &str| (name == "HOME").then(|| sandbox.home());
    Site {
        assistant,
        location: assistant.locate(&get).unwrap(),
        installs: sandbox
            .root()
            .join("state/pane-patrol/installs")
            .join(assistant.name),
        ..sandbox.site()
    }
}

fn install(site: &Site, program: &str) {
    apply(&plan_install(site, &wanted(program, NEW, false)).unwrap()).unwrap();
}

fn install_everywhere(site: &Site, program: &str, everywhere: bool) {
    let wanted = Wanted {
        everywhere,
        ..wanted(program, NEW, false)
    };
    apply(&plan_install(site, &wanted).unwrap()).unwrap();
}

fn uninstall(site: &Site) {
    apply(&plan_uninstall(site).unwrap()).unwrap();
}

fn write(site: &Site, text: &str) {
    let path = &site.location.settings;
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn read(site: &Site) -> String {
    fs::read_to_string(&site.location.settings).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn install_then_uninstall_of_everyone_gives_back_every_byte(
        trees in prop::collection::vec((any_settings(), manner(), 4_usize..9), 6),
        config in config_toml(),
        kimi in kimi_toml(),
        update: bool,
        empty: bool,
    ) {
        let sandbox = Sandbox::empty();
        let mut sites: Vec<_> = Assistant::ALL.iter().map(|row| site(&sandbox, row)).collect();
        let codex = site(&sandbox, &CODEX_CONFIG);
        if !empty {
            write(&codex, &config);
            write(&site(&sandbox, &KIMI), &kimi);
        }
        for (site, (tree, manner, every)) in sites.iter().zip(&trees) {
            if let Some(text) = file(site.assistant.name, tree, manner, *every).filter(|_| !empty) {
                write(site, &text);
                if matches!(plan_install(site, &wanted(PROGRAM, NEW, false)), Err(PlanError::Dropped { .. })) {
                    // The assistant itself leaves such a file out.
                    write(site, "{}");
                }
            }
        }
        let before = sandbox.picture();
        for site in &sites {
            install(site, PROGRAM);
            if update {
                install(site, MOVED);
            }
            let now = status(site.assistant, &site.location, NEW);
            prop_assert!(matches!(now, Status::Installed(_)), "{}: {now:?}", site.assistant.name);
        }
        let settings = vec![CODEX_TERMINAL_TITLE, CODEX_NO_DAEMON];
        let asked = Wanted { settings, ..wanted(PROGRAM, NEW, false) };
        apply(&plan_install(&codex, &asked).unwrap()).unwrap();
        prop_assert!(plan_install(&codex, &asked).unwrap().is_empty());
        sites.push(codex);
        for site in sites.iter().rev() {
            uninstall(site);
        }
        prop_assert_eq!(sandbox.picture(), before);
    }

    /// With, then without, and the other way round, once or several times, with another program in between.
    #[test]
    fn in_whichever_order_installs_are_for_everywhere_or_for_panes_every_byte_comes_back(
        trees in prop::collection::vec((any_settings(), manner(), 4_usize..9), 7),
        ways in prop::collection::vec((any::<bool>(), any::<bool>()), 1..4),
        kimi in kimi_toml(),
        empty: bool,
    ) {
        let sandbox = Sandbox::empty();
        let sites: Vec<_> = Assistant::ALL.iter().map(|row| site(&sandbox, row)).collect();
        if !empty {
            write(&site(&sandbox, &KIMI), &kimi);
        }
        for (site, (tree, manner, every)) in sites.iter().zip(&trees) {
            if let Some(text) = file(site.assistant.name, tree, manner, *every).filter(|_| !empty) {
                write(site, &text);
                if matches!(plan_install(site, &wanted(PROGRAM, NEW, false)), Err(PlanError::Dropped { .. })) {
                    write(site, "{}");
                }
            }
        }
        let before = sandbox.picture();
        for site in &sites {
            let name = site.assistant.name;
            for (everywhere, moved) in &ways {
                let program = if *moved { MOVED } else { PROGRAM };
                install_everywhere(site, program, *everywhere);
                let now = status(site.assistant, &site.location, NEW);
                let is_right = matches!(&now, Status::Installed(it) if (it.hears == Hears::Everywhere) == *everywhere && !it.outdated);
                prop_assert!(is_right, "{name}: {now:?}");
                let text = read(site);
                let guards = text.matches("{PANE_PATROL_TARGET:+x}").count();
                prop_assert_eq!(guards == 0, *everywhere || ["codex", "opencode"].contains(&name), "{}", text);
            }
            // The same as if it had been installed once.
            let (everywhere, moved) = ways[ways.len() - 1];
            let (many, program) = (read(site), if moved { MOVED } else { PROGRAM });
            uninstall(site);
            install_everywhere(site, program, everywhere);
            prop_assert_eq!(read(site), many, "{}", name);
        }
        for site in sites.iter().rev() {
            uninstall(site);
        }
        prop_assert_eq!(sandbox.picture(), before);
    }

    #[test]
    fn what_somebody_adds_in_the_meantime_stays_byte_for_byte(
        tree in any_settings(),
        manner in manner(),
        every in 4_usize..9,
    ) {
        for name in ["gemini", "qwen"] {
            let sandbox = Sandbox::empty();
            let site = site(&sandbox, Assistant::find(name).unwrap());
            let text = commented(&tree.print(&manner), every);
            write(&site, &text);
            install(&site, PROGRAM);
            let installed = read(&site);
            write(&site, &format!("{installed}\n// added later\n"));
            uninstall(&site);
            prop_assert_eq!(read(&site), format!("{text}\n// added later\n"));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    /// What a person, or Kimi Code itself, puts behind ours, and before the record is lost.
    #[test]
    fn what_is_written_into_kimis_settings_meanwhile_stays_byte_for_byte(
        before in kimi_toml(),
        later in kimi_toml(),
        update: bool,
        lost: bool,
    ) {
        let sandbox = Sandbox::empty();
        let site = site(&sandbox, &KIMI);
        write(&site, &before);
        install(&site, PROGRAM);
        let installed = read(&site);
        let now = status(site.assistant, &site.location, NEW);
        let is_whole = matches!(&now, Status::Installed(it) if it.executables == [PathBuf::from(PROGRAM)]);
        prop_assert!(is_whole, "{now:?}\n{installed}");
        let added = format!("\n# later\n[later]\na = 1\n{}", later.replace("[notes]", "[later.notes]").replace("[providers.fake]", "[later.p]").replace("[models.fake]", "[later.m]").replace("[services.moonshot]", "[later.s]").replace("default_model", "b"));
        write(&site, &format!("{installed}{added}"));
        if update {
            install(&site, MOVED);
        }
        if lost {
            fs::remove_dir_all(&site.installs).unwrap();
        }
        uninstall(&site);
        let end = if before.is_empty() || before.ends_with('\n') { "" } else { "\n" };
        prop_assert_eq!(read(&site), format!("{before}{end}{added}"));
    }
}

/// It writes its settings anew when another model is chosen: in its own order, with other quotes.
#[test]
fn entries_that_kimi_has_written_anew_are_known_and_leave_alone() {
    let sandbox = Sandbox::empty();
    let site = site(&sandbox, &KIMI);
    write(&site, "a = 1\n");
    install(&site, PROGRAM);
    let installed = read(&site);
    let mut anew = String::from("a = 2\n");
    for entry in installed.split("[[hooks]]\n").skip(1) {
        let mut lines: Vec<&str> = entry.lines().filter(|line| !line.is_empty()).collect();
        lines.sort_unstable();
        anew = format!("{anew}\n[[hooks]]\n{}\n", lines.join("\n"));
    }
    anew.push_str("\n[b]\nc = 3\n");
    write(&site, &anew);
    let now = status(site.assistant, &site.location, NEW);
    assert!(matches!(now, Status::Installed(_)), "{now:?}");
    assert!(
        plan_install(&site, &wanted(PROGRAM, NEW, false))
            .unwrap()
            .is_empty()
    );
    uninstall(&site);
    assert_eq!(read(&site), "a = 2\n\n[b]\nc = 3\n");
}

#[test]
fn one_entry_for_which_kimi_leaves_all_hooks_out_is_named_and_nothing_is_added() {
    let sandbox = Sandbox::empty();
    let site = site(&sandbox, &KIMI);
    let known = Some(pane_patrol_hooks::adapter::Version(2, 1, 0));
    for (text, said) in [
        (
            "[[hooks]]\nevent = \"Stop\"\ncommand = \"true\"\nname = \"x\"\n",
            "line 4, column 8: because `hooks[0].name` is not one of `event`, `matcher`, `command` and `timeout`, Kimi Code leaves all its hooks out",
        ),
        (
            "[[hooks]]\nevent = \"Stopp\"\ncommand = \"true\"\n",
            "line 2, column 9: because `hooks[0].event` is not an event that it knows",
        ),
        (
            "hooks = [{event = \"Stop\", command = \"true\"}]\n",
            "there is no room for our hooks, because `hooks` is not a list of `[[hooks]]`",
        ),
        ("a = \n", "line 1, column 5"),
        ("\u{feff}a = 1\n", "a byte order mark"),
    ] {
        write(&site, text);
        let error = plan_install(&site, &wanted(PROGRAM, known, false)).unwrap_err();
        assert!(error.to_string().contains(said), "{error}");
        assert_eq!(read(&site), text);
    }
    // Who lacks an event is not told of it.
    write(&site, "");
    let old = Some(pane_patrol_hooks::adapter::Version(0, 10, 0));
    apply(&plan_install(&site, &wanted(PROGRAM, old, false)).unwrap()).unwrap();
    assert!(read(&site).contains("\"StopFailure\"") && !read(&site).contains("Interrupt"));
}

#[test]
fn a_file_of_our_own_goes_whole_and_what_somebody_added_to_it_stays() {
    let sandbox = Sandbox::empty();
    let before = sandbox.picture();
    let site = site(&sandbox, &COPILOT);
    install(&site, PROGRAM);
    let text = read(&site);
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(file["version"], 1);
    let stop = &file["hooks"]["agentStop"][0];
    assert_eq!(stop["timeoutSec"], 5);
    let command = stop["bash"].as_str().unwrap();
    assert!(
        command.ends_with("hook copilot agentStop; exit 0"),
        "{command}"
    );
    let theirs = "{\"type\": \"command\", \"bash\": \"true\"}";
    write(
        &site,
        &text.replacen(
            "\"agentStop\": [",
            &format!("\"agentStop\": [{theirs}, "),
            1,
        ),
    );
    uninstall(&site);
    let left: serde_json::Value = serde_json::from_str(&read(&site)).unwrap();
    assert_eq!(left["hooks"]["agentStop"].as_array().unwrap().len(), 1);
    assert_eq!(left["hooks"].as_object().unwrap().len(), 1);
    fs::remove_file(&site.location.settings).unwrap();
    fs::remove_dir(site.location.settings.parent().unwrap()).unwrap();
    fs::remove_dir(site.assistant.folder(&site.location)).unwrap();
    install(&site, PROGRAM);
    uninstall(&site);
    assert_eq!(sandbox.picture(), before);
}

#[test]
fn a_file_that_was_edited_in_between_keeps_the_edit_in_whichever_way_it_was_installed() {
    for (first, then) in [(true, false), (false, true), (true, true)] {
        let sandbox = Sandbox::with(MINE);
        let site = sandbox.site();
        install_everywhere(&site, PROGRAM, first);
        let edited = read(&site).replace("\"opus\"", "\"sonnet\"  ");
        write(&site, &edited);
        install_everywhere(&site, PROGRAM, then);
        uninstall(&site);
        assert_eq!(read(&site), MINE.replace("\"opus\"", "\"sonnet\"  "));
    }
}

/// Codex confirms hooks by their bytes: only who asks for it has them changed.
#[test]
fn the_entries_of_codex_stay_byte_for_byte_where_nothing_else_was_asked_for() {
    let sandbox = Sandbox::empty();
    let site = site(&sandbox, Assistant::find("codex").unwrap());
    install(&site, PROGRAM);
    let before = read(&site);
    assert!(before.contains(&format!(
        "\"[ -x '{PROGRAM}' ] && exec '{PROGRAM}' hook codex; exit 0\""
    )));
    assert!(!before.contains("everywhere"));
    install_everywhere(&site, PROGRAM, true);
    assert!(read(&site).contains("hook codex --everywhere; exit 0\""));
    install(&site, PROGRAM);
    assert_eq!(read(&site), before);
}

#[test]
fn a_plugin_of_ours_goes_even_when_somebody_changed_it_and_one_of_theirs_is_refused() {
    let sandbox = Sandbox::empty();
    let before = sandbox.picture();
    let site = site(&sandbox, Assistant::find("opencode").unwrap());
    install(&site, PROGRAM);
    let text = read(&site);
    assert!(text.contains(&format!("const PROGRAM = \"{PROGRAM}\"")));
    write(&site, &format!("{text}// mine\n"));
    let plan = plan_uninstall(&site).unwrap();
    assert!(plan.notes()[0].contains("the backup keeps what it is"));
    let report = apply(&plan).unwrap();
    let backup: &PathBuf = report.changes[0].backup.as_ref().unwrap();
    assert!(fs::read_to_string(backup).unwrap().ends_with("// mine\n"));
    assert_eq!(sandbox.picture(), before);

    write(&site, "export const Mine = async () => ({})\n");
    let before = sandbox.picture();
    let error = plan_install(&site, &wanted(PROGRAM, NEW, false)).unwrap_err();
    assert!(
        error.to_string().contains("is not pane-patrol's"),
        "{error}"
    );
    assert!(plan_uninstall(&site).unwrap().is_empty());
    assert_eq!(sandbox.picture(), before);
}

#[test]
fn a_key_for_which_codex_leaves_the_whole_file_out_is_named_and_nothing_is_added() {
    let sandbox = Sandbox::empty();
    let site = site(&sandbox, Assistant::find("codex").unwrap());
    write(&site, "{\n  \"$schema\": \"x\"\n}\n");
    let error = plan_install(&site, &wanted(PROGRAM, NEW, false)).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("line 2, column 3: the key `$schema`"),
        "{error}"
    );
}
