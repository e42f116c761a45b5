//! Which client goes where, by what a server has answered.

use std::cell::RefCell;

use pane_patrol_hooks::mux::tmux::server_of;

use super::*;
use crate::mux::tmux::servers::KIND;

/// Server 77 with a dashboard in %1; two clients, of which the second one typed last.
const ANSWER: &str = "P\t77\t%1\t$0\t@0\t/dev/pts/1\twork:0.0\n\
    P\t77\t%2\t$0\t@1\t/dev/pts/2\twork:1.0\n\
    P\t77\t%3\t$1\t@2\t/dev/pts/3\tmy: other.one:0.0\n\
    P\t77\t%2\t$1\t@1\t/dev/pts/2\tmy: other.one:5.0\n\
    C\t0\t100\t$0\t%1\t/dev/pts/8\n\
    C\t0\t200\t$1\t%3\t/dev/pts/9\n\
    C\t1\t300\t$0\t%1\tclient-7\n";

fn here(pane: u32, tty: &str) -> Here {
    Here {
        server: server_of("/tmp/s,77,0"),
        session: Some("$0".to_owned()),
        pane: Some(PaneId(pane)),
        tty: Some(tty.to_owned()),
        named: None,
        client: None,
        shown_on: Vec::new(),
    }
}

fn place(pane: u32) -> Place {
    Place {
        kind: KIND,
        server: "/tmp/tmux-1000/default,77".parse().ok(),
        pane: Target::Pane(PaneId(pane)),
    }
}

const GONE: Outcome<Arrival> = Err(Undone::Gone(Gone::Pane));

/// Jumps to `pane` of server 77; gives the arrival and the second command.
fn jump(pane: u32, here: &Here, answer: &str) -> (Outcome<Arrival>, String) {
    let asked = RefCell::new(Vec::new());
    let ask = |_: &Path, call: &Call| {
        asked.borrow_mut().push(call.to_string());
        Ok(answer.as_bytes().to_vec())
    };
    let arrival = go(&place(pane), here, Path::new("/tmp/default"), &ask);
    let second = asked.borrow().get(1).cloned().unwrap_or_default();
    (arrival, second)
}

#[test]
fn in_a_pane_the_client_that_shows_it_is_switched_by_stable_ids() {
    let (arrival, command) = jump(3, &here(1, "/dev/pts/1"), ANSWER);
    assert_eq!(
        arrival,
        Ok(Arrival::There {
            covered: false,
            by_program: false,
            remark: None,
        })
    );
    assert_eq!(command, "switch-client -c /dev/pts/8 -t $1:@2.%3");
}

#[test]
fn a_linked_window_is_shown_in_the_session_of_the_client() {
    let (_, command) = jump(2, &here(1, "/dev/pts/1"), ANSWER);
    assert_eq!(command, "switch-client -c /dev/pts/8 -t $0:@1.%2");
    let (_, command) = jump(2, &here(3, "/dev/pts/3"), ANSWER);
    assert_eq!(command, "switch-client -c /dev/pts/9 -t $1:@1.%2");
}

#[test]
fn a_popup_with_a_foreign_pane_in_its_environment_uses_the_client_it_was_opened_on() {
    let mut popup = here(3, "/dev/pts/99");
    let (arrival, command) = jump(2, &popup, ANSWER);
    assert_eq!(
        arrival,
        Ok(Arrival::There {
            covered: true,
            by_program: false,
            remark: None,
        })
    );
    assert_eq!(command, "switch-client -c /dev/pts/8 -t $0:@1.%2");
    popup.client = Some("/dev/pts/9".to_owned());
    let (_, command) = jump(2, &popup, ANSWER);
    assert_eq!(command, "switch-client -c /dev/pts/9 -t $1:@1.%2");
}

#[test]
fn a_named_client_is_switched_from_everywhere_or_nothing_happens() {
    let other = Here {
        server: server_of("/tmp/o,5,0"),
        ..here(1, "/dev/pts/1")
    };
    for mut place in [
        here(1, "/dev/pts/1"),
        here(99, "/dev/pts/99"),
        Here::default(),
        other,
    ] {
        // A program in control mode counts when it is named.
        for (name, target) in [
            ("/dev/pts/8", "$0:@1.%2"),
            ("/dev/pts/9", "$1:@1.%2"),
            ("client-7", "$0:@1.%2"),
        ] {
            place.named = Some(name.to_owned());
            let (_, command) = jump(2, &place, ANSWER);
            let shown = if name == "client-7" {
                "select-window -t $0:@1 ; select-pane -t %2".to_owned()
            } else {
                format!("switch-client -c {name} -t {target}")
            };
            assert_eq!(command, shown);
        }
        for name in ["/dev/pts/9999", "", "8", "/dev/pts"] {
            place.named = Some(name.to_owned());
            let (arrival, command) = jump(2, &place, ANSWER);
            assert!(matches!(arrival, Err(Undone::Refused(_))), "{arrival:?}");
            assert_eq!(command, "", "nobody is moved");
        }
    }
}

