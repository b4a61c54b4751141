//! The console's files on their way to a deployment, into an AWS emulator.

use std::fs;

use dev::aws_tools::Sam;
use dev::stack::console;
use dev::tools;
use serde_json::{Value, json};

use crate::settings;

/// A bucket, a distribution and a stack that names both.
const MAKE: &str = r#"
import boto3, json, os, sys
name = sys.argv[1]
client = lambda service: boto3.client(service, endpoint_url=os.environ["AWS_ENDPOINT_URL"])
client("s3").create_bucket(Bucket=name)
origin = {"Id": "console", "DomainName": f"{name}.s3.amazonaws.com", "S3OriginConfig": {"OriginAccessIdentity": ""}}
behavior = {"TargetOriginId": "console", "ViewerProtocolPolicy": "redirect-to-https", "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6"}
config = {"CallerReference": name, "Comment": "", "Enabled": True, "Origins": {"Quantity": 1, "Items": [origin]}, "DefaultCacheBehavior": behavior}
distribution = client("cloudfront").create_distribution(DistributionConfig=config)["Distribution"]["Id"]
outputs = {"ConsoleBucketName": {"Value": name}, "DistributionId": {"Value": distribution}, "Url": {"Value": "https://console.example"}}
queue = {"Type": "AWS::SQS::Queue"}
parameters = {"Release": {"Type": "String", "Default": "1"}}
client("cloudformation").create_stack(StackName=name, TemplateBody=json.dumps({"Parameters": parameters, "Resources": {"Queue": queue}, "Outputs": outputs}))
client("cloudformation").get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
"#;

/// What is in the bucket, and what the distribution was asked to look at again.
const LOOK: &str = r#"
import boto3, json, os, sys
name = sys.argv[1]
client = lambda service: boto3.client(service, endpoint_url=os.environ["AWS_ENDPOINT_URL"])
s3, cloudfront = client("s3"), client("cloudfront")
objects = {}
for item in s3.list_objects_v2(Bucket=name)["Contents"]:
    found = s3.get_object(Bucket=name, Key=item["Key"])
    objects[item["Key"]] = [found["ContentType"], found["CacheControl"], found["Body"].read().decode()]
outputs = {output["OutputKey"]: output["OutputValue"] for output in client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]["Outputs"]}
listed = cloudfront.list_invalidations(DistributionId=outputs["DistributionId"])["InvalidationList"].get("Items", [])
get = lambda one: cloudfront.get_invalidation(DistributionId=outputs["DistributionId"], Id=one["Id"])["Invalidation"]["InvalidationBatch"]["Paths"]["Items"]
print(json.dumps({"objects": objects, "invalidated": [get(one) for one in listed]}))
"#;

async fn python(sam: &Sam, script: &str, name: &str) -> String {
    let mut python = sam.python();
    python.args(["-c", script, name]).env("AWS_DEFAULT_REGION", "us-east-1");
    tools::run(python).await.unwrap()
}

#[tokio::test]
async fn files_come_with_their_types_and_ages_and_the_pages_are_asked_for_again() {
    let name = format!("console-{}", tests::fresh().simple());
    let folder = std::env::temp_dir().join(&name);
    fs::create_dir_all(folder.join("assets")).unwrap();
    for (file, content) in
        [("index.html", "<!doctype html>"), ("logo.svg", "<svg/>"), ("assets/index-1a2b.js", "1"), ("assets/engine-3c4d.wasm", "w")]
    {
        fs::write(folder.join(file), content).unwrap();
    }
    let sam = Sam::find_or_install(&settings()).await.unwrap();
    assert_eq!(sam.stack_status(&name).await.unwrap(), None);
    python(&sam, MAKE, &name).await;
    assert_eq!(sam.stack_status(&name).await.unwrap().as_deref(), Some("CREATE_COMPLETE"));
    let files = console::files(&folder).unwrap();
    let order: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    assert_eq!(
        order,
        ["assets/engine-3c4d.wasm", "assets/index-1a2b.js", "logo.svg", "index.html"],
        "a page refers to nothing that is not there yet"
    );
    let refused = sam.publish_console(&name, Some("2"), &folder, &files).await.unwrap_err();
    assert!(format!("{refused:#}").contains("at the release 1, and not at 2"), "{refused:#}");
    for release in [Some("1"), None] {
        assert_eq!(sam.publish_console(&name, release, &folder, &files).await.unwrap(), "https://console.example");
    }
    let found: Value = serde_json::from_str(&python(&sam, LOOK, &name).await).unwrap();
    let (for_ever, asked_again) = ("public, max-age=31536000, immutable", "no-cache");
    assert_eq!(
        found["objects"],
        json!({
            "assets/engine-3c4d.wasm": ["application/wasm", for_ever, "w"],
            "assets/index-1a2b.js": ["text/javascript; charset=utf-8", for_ever, "1"],
            "index.html": ["text/html; charset=utf-8", asked_again, "<!doctype html>"],
            "logo.svg": ["image/svg+xml", asked_again, "<svg/>"],
        })
    );
    assert_eq!(found["invalidated"], json!([["/logo.svg", "/index.html"], ["/logo.svg", "/index.html"]]));
    fs::remove_dir_all(folder).unwrap();
}

#[tokio::test]
async fn a_stack_that_is_not_there_is_named() {
    let sam = Sam::find_or_install(&settings()).await.unwrap();
    let refused = sam.publish_console("no-such-stack", None, &std::env::temp_dir(), &[]).await.unwrap_err();
    assert!(format!("{refused:#}").contains("no-such-stack"), "{refused:#}");
}
