//! Generated settings files through the real disk: install then uninstall gives back every byte and
//! the mode, and leaves nothing beside.

use pane_patrol_installer::{PlanError, plan_install};
use proptest::prelude::*;

use crate::sandbox::{MOVED, NEW, OLD, PROGRAM, Sandbox, count_ours, wanted};

#[path = "../support/settings.rs"]
pub(crate) mod settings;

#[path = "../support/files.rs"]
pub(crate) mod files;

use settings::{REWRITTEN, manner, settings as any_settings};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn install_then_uninstall_gives_back_every_byte_and_the_mode(
        tree in any_settings(),
        manner in manner(),
        rewritten: bool,
        mode in prop::sample::select(vec![0o600, 0o644, 0o640, 0o755]),
        update: bool,
    ) {
        let text = tree.print(if rewritten { &REWRITTEN } else { &manner });
        let sandbox = Sandbox::with(&text);
        sandbox.chmod(mode);
        let before = sandbox.picture();
        let first = wanted(PROGRAM, if update { OLD } else { NEW }, false);
        let refused = [&first, &wanted(MOVED, NEW, false)]
            .into_iter()
            .any(|wanted| matches!(plan_install(&sandbox.site(), wanted), Err(PlanError::Dropped { .. })));
        if refused {
            // The assistant itself leaves such a file out.
            prop_assert_eq!(sandbox.picture(), before);
            return Ok(());
        }
        sandbox.install_as(&first);
        if update {
            sandbox.install_as(&wanted(MOVED, NEW, false));
        }
        prop_assert_eq!(count_ours(&sandbox.text()), 16);
        prop_assert_eq!(sandbox.mode(), mode);
        sandbox.uninstall();
        prop_assert_eq!(sandbox.picture(), before);
    }
}
