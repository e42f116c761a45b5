//! What is seen of a prompt, and what of it must be as it was in the moment of a key.

use super::drawn;
use crate::actor::colours;
use crate::actor::dialog::Pane;
use crate::assistants::facets::composer::{Composer, Found};
use crate::mux::Guard;

/// So many rows above a prompt must be as they were, too: what opens there would cover them.
const ABOVE: usize = 3;

/// A pane whose prompt did not move between two looks.
pub(super) struct View {
    prompt: Option<Found>,
    /// The prompt, and all around it that did not move.
    pub(super) guard: Guard,
}

impl View {
    /// What two looks at the same pane have in common; `None` where nothing around its prompt stood still.
    pub(super) fn of(before: &Pane, now: Pane, composer: &dyn Composer) -> Option<Self> {
        if before.stamp != now.stamp {
            return None;
        }
        let before = rows_of(before);
        let screen = rows_of(&now);
        let prompt = composer.find(&screen.join("\n"));
        let is_still = |row: &usize| before.get(*row) == screen.get(*row);
        let last = screen.iter().rposition(|line| !line.is_empty())?;
        // A text that is taller than its prompt has moved the beginning of it out of sight.
        let anchor = prompt.as_ref().map_or(last, |prompt| prompt.row);
        let first = (anchor.saturating_sub(ABOVE)..=anchor).rev();
        let first = first.take_while(is_still).last()?;
        let end = (anchor..=last).take_while(is_still).last()? + 1;
        Some(Self {
            prompt,
            guard: Guard {
                screen,
                rows: first..end,
                stamp: now.stamp,
            },
        })
    }

    /// Whether the prompt is to be seen and nothing stands in it.
    pub(super) fn is_empty(&self) -> bool {
        let prompt = self.prompt.as_ref();
        prompt.is_some_and(|prompt| prompt.text.is_empty())
    }

    /// Whether the prompt is to be seen and something stands in it.
    pub(super) fn holds_text(&self) -> bool {
        self.prompt.is_some() && !self.is_empty()
    }

    /// Whether the prompt holds `text`, all of it and nothing else, or what stands for a long one; of one whose beginning
    /// is not to be seen, its end.
    pub(super) fn holds(&self, text: &str) -> bool {
        match &self.prompt {
            Some(prompt) => self.holds_text() && drawn::is_all(&prompt.rows, text),
            None => drawn::is_end_of(&self.guard.screen, text),
        }
    }

    /// How it is, where it should be otherwise.
    pub(super) fn in_words(&self) -> &'static str {
        match &self.prompt {
            None => "its prompt is not to be seen; go there",
            Some(prompt) if prompt.text.is_empty() => "its prompt did not take the text",
            Some(_) => "something else is written in its prompt; go there",
        }
    }
}

/// The lines of the pane without colours and without blanks at their ends.
fn rows_of(pane: &Pane) -> Vec<String> {
    let screen = colours::without(&pane.screen);
    let lines = screen.lines().map(|line| line.trim_end_matches(' '));
    lines.map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistants::facets::composer::Marked;

    const COMPOSER: Marked = Marked {
        marks: &['❯'],
        hints: &[],
    };

    fn pane(screen: &str) -> Pane {
        Pane {
            screen: screen.to_owned(),
            width: 80,
            unfit: None,
            stamp: Vec::new(),
        }
    }

    fn view(before: &str, now: &str) -> Option<(bool, std::ops::Range<usize>)> {
        let view = View::of(&pane(before), pane(now), &COMPOSER)?;
        Some((view.is_empty(), view.guard.rows))
    }

    #[test]
    fn what_moves_is_not_compared_and_a_prompt_that_moves_is_none() {
        let at_rest = "a\nb\nc\nd\n────\n❯\n────\n ? help\n\n";
        assert_eq!(view(at_rest, at_rest), Some((true, 2..8)));
        let works = "a\nb\nc\n* 1s\n────\n❯\n────\n ? help\n\n";
        let works_on = works.replace("1s", "2s");
        assert_eq!(view(works, &works_on), Some((true, 4..8)));
        let moving_foot = at_rest.replace("? help", "■ esc");
        assert_eq!(view(at_rest, &moving_foot), Some((true, 2..7)));
        let being_written = at_rest.replace('❯', "❯ x");
        assert_eq!(view(at_rest, &being_written), None);
        assert_eq!(view(&being_written, &being_written), Some((false, 2..8)));
        let typed = at_rest.replace('❯', "❯ do it now");
        let holds = |text: &str, screen: &str| {
            let view = View::of(&pane(screen), pane(screen), &COMPOSER).unwrap();
            view.holds(text)
        };
        assert!(
            !holds("do it now\nand more", &typed),
            "not all of it is there"
        );
        let two = at_rest.replace('❯', "❯ do it now\n  and more");
        assert!(holds("do it now\nand more", &two));
        let behind = two.replace("more", "more, and mine");
        assert!(
            !holds("do it now\nand more", &behind),
            "somebody writes behind it"
        );
        assert!(!holds("it now", &typed), "somebody was writing there");
        assert!(!holds("do it now", at_rest));
        assert!(holds("do\tit now", &typed));
        assert!(!holds("do it", &typed), "somebody writes behind it");
        assert!(holds(
            "x\ny",
            &at_rest.replace('❯', "❯ [Pasted text #1 +2 lines]")
        ));
        // Nothing of a prompt: at least the last row has to stand still.
        assert_eq!(view("x\n1\n", "x\n2\n"), None);
        assert_eq!(view("1\nx\n", "2\nx\n"), Some((false, 1..2)));
    }
}
