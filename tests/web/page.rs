//! The page as a paired device shows it.

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::common::{Listening, TestEnv, finish};

/// How wide and high a phone's is, and a desk's.
pub(crate) const PHONE: (u32, u32) = (360, 740);
pub(crate) const DESK: (u32, u32) = (1280, 800);

/// A collector that listens, and a browser on its page.
pub(crate) struct Page<'env> {
    env: &'env TestEnv,
    /// The collector.
    pub(crate) hub: Listening,
    /// The browser.
    pub(crate) browser: Browser,
}

impl<'env> Page<'env> {
    /// A browser that has not gone there yet.
    pub(crate) fn new(env: &'env TestEnv, hub: Listening, browser: Browser) -> Self {
        Self { env, hub, browser }
    }

    /// Has a browser that is paired with the right of that option of `pair` (none: to answer); `None` without one.
    pub(crate) fn paired(
        env: &'env TestEnv,
        hub: Listening,
        size: (u32, u32),
        right: Option<&str>,
    ) -> Option<Self> {
        let mut page = Self::new(env, hub, Browser::start(env, size)?);
        page.pair("phone", right);
        page.until_live();
        Some(page)
    }

    /// Opens the page by the address of a new code.
    pub(crate) fn pair(&mut self, name: &str, right: Option<&str>) -> Value {
        let offer = offer(self.env, name, right);
        let address = self.here(offer["address"].as_str().expect("an address"));
        self.browser.go(&address);
        offer
    }

    /// That address at the port on which this hub listens.
    pub(crate) fn here(&self, address: &str) -> String {
        let fragment = address.split_once('#').map_or("", |(_, fragment)| fragment);
        format!("http://{}/#{fragment}", self.hub.address)
    }

    /// Waits until it says that what it shows is how it is.
    pub(crate) fn until_live(&mut self) {
        self.browser
            .until("it is live", "document.querySelector('#link.live')");
    }

    /// Opens the row at that target.
    pub(crate) fn open(&mut self, target: &str) {
        let target = json!(target);
        self.browser.eval(&format!(
            "location.hash = '#row=' + encodeURIComponent({target})"
        ));
        self.browser
            .until("the row is open", "document.querySelector('#row h2')");
    }

    /// Waits until these words stand in what that selector finds.
    pub(crate) fn until_says(&mut self, selector: &str, words: &str) {
        let expression = format!(
            "document.querySelector({})?.innerText.includes({})",
            json!(selector),
            json!(words)
        );
        self.browser.until(words, &expression);
    }

    /// Waits until there is such a button and a press on it does something.
    pub(crate) fn until_armed(&mut self, selector: &str) {
        let expression = format!(
            "document.querySelector({})?.disabled === false",
            json!(selector)
        );
        self.browser.until("the button is armed", &expression);
    }

    /// What stands in the list, one text a row, from the top.
    pub(crate) fn rows(&mut self) -> Vec<String> {
        let rows = self
            .browser
            .eval("[...document.querySelectorAll('#list li')].map((row) => row.innerText)");
        serde_json::from_value(rows).expect("texts")
    }

    /// All that it shows.
    pub(crate) fn shown(&mut self) -> String {
        self.browser.text("document.body.innerText")
    }
}

/// What `pair --json` offers to a new device.
pub(crate) fn offer(env: &TestEnv, name: &str, right: Option<&str>) -> Value {
    let mut pair = env.pane_patrol();
    pair.args(["pair", "--json", "--name", name]).args(right);
    let finished = finish(&mut pair);
    assert!(finished.status.success(), "{finished:?}");
    serde_json::from_str(&finished.stdout).expect("JSON")
}
