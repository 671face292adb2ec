//! Headless Chromium, driven through its own driver on a free port of this machine. Every browser has a profile
//! of its own, and asks nothing of any other machine.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use thirtyfour::prelude::*;

/// How long a page may take on a busy machine, and how often is asked.
const NEXT_PAGE_MAX: Duration = Duration::from_secs(30);
const NEXT_PAGE_ASK: Duration = Duration::from_millis(50);

/// What the browser is held in.
#[derive(Debug, Clone, Copy)]
pub enum Device {
    /// 390 × 844, touched.
    Phone,
    /// 320 × 640: the narrowest that must do.
    SmallPhone,
    /// 1280 × 800.
    Desk,
}

/// Whether pages may run scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scripting {
    /// They may.
    On,
    /// They may not, as some people and some old phones have it.
    Off,
}

/// A running driver.
#[derive(Debug)]
pub struct Driver {
    child: Child,
    address: String,
    // Kept open: a driver must not stumble over a closed output.
    out: BufReader<ChildStdout>,
}

impl Driver {
    /// Starts it.
    ///
    /// # Panics
    /// When it is not installed: a browser test that did not run must not look green.
    pub fn start() -> Self {
        let started = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn();
        let mut child = started
            .expect("chromedriver is needed; on Debian: apt-get install chromium chromium-driver");
        let out = BufReader::new(child.stdout.take().expect("its output is piped"));
        let mut driver = Driver {
            child,
            address: String::new(),
            out,
        };
        loop {
            let mut line = String::new();
            let read = driver.out.read_line(&mut line).expect("its output is text");
            assert!(read > 0, "chromedriver ended before it was ready");
            if let Some((_, port)) = line
                .trim_end()
                .trim_end_matches('.')
                .rsplit_once(" successfully on port ")
            {
                driver.address = format!("http://127.0.0.1:{port}");
                return driver;
            }
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A browser of one person.
#[derive(Debug)]
pub struct Browser {
    /// What drives it.
    pub driver: WebDriver,
    base: String,
    _profile: TempDir,
}

impl Browser {
    /// Opens one; addresses are below `base`.
    ///
    /// # Panics
    /// When Chromium does not start.
    pub async fn open(driver: &Driver, base: &str, device: Device, scripting: Scripting) -> Self {
        let profile = tempfile::tempdir().expect("a temporary folder");
        let mut wanted = DesiredCapabilities::chrome();
        for flag in [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--lang=zh-CN",
        ] {
            wanted.add_arg(flag).unwrap();
        }
        wanted
            .add_arg(&format!("--user-data-dir={}", profile.path().display()))
            .unwrap();
        let scripts = if scripting == Scripting::Off { 2 } else { 1 };
        let settings = json!({
            "profile.managed_default_content_settings.javascript": scripts,
            "intl.accept_languages": "zh-CN,zh",
        });
        wanted.add_experimental_option("prefs", settings).unwrap();
        let driver = WebDriver::new(&driver.address, wanted)
            .await
            .expect("Chromium starts");
        let browser = Browser {
            driver,
            base: base.to_owned(),
            _profile: profile,
        };
        browser.hold(device).await;
        browser
    }

    /// Turns it into this device.
    ///
    /// # Panics
    /// When the browser is gone.
    pub async fn hold(&self, device: Device) {
        let (width, height, mobile) = match device {
            Device::Phone => (390, 844, true),
            Device::SmallPhone => (320, 640, true),
            Device::Desk => (1280, 800, false),
        };
        let screen =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile });
        let set = self
            .driver
            .cdp()
            .send_raw("Emulation.setDeviceMetricsOverride", screen)
            .await;
        set.expect("the screen can be set");
    }

    /// Opens a path of the host.
    ///
    /// # Panics
    /// When the browser is gone.
    pub async fn go(&self, path: &str) {
        self.driver
            .goto(format!("{}{path}", self.base))
            .await
            .expect("the page opens");
    }

    /// The path that is shown.
    ///
    /// # Panics
    /// When the browser is gone.
    pub async fn path(&self) -> String {
        let url = self.driver.current_url().await.unwrap();
        url.path().to_owned()
    }

    /// The first element that matches.
    ///
    /// # Panics
    /// When there is none; it says what the page shows instead.
    pub async fn one(&self, css: &str) -> WebElement {
        match self.driver.find(By::Css(css)).await {
            Ok(element) => element,
            Err(error) => panic!(
                "no {css} on {}: {error}\n{}",
                self.path().await,
                self.text().await
            ),
        }
    }

    /// How many elements match.
    ///
    /// # Panics
    /// When the browser is gone.
    pub async fn count(&self, css: &str) -> usize {
        self.driver.find_all(By::Css(css)).await.unwrap().len()
    }

    /// What the first element that matches says.
    ///
    /// # Panics
    /// When there is none.
    pub async fn text_of(&self, css: &str) -> String {
        self.one(css).await.text().await.unwrap()
    }

    /// What the page says.
    ///
    /// # Panics
    /// When there is no page.
    pub async fn text(&self) -> String {
        self.driver
            .find(By::Tag("body"))
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
    }

    /// Touches a link or a button, and waits for the page it leads to.
    ///
    /// # Panics
    /// When there is none, or it leads nowhere.
    pub async fn touch(&self, css: &str) {
        let left = self.one("html").await;
        let element = self.one(css).await;
        element.scroll_into_view().await.unwrap();
        element
            .click()
            .await
            .unwrap_or_else(|error| panic!("{css} cannot be touched: {error}"));
        // The driver does not wait by itself for a page without scripts.
        let gone = left
            .wait_until()
            .wait(NEXT_PAGE_MAX, NEXT_PAGE_ASK)
            .stale()
            .await;
        gone.unwrap_or_else(|error| panic!("{css} leads nowhere: {error}"));
        self.one("main").await;
    }

    /// Touches what may stay on its page, and waits until something is there.
    ///
    /// # Panics
    /// When there is nothing to touch, or it does not come.
    pub async fn press(&self, css: &str, until: &str) {
        let element = self.one(css).await;
        element.scroll_into_view().await.unwrap();
        element
            .click()
            .await
            .unwrap_or_else(|error| panic!("{css} cannot be touched: {error}"));
        let come = self.driver.query(By::Css(until));
        let come = come.wait(NEXT_PAGE_MAX, NEXT_PAGE_ASK).first().await;
        come.unwrap_or_else(|error| panic!("{css} brings no {until}: {error}"));
    }

    /// Writes into a field.
    ///
    /// # Panics
    /// When there is none.
    pub async fn write(&self, css: &str, text: &str) {
        let field = self.one(css).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    /// Whether the browser has this page of the host at hand without a network.
    ///
    /// # Panics
    /// When the browser is gone.
    pub async fn keeps(&self, path: &str) -> bool {
        let asked = "const done = arguments[1]; \
            caches.match(arguments[0]).then(kept => done(!!kept), () => done(false));";
        let answer = self.driver.execute_async(asked, vec![json!(path)]).await;
        answer.expect("the browser answers").json() == &json!(true)
    }

    /// Waits until it has.
    ///
    /// # Panics
    /// When it never does.
    #[expect(
        clippy::disallowed_methods,
        reason = "nothing tells when a worker is done, so it is asked again, with a bound"
    )]
    pub async fn until_kept(&self, path: &str) {
        let times = NEXT_PAGE_MAX.as_millis() / NEXT_PAGE_ASK.as_millis();
        for _ in 0..times {
            if self.keeps(path).await {
                return;
            }
            std::thread::sleep(NEXT_PAGE_ASK);
        }
        panic!("{path} is not kept");
    }

    /// Closes it.
    ///
    /// # Panics
    /// When it is gone already.
    pub async fn close(self) {
        self.driver.quit().await.unwrap();
    }
}
