//! The page in real Chromium, over TLS: by keyboard alone, narrow, light and dark, with script switched off, and as screen readers see it.
//!
//! Chromium is driven over chromedriver, by `WebDriver` (W3C) in plain HTTP. Where either is not installed, this says so and ends.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::house::{House, PASSWORD};

const TAB: &str = "\u{E004}";
const ENTER: &str = "\u{E007}";

/// Chromium and its driver; both end with it.
struct Chromium {
    driver: Child,
    at: SocketAddr,
    session: String,
    profile: PathBuf,
}

impl Chromium {
    fn start() -> Option<Self> {
        let installed = |program: &str| Command::new(program).arg("--version").output().is_ok();
        if !installed("chromium") || !installed("chromedriver") {
            println!("chromium or chromedriver is not installed: the page was not tried in a browser");
            return None;
        }
        let mut driver =
            Command::new("chromedriver").arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = lines.find_map(|line| {
            let line = line.unwrap();
            line.split_once("successfully on port ").map(|(_, port)| port.trim_end_matches('.').parse::<u16>().unwrap())
        });
        // it writes more, and would stop at a closed pipe
        std::thread::spawn(move || lines.for_each(drop));
        let profile = crate::house::folder();
        let at = SocketAddr::from(([127, 0, 0, 1], port.unwrap()));
        let mut chromium = Self { driver, at, session: String::new(), profile };
        let capabilities = json!({ "capabilities": { "alwaysMatch": {
            "acceptInsecureCerts": true,
            "goog:chromeOptions": { "args": [
                "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
                "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--window-size=1280,900",
                format!("--user-data-dir={}", chromium.profile.display()),
            ] },
        } } });
        let made = chromium.exchange("POST", "/session", &capabilities);
        chromium.session = made["sessionId"].as_str().unwrap_or_else(|| panic!("{made}")).to_owned();
        Some(chromium)
    }

    fn exchange(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if method == "POST" { body.to_string() } else { String::new() };
        let mut stream = TcpStream::connect(self.at).unwrap();
        stream.set_read_timeout(Some(Duration::from_mins(1))).unwrap();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
            self.at,
            body.len()
        );
        stream.write_all((head + &body).as_bytes()).unwrap();
        let mut reader = BufReader::new(stream);
        let mut length = 0;
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if let Some((_, value)) = line.to_ascii_lowercase().split_once("content-length:") {
                length = value.trim().parse().unwrap();
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut bytes = vec![0; length];
        reader.read_exact(&mut bytes).unwrap();
        let answer: Value = serde_json::from_slice(&bytes).unwrap();
        answer["value"].clone()
    }

    fn command(&self, word: &str, body: &Value) -> Value {
        let value = self.exchange("POST", &format!("/session/{}/{word}", self.session), body);
        assert!(value["error"].is_null(), "{word}: {value}");
        value
    }

    fn ask(&self, word: &str) -> Value {
        self.exchange("GET", &format!("/session/{}/{word}", self.session), &Value::Null)
    }

    fn devtools(&self, method: &str, parameters: &Value) -> Value {
        self.command("goog/cdp/execute", &json!({ "cmd": method, "params": parameters }))
    }

    fn open(&self, url: &str) {
        self.command("url", &json!({ "url": url }));
    }

    fn url(&self) -> String {
        self.ask("url").as_str().unwrap().to_owned()
    }

    fn source(&self) -> String {
        self.ask("source").as_str().unwrap().to_owned()
    }

