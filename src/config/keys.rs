//! `[keys]`.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::keymap::{self, Bindings, Conflict, Key};

/// `[keys]`: which key of the dashboard does what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<String, Written>")]
pub struct Keys(BTreeMap<&'static str, Vec<Key>>);

/// The keys of one action: one, a list of some, or an empty text for none.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Written {
    One(String),
    Several(Vec<String>),
}

impl TryFrom<BTreeMap<String, Written>> for Keys {
    type Error = String;

    fn try_from(written: BTreeMap<String, Written>) -> Result<Self, String> {
        let of = |(action, keys): (String, Written)| {
            let known = keymap::named(&action);
            let action = known.ok_or_else(|| format!("there is no action `{action}`"))?;
            let keys = match keys {
                Written::One(key) if key.is_empty() => Vec::new(),
                Written::One(key) => vec![key],
                Written::Several(keys) => keys,
            };
            let keys = keys.iter().map(|key| key.parse());
            Ok((action, keys.collect::<Result<_, String>>()?))
        };
        written
            .into_iter()
            .map(of)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

impl Keys {
    /// What is bound with them.
    ///
    /// # Errors
    /// One key would mean two things.
    pub(crate) fn bindings(&self) -> Result<Bindings, Conflict> {
        Bindings::with(&self.0)
    }
}
