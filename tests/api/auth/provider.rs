//! A real OpenID Connect provider, and a browser that goes there and back.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use functions::settings::{IdentityProvider, Settings};
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use reqwest::{Method, Url};
use tests::{Answer, Api, Instance};

/// Where its answers come from. It is npm's `oidc-provider`, which the browser tests use too.
const FOLDER: &str = "tests/browser";
/// As tests/browser/oidc-provider.mjs knows us.
const SECRET: &str = "a secret that tests share with it";

/// Where the provider tells the e-mail.
pub enum Claims {
    /// In the identity token.
    InToken,
    /// When it is asked with the access token.
    AskedFor,
}

pub struct Provider {
    pub issuer: String,
    process: Child,
    /// Open as long as it may print.
    _printed: BufReader<ChildStdout>,
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Provider {
    pub async fn start(claims: Claims) -> Provider {
        let settings = dev::settings::Settings::from_env().unwrap();
        dev::npm::install(&settings, FOLDER).await.unwrap();
        let mut command = Command::new("node");
        command.args(["oidc-provider.mjs", "https://console.example/auth/callback"]).current_dir(settings.root.join(FOLDER));
        if let Claims::InToken = claims {
            command.arg("--claims-in-token");
        }
        // It ends with its standard input, should this test be killed.
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut issuer = String::new();
        let mut printed = BufReader::new(process.stdout.take().unwrap());
        printed.read_line(&mut issuer).unwrap();
        Provider { issuer: issuer.trim().to_owned(), process, _printed: printed }
    }

    /// The functions, with this provider.
    pub async fn console(&self, api: &Api) -> Instance {
        let provider = IdentityProvider::new(Some(self.issuer.clone()), Some("fetchcatch".into()), Some(SECRET.into())).unwrap();
        api.another_instance(Settings { identity_provider: provider, ..api.app.settings.clone() }).await
    }
}

/// A sign-in that was begun: where it goes on, and what the browser keeps of it.
pub struct Begun {
    pub address: String,
    pub cookie: String,
}

impl Begun {
    pub fn query(&self, name: &str) -> String {
        query(&self.address, name).unwrap_or_else(|| panic!("{} has no {name}", self.address))
    }
}

pub async fn begin(console: &Instance, to: &str) -> Begun {
    let answer = console.get(&format!("/auth/login?to={to}")).anonymously().await;
    assert_eq!(answer.status, 303, "{answer}");
    Begun { address: answer.header("location").unwrap().to_owned(), cookie: super::cookie(&answer) }
}

/// What the provider's form is filled in with.
pub enum At<'a> {
    SignIn(&'a str),
    Cancel,
}

/// Signs in at the provider, as a browser would; the path and query that it sends the browser back to.
pub async fn at_the_provider(begun: &Begun, what: At<'_>) -> String {
    let http = dev::http::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let mut kept: BTreeMap<String, String> = BTreeMap::new();
    let (mut method, mut at, mut form) = (Method::GET, begun.address.parse::<Url>().unwrap(), None);
    for _ in 0..10 {
        let cookies = kept.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let mut request = http.request(method.clone(), at.clone()).header(COOKIE, cookies);
        if let Some(form) = form.take() {
            request = request.header("content-type", "application/x-www-form-urlencoded").body::<String>(form);
        }
        let answer = request.send().await.unwrap();
        for cookie in answer.headers().get_all(SET_COOKIE) {
            let (name, value) = cookie.to_str().unwrap().split(';').next().unwrap().split_once('=').unwrap();
            kept.insert(name.to_owned(), value.to_owned());
        }
        let Some(location) = answer.headers().get(LOCATION) else {
            assert!(answer.status().is_success(), "{at}: {}", answer.status());
            (method, form) = match what {
                At::SignIn(email) => (Method::POST, Some(format!("email={}", email.replace('@', "%40")))),
                At::Cancel => (Method::POST, Some("cancel=1".to_owned())),
            };
            continue;
        };
        method = Method::GET;
        at = at.join(location.to_str().unwrap()).unwrap();
        if at.host_str() == Some("console.example") {
            return format!("{}?{}", at.path(), at.query().unwrap_or_default());
        }
    }
    panic!("the provider leads round in circles, last to {at}");
}

/// Back at the console.
pub async fn come_back(console: &Instance, path: &str, cookie: &str) -> Answer {
    console.get(path).anonymously().header("cookie", cookie).header("sec-fetch-site", "cross-site").await
}

pub fn query(address: &str, name: &str) -> Option<String> {
    let base: Url = "https://console.example".parse().unwrap();
    base.join(address).unwrap().query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}
