//! The web console: built when its sources changed, and served at `/` beside the API.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, LazyLock};

use anyhow::{Context as _, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use sha2::{Digest as _, Sha256};

use crate::generate::template::paths_of_the_api;
use crate::settings::Settings;
use crate::{npm, tools};

/// What CloudFront sends with the same files.
const SECURITY_HEADERS: &str = include_str!("../../../clients/console/security-headers.json");
/// What the built files follow from, beside their folder `src`.
const BUILT_FROM: [&str; 7] = ["index.html", "package.json", "package-lock.json", "public", "src", "tsconfig.json", "vite.config.ts"];
/// Where its sources are.
pub const SOURCES: &str = "clients/console";
const INDEX: &str = "index.html";
/// Written by the build from infra/openapi.json, which counts itself.
const GENERATED: &str = "schema.gen.ts";

/// Builds the console unless the last build was of the same sources, and answers where its files are.
///
/// # Errors
/// When npm fails; the message has the end of its output.
pub async fn build(settings: &Settings) -> Result<PathBuf> {
    let sources = settings.root.join(SOURCES);
    let built = settings.target.join("console");
    let _lock = tools::lock(&built).await?;
    let (files, stamp) = (built.join("files"), built.join("built"));
    let digest = digest_of(settings, &sources)?;
    if files.join(INDEX).exists() && fs::read_to_string(&stamp).is_ok_and(|last| last == digest) {
        return Ok(files);
    }
    npm::install(settings, SOURCES).await?;
    tracing::info!("building the console");
    let mut build = npm::command(settings, SOURCES);
    build.env("CONSOLE_OUT_DIR", &files).args(["run", "build"]);
    tools::run(build).await.context("can't build the console")?;
    fs::write(&stamp, &digest)?;
    Ok(files)
}

/// Of every source's path and content, and of the document that its client is generated from.
fn digest_of(settings: &Settings, sources: &Path) -> Result<String> {
    let mut files = vec![settings.root.join("infra/openapi.json")];
    let mut waiting: Vec<PathBuf> = BUILT_FROM.iter().map(|name| sources.join(name)).collect();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            for entry in fs::read_dir(&path)? {
                waiting.push(entry?.path());
            }
        } else if path.file_name().is_some_and(|name| name != GENERATED) {
            files.push(path);
        }
    }
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        let content = fs::read(&file).with_context(|| format!("can't read {}", file.display()))?;
        hash.update(format!("{} {}\n", file.display(), content.len()));
        hash.update(content);
    }
    Ok(hex::encode(hash.finalize()))
}

/// A built file, and how it is served.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct File {
    /// Its path below the folder, with `/`.
    pub name: String,
    pub media_type: &'static str,
    pub cache_control: &'static str,
}

impl File {
    fn named(name: &str) -> File {
        // An asset's name has its content's hash.
        let cache_control = if is_asset(name) { "public, max-age=31536000, immutable" } else { "no-cache" };
        File { name: name.to_owned(), media_type: media_type(name), cache_control }
    }
}

fn is_asset(name: &str) -> bool {
    name.starts_with("assets/")
}

/// Every file of a build, what others refer to first, the index last.
///
/// # Errors
/// When the folder can't be read.
pub fn files(folder: &Path) -> Result<Vec<File>> {
    let mut files = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(dir) = waiting.pop() {
        for entry in fs::read_dir(&dir)? {
            let path = entry?.path();
            if path.is_dir() {
                waiting.push(path);
            } else {
                files.push(File::named(&path.strip_prefix(folder)?.to_string_lossy().replace('\\', "/")));
            }
        }
    }
    files.sort_by_key(|file| (!is_asset(&file.name), file.name == INDEX, file.name.clone()));
    Ok(files)
}

struct Console {
    files: PathBuf,
    headers: HeaderMap,
}

/// The API with the console in front: files as they are, and for any other path of a page its index, so that deep links work.
///
/// # Errors
/// When the headers' file is damaged.
pub fn serve(api: Router, files: PathBuf) -> Result<Router> {
    let named: BTreeMap<String, String> = serde_json::from_str(SECURITY_HEADERS)?;
    let headers = named
        .into_iter()
        .map(|(name, value)| Ok((name.parse::<HeaderName>()?, value.parse::<HeaderValue>()?)))
        .collect::<Result<HeaderMap>>()?;
    Ok(api.layer(middleware::from_fn_with_state(Arc::new(Console { files, headers }), console_or_api)))
}

async fn console_or_api(State(console): State<Arc<Console>>, request: Request, next: Next) -> Response {
    let path = request.uri().path();
    let reads = request.method() == Method::GET || request.method() == Method::HEAD;
    if !reads || is_of_the_api(path) {
        return next.run(request).await;
    }
    match console.file(path).await {
        Some(response) => response,
        None => next.run(request).await,
    }
}

/// Below the paths that CloudFront sends to the API, what is not there is a problem, never the console.
fn is_of_the_api(path: &str) -> bool {
    static PATTERNS: LazyLock<BTreeSet<String>> = LazyLock::new(paths_of_the_api);
    let is_below = |root: &str| path.strip_prefix(root).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    PATTERNS.iter().any(|pattern| is_below(pattern.trim_end_matches("/*")))
}

impl Console {
    /// A file that is there; a page's path gets the index; an asset that is gone gets nothing, so that its name is not kept with a page's content.
    async fn file(&self, path: &str) -> Option<Response> {
        let name = path.trim_start_matches('/');
        if Path::new(name).components().any(|part| !matches!(part, Component::Normal(_))) {
            return None;
        }
        let exact = if name.is_empty() { None } else { tokio::fs::read(self.files.join(name)).await.ok() };
        let (name, content) = match exact {
            Some(content) => (name, content),
            None if is_asset(name) => return None,
            None => (INDEX, tokio::fs::read(self.files.join(INDEX)).await.ok()?),
        };
        let file = File::named(name);
        let mut response = Body::from(content).into_response();
        let headers = response.headers_mut();
        headers.extend(self.headers.clone());
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(file.media_type));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static(file.cache_control));
        Some(response)
    }
}

fn media_type(name: &str) -> &'static str {
    match Path::new(name).extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("ttf") => "font/ttf",
        Some("woff2") => "font/woff2",
        _ => "application/octet-stream",
    }
}
