//! `supervisor`: the dashboard, and the collector in the same process if nobody else collects.

pub(super) mod actions;
mod install_offer;
mod listening;
pub(super) mod pulse;
mod settings;
#[cfg(test)]
mod settings_walk;

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use time::UtcOffset;

use crate::cli::SupervisorArgs;
use crate::collector::{self, Membership};
use crate::commands::{Context, listen};
use crate::config::Config;
use crate::error::{CommandError, CommandResult, EXIT_USAGE};
use crate::launch::{self, Launcher};
use crate::state::update::Update;
use crate::tui::{self, Kept, Palette, Theme};
use actions::{KeptFile, RealActions};
use listening::Follower;

/// Shows the dashboard until the person leaves it.
pub(in crate::commands) fn run(context: &Context, arguments: &SupervisorArgs) -> CommandResult {
    needs_terminal()?;
    let config = context.config()?;
    let make = {
        let (context, typed) = (context.clone(), arguments.theme.clone());
        let splits = arguments.split;
        move |config: &Config| Ok(collecting(&context, config, typed.as_deref(), splits))
    };
    let setup = as_it_was(context, make(&config)?);
    let listen = listen::wanted(context, arguments.listen.listen.as_deref())?;
    let listening = listen.map(|listen| listen::start(context, &listen));
    let follower = Follower::new(context, listening.transpose()?, config.listen.always);
    let client = arguments.client.clone();
    let actions = RealActions::new(context.clone(), client, config.split.room());
    let collector = context.collector(&arguments.containers.containers)?;
    join(collector, setup, follower, actions.following(make))
}

/// Shows the dashboard in a sidebar until the person leaves it.
pub(in crate::commands) fn run_in_sidebar(context: &Context) -> CommandResult {
    needs_terminal()?;
    let config = context.config()?;
    let make = {
        let context = context.clone();
        move |config: &Config| Ok(in_sidebar(&context, config))
    };
    let setup = make(&config)?;
    let follower = Follower::new(context, None, config.listen.always);
    let actions = RealActions::new(context.clone(), None, config.split.room());
    join(
        context.collector(&[])?,
        setup,
        follower,
        actions.following(make),
    )
}

/// Shows what is collected, by this process where nobody else does.
fn join(
    collector: collector::Setup,
    setup: tui::Setup,
    follower: Follower,
    actions: RealActions,
) -> CommandResult {
    let (update, membership) = collector::join(collector).map_err(no_thread)?;
    let (update, listening) = follower.follow(update).map_err(no_thread)?;
    let shown = show(setup, (update, membership), actions);
    // It has nothing to give back.
    let _ = listening.join();
    shown
}

/// What a dashboard that collects is told, with the theme and the split that were typed.
fn collecting(context: &Context, config: &Config, typed: Option<&str>, splits: bool) -> tui::Setup {
    let theme = theme(typed, config, context.no_color).unwrap_or_default();
    let setup = setup(context, context.offset, theme, config);
    tui::Setup {
        split: splits || config.split.always(),
        away_after: config.away.after(),
        ..with_launchers(context, config, setup)
    }
}

/// What a sidebar is told. Nothing is beside it, and what happened meanwhile is told by one that has the room.
fn in_sidebar(context: &Context, config: &Config) -> tui::Setup {
    let theme = theme(None, config, context.no_color).unwrap_or_default();
    let setup = setup(context, context.offset, theme, config);
    tui::Setup {
        row_lines: config.sidebar.lines(),
        ..with_launchers(context, config, setup)
    }
}

/// Shows what is told until the person leaves it, and then leaves everything as it was.
fn show(
    setup: tui::Setup,
    (update, membership): (Receiver<Update>, Membership),
    actions: RealActions,
) -> CommandResult {
    let actions = Arc::new(actions);
    let shown = tui::run(setup, update, Arc::clone(&actions) as Arc<dyn tui::Actions>);
    actions.leave_split();
    membership.leave();
    shown.map_err(|error| CommandError::new("could not use the terminal").caused_by(&error))
}

#[allow(
    clippy::needless_pass_by_value,
    reason = "it is the end of a `map_err`"
)]
fn no_thread(error: io::Error) -> CommandError {
    CommandError::new("could not start a thread").caused_by(&error)
}

fn needs_terminal() -> CommandResult {
    if io::stdout().is_terminal() {
        return Ok(());
    }
    Err(CommandError::new("the dashboard needs a terminal")
        .hint("`pane-patrol status` prints the same to a pipe or a file")
        .exit(EXIT_USAGE))
}

/// The same setup with what `n` offers to start.
fn with_launchers(context: &Context, config: &Config, setup: tui::Setup) -> tui::Setup {
    let path = context.path.clone().unwrap_or_default();
    let launchers = launch::launchers(&config.launcher, &path);
    let places = |is_so: fn(&Launcher) -> bool| {
        let found = launchers.iter().zip(0..);
        let found = found.filter(|(launcher, _)| is_so(launcher));
        found.map(|(_, place)| place).collect()
    };
    tui::Setup {
        listing: places(|launcher| launcher.list.is_some()),
        wrapping: places(|launcher| launcher.wrap),
        launchers: launchers.iter().map(|it| it.name.clone()).collect(),
        ..setup
    }
}

/// What a dashboard that shows something else has to be told.
pub(in crate::commands) fn screen_setup(
    context: &Context,
    offset: UtcOffset,
) -> Result<tui::Setup, CommandError> {
    let config = context.config()?;
    let theme = theme(None, &config, context.no_color).unwrap_or_default();
    Ok(setup(context, offset, theme, &config))
}

fn setup(context: &Context, offset: UtcOffset, theme: Theme, config: &Config) -> tui::Setup {
    let home = context.environment.home.as_ref();
    tui::Setup {
        in_multiplexer: context.around.server.is_some(),
        offset,
        home: home.map(|home| home.to_string_lossy().into_owned()),
        theme: Palette::new(theme, config.colours).over(context.colours.background()),
        columns: config.columns.clone(),
        signs: config.icons.signs(),
        // Where the settings were read, they have none that would mean two things.
        keys: config.keys.bindings().unwrap_or_default(),
        pulse: None,
        away_after: Duration::ZERO,
        split: false,
        row_lines: 1,
        launchers: Vec::new(),
        listing: Vec::new(),
        wrapping: Vec::new(),
        answers: context.colours.answers(context.around.server.is_some()),
        kept: Ok(Kept {
            sort: Some(config.dashboard.sort),
            group: Some(config.dashboard.group),
            ..Kept::default()
        }),
        size: (80, 24),
    }
}

/// The same with the list arranged as it was; what the person has not chosen by a key stays as the settings have it.
fn as_it_was(context: &Context, setup: tui::Setup) -> tui::Setup {
    let set = setup.kept.as_ref().map(|kept| (kept.sort, kept.group));
    let (sort, group) = set.unwrap_or_default();
    let kept = KeptFile::of(context).read().map(|kept| Kept {
        sort: kept.sort.or(sort),
        group: kept.group.or(group),
        ..kept
    });
    tui::Setup { kept, ..setup }
}

/// The person's word of the moment, then their settings, then `NO_COLOR`, as its convention says.
fn theme(typed: Option<&str>, config: &Config, no_color: bool) -> Option<Theme> {
    let typed = typed.and_then(Theme::from_name);
    typed
        .or(config.dashboard.theme)
        .or(no_color.then_some(Theme::None))
}
