//! The moving picture: the demo as a person sees and plays it, from `pane-patrol demo` typed in a terminal
//! on. Each frame is a screen that was there; only how long it stays is the film's.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::time::Duration;

use super::cells::{self, Run};
use super::svg::{self, Canvas};
use super::{Camera, moment};

pub(crate) const NAME: &str = "tour";

const COLUMNS: u16 = 100;
const ROWS: u16 = 27;

/// A picture that is larger is not looked at on a slow line.
const MOST_BYTES: usize = 300_000;

/// So many presses bring the selection from any row to any other.
const MOST_PRESSES: usize = 12;

/// How long a person looks before she presses the next key. An answer must not follow by habit.
const BREATH: Duration = Duration::from_millis(1200);

/// One thing that the person does, and what she sees then.
struct Beat {
    key: &'static str,
    /// What is said below the screen.
    says: &'static str,
    /// The key is pressed again until the selected row holds this.
    selects: Option<&'static str>,
    /// What is to be seen then.
    shows: &'static [&'static str],
    seconds: f64,
}

const BEATS: &[Beat] = &[
    Beat {
        key: "",
        says: "assistants in tmux, those that need you first",
        selects: None,
        shows: &["need you", "cargo publish", "Which port", "DONE"],
        seconds: 3.5,
    },
    Beat {
        key: "k",
        says: "up to the one that asks whether it may",
        selects: Some("cargo publish"),
        shows: &["wants approval"],
        seconds: 1.2,
    },
    Beat {
        key: "Space",
        says: "its request in full",
        selects: None,
        shows: &["Publish shop", "Esc close"],
        seconds: 3.0,
    },
    Beat {
        key: "a",
        says: "approve it, this once",
        selects: None,
        shows: &["approved"],
        seconds: 3.0,
    },
    Beat {
        key: "Tab",
        says: "on to the one that asks something",
        selects: Some("Which port"),
        shows: &["3000"],
        seconds: 2.0,
    },
    Beat {
        key: "1",
        says: "its first option",
        selects: None,
        shows: &["answered"],
        seconds: 3.0,
    },
    Beat {
        key: "Enter",
        says: "go to its pane",
        selects: None,
        shows: &["make the port configurable"],
        seconds: 3.0,
    },
    Beat {
        key: "F1",
        says: "and back, in the demo",
        selects: None,
        shows: &["need you"],
        seconds: 3.0,
    },
];

/// One screen, as long as it stays.
struct Frame {
    lines: Vec<Vec<Run>>,
    key: &'static str,
    says: &'static str,
    seconds: f64,
}

/// Plays the demo and draws it.
pub(crate) fn take(program: &Path) -> Result<String, Box<dyn Error>> {
    let demo = format!("exec '{}' demo", program.display());
    let camera = Camera::showing(&demo, COLUMNS, ROWS)?;
    let mut frames = Vec::new();
    for beat in BEATS {
        beat.play(&camera, &mut frames)?;
    }
    // The demo ends, and cleans up, before its terminal goes.
    camera.run(&["send-keys", "F10"])?;
    camera.wait_until_gone();
    let film = draw(&frames);
    if film.len() > MOST_BYTES {
        return Err(format!("a film of {} bytes is too large", film.len()).into());
    }
    Ok(film)
}

impl Beat {
    fn play(&self, camera: &Camera, frames: &mut Vec<Frame>) -> Result<(), Box<dyn Error>> {
        for _ in 0..MOST_PRESSES {
            if !self.key.is_empty() {
                std::thread::sleep(BREATH);
                camera.run(&["send-keys", self.key])?;
            }
            let shows = self.selects.map_or(self.shows, |_| &[]);
            let screen = camera.wait_for(shows)?;
            frames.push(self.frame(&screen));
            let Some(selects) = self.selects else {
                return Ok(());
            };
            // Once it is there, all that it shows has to come.
            if selected(&screen).contains(selects) {
                let screen = camera.wait_for(self.shows)?;
                frames.pop();
                frames.push(self.frame(&screen));
                return Ok(());
            }
        }
        Err(format!("{} does not select {:?}", self.key, self.selects).into())
    }

