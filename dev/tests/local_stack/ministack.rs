//! The emulator as a child.

use crate::support::{TestHome, parent, wait_for, wait_to_be_killed};
use dev::{home::Home, ministack::MiniStack, process::Identity, settings::Settings};

async fn create_table(endpoint: &str) -> u16 {
    let table = r#"{"TableName": "things", "BillingMode": "PAY_PER_REQUEST", "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
        "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]}"#;
    let request = dev::http::builder().build().unwrap().post(endpoint);
    let request = request.header("x-amz-target", "DynamoDB_20120810.CreateTable").header("content-type", "application/x-amz-json-1.0");
    request.body(table).send().await.unwrap().status().as_u16()
}

#[tokio::test]
#[ignore = "run as a process of its own by the test below"]
async fn a_parent() {
    let home = Home::open(&Settings::from_env().unwrap()).unwrap();
    let ministack = MiniStack::start(&home).await.unwrap();
    assert_eq!(create_table(&ministack.endpoint).await, 200);
    home.write_private("pid", ministack.pid().to_string().as_bytes()).unwrap();
    wait_to_be_killed().await;
}

#[tokio::test]
async fn the_emulator_of_a_killed_parent_is_adopted_with_what_it_holds() {
    let place = TestHome::new();
    let parent = parent("ministack::a_parent", &place);
    let pid: u32 = wait_for("an emulator", || std::fs::read_to_string(place.path("pid")).ok()?.parse().ok());
    parent.kill();

    let home = place.open();
    let adopted = MiniStack::start(&home).await.unwrap();
    assert_eq!(adopted.pid(), pid);
    assert_eq!(create_table(&adopted.endpoint).await, 400, "the table is there already");
    let endpoint = adopted.endpoint.clone();
    let process = Identity::of(pid).unwrap();
    adopted.stop().await.unwrap();
    assert!(!process.is_running());

    let next = MiniStack::start(&home).await.unwrap();
    assert_eq!(next.endpoint, endpoint, "the address survives a restart");
    assert_eq!(create_table(&next.endpoint).await, 200);
}

#[tokio::test]
async fn two_homes_have_emulators_side_by_side() {
    let (left, right) = (TestHome::new(), TestHome::new());
    let (left_home, right_home) = (left.open(), right.open());
    let (one, other) = tokio::join!(MiniStack::start(&left_home), MiniStack::start(&right_home));
    let (one, other) = (one.unwrap(), other.unwrap());
    assert_ne!(one.endpoint, other.endpoint);
    assert_eq!(create_table(&one.endpoint).await, 200);
    assert_eq!(create_table(&other.endpoint).await, 200);
}
