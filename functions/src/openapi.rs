//! The OpenAPI document, folded from the table's annotations.

use std::sync::LazyLock;

use utoipa::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{ContentBuilder, Ref, RefOr, ResponseBuilder};

use crate::routes::{Access, ENDPOINTS};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "FetchCatch",
        description = "Change what production does without a deploy, and never by accident.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    components(schemas(wire::problem::Problem, wire::problem::Code, wire::problem::BodyError))
)]
struct Document;

/// The document, made once.
pub fn document() -> utoipa::openapi::OpenApi {
    let mut document = Document::openapi();
    for endpoint in ENDPOINTS {
        let (_, mut part) = (endpoint.router)().split_for_parts();
        for item in part.paths.paths.values_mut() {
            for operation in [&mut item.get, &mut item.post, &mut item.put, &mut item.patch, &mut item.delete].into_iter().flatten() {
                complete(operation, endpoint.access);
            }
        }
        document.merge(part);
    }
    if let Some(components) = &mut document.components {
        components.add_security_scheme("token", SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()));
    }
    document
}

/// What holds for every operation is said here and not forty times.
fn complete(operation: &mut Operation, access: Access) {
    let problem = ResponseBuilder::new()
        .description("Any error, RFC 9457.")
        .content("application/problem+json", ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build())
        .build();
    operation.responses.responses.insert("default".into(), RefOr::T(problem));
    if !access.is_open() {
        operation.security = Some(vec![SecurityRequirement::new::<_, [&str; 0], &str>("token", [])]);
    }
}

/// The document as it is served and as it stands in infra/openapi.json.
pub fn json() -> &'static str {
    static JSON: LazyLock<String> = LazyLock::new(|| document().to_pretty_json().map(|json| json + "\n").unwrap_or_default());
    &JSON
}
