//! One Chromium, driven through chromedriver, with what our tests ask of it.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fantoccini::actions::{InputSource, MOUSE_BUTTON_LEFT, MouseActions, PointerAction};
use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

const AXE: &str = include_str!("vendor/axe-4.14.1.min.js");
/// CSS pixels of one picture's height.
const SLICE: usize = 1_100;
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    Light,
    Dark,
}

impl Theme {
    pub const BOTH: [Self; 2] = [Self::Light, Self::Dark];

    fn name(self) -> &'static str {
        if self == Self::Light { "light" } else { "dark" }
    }
}

/// A phone and a desk, in CSS pixels.
pub const WIDTHS: [u32; 2] = [360, 1280];

/// chromedriver and whatever it started; they end with it.
pub struct Driver {
    process: Child,
    url: String,
    chromium: PathBuf,
}

impl Driver {
    /// `None` if there is no chromedriver or no Chromium.
    pub fn start() -> Option<Self> {
        let program = program("CHROMEDRIVER", &["chromedriver"])?;
        let chromium = program_of_chromium()?;
        // The port that it chooses for one family of addresses may be taken in the other.
        let launched = (0..5).find_map(|_| launch(&program));
        let (process, port) = launched.unwrap_or_else(|| panic!("chromedriver does not start"));
        Some(Self {
            process,
            url: format!("http://127.0.0.1:{port}"),
            chromium,
        })
    }

    pub async fn browser(&self) -> Browser {
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--no-first-run",
            "--hide-scrollbars",
            "--force-device-scale-factor=1",
        ];
        let wanted = json!({
            "goog:chromeOptions": {"args": arguments, "binary": self.chromium},
            "goog:loggingPrefs": {"browser": "ALL"},
        });
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted.as_object().unwrap().clone())
            .connect(&self.url)
            .await
            .unwrap();
        Browser { client }
    }
}

fn launch(program: &Path) -> Option<(Child, u16)> {
    let mut process = Command::new(program)
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .ok()?;
    let mut lines = BufReader::new(process.stdout.take()?).lines();
    let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse::<u16>().ok()
    });
    std::thread::spawn(move || lines.for_each(drop));
    if port.is_none() {
        let _ = process.wait();
    }
    Some((process, port?))
}

impl Drop for Driver {
    fn drop(&mut self) {
        let group = format!("-{}", self.process.id());
        let _ = Command::new("kill").args(["-TERM", "--", &group]).status();
        let _ = self.process.wait();
    }
}

fn program(variable: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(named) = std::env::var_os(variable) {
        return Some(PathBuf::from(named));
    }
    let folders = std::env::var_os("PATH")?;
    std::env::split_paths(&folders)
        .flat_map(|folder| names.iter().map(move |name| folder.join(name)))
        .find(|path| path.is_file())
}

fn program_of_chromium() -> Option<PathBuf> {
    program("CHROMIUM", &["chromium", "chromium-browser", "google-chrome"])
}

/// A fresh profile with one window.
#[derive(Clone)]
pub struct Browser {
    pub client: Client,
}

impl Browser {
    /// Opens `url` on a screen of `width` CSS pixels where the system prefers `theme`.
    pub async fn open(&self, url: &str, width: u32, theme: Theme) {
        self.screen(width, theme).await;
        self.client.goto(url).await.unwrap();
        self.wait_for("document.readyState === 'complete'").await;
    }

    /// Without effect on what is loaded already, apart from its layout and colours.
    pub async fn screen(&self, width: u32, theme: Theme) {
        let height = if width < 600 { 780 } else { 800 };
        let screen = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", screen).await;
        let media = json!({"features": [
            {"name": "prefers-color-scheme", "value": theme.name()},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]});
        self.devtools("Emulation.setEmulatedMedia", media).await;
    }

    /// From the next page on.
    pub async fn scripts(&self, enabled: bool) {
        self.devtools("Emulation.setScriptExecutionDisabled", json!({"value": !enabled}))
            .await;
    }

