//! A program in a pane where another one was before its server ended: in the session and the window of that name, in its
//! order; and the layout of a window whose panes are all there. Nothing that is there is closed or moved, and no
//! pane of anybody else's is used: what would stand in its way comes behind it.

use std::path::Path;

use pane_patrol_hooks::target::{PaneId, Target};

use super::opening::{PLACE, placed, with_program};
use super::split::cells;
use super::{Ask, Call, Format};
use crate::mux::{Gone, Opened, Opening, Outcome, Place, Spot, Undone};

/// How often it is looked anew where something was made meanwhile by somebody else.
const TRIES: usize = 3;

/// A side of a window has no more cells.
const MAX_SIDE: u32 = 10_000;

/// A session as it is now.
struct Session {
    id: String,
    /// The numbers of its windows.
    windows: Vec<u32>,
}

/// Starts it there and says where that is.
pub(super) fn open(opening: &Opening, spot: &Spot, socket: &Path, ask: Ask<'_>) -> Outcome<Opened> {
    if let Some(pane) = spot.beside {
        return placed(&ask(socket, &beside(opening, pane))?);
    }
    for _ in 1..TRIES {
        match open_window(opening, spot, socket, ask) {
            Err(Undone::Refused(why)) if is_taken(&why) => {}
            other => return other,
        }
    }
    open_window(opening, spot, socket, ask)
}

/// Whether tmux says that somebody else was first.
fn is_taken(why: &str) -> bool {
    why.contains("duplicate session") || why.contains("in use")
}

/// In a window of its own.
fn open_window(opening: &Opening, spot: &Spot, socket: &Path, ask: Ask<'_>) -> Outcome<Opened> {
    if let Some(session) = session(&spot.session, socket, ask)? {
        return placed(&ask(socket, &window(opening, spot, &session))?);
    }
    let opened = placed(&ask(socket, &fresh(opening, spot))?)?;
    let index = match opened.target.parse() {
        Ok(Target::Address { window, .. }) => window,
        _ => spot.window,
    };
    // The first one has the number with which the person's windows begin.
    let made = session(&spot.session, socket, ask);
    let moved = match made {
        Ok(Some(made)) if index != spot.window => {
            ask(socket, &numbered(&opened, &made, spot.window)).and_then(|it| placed(&it))
        }
        _ => return Ok(opened),
    };
    Ok(moved.unwrap_or(opened))
}

/// The session of just that name; its name goes to nobody.
fn session(name: &str, socket: &Path, ask: Ask<'_>) -> Outcome<Option<Session>> {
    let fields = Format::fields(
        "W",
        &["#{session_id}", "#{window_index}", "#{session_name}"],
    );
    let call = Call::new("list-windows").flag("-a").format("-F", &fields);
    let printed = match ask(socket, &call) {
        Ok(printed) => printed,
        Err(Undone::Gone(Gone::Server)) => return Ok(None),
        Err(undone) => return Err(undone),
    };
    let printed = String::from_utf8_lossy(&printed);
    let mut found: Option<Session> = None;
    for line in printed.lines() {
        // A tmux that escapes tabs too.
        let line = line.replace("\\011", "\t");
        let fields: Vec<&str> = line.splitn(4, '\t').collect();
        let ["W", id, index, its_name] = fields[..] else {
            continue;
        };
        if its_name != name {
            continue;
        }
        let session = found.get_or_insert_with(|| Session {
            id: id.to_owned(),
            windows: Vec::new(),
        });
        session.windows.extend(index.parse::<u32>());
    }
    Ok(found)
}

/// A window of a session that is there: with its number where that is free, else behind all others.
fn window(opening: &Opening, spot: &Spot, session: &Session) -> Call {
    let is_free = !session.windows.contains(&spot.window);
    let last = session.windows.iter().max();
    let behind = last.map_or(spot.window, |last| last.saturating_add(1));
    let index = if is_free { spot.window } else { behind };
    let call = Call::new("new-window").flag("-d");
    let call = call.target(format!("{}:{index}", session.id));
    with_program(named(call, spot), opening)
}

/// The first window of a session that is not there, as large as it was.
fn fresh(opening: &Opening, spot: &Spot) -> Call {
    // The server may begin with it, and gives what it gets to everything that runs in it.
    let call = Call::new("new-session").for_person().flag("-d");
    let mut call = call.format("-s", &Format::text(&spot.session));
    if let Some((columns, lines)) = size(&spot.layout) {
        call = call.option("-x", columns.to_string());
        call = call.option("-y", lines.to_string());
    }
    with_program(named(call, spot), opening)
}

/// Gives the only window of a new session the number that it had.
fn numbered(opened: &Opened, session: &Session, index: u32) -> Call {
    let call = Call::new("move-window").option("-s", &opened.pane);
    let call = call.target(format!("{}:{index}", session.id));
    let told = Call::new("display-message").flag("-p").target(&opened.pane);
    call.then(told.format_operand(&Format::own(PLACE)))
}

/// Beside a pane of the same window, behind it in the window's order: it has room there once all have the same.
fn beside(opening: &Opening, pane: PaneId) -> Call {
    let room = Call::new("select-layout").target(pane).operand("tiled");
    let split = Call::new("split-window").flag("-d").target(pane);
    room.then(with_program(split, opening))
}