    /// Presses keys, one after another.
    fn press(&self, keys: &str) {
        let strokes: Vec<Value> = keys
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key.to_string() })))
            .collect();
        self.command("actions", &json!({ "actions": [{ "type": "key", "id": "keys", "actions": strokes }] }));
    }

    /// Waits until the page's text holds this.
    #[track_caller]
    fn shows(&self, text: &str) {
        let until = Instant::now() + Duration::from_mins(1);
        while !self.source().contains(text) {
            assert!(Instant::now() < until, "no {text:?} in\n{}", self.source());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn size(&self, width: u32, height: u32) {
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.devtools("Emulation.setDeviceMetricsOverride", &screen);
    }

    /// The document's whole width, without a script of its own.
    fn width(&self) -> f64 {
        self.devtools("Page.getLayoutMetrics", &json!({}))["cssContentSize"]["width"].as_f64().unwrap()
    }

    /// What a screen reader gets: role, name, whether it has the focus.
    fn tree(&self) -> Vec<(String, String, bool)> {
        let tree = self.devtools("Accessibility.getFullAXTree", &json!({}));
        let nodes = tree["nodes"].as_array().unwrap().iter().filter(|node| node["ignored"] == json!(false));
        let text = |value: &Value| value["value"].as_str().unwrap_or_default().to_owned();
        let focused = |node: &Value| {
            node["properties"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|property| property["name"] == json!("focused") && property["value"]["value"] == json!(true))
        };
        nodes.map(|node| (text(&node["role"]), text(&node["name"]), focused(node))).collect()
    }

    /// Role and name of what has the focus.
    fn focus(&self) -> String {
        let tree = self.tree();
        let last = tree.iter().rfind(|(role, _, focused)| *focused && role != "RootWebArea");
        last.map_or_else(String::new, |(role, name, _)| format!("{role} {name}"))
    }

    /// Presses Tab until this has the focus; each place on the way has to have a name.
    #[track_caller]
    fn tab_to(&self, wanted: &str) {
        let mut passed = Vec::new();
        while self.focus() != wanted {
            assert!(passed.len() < 60, "{wanted:?} is not reached: {passed:?}");
            self.press(TAB);
            let now = self.focus();
            assert!(now.split_once(' ').is_none_or(|(_, name)| !name.is_empty()), "a place without a name: {now:?}");
            passed.push(now);
        }
    }

    /// A picture for whoever wants to look, where the environment names a folder.
    fn picture(&self, name: &str) {
        let Ok(folder) = std::env::var("DDNS_PAGE_PICTURES") else { return };
        let picture = self.devtools("Page.captureScreenshot", &json!({ "captureBeyondViewport": true }));
        let bytes = ddns::secret::from_base64(picture["data"].as_str().unwrap().as_bytes()).unwrap();
        std::fs::write(Path::new(&folder).join(format!("{name}.png")), bytes).unwrap();
    }

    fn pictures(&self, name: &str) {
        for scheme in ["light", "dark"] {
            let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
            self.devtools("Emulation.setEmulatedMedia", &features);
            for width in [320, 1280] {
                self.size(width, 640);
                assert!(self.width() <= f64::from(width), "{name} is {} wide on {width}", self.width());
                self.picture(&format!("{name}-{width}-{scheme}"));
            }
        }
        self.size(320, 640);
    }

    /// Every control has a name, every page a heading, a title and its landmarks.
    #[track_caller]
    fn is_spoken_well(&self) {
        let tree = self.tree();
        for (role, name, _) in &tree {
            let control = ["button", "link", "textbox", "DisclosureTriangle", "table", "region", "navigation"];
            assert!(!control.contains(&role.as_str()) || !name.trim().is_empty(), "a {role} without a name");
        }
        let count = |wanted: &str| tree.iter().filter(|(role, ..)| role == wanted).count();
        assert_eq!((count("main"), count("banner")), (1, 1), "{tree:?}");
        assert!(count("heading") >= 1);
        assert!(tree.iter().any(|(role, name, _)| role == "RootWebArea" && name.ends_with("Dynamic DNS")));
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        if !self.session.is_empty() {
            self.exchange("DELETE", &format!("/session/{}", self.session), &Value::Null);
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
        let _ = std::fs::remove_dir_all(&self.profile);
    }
}

/// Logs Ann in by keyboard alone.
fn log_in(chromium: &Chromium) {
    chromium.tab_to("textbox User name");
    chromium.press("ann");
    chromium.press(TAB);
    assert_eq!(chromium.focus(), "textbox Password");
    chromium.press(PASSWORD);
    chromium.press(ENTER);
    chromium.shows("Your hosts");
}

/// Tries to change the password, with a slip in the last field.
fn mistype_password(chromium: &Chromium, origin: &str) {
    chromium.open(&format!("{origin}/password"));
    chromium.tab_to("textbox Password now");
    chromium.press(PASSWORD);
    chromium.press(TAB);
    chromium.press("12345678");
    chromium.press(TAB);
    chromium.press("12345679");
    chromium.press(ENTER);
    chromium.shows("This is not the same");
    chromium.is_spoken_well();
    chromium.pictures("password");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_with_a_keyboard_a_narrow_screen_and_no_script_makes_a_token() {
    let Some(chromium) = Chromium::start() else { return };
    let house = House::over_tls().await;
    house.people().await;
    house.updated("home").await;
    let origin = format!("https://localhost:{}", house.at.port());
    chromium.devtools("Emulation.setScriptExecutionDisabled", &json!({ "value": true }));
    chromium.size(320, 640);
    chromium.open(&origin);
    chromium.is_spoken_well();
    chromium.pictures("login");
    chromium.press(TAB);
    assert_eq!(chromium.focus(), "link Skip to content", "the first place to go");
    log_in(&chromium);
    chromium.is_spoken_well();
    chromium.pictures("hosts");
    chromium.tab_to("link home.dyn.example.com");
    chromium.press(ENTER);
    chromium.shows("Set up your router");
    assert_eq!(chromium.url(), format!("{origin}/host/home.dyn.example.com"));
    chromium.is_spoken_well();
    chromium.pictures("host");
    chromium.tab_to("textbox Note for a new token");
    chromium.press("garage");
    chromium.press(TAB);
    assert_eq!(chromium.focus(), "button Make a token");
    chromium.press(ENTER);
    chromium.shows("Your new token");
    let page = chromium.source();
    let (_, rest) = page.split_once("<code class=\"token\">").unwrap();
    let token = rest.split('<').next().unwrap().to_owned();
    assert!(token.len() == 32 && !page.contains("YOUR-TOKEN"));
    chromium.is_spoken_well();
    chromium.tab_to("DisclosureTriangle FRITZ!Box");
    chromium.press(ENTER);
    chromium.tab_to("DisclosureTriangle OpenWrt");
    chromium.press(ENTER);
    assert!(chromium.tree().iter().any(|(role, name, _)| role == "region" && name == "Text for OpenWrt"), "it opened");
    chromium.pictures("token");
    chromium.open(&format!("{origin}/host/home.dyn.example.com"));
    assert!(!chromium.source().contains(&token), "shown once");
    chromium.tab_to("button Revoke token 1, garage");
    chromium.press(ENTER);
    chromium.shows("The token is revoked.");
    chromium.pictures("revoked");
    mistype_password(&chromium, &origin);
    chromium.tab_to("button Log out ann");
    chromium.press(ENTER);
    chromium.shows("You have logged out.");
    let cookies = chromium.ask("cookie");
    let names: Vec<&str> = cookies.as_array().unwrap().iter().filter_map(|cookie| cookie["name"].as_str()).collect();
    assert_eq!(names, ["__Host-ddns-login"], "the session's cookie is gone, that of the form is there");
}
