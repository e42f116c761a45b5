//! Several situations that follow from each other, and the order in which scenes are played.

use super::Findings;
use super::drive::{Drive, Step};
use super::finding::Finding;
use super::script;
use super::situation::Situation;

/// Brings the assistant into some situations and checks its row in each.
#[derive(Clone, Copy)]
pub(super) struct Scene {
    pub(super) covers: &'static [Situation],
    play: fn(&mut Drive<'_>) -> Step,
    /// Whether it wants the assistant opened before.
    wants_it_open: bool,
    /// Whether the assistant is gone afterwards, or not fit for the next scene.
    ends: bool,
    /// Why something is held apart in it, rightly.
    foreseen: &'static [&'static str],
}

impl Scene {
    /// One that is played with an open assistant, which stays open.
    pub(super) const fn new(
        covers: &'static [Situation],
        play: fn(&mut Drive<'_>) -> Step,
    ) -> Self {
        Self {
            covers,
            play,
            wants_it_open: true,
            ends: false,
            foreseen: &[],
        }
    }

    /// The assistant is gone afterwards.
    pub(super) const fn ends(self) -> Self {
        Self { ends: true, ..self }
    }

    /// It opens the assistant itself, and closes it.
    pub(super) const fn opens_it(self) -> Self {
        Self {
            wants_it_open: false,
            ends: true,
            ..self
        }
    }

    /// Things are held apart in it, for these reasons.
    pub(super) const fn holds_apart(self, foreseen: &'static [&'static str]) -> Self {
        Self { foreseen, ..self }
    }
}

/// Plays, `times` over, every scene that covers a wanted situation: what was found out each time.
pub(super) fn play(
    drive: &mut Drive<'_>,
    is_wanted: &dyn Fn(Situation) -> bool,
    times: u32,
) -> Vec<Findings> {
    let common = script::SCENES.iter().filter(|_| drive.manners.plays_common);
    let scenes: Vec<_> = common.chain(drive.manners.scenes).collect();
    let mut is_open = false;
    let mut rounds = Vec::new();
    for _ in 0..times {
        for scene in &scenes {
            let covers = scene.covers.iter().copied();
            let covers: Vec<_> = covers.filter(|it| drive.manners.can(*it)).collect();
            if covers.iter().any(|it| is_wanted(*it)) {
                is_open = play_one(drive, scene, &covers, is_open);
            }
        }
        rounds.push(std::mem::take(&mut drive.findings));
    }
    drive.close();
    rounds
}

/// Whether the assistant is open, and as it should be, afterwards.
fn play_one(drive: &mut Drive<'_>, scene: &Scene, covers: &[Situation], mut is_open: bool) -> bool {
    drive.foreseen = scene.foreseen;
    if is_open && !scene.wants_it_open {
        drive.close();
        is_open = false;
    }
    let opened = if scene.wants_it_open && !is_open {
        script::open(drive)
    } else {
        Ok(())
    };
    let played = opened.and_then(|()| (scene.play)(drive));
    is_open = played.is_ok() && !scene.ends;
    if let Err(what) = played {
        let missing = |it: &&Situation| !drive.findings.contains_key(it);
        let missing = covers.iter().find(missing).or(covers.last()).copied();
        drive.record(missing.unwrap_or(Situation::Started), Finding::Stuck(what));
    }
    if let Some(last) = covers.last() {
        drive.check_apart(*last);
    }
    // What went wrong once shall not spoil what comes after it.
    let failed = |it: &Situation| drive.findings.get(it).is_some_and(Finding::is_failure);
    is_open &= !covers.iter().any(failed);
    if !is_open {
        drive.close();
    }
    is_open
}
