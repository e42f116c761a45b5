//! `supervisor`: the dashboard, and the collector in the same process if nobody else collects.

pub(super) mod actions;
mod install_offer;

use std::io::{self, IsTerminal};
use std::sync::Arc;

use time::UtcOffset;

use crate::cli::SupervisorArgs;
use crate::collector;
use crate::commands::start::launchers;
use crate::commands::{Context, listen};
use crate::config::{Config, Signs};
use crate::error::{CommandError, CommandResult, EXIT_USAGE};
use crate::tui::{self, Theme};
use actions::RealActions;

/// Shows the dashboard until the person leaves it.
pub(in crate::commands) fn run(context: &Context, arguments: &SupervisorArgs) -> CommandResult {
    if !io::stdout().is_terminal() {
        return Err(CommandError::new("the dashboard needs a terminal")
            .hint("`pane-patrol status` prints the same to a pipe or a file")
            .exit(EXIT_USAGE));
    }
    let config = context.config()?;
    let theme = theme(arguments, &config, context.no_color);
    let names = launchers(context)?
        .into_iter()
        .map(|launcher| launcher.name);
    let setup = tui::Setup {
        split: arguments.split,
        launchers: names.collect(),
        ..setup(context, context.offset, theme, config.icons.signs())
    };
    let listening = listen::start(context, arguments.listen.listen.as_deref())?;
    let (update, membership) =
        collector::join(context.collector(&arguments.containers.containers)?)
            .map_err(|error| CommandError::new("could not start a thread").caused_by(&error))?;
    let actions = Arc::new(RealActions::new(
        context.clone(),
        arguments.client.clone(),
        config.split.width,
    ));
    let shown = tui::run(setup, update, Arc::clone(&actions) as Arc<dyn tui::Actions>);
    actions.leave_split();
    membership.leave();
    drop(listening);
    shown.map_err(|error| CommandError::new("could not use the terminal").caused_by(&error))
}

/// What a dashboard that shows something else has to be told.
pub(in crate::commands) fn screen_setup(
    context: &Context,
    offset: UtcOffset,
) -> Result<tui::Setup, CommandError> {
    let config = context.config()?;
    let theme = theme(&SupervisorArgs::default(), &config, context.no_color);
    Ok(setup(context, offset, theme, config.icons.signs()))
}

fn setup(context: &Context, offset: UtcOffset, theme: Theme, signs: Signs) -> tui::Setup {
    let home = context.environment.home.as_ref();
    tui::Setup {
        in_multiplexer: context.around.server.is_some(),
        offset,
        home: home.map(|home| home.to_string_lossy().into_owned()),
        theme,
        signs,
        split: false,
        launchers: Vec::new(),
        size: (80, 24),
    }
}

/// The person's word of the moment, then their settings, then `NO_COLOR`, as its convention says.
fn theme(arguments: &SupervisorArgs, config: &Config, no_color: bool) -> Theme {
    let typed = arguments.theme.as_deref().and_then(Theme::from_name);
    let otherwise = if no_color {
        Theme::None
    } else {
        Theme::default()
    };
    typed.or(config.dashboard.theme).unwrap_or(otherwise)
}
