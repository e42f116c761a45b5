//! `[split]`.

use serde::Deserialize;

use crate::mux::{Direction, Room};

/// `[split]`: the dashboard with an assistant's pane beside it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Split {
    /// `always`: whether the place beside it is opened with the dashboard, wherever there is room.
    always: Option<bool>,
    /// `direction`: where that place is, at the right of the dashboard or below it.
    direction: Option<Direction>,
    /// `width`: columns of the dashboard; a third of the window when not set, and at least 40.
    width: Option<u16>,
    /// `height`: lines of the dashboard with the place below it; a third of the window when not set,
    /// and at least 11.
    height: Option<u16>,
}

impl Split {
    /// Whether the place is opened with the dashboard.
    pub fn always(&self) -> bool {
        self.always.unwrap_or(false)
    }

    /// Where the place is, and what the dashboard keeps for itself.
    pub fn room(&self) -> Room {
        let direction = self.direction.unwrap_or_default();
        let own = match direction {
            Direction::Right => self.width,
            Direction::Below => self.height,
        };
        Room { direction, own }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_direction_has_its_own_size() {
        let set = |text: &str| toml::from_str::<Split>(text).unwrap().room();
        let sizes = "width = 50\nheight = 12\n";
        assert_eq!(set(sizes).own, Some(50));
        let below = set(&format!("direction = 'below'\n{sizes}"));
        assert_eq!((below.direction, below.own), (Direction::Below, Some(12)));
        let wrong = toml::from_str::<Split>("direction = 'left'").unwrap_err();
        assert!(
            wrong.message().contains("expected `right` or `below`"),
            "{wrong}"
        );
    }
}
