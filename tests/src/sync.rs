//! Files of a checkout, and the calls that CI makes with them.

use serde_json::{Value, json};

use crate::{Api, Request, config};

/// The digest of a document's canonical form.
pub fn digest(document: &Value) -> Value {
    json!(domain::canonical::digest_of(document))
}

/// [`config`] with this setting.
pub fn config_with(setting: &str, value: impl Into<Value>) -> Value {
    let mut config = config();
    config["settings"][setting] = value.into();
    config
}

/// A connector's file as plan and apply take it, with what it started from.
pub fn file(slug: &str, config: &Value, base: Option<&Value>) -> Value {
    json!({"type": "connector", "slug": slug, "baseDigest": base.map(digest), "digest": digest(config), "body": config})
}

impl Api {
    /// As CI, without a commit.
    pub fn plan(&self, files: impl IntoIterator<Item = Value>) -> Request {
        self.post("/v1/sync/plan").as_(&self.ci).json(json!({"resources": files.into_iter().collect::<Vec<_>>()}))
    }

    /// As CI, without a commit.
    pub fn apply(&self, files: impl IntoIterator<Item = Value>) -> Request {
        self.post("/v1/sync/apply").as_(&self.ci).json(json!({"resources": files.into_iter().collect::<Vec<_>>()}))
    }

    /// As CI, from this commit of `main`.
    pub fn apply_commit(&self, commit: &str, files: impl IntoIterator<Item = Value>) -> Request {
        self.apply(files).header("x-fcc-git-commit", commit).header("x-fcc-git-branch", "main")
    }

    /// Bulk publish, as CI.
    pub fn publish_many(&self, what: Value) -> Request {
        self.post("/v1/sync/publish").as_(&self.ci).json(what)
    }
}
