//! Every order in which what happens in the same moment may come, where it comes from several sources: each of them
//! keeps its own order, and nothing comes before it has happened.

use super::player::Delivery;

/// What is heard of one recording: when it happens, by which source, and what it is.
pub type Heard = (i64, usize, Delivery);

/// What is no further apart than this may come in any order, in ms.
const APART: i64 = 70;

/// A moment lasts no longer than this, in ms: so long an end is waited for that explains a rest.
const MOMENT: i64 = 140;

/// What of it happens in the same moment, by more than one source.
fn moments(heard: &[Heard]) -> Vec<std::ops::Range<usize>> {
    let mut moments = Vec::new();
    let mut first = 0;
    for next in 1..=heard.len() {
        let goes_on = heard.get(next).is_some_and(|(at, _, _)| {
            at - heard[next - 1].0 <= APART && at - heard[first].0 <= MOMENT
        });
        if goes_on {
            continue;
        }
        let is_one_source = heard[first..next]
            .iter()
            .all(|(_, by, _)| *by == heard[first].1);
        if !is_one_source {
            moments.push(first..next);
        }
        first = next;
    }
    moments
}

/// All orders of what these sources say, by the places where it stood.
fn interleavings(sources: &[usize]) -> Vec<Vec<usize>> {
    fn go_on(sources: &[usize], order: &mut Vec<usize>, all: &mut Vec<Vec<usize>>) {
        if order.len() == sources.len() {
            all.push(order.clone());
            return;
        }
        for next in 0..sources.len() {
            let is_next = |at: usize| sources[at] != sources[next] || order.contains(&at);
            if !order.contains(&next) && (0..next).all(is_next) {
                order.push(next);
                go_on(sources, order, all);
                order.pop();
            }
        }
    }
    let mut all = Vec::new();
    go_on(sources, &mut Vec::new(), &mut all);
    all
}

/// The deliveries in every order of every moment, all else as it was: each as it was played, in words.
pub fn in_every_order(mut heard: Vec<Heard>) -> Vec<(String, Vec<(i64, Delivery)>)> {
    heard.sort_by_key(|(at, by, _)| (*at, *by));
    let mut all = Vec::new();
    for moment in moments(&heard) {
        let sources: Vec<usize> = heard[moment.clone()].iter().map(|(_, by, _)| *by).collect();
        for order in interleavings(&sources) {
            let before = (0..moment.start).chain(order.iter().map(|at| moment.start + at));
            let places = before.chain(moment.end..heard.len());
            let mut now = i64::MIN;
            let deliveries = places.map(|at| {
                let (happens, _, delivery) = &heard[at];
                now = now.saturating_add(1).max(*happens);
                (now, delivery.clone())
            });
            let deliveries: Vec<_> = deliveries.collect();
            let named = format!("from {} on in the order {order:?}", heard[moment.start].0);
            all.push((named, deliveries));
        }
    }
    all
}