    fn frame(&self, screen: &str) -> Frame {
        let mut lines = cells::parse(screen);
        for run in lines.iter_mut().flatten() {
            run.text = moment::at_one_moment(&run.text);
        }
        Frame {
            lines,
            key: self.key,
            says: self.says,
            seconds: self.seconds,
        }
    }
}

/// The text of the selected row.
fn selected(screen: &str) -> String {
    let lines = cells::parse(screen).into_iter();
    let mut texts = lines.map(|line| line.into_iter().map(|run| run.text).collect::<String>());
    texts.find(|text| text.starts_with('▌')).unwrap_or_default()
}

/// Which frames something is shown in.
type Times = Vec<bool>;

/// The frames as one picture: what is the same in several is drawn once, and switched on and off.
fn draw(frames: &[Frame]) -> String {
    let mut parts: BTreeMap<Times, String> = BTreeMap::new();
    let mut add = |nth: &dyn Fn(&Frame) -> String| {
        let drawn: Vec<String> = frames.iter().map(nth).collect();
        for (first, part) in drawn.iter().enumerate() {
            if drawn[..first].contains(part) || part.is_empty() {
                continue;
            }
            let times = drawn.iter().map(|other| other == part).collect();
            parts.entry(times).or_default().push_str(part);
        }
    };
    let rows = usize::from(ROWS);
    for number in 0..rows {
        add(&|frame| {
            let line = frame.lines.get(number);
            line.map_or_else(String::new, |line| svg::line(line, number))
        });
    }
    add(&|frame| svg::caption(frame.key, frame.says, rows));
    let canvas = Canvas {
        columns: usize::from(COLUMNS),
        rows: rows + svg::CAPTION_ROWS,
        style: style(frames, parts.keys()),
    };
    let groups = parts
        .iter()
        .enumerate()
        .map(|(number, (_, part))| format!("<g class=\"t{number}\">\n{part}</g>\n"));
    canvas.around(&groups.collect::<String>())
}

/// When each group is seen. Whoever wants nothing to move sees the first frame.
fn style<'a>(frames: &[Frame], groups: impl Iterator<Item = &'a Times>) -> String {
    let all: f64 = frames.iter().map(|frame| frame.seconds).sum();
    let mut style = String::new();
    for (number, times) in groups.enumerate() {
        if times.iter().all(|shown| *shown) {
            continue;
        }
        let word = |shown: bool| if shown { "visible" } else { "hidden" };
        let first = word(times[0]);
        // A string takes everything.
        let _ = write!(
            style,
            ".t{number}{{visibility:{first};animation:t{number} {all:.1}s step-end infinite}}\
             @keyframes t{number}{{"
        );
        let mut begins = 0.0;
        for (index, frame) in frames.iter().enumerate() {
            if index == 0 || times[index] != times[index - 1] {
                let percent = begins / all * 100.0;
                let _ = write!(style, "{percent:.2}%{{visibility:{}}}", word(times[index]));
            }
            begins += frame.seconds;
        }
        style.push_str("}\n");
    }
    style + "@media (prefers-reduced-motion:reduce){g{animation:none!important}}\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(text: &str, seconds: f64) -> Frame {
        Frame {
            lines: cells::parse(text),
            key: "k",
            says: "up",
            seconds,
        }
    }

    #[test]
    fn what_stays_is_drawn_once_and_what_changes_has_its_times() {
        let film = draw(&[
            frame("same\none", 1.0),
            frame("same\ntwo", 3.0),
            frame("same\none", 1.0),
        ]);
        for text in [">same<", ">one<", ">two<", ">up<"] {
            assert_eq!(film.matches(text).count(), 1, "{text}: {film}");
        }
        let one = "{0.00%{visibility:visible}20.00%{visibility:hidden}80.00%{visibility:visible}}";
        let two = "{0.00%{visibility:hidden}20.00%{visibility:visible}80.00%{visibility:hidden}}";
        assert!(film.contains(one) && film.contains(two), "{film}");
        assert!(film.contains("5.0s step-end infinite"));
    }

    #[test]
    fn the_selected_row_is_the_one_with_the_bar() {
        assert_eq!(selected("a\n\u{1b}[1m▌\u{1b}[0m b\nc"), "▌ b");
        assert_eq!(selected("a"), "");
    }
}
