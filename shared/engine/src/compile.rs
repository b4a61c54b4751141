//! From stored bytes to a graph that can be evaluated.

use std::collections::HashMap;
use std::future::ready;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use serde_json::Value;
use zen_engine::nodes::function::http_handler::{HttpHandler, HttpHandlerRequest, HttpHandlerResponse};
use zen_engine::{Decision, ZEN_CONFIG};
use zen_expression::OpcodeCache;

use crate::check::{examine, on_a_deep_stack};
use crate::document::Document;
use crate::ends;
use crate::extent::Extent;
use crate::finding::{Refusal, RefusalCode};
use crate::meter::{MAX_VISITS, metered};
use crate::reach::{self, Circumstances};
use crate::syntax::{Flavor, Sound};

/// A graph ready to be evaluated any number of times, from any thread; cheap to clone.
#[derive(Clone)]
pub struct Graph(pub(crate) Arc<Compiled>);

pub(crate) struct Compiled {
    pub decision: Decision,
    /// What was compiled: before a large input is evaluated, it is read once more.
    pub graph: Value,
    /// An input of at most this weight is evaluated where the caller is: it can't take long.
    pub light: f64,
    /// Expressions that fail when a range in them gets too long: the engine doesn't say why one failed.
    pub open_ranges: Vec<Box<str>>,
}

/// Some five milliseconds.
const LIGHT_STEPS: f64 = 500_000.0;
const LIGHT_MEMORY: f64 = 64.0 * 1024.0 * 1024.0;

/// Visits of the [`meter`](crate::meter): what took more to look at is not looked at again for each weight of an input.
const EASY: u64 = 2_000_000;

/// Why stored bytes make no graph.
#[derive(Debug, thiserror::Error)]
pub enum CompileError {
    /// Not JSON.
    #[error("the graph is no JSON: {0}")]
    Malformed(String),
    /// What [`check`](crate::check()) refuses.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// From stored canonical bytes. Refuses again what [`check`](crate::check()) refuses, and what the engine must not come by: what was stored
/// under an older checker is not trusted.
///
/// What only has errors is compiled, and decides what it decided before anybody called it wrong: whether such a graph may be published,
/// or a draft of it evaluated, is asked of [`check`](crate::check()).
///
/// # Errors
/// What endangers the process, and nothing else that makes sense to the engine.
pub fn compile(body: &[u8]) -> Result<Graph, CompileError> {
    let graph: Value = serde_json::from_slice(body).map_err(|error| CompileError::Malformed(error.to_string()))?;
    let (mut content, cache, light, open_ranges) = on_a_deep_stack(|| {
        let examined = examine(&graph)?;
        if !examined.harmful.is_empty() {
            return Err(Refusal { code: RefusalCode::SchemaViolation, diagnostics: examined.harmful.finish() });
        }
        let light = if examined.visits > EASY { 0.0 } else { light(&examined.document) };
        let open: Vec<Box<str>> =
            examined.expressions.iter().filter(|(_, sound)| sound.open_range).map(|((source, _), _)| Box::from(*source)).collect();
        Ok((examined.content, bytecode(examined.expressions), light, open))
    })?;
    ZEN_CONFIG.http_auth.store(false, Ordering::Relaxed);
    // The engine fills a cache of its own only where it finds none; ours holds the fields of columns as well, and guards ranges.
    content.compiled_cache = Some(Arc::new(cache));
    ends::set_apart(&mut content);
    content.compile();
    let decision = Decision::from(content).with_http_handler(Some(Arc::new(Offline))).with_adapter(Arc::new(ends::Copy));
    Ok(Graph(Arc::new(Compiled { decision, graph, light, open_ranges })))
}

/// The heaviest input, of a few weights, with which the graph can't take longer than a thread takes to start, or much memory.
fn light(document: &Document<'_>) -> f64 {
    let circumstances = Circumstances { trace: true, lenient: false };
    let is_light = |weight: f64| {
        let (reach, _) = metered(MAX_VISITS, || reach::reckon(document, &Extent::unknown_json(weight), circumstances));
        reach.is_ok_and(|reach| reach.steps <= LIGHT_STEPS && reach.memory <= LIGHT_MEMORY)
    };
    match is_light(65_536.0) {
        true if is_light(1_048_576.0) => 1_048_576.0,
        true => 65_536.0,
        false if is_light(4_096.0) => 4_096.0,
        false => 0.0,
    }
}

fn bytecode(expressions: HashMap<(&str, Flavor), Sound>) -> OpcodeCache {
    let mut cache = OpcodeCache::new();
    for ((source, flavor), sound) in expressions {
        let by_source = match flavor {
            Flavor::Standard => &mut cache.standard,
            Flavor::Unary => &mut cache.unary,
        };
        by_source.insert(Arc::from(source), Arc::from(sound.bytecode));
    }
    cache
}

/// No node that could ask for anything gets this far; should one, this is what it gets.
#[derive(Debug)]
struct Offline;

impl HttpHandler for Offline {
    fn handle(&self, _: HttpHandlerRequest) -> Pin<Box<dyn Future<Output = Result<HttpHandlerResponse, String>> + Send + '_>> {
        Box::pin(ready(Err("graphs can't reach the network".to_owned())))
    }
}
