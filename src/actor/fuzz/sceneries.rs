//! Sceneries as they begin, and the procedure let loose in them.

use std::cell::RefCell;

use pane_patrol_hooks::timestamp::Timestamp;

use super::words::{DESCRIPTIONS, TWINS};
use super::{ASSISTANTS, Dice, Fake, OpenRequest, Scenery, WIDTHS};
use crate::actor::keys::{Outcome, carry_out};
use crate::state::{Bound, Decision, Pick, Request};

/// A scenery in which nothing is asked yet.
pub(super) fn scenery(seed: u64) -> Scenery {
    Scenery {
        dice: Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1),
        now: Timestamp::from_millis(1_000_000),
        assistant: ASSISTANTS[usize::try_from(seed).unwrap_or(0) % ASSISTANTS.len()],
        width: 0,
        is_calm: false,
        swallows: false,
        is_old: seed.is_multiple_of(12),
        asked: None,
        queued: None,
        closed: Vec::new(),
        running: Vec::new(),
        written: 0,
        all: Vec::new(),
        forged: None,
        cursor: 1,
        amending: None,
        in_mode: false,
        synchronized: false,
        gone: false,
        row: None,
        next_id: 0,
        deaf_until: Timestamp::default(),
        answers: Vec::new(),
        wrong: Vec::new(),
        bound: None,
    }
}

pub(super) fn play(seed: u64) -> (Outcome, Scenery, Bound) {
    let mut state = scenery(seed);
    state.width = state.dice.pick(&WIDTHS);
    state.ask();
    state.learn();
    let bound = Bound::to(state.row.as_ref().expect("it was just learned")).expect("it asks");
    let bound = state.in_full(bound);
    state.bound = Some(bound.clone());
    let decision = match state.dice.roll(3) {
        _ if bound.is_question() => Decision::Answer(Pick::Number(2)),
        0 => Decision::Approve,
        1 => Decision::Deny { message: None },
        _ => Decision::Deny {
            message: Some("1 use make".to_owned()),
        },
    };
    let fake = Fake(RefCell::new(state));
    let outcome = carry_out(&bound, &decision, &fake);
    (outcome, fake.0.into_inner(), bound)
}

/// A scenery in which a sub-agent's dialog is on the screen that may be drawn like that of another one, who is
/// answered; nothing of its own accord happens.
pub(super) fn beside_a_twin(seed: u64) -> (Outcome, Scenery) {
    let mut state = scenery(seed);
    state.assistant = "claude";
    state.is_old = seed.is_multiple_of(2);
    state.is_calm = true;
    state.width = state.dice.pick(&WIDTHS);
    let pair = state.dice.pick(&TWINS);
    let by = |id: u64, [words, description]: [&'static str; 2]| OpenRequest {
        id,
        words,
        description,
        agent: Some(id),
        is_question: false,
        is_unheard: false,
        written: state.now,
    };
    let (own, twin) = (by(1, pair[0]), by(2, pair[1]));
    state.next_id = 2;
    state.all.extend([own.clone(), twin.clone()]);
    (state.asked, state.queued) = (Some(own), Some(twin));
    state.learn();
    let row = state.row.clone().expect("it was just learned");
    let is_own = |request: &&Request| request.request_id.as_deref() == Some("1");
    let own = row.waiting.iter().find(is_own).expect("it waits");
    let bound = Bound::to_request(&row, own).expect("it asks");
    let bound = state.in_full(bound);
    state.bound = Some(bound.clone());
    std::mem::swap(&mut state.asked, &mut state.queued);
    let fake = Fake(RefCell::new(state));
    let outcome = carry_out(&bound, &Decision::Approve, &fake);
    (outcome, fake.0.into_inner())
}

/// A scenery in which one command is asked and nothing else happens.
pub(super) fn calm(
    seed: u64,
    assistant: &'static str,
    width: usize,
    words: &'static str,
    is_old: bool,
) -> (Scenery, Bound) {
    let mut state = scenery(seed);
    state.assistant = assistant;
    state.width = width;
    state.is_old = is_old;
    state.is_calm = true;
    state.next_id = 1;
    let asked = OpenRequest {
        id: 1,
        words,
        description: DESCRIPTIONS[0],
        agent: None,
        is_question: false,
        is_unheard: false,
        written: state.now,
    };
    state.asked = Some(asked.clone());
    state.all.push(asked);
    state.learn();
    let bound = Bound::to(state.row.as_ref().expect("it was just learned")).expect("it asks");
    let bound = state.in_full(bound);
    state.bound = Some(bound.clone());
    (state, bound)
}

pub(super) fn calmly(
    seed: u64,
    assistant: &'static str,
    width: usize,
    words: &'static str,
    is_old: bool,
) -> Outcome {
    let (state, bound) = calm(seed, assistant, width, words, is_old);
    let fake = Fake(RefCell::new(state));
    let outcome = carry_out(&bound, &Decision::Approve, &fake);
    let state = fake.0.into_inner();
    assert!(state.wrong.is_empty(), "{:?}", state.wrong);
    // What stood there is worth seeing.
    assert!(outcome == Outcome::Done, "{outcome:?}\n{}", state.screen());
    outcome
}