    /// The value of a script's `return`.
    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// Waits until a script's expression is true.
    pub async fn wait_for(&self, condition: &str) {
        let script = format!("return Boolean({condition})");
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while self.client.execute(&script, Vec::new()).await.ok() != Some(Value::Bool(true)) {
            assert!(
                tokio::time::Instant::now() < deadline,
                "waited in vain for: {condition}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until something matches: a page that a click leads to may still be on its way.
    pub async fn find(&self, css: &str) -> Element {
        self.client
            .wait()
            .at_most(PATIENCE)
            .every(Duration::from_millis(20))
            .for_element(Locator::Css(css))
            .await
            .unwrap_or_else(|_| panic!("nothing matches {css}"))
    }

    pub async fn click(&self, css: &str) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        while let Err(error) = self.find(css).await.click().await {
            // Replaced, or still moving to its place.
            assert!(
                tokio::time::Instant::now() < deadline,
                "{css} cannot be clicked: {error}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Clicks a point of the screen, in CSS pixels.
    pub async fn click_at(&self, x: f64, y: f64) {
        let mouse = MouseActions::new("mouse".to_owned())
            .then(PointerAction::MoveTo { duration: None, x, y })
            .then(PointerAction::Down {
                button: MOUSE_BUTTON_LEFT,
            })
            .then(PointerAction::Up {
                button: MOUSE_BUTTON_LEFT,
            });
        self.client.perform_actions(mouse).await.unwrap();
    }

    /// Lets the page believe that its tab is hidden, or shown again.
    pub async fn pretend_hidden(&self, hidden: bool) {
        self.run(&format!(
            "Object.defineProperty(document, 'hidden', {{configurable: true, value: {hidden}}}); \
             document.dispatchEvent(new Event('visibilitychange'))"
        ))
        .await;
    }

    /// Presses a key where the focus is.
    pub async fn press(&self, key: Key) {
        let active = self.client.active_element().await.unwrap();
        active.send_keys(&char::from(key).to_string()).await.unwrap();
    }

    /// Text that is shown.
    /// The text of an element, read again where the page was replaced meanwhile.
    pub async fn text(&self, css: &str) -> String {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            match self.find(css).await.text().await {
                Ok(text) => return text,
                Err(error) => assert!(
                    tokio::time::Instant::now() < deadline,
                    "{css} cannot be read: {error}"
                ),
            }
        }
    }

    /// Waits until an element says so: the page that a click leads to may still be on its way, at the same address.
    pub async fn expect_text(&self, css: &str, words: &str) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let text = self.text(css).await;
            if text.contains(words) {
                return;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "{css} does not say {words:?}: {text}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Nothing is wider than the screen, and no table than its frame.
    pub async fn expect_no_sideways_scroll(&self) {
        let script = "const root = document.documentElement; const inFrame = f => f.scrollWidth <= f.clientWidth;\
            if (root.scrollWidth <= root.clientWidth) return [...document.querySelectorAll('.table-frame')].filter(f => !inFrame(f)).map(f => f.outerHTML.slice(0, 160));\
            return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > root.clientWidth + 1)\
            .slice(0, 5).map(e => e.outerHTML.slice(0, 120))";
        // The screen may just have changed its width, and the page follows a moment later.
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let wide = self.run(script).await;
            if wide == json!([]) {
                return;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "wider than the screen: {wide}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// axe finds no violation of WCAG 2.2 AA or of its best practices.
    pub async fn expect_accessible(&self, where_: &str) {
        self.client.execute(AXE, Vec::new()).await.unwrap();
        let script = "const done = arguments[0]; axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', \
            'wcag22aa', 'best-practice']}).then(r => done(r.violations.map(v => v.id + ': ' + v.help + ' — ' + \
            v.nodes.slice(0, 3).map(n => n.html.slice(0, 200) + ' ' + (n.any[0]?.message ?? '')).join(' | '))), e => done([String(e)]))";
        let violations = self.client.execute_async(script, Vec::new()).await.unwrap();
        assert_eq!(violations, json!([]), "{where_}");
    }

    /// The page said nothing on its console: nothing blocked by the policy, no script that stopped.
    pub async fn expect_quiet_console(&self) {
        let log = self.client.issue_cmd(Log).await.unwrap();
        let complaints: Vec<&Value> = log
            .as_array()
            .into_iter()
            .flatten()
            .filter(|entry| {
                entry["level"] == "SEVERE" && entry["source"] != "network" && entry["source"] != "console-api"
            })
            .collect();
        assert!(complaints.is_empty(), "{complaints:#?}");
    }

    /// Keeps pictures of the whole page, one a screenful, if somebody wants to see them.
    pub async fn picture(&self, name: &str) {
        let Some(folder) = std::env::var_os("BROWSER_SCREENSHOTS") else {
            return;
        };
        std::fs::create_dir_all(&folder).unwrap();
        let size = self
            .run("const root = document.documentElement; return [root.clientWidth, root.scrollHeight]")
            .await;
        let (width, height) = (size[0].as_u64().unwrap(), size[1].as_u64().unwrap());
        for (number, top) in (0..height).step_by(SLICE).enumerate() {
            let clip = json!({"x": 0, "y": top, "width": width, "height": (height - top).min(SLICE as u64), "scale": 1});
            let wanted = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
            let answer = self.devtools("Page.captureScreenshot", wanted).await;
            let picture = STANDARD.decode(answer["data"].as_str().unwrap()).unwrap();
            let file = PathBuf::from(&folder).join(format!("{name}-{number}.png"));
            std::fs::write(file, picture).unwrap();
        }
    }

    /// Keeps a picture of what is on the screen.
    pub async fn glance(&self, name: &str) {
        if let Some(folder) = std::env::var_os("BROWSER_SCREENSHOTS") {
            std::fs::create_dir_all(&folder).unwrap();
            let picture = self.client.screenshot().await.unwrap();
            std::fs::write(PathBuf::from(folder).join(format!("{name}.png")), picture).unwrap();
        }
    }

    async fn devtools(&self, command: &'static str, parameters: Value) -> Value {
        self.client
            .issue_cmd(Devtools(command, parameters))
            .await
            .unwrap()
    }

    pub async fn close(self) {
        let _ = self.client.close().await;
    }
}

/// Chromium's own protocol, through chromedriver.
#[derive(Debug)]
struct Devtools(&'static str, Value);

impl WebDriverCompatibleCommand for Devtools {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!(
            "session/{}/goog/cdp/execute",
            session.unwrap_or_default()
        ))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        let body = json!({"cmd": self.0, "params": self.1});
        (http::Method::POST, Some(body.to_string()))
    }
}

#[derive(Debug)]
struct Log;

impl WebDriverCompatibleCommand for Log {
    fn endpoint(&self, base: &url::Url, session: Option<&str>) -> Result<url::Url, url::ParseError> {
        base.join(&format!("session/{}/se/log", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(json!({"type": "browser"}).to_string()))
    }
}
