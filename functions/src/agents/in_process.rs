//! The API as its own client: what a tool asks for is answered in this process, through the same envelope, checks and handlers as
//! over the network.

use std::convert::Infallible;
use std::fmt;
use std::sync::LazyLock;

use axum::Router;
use axum::body::Body;
use http::{Request, Response};
use http_body_util::BodyExt;
use sdk::{Answering, Transport};
use tower::ServiceExt;
use utoipa_axum::router::OpenApiRouter;

use crate::app::App;
use crate::envelope::RequestId;
use crate::{access, connectors, flows, gateway, routes, runs, sync};

/// Nothing listens there; an address has to begin with something.
pub const ORIGIN: &str = "http://in-process";

/// What tools ask for, and nothing else of the table: neither does this function link it, nor could an agent get there.
static ROUTES: LazyLock<Router<App>> = LazyLock::new(|| {
    macro_rules! routes {
        ($($area:ident :: $operation:ident)*) => {
            [$(OpenApiRouter::new().routes(utoipa_axum::routes!($area::$operation::$operation)),)*]
        };
    }
    let needed = routes! {
        access::get_me
        connectors::list_connectors connectors::create_connector connectors::get_connector
        connectors::get_connector_draft connectors::patch_connector_draft connectors::diff_connector_draft
        connectors::put_connector_entity connectors::put_connector_event_flow connectors::put_connector_settings
        connectors::get_connector_version connectors::diff_connector_version connectors::restore_connector_version
        connectors::restore_connector_snapshot
        flows::list_flows flows::create_flow flows::get_flow
        flows::get_flow_draft flows::put_flow_draft flows::diff_flow_draft
        flows::get_flow_version flows::diff_flow_version flows::restore_flow_version flows::restore_flow_snapshot
        runs::evaluate_flow_draft runs::list_runs
        sync::get_drift sync::list_history
    };
    needed.into_iter().fold(Router::new(), |router, endpoint| router.merge(routes::named(endpoint)))
});

/// The way to those routes, within one request.
pub struct InProcess {
    router: Router,
    id: RequestId,
}

impl InProcess {
    /// What it asks is told in the log as a part of this request.
    pub fn within(app: &App, id: RequestId) -> InProcess {
        InProcess { router: gateway::wrap(ROUTES.clone(), app.clone()), id }
    }
}

impl fmt::Debug for InProcess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InProcess")
    }
}

impl Transport for InProcess {
    fn send(&self, request: Request<Vec<u8>>) -> Answering<'_> {
        let router = self.router.clone();
        let mut request = request.map(Body::from);
        request.extensions_mut().insert(self.id.clone());
        Box::pin(async move {
            let answered: Result<_, Infallible> = router.oneshot(request).await;
            let (parts, body) = match answered {
                Ok(response) => response.into_parts(),
                Err(never) => match never {},
            };
            let body = body.collect().await.map_err(|error| error.to_string())?;
            Ok(Response::from_parts(parts, body.to_bytes().to_vec()))
        })
    }
}
