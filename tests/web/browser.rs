//! A headless Chromium, driven by its own protocol for developers.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

use crate::common::{PATIENCE, TestEnv, hear, skip};

/// By what names it is found, after the one in `PANE_PATROL_CHROMIUM`.
const NAMES: &[&str] = &[
    "chromium",
    "chromium-headless-shell",
    "chromium-browser",
    "google-chrome",
];

/// No other machine is ever asked for anything, and nothing is shown, offered or updated.
const OPTIONS: &[&str] = &[
    "--headless=new",
    "--remote-debugging-port=0",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-gpu",
    "--disable-sync",
    "--hide-scrollbars",
    "about:blank",
];

/// In every page before its own scripts: what the policy of its headers has refused is counted.
const WITNESS: &str = "window.violations = []; addEventListener('securitypolicyviolation', \
    (event) => violations.push(`${event.violatedDirective} ${event.blockedURI}`));";

/// One tab of a browser of its own; all of it ends with its handle.
pub(crate) struct Browser {
    child: Child,
    socket: WebSocket<TcpStream>,
    session: String,
    number: u64,
    /// What pages have complained of: exceptions, and what Chromium itself has logged.
    complaints: Vec<String>,
    _stderr: BufReader<std::process::ChildStderr>,
}

impl Browser {
    /// Starts one, whose pages are so many pixels wide and high; `None`, which is said, without Chromium.
    pub(crate) fn start(env: &TestEnv, size: (u32, u32)) -> Option<Self> {
        let Some(program) = find() else {
            skip("no Chromium; `make test-web` installs it");
            return None;
        };
        let mut command = env.command(program);
        command.args(OPTIONS).process_group(0);
        command.arg(format!(
            "--user-data-dir={}",
            env.path("chromium").display()
        ));
        if rustix::process::geteuid().is_root() {
            // Its sandbox does not go with root, who runs tests in containers.
            command.arg("--no-sandbox");
        }
        let mut child = start(&mut command);
        let mut stderr = BufReader::new(child.stderr.take().expect("stderr is a pipe"));
        let address = address(&mut stderr);
        let place = address.trim_start_matches("ws://").split('/').next();
        let stream = TcpStream::connect(place.expect("an address")).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let (socket, _) = tungstenite::client::client(&address, stream).expect("it is let in");
        let mut browser = Self {
            child,
            socket,
            session: String::new(),
            number: 0,
            complaints: Vec::new(),
            _stderr: stderr,
        };
        browser.open(size);
        Some(browser)
    }

