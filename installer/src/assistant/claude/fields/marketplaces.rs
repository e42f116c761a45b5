//! Where marketplaces of plugins come from: for which of these Claude Code leaves the whole file out.

use pane_patrol_hooks::adapter::Version;

use super::kind::{NEW, OLD, Type};
use super::place::{Look, Place};
use crate::json::document::Document;

/// What a kind of source has to have, and what it may have.
struct Source {
    kind: &'static str,
    needed: &'static [(&'static str, Type)],
    allowed: &'static [(&'static str, Type)],
}

const IN_REPOSITORY: &[(&str, Type)] = &[
    ("ref", Type::Text),
    ("path", Type::Text),
    ("sparsePaths", Type::Texts),
];

const fn needing(kind: &'static str, needed: &'static [(&'static str, Type)]) -> Source {
    Source {
        kind,
        needed,
        allowed: &[],
    }
}

const SOURCES: [Source; 10] = [
    needing("directory", &[("path", Type::Text)]),
    needing("file", &[("path", Type::Text)]),
    Source {
        allowed: IN_REPOSITORY,
        ..needing("git", &[("url", Type::Text)])
    },
    Source {
        allowed: IN_REPOSITORY,
        ..needing("github", &[("repo", Type::Text)])
    },
    needing("hostPattern", &[("hostPattern", Type::Text)]),
    needing("npm", &[("package", Type::Words)]),
    needing("pathPattern", &[("pathPattern", Type::Text)]),
    needing(
        "settings",
        &[("name", Type::Text), ("plugins", Type::Objects)],
    ),
    needing("skills-dir", &[]),
    Source {
        allowed: &[("headers", Type::ObjectOfTexts)],
        ..needing("url", &[("url", Type::Address)])
    },
];

const KINDS: Type = Type::OneOf(&[
    "directory",
    "file",
    "git",
    "github",
    "hostPattern",
    "npm",
    "pathPattern",
    "settings",
    "skills-dir",
    "url",
]);

pub(super) fn check(document: &Document, root: &Place, version: Option<Version>) -> Look {
    for list in ["blockedMarketplaces", "strictKnownMarketplaces"] {
        for source in root.member(document, list).items_of_list(document) {
            check_source(document, &source, version, true)?;
        }
    }
    // Of one whose kind it knows the new one leaves out this marketplace alone.
    let wholly = version.is_some_and(|version| version <= OLD);
    let known = root.member(document, "extraKnownMarketplaces");
    for marketplace in known.members(document) {
        let source = marketplace.member(document, "source");
        check_source(document, &source, version, wholly)?;
    }
    Ok(())
}

fn check_source(
    document: &Document,
    source: &Place,
    version: Option<Version>,
    wholly: bool,
) -> Look {
    if source.may_be(document, Type::Object).is_err() {
        // What is around it is looked at elsewhere.
        return Ok(());
    }
    let kind = source.member(document, "source");
    let Some(word) = kind.text(document) else {
        return if wholly {
            kind.must_be(document, KINDS)
        } else {
            Ok(())
        };
    };
    let Some(known) = SOURCES.iter().find(|known| known.kind == word) else {
        let is_later = version.is_some_and(|version| version > NEW);
        return if is_later {
            Ok(())
        } else {
            kind.must_be(document, KINDS)
        };
    };
    if !wholly {
        return Ok(());
    }
    for (field, wanted) in known.needed {
        source.member(document, field).must_be(document, *wanted)?;
    }
    for (field, wanted) in known.allowed {
        source.member(document, field).may_be(document, *wanted)?;
    }
    for plugin in source.member(document, "plugins").items_of_list(document) {
        plugin
            .member(document, "name")
            .must_be(document, Type::Text)?;
    }
    Ok(())
}
