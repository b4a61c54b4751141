//! Evaluating a decision table in this process: through our engine, and zen-engine called bare. Both compiled.

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use serde_json::{Value, json};
use zen_engine::model::GraphContent;
use zen_engine::{Decision, EvaluationOptions, Variable};

use super::report::Line;
use super::rounds::{ROUNDS, Rate, Rounds};

pub const RULES: usize = 100;
/// Evaluated between two looks at the clock.
const AT_ONCE: usize = 100;
const LIMIT: Duration = Duration::from_secs(1);

/// A table with a rule for every ten of an order's total; the first rule that fits decides.
pub fn table() -> Value {
    let rule = |n: usize| {
        let total = format!("[{}..{})", n * 10, n * 10 + 10);
        json!({"_id": format!("r{n}"), "total": total, "country": "'DE', 'AT', 'CH'", "fee": n.to_string(), "carrier": format!("'carrier-{n}'")})
    };
    json!({
        "nodes": [
            {"id": "request", "type": "inputNode", "name": "Order", "position": {"x": 0, "y": 0}},
            {"id": "fees", "type": "decisionTableNode", "name": "Fees", "position": {"x": 200, "y": 0}, "content": {
                "hitPolicy": "first",
                "inputs": [{"id": "total", "name": "Total", "field": "order.total"}, {"id": "country", "name": "Country", "field": "order.country"}],
                "outputs": [{"id": "fee", "name": "Fee", "field": "fee"}, {"id": "carrier", "name": "Carrier", "field": "carrier"}],
                "rules": (0..RULES).map(rule).collect::<Vec<_>>(),
            }},
            {"id": "response", "type": "outputNode", "name": "Answer", "position": {"x": 400, "y": 0}},
        ],
        "edges": [
            {"id": "e1", "type": "edge", "sourceId": "request", "targetId": "fees"},
            {"id": "e2", "type": "edge", "sourceId": "fees", "targetId": "response"},
        ],
    })
}

/// An order that rule `n` fits, and no other.
pub fn order(n: usize) -> Value {
    json!({"order": {"total": n % RULES * 10 + 5, "country": "AT"}})
}

pub async fn measure(seconds: u32) -> Result<Vec<Line>> {
    let graph = engine::compile(table().to_string().as_bytes())?;
    let mut content: GraphContent = serde_json::from_value(table())?;
    content.compile();
    let bare = Decision::from(Arc::new(content));
    let mut rounds = Rounds::default();
    for round in 0..=ROUNDS {
        let ours = during(seconds, async |n| {
            Ok(graph.evaluate(order(n), engine::Options { trace: false, limit: LIMIT, patience: LIMIT }).await?.result)
        })
        .await?;
        let reference = during(seconds, async |n| evaluate(&bare, order(n))).await?;
        if round > 0 {
            rounds.add(ours, reference);
        }
    }
    let note = format!("one caller, {RULES} rules, from JSON to JSON");
    Ok(vec![rounds.time_line("evaluate in process", "zen-engine", 1.2, note)])
}

fn evaluate(decision: &Decision, input: Value) -> Result<Value> {
    let future = pin!(decision.evaluate_with_opts(Variable::from(input), EvaluationOptions { trace: false, max_depth: 1 }));
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(response)) => Ok(Value::from(response.result)),
        Poll::Ready(Err(error)) => bail!("{error}"),
        Poll::Pending => bail!("the engine waits for something"),
    }
}

/// One evaluation after another, each of another rule; every answer is looked at.
async fn during(seconds: u32, evaluate: impl AsyncFn(usize) -> Result<Value>) -> Result<Rate> {
    let (began, mut count) = (Instant::now(), 0);
    while began.elapsed() < Duration::from_secs(seconds.into()) {
        for _ in 0..AT_ONCE {
            let result = evaluate(count).await?;
            ensure!(result["fee"].as_u64() == u64::try_from(count % RULES).ok(), "rule {} answered {result}", count % RULES);
            count += 1;
        }
    }
    Ok(Rate { count: count as f64, seconds: began.elapsed().as_secs_f64() })
}
