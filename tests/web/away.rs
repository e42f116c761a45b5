//! Where its machine cannot be reached the page itself is still there, says so, and shows nothing that it has kept.

use serde_json::json;

use crate::common::{Listening, TestEnv};
use crate::page::{PHONE, Page};
use crate::scene::report;

#[test]
fn without_its_machine_the_page_opens_says_so_and_has_kept_no_data() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let Some(mut page) = Page::paired(&env, hub, PHONE, None) else {
        return;
    };
    report(
        &env,
        "secret:1.0",
        "running",
        1,
        &json!({"message": "a secret"}),
    );
    page.until_says("#list", "a secret");
    page.browser.until(
        "the page is kept",
        "navigator.serviceWorker.controller !== null",
    );
    let kept = "caches.keys().then((names) => Promise.all(names.map((name) => caches.open(name).then((cache) => cache.keys())))) \
        .then((all) => all.flat().map((request) => new URL(request.url).pathname).sort())";
    page.browser.until(
        "all of it is kept",
        &format!("(await_kept = {kept}, await_kept).then((all) => all.length >= 20)")
            .replace("await_kept", "window.kept"),
    );
    let kept = page.browser.eval(kept);
    let kept: Vec<String> = serde_json::from_value(kept).expect("paths");
    assert!(
        kept.contains(&"/".to_owned()) && kept.contains(&"/app.js".to_owned()),
        "{kept:?}"
    );
    assert!(
        kept.iter().all(|path| path == "/"
            || [".js", ".css", ".svg", ".png", ".webmanifest"]
                .iter()
                .any(|end| path.ends_with(end))),
        "{kept:?}"
    );
    page.hub.child.kill().expect("it runs");
    page.hub.child.wait().expect("it has ended");
    let address = page.here("#");
    page.browser.go(&address);
    page.until_says("#link", "Not live: ");
    assert_eq!(page.rows().len(), 0);
    assert!(!page.shown().contains("secret"));
    page.browser.picture("phone-offline");
}

#[test]
fn it_can_be_installed() {
    let env = TestEnv::new();
    let hub = Listening::start(&env);
    let Some(mut page) = Page::paired(&env, hub, PHONE, None) else {
        return;
    };
    let told = page.browser.call("Page.getAppManifest", &json!({}));
    assert_eq!(told["errors"], json!([]), "{told}");
    let errors = page
        .browser
        .call("Page.getInstallabilityErrors", &json!({}));
    assert_eq!(errors["installabilityErrors"], json!([]));
}
