//! Servers that stand still or die in the middle of a call: other sessions' rows live on, calls end in time, and no
//! program of Zellij is left that was not there before.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::common::{finish, wait_until};
use crate::stand_ins::{DONE, WORKS, at_work, collect, has, outside, says};
use crate::started::shape;
use crate::world::{World, worked};

#[test]
fn a_stopped_session_holds_up_nobody_elses_rows_and_leaves_no_program_behind() {
    let Some(world) = World::new() else { return };
    let collector = collect(&world);
    let sessions = ["living", "stopped", "third"].map(|name| world.session(name));
    let panes = [0, 1, 2].map(|at| at_work(&sessions[at], &collector, ["one", "two", "three"][at]));
    let ids = [0, 1, 2].map(|at| sessions[at].row(panes[at]));
    let before = world.servers();
    let shapes: Vec<_> = sessions.iter().map(shape).collect();
    let shapes = (world.sessions(), shapes);
    sessions[1].signal(Signal::STOP);
    let since = Instant::now();
    let mut slowest = Duration::ZERO;
    let mut round = 0;
    while since.elapsed() < Duration::from_secs(20) {
        let (payload, state) = [(DONE, "completed"), (WORKS, "running")][round % 2];
        let said = Instant::now();
        says(&world.env, &collector, ("one", payload), |rows| {
            has(rows, &ids[0], state)
        });
        slowest = slowest.max(said.elapsed());
        assert!(
            has(&collector.rows(), &ids[1], "running"),
            "nothing else is known of it"
        );
        round += 1;
    }
    println!("{round} reports beside a stopped session; the slowest was seen after {slowest:?}");
    let begun = Instant::now();
    let (status, said) = outside(&world, &["jump", &ids[1]]);
    println!("a jump into it said so after {:?}", begun.elapsed());
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("`stopped` does not answer"), "{said}");
    assert!(
        begun.elapsed() < Duration::from_secs(6),
        "{:?}",
        begun.elapsed()
    );
    sessions[1].signal(Signal::CONT);
    says(&world.env, &collector, ("two", DONE), |rows| {
        has(rows, &ids[1], "completed")
    });
    wait_until("no program of ours is left", || {
        world.left_over().is_empty()
    });
    assert_eq!(world.servers(), before);
    let after: Vec<_> = sessions.iter().map(shape).collect();
    assert_eq!(
        (world.sessions(), after),
        shapes,
        "and no session, tab or pane was made"
    );
}

#[test]
fn a_server_that_dies_in_the_middle_of_calls_leaves_no_program_that_turns_for_ever() {
    let Some(world) = World::new() else { return };
    let collector = collect(&world);
    let other = world.session("other");
    let kept = at_work(&other, &collector, "kept");
    let before = shape(&other);
    for round in 0..12 {
        let session = world.session(&format!("dies{round}"));
        let name = format!("n{round}");
        let pane = at_work(&session, &collector, &name);
        let id = session.row(pane);
        std::thread::scope(|scope| {
            let jumps = scope.spawn(|| finish(world.pane_patrol().args(["jump", &id])));
            std::thread::sleep(Duration::from_millis(10 + 15 * round));
            session.signal(Signal::KILL);
            let ended = jumps.join().expect("it does not panic");
            assert_eq!(ended.status.code(), Some(1), "{ended:?}");
        });
        collector.until("its row is gone", |rows| rows.len() == 1);
        wait_until("no program of ours is left", || {
            world.left_over().is_empty()
        });
    }
    assert!(has(&collector.rows(), &other.row(kept), "running"));
    assert_eq!(world.servers().len(), 1);
    assert_eq!(shape(&other), before, "and no tab or pane was made");
    println!("the collector has worked for {} s", worked(collector.pid()));
}