#[test]
fn where_there_are_only_programs_one_of_them_is_shown_it() {
    let answer = |clients: &str| {
        let panes = ANSWER.lines().filter(|line| line.starts_with('P'));
        let lines: Vec<&str> = panes.chain(clients.lines()).collect();
        lines.join("\n")
    };
    let ours = "C\t1\t300\t$0\t%1\tclient-7\n";
    let there = Ok(Arrival::There {
        covered: false,
        by_program: true,
        remark: None,
    });
    let (arrival, command) = jump(2, &here(1, "/dev/pts/1"), &answer(ours));
    assert_eq!(arrival, there);
    assert_eq!(command, "select-window -t $0:@1 ; select-pane -t %2");
    // A pane of another session.
    let (arrival, command) = jump(3, &here(1, "/dev/pts/1"), &answer(ours));
    assert_eq!(arrival, there);
    let switch = "switch-client -c client-7 -t $1:@2.%3";
    assert_eq!(
        command,
        format!("{switch} ; select-window -t $1:@2 ; select-pane -t %3")
    );
    // Whoever draws our session comes before it; one of another session is nobody's business.
    let person = "C\t0\t100\t$0\t%1\t/dev/pts/8\n";
    let (_, command) = jump(
        2,
        &here(1, "/dev/pts/1"),
        &answer(&(ours.to_owned() + person)),
    );
    assert_eq!(command, "switch-client -c /dev/pts/8 -t $0:@1.%2");
    let stranger = "C\t1\t300\t$1\t%3\tclient-9\n";
    let (arrival, _) = jump(2, &here(1, "/dev/pts/1"), &answer(stranger));
    assert!(matches!(arrival, Err(Undone::Refused(_))), "{arrival:?}");
}

#[test]
fn the_client_of_a_popup_is_the_one_that_typed_last_in_its_session() {
    let ask = |_: &Path, _: &Call| Ok(ANSWER.as_bytes().to_vec());
    let popup = look_around(here(99, "/dev/pts/99"), &ask);
    assert_eq!(popup.client.as_deref(), Some("/dev/pts/8"));
}

#[test]
fn a_pane_that_is_not_listed_or_belongs_to_a_restarted_server_is_gone() {
    let us = here(1, "/dev/pts/1");
    assert_eq!(jump(7, &us, ANSWER), (GONE, String::new()));
    let restarted = ANSWER.replace("P\t77", "P\t78");
    assert_eq!(jump(3, &us, &restarted), (GONE, String::new()));
    assert_eq!(jump(3, &us, ""), (GONE, String::new()));
}

#[test]
fn outside_tmux_or_on_another_server_a_new_client_is_wanted() {
    let elsewhere = Ok(Arrival::Elsewhere(Attach {
        socket: "/tmp/default".to_owned(),
        target: "$1:@2.%3".to_owned(),
    }));
    let outside = Here::default();
    assert_eq!(
        jump(3, &outside, ANSWER),
        (elsewhere.clone(), String::new())
    );
    let other = Here {
        server: server_of("/tmp/o,5,0"),
        ..here(1, "/dev/pts/1")
    };
    assert_eq!(jump(3, &other, ANSWER), (elsewhere, String::new()));
}

#[test]
fn a_row_that_names_only_an_address_is_found_by_it_on_our_own_server() {
    let plain = Place {
        server: None,
        pane: "my: other.one:0.0".parse().unwrap(),
        ..place(1)
    };
    let ask = |socket: &Path, _: &Call| {
        assert_eq!(socket, Path::new("/tmp/default"));
        Ok(ANSWER.as_bytes().to_vec())
    };
    let arrival = go(
        &plain,
        &here(1, "/dev/pts/1"),
        Path::new("/tmp/default"),
        &ask,
    );
    assert_eq!(
        arrival,
        Ok(Arrival::There {
            covered: false,
            by_program: false,
            remark: None,
        })
    );
}

#[test]
fn a_server_that_does_not_answer_is_no_proof_that_the_pane_is_gone() {
    let with = |undone: Undone| {
        let ask = move |_: &Path, _: &Call| Err(undone.clone());
        go(
            &place(1),
            &here(1, "/dev/pts/1"),
            Path::new("/tmp/default"),
            &ask,
        )
    };
    for undone in [
        Undone::Gone(Gone::Server),
        Undone::Unknown("tmux does not answer".to_owned()),
    ] {
        assert_eq!(with(undone.clone()), Err(undone));
    }
}

proptest::proptest! {
    #[test]
    fn no_answer_of_tmux_makes_it_panic(answer in "([PC]?\t?[%$@0-9a-z:./]{0,9}\t?\n?){0,30}") {
        let _ = jump(3, &here(1, "/dev/pts/1"), &answer);
    }
}
