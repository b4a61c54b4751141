mod begin_login;
mod begin_session;
mod end_session;
mod finish_login;
mod list_sign_in_methods;
mod provider;

use tests::{Answer, Api};

/// `name=value` of the cookie that an answer sets.
fn cookie(answer: &Answer) -> String {
    let set = answer.header("set-cookie").unwrap();
    for attribute in ["Path=/", "Secure", "HttpOnly", "SameSite=Lax"] {
        assert!(set.split("; ").any(|part| part == attribute), "{attribute} is not in {set}");
    }
    assert!(set.starts_with("__Host-") && !set.contains("Domain="), "{set}");
    set.split(';').next().unwrap().to_owned()
}

/// A console session of the owner.
async fn session(api: &Api) -> String {
    let answer = api.post("/auth/token").anonymously().json(serde_json::json!({"token": api.tenant.token})).await;
    cookie(&answer)
}
