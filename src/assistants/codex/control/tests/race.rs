//! An answer by id against a key on the screen: one of the two takes effect, and what is told of the other is true.

use std::thread;
use std::time::Duration;

use super::*;

const TRIES: u64 = 200;

#[test]
fn of_two_hundred_answers_against_a_key_each_is_told_as_it_was() {
    let mut ours = 0;
    for number in 0..TRIES {
        let stage = Stage::asking();
        let is_approval = number % 2 == 0;
        let (decision, word, key) = if is_approval {
            (Decision::Approve, "accept", "cancel")
        } else {
            (DENY, "cancel", "accept")
        };
        let open = stage.reach(&decision).unwrap();
        let server = stage.server.clone();
        // Before it, in the same moment, and after it.
        let delay = Duration::from_micros(number % 20 * 250);
        let person = thread::spawn(move || {
            thread::sleep(delay);
            server.press(CALL, &decided(key))
        });
        let given = Box::new(open).answer();
        let was_pressed_first = person.join().unwrap();
        let taken = stage.server.taken();
        assert_eq!(taken.len(), 1, "exactly one takes effect");
        assert_eq!(was_pressed_first, taken[0].1 == decided(key));
        match &given {
            Given::Done => assert_eq!(taken[0].1, decided(word), "{number}"),
            Given::Late(_) | Given::Unknown(_) => {
                assert_eq!(taken[0].1, decided(key), "{number}: {given:?}");
            }
            Given::Refused(why) => panic!("{number}: {why}"),
        }
        ours += u64::from(given == Given::Done);
    }
    assert!(
        (1..TRIES).contains(&ours),
        "{ours} of ours: that was no race"
    );
}
