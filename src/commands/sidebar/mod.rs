//! `sidebar`: the narrow dashboard at a side of a window. What is typed opens and closes it; the same command, told so by a
//! hidden option, is what runs in it.

mod keeper;

use std::ffi::OsString;
use std::path::Path;

use pane_patrol_hooks::target::Target;

use super::program::executable;
use super::{Context, dashboard};
use crate::cli::SidebarArgs;
use crate::config::Config;
use crate::error::{CommandError, CommandResult, EXIT_USAGE};
use crate::messages;
use crate::mux::{
    self, Gone, Multiplexer, PATIENCE_FOR_SEVERAL, Place, Sidebar, Switch, Switched, Undone,
    Windows,
};
use keeper::Keeper;

/// What to do instead where there can be none.
const INSTEAD: &str = "nothing was changed; `pane-patrol` shows the same in any terminal";

/// Opens or closes it, or is what runs in it.
pub(super) fn run(context: &Context, arguments: &SidebarArgs) -> CommandResult {
    if arguments.inside {
        return show(context);
    }
    let mux = context.reach().own();
    let failed = || CommandError::new("there can be no sidebar here");
    if let Some(why) = mux.absent().sidebar {
        return Err(failed().hint(why).hint(INSTEAD));
    }
    let windows = windows(context, arguments, &*mux)?;
    let program = executable().ok_or_else(|| {
        CommandError::new("could not find out by which path this program is called").hint(INSTEAD)
    })?;
    let sidebar = wanted(&context.config()?, &program);
    let switch = if arguments.toggle {
        Switch::Toggle
    } else {
        Switch::On
    };
    let switched = mux.switch_sidebars(&windows, switch, &sidebar, PATIENCE_FOR_SEVERAL);
    let switched = switched.map_err(|undone| not_done(&undone))?;
    tell(&switched, windows == Windows::All)
}

/// Says what came of it, where that is not plain to see.
fn tell(switched: &Switched, all: bool) -> CommandResult {
    let is_any = switched.opened + switched.closed + switched.kept > 0;
    let left_out = |(window, why): &(String, String)| format!("`{window}` gets no sidebar: {why}");
    if all && is_any {
        for one in &switched.left_out {
            messages::status(&format!("{}.", left_out(one)));
        }
        return Ok(());
    }
    let Some(first) = switched.left_out.first() else {
        if switched.kept > 0 {
            messages::status("It is there already; `--toggle` takes it away.");
        }
        return Ok(());
    };
    let hint = "nothing was changed; make the window wider, or run `pane-patrol` in it";
    Err(CommandError::new(left_out(first)).hint(hint))
}

/// Why nothing, or not all, was done.
fn not_done(undone: &Undone) -> CommandError {
    let failed = CommandError::new("could not switch the sidebar");
    match undone {
        Undone::Gone(Gone::Server | Gone::Pane) => failed
            .hint("no tmux server runs there")
            .hint("nothing was changed; start tmux, then run it in there"),
        Undone::Unknown(why) => failed
            .hint(why.clone())
            .hint("a part of it may be done; run the same again"),
        undone => failed.caused_by(undone).hint(INSTEAD),
    }
}

/// Which windows are meant.
fn windows(
    context: &Context,
    arguments: &SidebarArgs,
    mux: &dyn Multiplexer,
) -> Result<Windows, CommandError> {
    if arguments.all {
        return Ok(Windows::All);
    }
    if let Some(name) = &arguments.window {
        return Ok(Windows::Named(name.clone()));
    }
    let outside = || {
        CommandError::new("a sidebar needs a window of tmux around it, and this is none")
            .hint("nothing was changed; run it in a pane of tmux, or say `--window work:1` or `--all`")
            .exit(EXIT_USAGE)
    };
    if context.around.server.is_none() {
        return Err(outside());
    }
    let here = context.here(None);
    let own = mux.own_place(&here, PATIENCE_FOR_SEVERAL);
    if let Some(own) = own.map_err(|undone| not_done(&undone))? {
        return Ok(Windows::Around(own));
    }
    // In a popup: the window below it.
    let pane = Target::Pane(pane_patrol_hooks::target::PaneId(0));
    let server = context.reach().place(context.around.server.clone(), pane);
    let here = mux.look_around(here, PATIENCE_FOR_SEVERAL);
    let standing = mux.standing(&server, &here, PATIENCE_FOR_SEVERAL);
    let standing = standing.map_err(|undone| not_done(&undone))?;
    standing
        .map(|it| Windows::Around(it.place))
        .ok_or_else(outside)
}

/// How they are to be by the settings.
pub(in crate::commands) fn wanted(config: &Config, program: &Path) -> Sidebar {
    let words = ["sidebar", "--inside"].map(OsString::from);
    Sidebar {
        side: config.sidebar.side(),
        width: config.sidebar.width(),
        words: std::iter::once(program.into()).chain(words).collect(),
    }
}

/// Shows it in this pane until the person leaves it, or it is closed.
fn show(context: &Context) -> CommandResult {
    let program = executable().unwrap_or_default();
    let sidebar = wanted(&context.config()?, &program);
    let own = own_place(context);
    let keeper = own
        .as_ref()
        .map(|_| Keeper::start(context, sidebar.clone()));
    let shown = dashboard::run_in_sidebar(context);
    if let Some(keeper) = keeper {
        keeper.leave();
    }
    // It is gone already where somebody else has closed it. Nothing runs after this: with its pane this process ends.
    if let Some(own) = own_place(context) {
        let mux = context.reach().own();
        let windows = Windows::Around(own);
        // What is refused now the next one of us puts right.
        let _ = mux.switch_sidebars(&windows, Switch::Off, &sidebar, PATIENCE_FOR_SEVERAL);
    }
    shown
}

fn own_place(context: &Context) -> Option<Place> {
    let mux = context.reach().own();
    let own = mux.own_place(&context.here(None), mux::PATIENCE);
    own.ok().flatten()
}
