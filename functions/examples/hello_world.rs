//! The least function that asks Postgres something: what the others' cold starts are measured against (`cargo dev bench --only cold`).

use std::process::ExitCode;

use lambda_http::{Body, Error, Request, Response, run, service_fn};
use store::Db;

#[expect(clippy::disallowed_methods, reason = "there is no other place where it could read its environment")]
fn database_url() -> Option<String> {
    std::env::var("DATABASE_URL").ok()
}

async fn hello(db: &Db) -> Result<Response<Body>, Error> {
    db.ping().await?;
    Ok(Response::new(Body::Text("hello, world".to_owned())))
}

async fn serve() -> Result<(), Error> {
    let db = Db::connect_lazily(&database_url().ok_or("DATABASE_URL is not set")?, 1)?;
    run(service_fn(|_: Request| hello(&db))).await
}

fn main() -> ExitCode {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    match runtime.map_err(Error::from).and_then(|runtime| runtime.block_on(serve())) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