    fn open(&mut self, size: (u32, u32)) {
        let target = self.call("Target.createTarget", &json!({"url": "about:blank"}));
        let attach = json!({"targetId": target["targetId"], "flatten": true});
        let attached = self.call("Target.attachToTarget", &attach);
        attached["sessionId"]
            .as_str()
            .expect("a session")
            .clone_into(&mut self.session);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            self.call(&format!("{domain}.enable"), &json!({}));
        }
        self.before_each_page(WITNESS);
        self.resize(size);
    }

    /// Has this script run in every page, before its own.
    pub(crate) fn before_each_page(&mut self, script: &str) {
        self.call(
            "Page.addScriptToEvaluateOnNewDocument",
            &json!({"source": script}),
        );
    }

    /// From now on its pages are so many pixels wide and high.
    pub(crate) fn resize(&mut self, (width, height): (u32, u32)) {
        let metrics = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600});
        self.call("Emulation.setDeviceMetricsOverride", &metrics);
    }

    /// Whether its pages are `dark`, and hold still.
    pub(crate) fn prefer(&mut self, is_dark: bool) {
        let scheme = if is_dark { "dark" } else { "light" };
        let features = json!([{"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"}]);
        self.call("Emulation.setEmulatedMedia", &json!({"features": features}));
    }

    /// Goes to an address, and waits until that page has run its scripts.
    pub(crate) fn go(&mut self, address: &str) {
        self.call("Page.navigate", &json!({"url": "about:blank"}));
        let gone = self.call("Page.navigate", &json!({"url": address}));
        assert!(gone["errorText"].is_null(), "{gone}");
        self.until("the page is there", "document.readyState === 'complete'");
    }

    /// What an expression of JavaScript comes to in the page; a promise is waited for.
    pub(crate) fn eval(&mut self, expression: &str) -> Value {
        let wanted = json!({"expression": expression, "awaitPromise": true, "returnByValue": true});
        let told = self.call("Runtime.evaluate", &wanted);
        assert!(
            told["exceptionDetails"].is_null(),
            "{expression}: {}",
            told["exceptionDetails"]
        );
        told["result"]["value"].clone()
    }

    /// A text of the page.
    pub(crate) fn text(&mut self, expression: &str) -> String {
        let value = self.eval(expression);
        value.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until an expression is true in the page.
    pub(crate) fn until(&mut self, claim: &str, expression: &str) {
        let start = std::time::Instant::now();
        while self.eval(&format!("Boolean({expression})")) != json!(true) {
            if start.elapsed() > PATIENCE {
                let shown = self.text("document.body.innerText");
                panic!(
                    "never true: {claim}: {expression}\n{shown}\n{:?}",
                    self.complaints
                );
            }
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
    }

    /// Presses a key as a keyboard does.
    pub(crate) fn press(&mut self, key: &str) {
        let text = match key {
            "Enter" => "\r",
            key if key.chars().count() == 1 => key,
            _ => "",
        };
        let code = match key {
            "Enter" => 13,
            "Escape" => 27,
            "Tab" => 9,
            _ => 0,
        };
        let event =
            json!({"type": "keyDown", "key": key, "text": text, "windowsVirtualKeyCode": code});
        self.call("Input.dispatchKeyEvent", &event);
        self.call(
            "Input.dispatchKeyEvent",
            &json!({"type": "keyUp", "key": key, "windowsVirtualKeyCode": code}),
        );
    }

    /// Clicks, as a finger does, in the middle of the first element of that selector.
    pub(crate) fn click(&mut self, selector: &str) {
        let find = format!(
            "(() => {{ const it = document.querySelector({}); it.scrollIntoView({{block: 'center'}}); \
            const box = it.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; }})()",
            json!(selector)
        );
        let place = self.eval(&find);
        for (kind, buttons) in [("mousePressed", 1), ("mouseReleased", 0)] {
            self.call(
                "Input.dispatchMouseEvent",
                &json!({"type": kind, "x": place[0], "y": place[1],
                "button": "left", "buttons": buttons, "clickCount": 1}),
            );
        }
    }

    /// Keeps what it draws as `target/web/NAME.png`, to be looked at.
    pub(crate) fn picture(&mut self, name: &str) {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/web");
        std::fs::create_dir_all(&folder).expect("it can be made");
        self.picture_as(&folder.join(format!("{name}.png")));
    }

    /// Keeps what it draws as that file.
    pub(crate) fn picture_as(&mut self, file: &Path) {
        let told = self.call("Page.captureScreenshot", &json!({"format": "png"}));
        let data = told["data"].as_str().expect("a picture").as_bytes();
        let bytes = data_encoding::BASE64.decode(data).expect("base64");
        std::fs::write(file, bytes).expect("it can be written");
    }

    /// Nothing in its pages has gone wrong, and no policy was broken.
    pub(crate) fn assert_content(&mut self) {
        let violations = self.eval("window.violations");
        assert_eq!(violations, json!([]));
        assert_eq!(self.complaints, [""; 0]);
    }

    /// Has something done by a method of the protocol; what it gives.
    pub(crate) fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.number += 1;
        let mut message = json!({"id": self.number, "method": method, "params": parameters});
        if !self.session.is_empty() && !method.starts_with("Target.") {
            message["sessionId"] = json!(self.session);
        }
        let sent = self.socket.send(Message::text(message.to_string()));
        sent.expect("it goes on");
        loop {
            let Message::Text(text) = hear(&mut self.socket) else {
                continue;
            };
            let heard: Value = serde_json::from_str(&text).expect("JSON");
            if heard["id"] == self.number {
                assert!(heard["error"].is_null(), "{method}: {}", heard["error"]);
                return heard["result"].clone();
            }
            self.note(&heard);
        }
    }

    fn note(&mut self, event: &Value) {
        let complaint = match event["method"].as_str() {
            Some("Runtime.exceptionThrown") => &event["params"]["exceptionDetails"],
            Some("Log.entryAdded") => &event["params"]["entry"],
            _ => return,
        };
        // That nobody listens for a moment is the trial's own doing, and the page says it by itself.
        let text = complaint["text"].as_str().unwrap_or_default();
        if !text.contains("net::ERR_CONNECTION_REFUSED") {
            self.complaints.push(complaint.to_string());
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Its helpers with it: they are of its group.
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
        let _ = self.child.wait();
    }
}

fn start(command: &mut Command) -> Child {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null());
    command
        .stderr(Stdio::piped())
        .spawn()
        .expect("Chromium can be started")
}

/// Where it says that it listens.
fn address(stderr: &mut impl BufRead) -> String {
    let mut said = String::new();
    loop {
        let before = said.len();
        let count = stderr.read_line(&mut said).expect("it says text");
        assert!(count > 0, "Chromium has ended: {said}");
        if let Some(address) = said[before..].strip_prefix("DevTools listening on ") {
            return address.trim().to_owned();
        }
    }
}

fn find() -> Option<PathBuf> {
    if let Some(named) = std::env::var_os("PANE_PATROL_CHROMIUM") {
        return Some(named.into());
    }
    let path = std::env::var_os("PATH")?;
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let places = NAMES
        .iter()
        .flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    places.into_iter().find(|place| place.is_file())
}
