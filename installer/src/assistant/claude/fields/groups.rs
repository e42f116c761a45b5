//! The groups and handlers of events: which versions leave the file out for which of them.

use pane_patrol_hooks::adapter::{Version, claude};

use super::kind::{Known, NEW, OLD, Type};
use super::place::{Look, Place};
use crate::json::document::Document;
use crate::schema::HOOKS;

/// The first that is known to be strict about what is no list, for the events that guard permissions.
const LISTS_STRICT: Version = Version(2, 1, 329);
/// The events whose hooks may guard what the file allows: all versions are strict about their groups.
const GUARDS: [&str; 2] = ["PreToolUse", "PermissionRequest"];
/// The kinds of handlers that are known.
const HANDLERS: Type = Type::OneOf(&["command", "prompt", "agent", "http", "mcp_tool"]);

pub(super) fn check(document: &Document, root: &Place, version: Option<Version>) -> Look {
    if version.is_some_and(|version| version >= NEW) {
        no_guard_elsewhere(document, root, false)?;
    }
    let section = root.member(document, HOOKS);
    if section.may_be(document, Type::Object).is_err() {
        return Ok(());
    }
    for registration in claude::ADAPTER.registrations {
        let guards = GUARDS.contains(&registration.event);
        let event = section.member(document, registration.event);
        let is_list = event.may_be(document, Type::List);
        let is_null = event
            .value
            .is_some_and(|value| document.raw(value) == "null");
        if is_list.is_err() {
            let strict = guards && version.is_some_and(|version| version >= LISTS_STRICT);
            if strict && !is_null {
                return is_list;
            }
        } else if guards || version.is_some_and(|version| version <= OLD) {
            for group in event.items(document) {
                check_group(document, &group, version)?;
            }
        }
    }
    Ok(())
}

/// The new one heeds nothing of a file in which a guard stands where it does not count.
fn no_guard_elsewhere(document: &Document, place: &Place, is_section: bool) -> Look {
    for (number, inner) in place.members(document).iter().enumerate() {
        let key = place.value.and_then(|object| {
            let child = document.children(object).get(number)?;
            document.key(*child)
        });
        let is_guard = !is_section && key.as_deref().is_some_and(|key| GUARDS.contains(&key));
        if is_guard && !inner.items_of_list(document).is_empty() {
            return Err(inner.wrong("directly inside `hooks`".to_owned()));
        }
        let is_root = place.value == Some(Document::ROOT);
        no_guard_elsewhere(document, inner, is_root && key.as_deref() == Some(HOOKS))?;
    }
    for item in place.items_of_list(document) {
        no_guard_elsewhere(document, &item, false)?;
    }
    Ok(())
}

fn check_group(document: &Document, group: &Place, version: Option<Version>) -> Look {
    group.must_be(document, Type::Object)?;
    group
        .member(document, "matcher")
        .may_be(document, Type::Text)?;
    let handlers = group.member(document, HOOKS);
    handlers.must_be(document, Type::List)?;
    for handler in handlers.items(document) {
        check_handler(document, &handler, version)?;
    }
    Ok(())
}

fn check_handler(document: &Document, handler: &Place, version: Option<Version>) -> Look {
    handler.must_be(document, Type::Object)?;
    let may_be = |name: &str, known: Known, wanted: Type, needed: bool| {
        let member = handler.member(document, name);
        let wanted = known.wanted(wanted, version);
        wanted.map_or(Ok(()), |wanted| member.check(document, wanted, needed))
    };
    let both = |name: &str, wanted: Type| may_be(name, Known::Both, wanted, false);
    let needed = |name: &str| may_be(name, Known::Both, Type::Text, true);
    may_be("type", Known::Both, HANDLERS, true)?;
    match handler.member(document, "type").text(document).as_deref() {
        Some("command") => {
            needed("command")?;
            both("args", Type::Texts)?;
            both("async", Type::Truth)?;
            both("asyncRewake", Type::Truth)?;
            both("rewakeMessage", Type::Text)?;
            both("rewakeSummary", Type::Text)?;
            both("shell", Type::OneOf(&["bash", "powershell"]))?;
            let on_failure = Type::OneOf(&["continue", "block"]);
            may_be("onFailure", Known::New, on_failure, false)?;
        }
        Some("prompt") => {
            needed("prompt")?;
            both("model", Type::Text)?;
            both("continueOnBlock", Type::Truth)?;
        }
        Some("agent") => {
            needed("prompt")?;
            both("model", Type::Text)?;
        }
        Some("http") => {
            may_be("url", Known::Both, Type::Address, true)?;
            both("headers", Type::Object)?;
            both("allowedEnvVars", Type::Texts)?;
        }
        Some("mcp_tool") => {
            needed("server")?;
            needed("tool")?;
            both("input", Type::Object)?;
        }
        // A kind of a later version, maybe.
        _ => return Ok(()),
    }
    for (name, wanted) in [
        ("timeout", Type::Positive),
        ("statusMessage", Type::Text),
        ("once", Type::Truth),
        ("if", Type::Text),
    ] {
        both(name, wanted)?;
    }
    Ok(())
}