fn named(call: Call, spot: &Spot) -> Call {
    match &spot.name {
        Some(name) => call.format("-n", &Format::text(name)),
        None => call,
    }
}

/// Columns and lines of a window with that layout.
fn size(layout: &str) -> Option<(u32, u32)> {
    let (columns, lines) = cells::size_in(layout)?.split_once('x')?;
    let side = |text: &str| {
        let side = text.parse().ok();
        side.filter(|side| (1..=MAX_SIDE).contains(side))
    };
    Some((side(columns)?, side(lines)?))
}

/// Lays out the window of that pane.
pub(super) fn arrange(place: &Place, layout: &str, socket: &Path, ask: Ask<'_>) -> Outcome<()> {
    let is_sign = |c: char| c.is_ascii_hexdigit() || "x,[]{}<>".contains(c);
    if layout.is_empty() || !layout.chars().all(is_sign) {
        return Err("the layout that was kept makes no sense".into());
    }
    let pane = super::panes::id_of(place)?;
    let call = Call::new("select-layout").target(pane).operand(layout);
    let told = Call::new("display-message").flag("-p").target(pane);
    let told = told.format_operand(&Format::own("#{window_layout}"));
    let printed = ask(socket, &call.then(told))?;
    let printed = String::from_utf8_lossy(&printed);
    if shape(printed.trim_end()) == shape(layout) {
        Ok(())
    } else {
        Err("tmux has made another layout of it".into())
    }
}

/// How a window is divided, whatever its size and whichever panes it has.
fn shape(layout: &str) -> String {
    let cells = layout.split_once(',').map_or("", |(_, cells)| cells);
    let marks = cells.chars().filter(|c| "x[]{}<>".contains(*c));
    marks.collect()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn spot() -> Spot {
        Spot {
            session: "my #(x);".to_owned(),
            window: 5,
            name: Some("-n#{pid}".to_owned()),
            layout: "b25d,100x40,0,0{49x40,0,0,1,50x40,50,0,2}".to_owned(),
            beside: None,
        }
    }

    fn opening() -> Opening {
        Opening {
            words: ["sh", "-c", "x"].map(Into::into).to_vec(),
            folder: "/src".into(),
            ..Opening::default()
        }
    }

    /// What tmux is told, one call after the other, where it has these windows.
    fn told(spot: &Spot, windows: &str) -> Vec<String> {
        let asked = RefCell::new(Vec::new());
        let ask = |_: &Path, call: &Call| {
            asked.borrow_mut().push(call.to_string());
            if call.to_string().starts_with("list-windows") {
                // What was made since is there, too.
                let made = asked.borrow().len() > 1;
                return Ok(if made {
                    "W\t$9\t0\tmy #(x);\n"
                } else {
                    windows
                }
                .into());
            }
            Ok(b"%7 my #(x);:0.0\n".to_vec())
        };
        open(&opening(), spot, Path::new("/s"), &ask).unwrap();
        asked.into_inner()
    }

    #[test]
    fn a_session_of_just_that_name_is_used_and_nothing_in_it_is_touched() {
        let others = "W\t$1\t5\tmy\nW\t$2\t5\tmy #(x);2\n";
        let free = told(&spot(), &format!("{others}W\t$3\t1\tmy #(x);\n"));
        assert!(
            free[1].starts_with("new-window -d -t $3:5 -n -n##{pid} "),
            "{free:?}"
        );
        let taken = format!("{others}W\t$3\t5\tmy #(x);\nW\t$3\t8\tmy #(x);\n");
        let behind = told(&spot(), &taken);
        assert!(
            behind[1].starts_with("new-window -d -t $3:9 "),
            "{behind:?}"
        );
        let made = told(&spot(), others);
        assert!(
            made[1].starts_with("new-session -d -s my ##(x); -x 100 -y 40 -n -n##{pid} "),
            "{made:?}"
        );
        assert!(
            made[3].starts_with("move-window -s %7 -t $9:5 ; "),
            "{made:?}"
        );
        let beside = Spot {
            beside: Some(PaneId(3)),
            ..spot()
        };
        let beside = told(&beside, others);
        let expected = "select-layout -t %3 -- tiled ; split-window -d -t %3 ";
        assert!(
            beside.len() == 1 && beside[0].starts_with(expected),
            "{beside:?}"
        );
    }

    #[test]
    fn a_layout_is_nothing_but_a_layout_and_what_became_of_it_is_looked_at() {
        let place = Place {
            kind: super::super::servers::KIND,
            server: None,
            pane: Target::Pane(PaneId(1)),
        };
        let arrange = |layout: &str, is: &str| {
            let ask = |_: &Path, _: &Call| Ok(format!("{is}\n").into_bytes());
            arrange(&place, layout, Path::new("/s"), &ask)
        };
        let wide = "aaaa,100x40,0,0{49x40,0,0,1,50x40,50,0,2}";
        let small = "bbbb,80x24,0,0{39x24,0,0,7,40x24,40,0,9}";
        assert_eq!(arrange(wide, small), Ok(()));
        let stacked = "bbbb,80x24,0,0[80x12,0,0,7,80x11,0,13,9]";
        assert!(arrange(wide, stacked).is_err());
        for hostile in ["", "tiled;kill-server", "#(touch x)", "-t", "aaaa\n"] {
            assert_eq!(
                arrange(hostile, hostile),
                Err("the layout that was kept makes no sense".into())
            );
        }
    }
}
