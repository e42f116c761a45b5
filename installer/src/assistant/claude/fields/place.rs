//! Where in a document a value stands, and looks at it.

use super::kind::{Type, Wanted};
use crate::edit::error::WrongField;
use crate::json::document::{Document, Kind, NodeId};

/// A value, or the one around it where it is missing, and the way to it.
pub(super) struct Place {
    at: NodeId,
    pub(super) value: Option<NodeId>,
    way: String,
}

/// The result of a look: `Err` is the first thing that is wrong.
pub(super) type Look<T = ()> = Result<T, (NodeId, WrongField)>;

impl Place {
    pub(super) fn root() -> Self {
        Self {
            at: Document::ROOT,
            value: Some(Document::ROOT),
            way: String::new(),
        }
    }

    pub(super) fn member(&self, document: &Document, key: &str) -> Self {
        let value = self.value.and_then(|object| document.member(object, key));
        Self {
            at: value.unwrap_or(self.at),
            value,
            way: self.way_to(key),
        }
    }

    fn way_to(&self, key: &str) -> String {
        let dot = if self.way.is_empty() { "" } else { "." };
        format!("{}{dot}{key}", self.way)
    }

    /// The members of an object, none of anything else.
    pub(super) fn members(&self, document: &Document) -> Vec<Self> {
        let is_object = |value: &NodeId| document.kind(*value) == Kind::Object;
        let object = self.value.filter(is_object);
        let children = object.map_or(&[][..], |object| document.children(object));
        let member = |child: &NodeId| Self {
            at: *child,
            value: Some(*child),
            way: self.way_to(&document.key(*child).unwrap_or_default()),
        };
        children.iter().map(member).collect()
    }

    /// What stands, or is missing, at `way` inside an object: a dot leads further in, `*` is any name, `[]`
    /// each of a list.
    pub(super) fn all(&self, document: &Document, way: &str) -> Vec<Self> {
        if self.may_be(document, Type::Object).is_err() || self.value.is_none() {
            return Vec::new();
        }
        let (key, rest) = match way.split_once('.') {
            Some((key, rest)) => (key, Some(rest)),
            None => (way, None),
        };
        let found = if key == "*" {
            self.members(document)
        } else if let Some(list) = key.strip_suffix("[]") {
            self.member(document, list).items_of_list(document)
        } else {
            vec![self.member(document, key)]
        };
        let Some(rest) = rest else {
            return found;
        };
        let further = found.iter().flat_map(|place| place.all(document, rest));
        further.collect()
    }

    pub(super) fn items(&self, document: &Document) -> Vec<Self> {
        let children = self.value.map_or(&[][..], |list| document.children(list));
        let item = |(number, child): (usize, &NodeId)| Self {
            at: *child,
            value: Some(*child),
            way: format!("{}[{number}]", self.way),
        };
        children.iter().enumerate().map(item).collect()
    }

    /// The items of a list, none of anything else.
    pub(super) fn items_of_list(&self, document: &Document) -> Vec<Self> {
        let is_list = self
            .value
            .is_some_and(|value| document.kind(value) == Kind::Array);
        if is_list {
            self.items(document)
        } else {
            Vec::new()
        }
    }

    pub(super) fn wrong(&self, expected: String) -> (NodeId, WrongField) {
        let field = WrongField {
            field: self.way.clone(),
            expected,
            title: "Claude Code",
            left_out: "the whole file",
        };
        (self.at, field)
    }

    /// It is there, and of this type.
    pub(super) fn must_be(&self, document: &Document, wanted: Type) -> Look {
        match self.value {
            Some(value) if wanted.fits(document, value) => Ok(()),
            _ => Err(self.wrong(wanted.words())),
        }
    }

    /// It is of this type, or not there.
    pub(super) fn may_be(&self, document: &Document, wanted: Type) -> Look {
        match self.value {
            Some(_) => self.must_be(document, wanted),
            None => Ok(()),
        }
    }

    /// It is what a version wants; missing, unless it is `needed`.
    pub(super) fn check(&self, document: &Document, wanted: Wanted, needed: bool) -> Look {
        let fits = |value| wanted.fits(document, value);
        match self.value {
            None if !needed => Ok(()),
            Some(value) if fits(value) => Ok(()),
            _ => Err(self.wrong(wanted.words())),
        }
    }

    pub(super) fn text(&self, document: &Document) -> Option<String> {
        document.string(self.value?)
    }
}
