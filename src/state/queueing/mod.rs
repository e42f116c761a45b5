//! Random sub-agents whose dialogs queue, against a small model of how Claude does that: what is on
//! the screen is among what waits, and what was answered is not, whatever was lost.

mod looks;
mod scene;

use proptest::prelude::*;

use scene::*;

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..AGENTS.len(), any::<bool>(), any::<bool>())
            .prop_map(|(agent, asks, shell)| Step::Start { agent, asks, shell }),
        2 => (any::<bool>(), any::<bool>())
            .prop_map(|(deny, ours)| Step::Answer { deny, ours }),
        1 => (0..AGENTS.len()).prop_map(|agent| Step::End { agent }),
    ]
}

/// Plays the steps, each with the time after it, and then answers all that waits.
fn play(
    steps: Vec<(Step, i64)>,
    manners: (bool, bool, bool),
    lost: usize,
) -> Result<(), TestCaseError> {
    let mut scene = Scene::new(manners, lost);
    for (step, time) in steps {
        scene.take(step);
        scene.pass(time)?;
    }
    // Everything is answered: in the end nobody waits.
    scene.lost = usize::MAX;
    scene.pass(500)?;
    while !scene.queue.is_empty() {
        scene.answer(false, false);
        scene.pass(1500)?;
    }
    scene.pass(1500)?;
    let row = scene.row();
    let is_read = scene.read.0 == scene.file.1;
    prop_assert!(!is_read || row.waiting.is_empty(), "{:#?}", row);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn what_is_on_the_screen_is_listed_and_what_was_answered_is_not(
        steps in proptest::collection::vec((step(), 1_i64..2500), 1..14),
        manners in any::<(bool, bool, bool)>(),
        lost in 0_usize..60,
    ) {
        play(steps, manners, lost)?;
    }
}

/// Found by chance, and kept.
#[test]
fn a_request_that_queues_while_the_first_is_answered_here_is_listed() {
    let start = |agent, asks| Step::Start {
        agent,
        asks,
        shell: false,
    };
    let answer = Step::Answer {
        deny: false,
        ours: true,
    };
    let steps = vec![
        (start(0, false), 1861),
        (start(1, true), 124),
        (start(2, true), 21),
        (answer, 324),
    ];
    play(steps, (false, false, false), 1).unwrap();
}
