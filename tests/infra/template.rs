//! The template after SAM's transform, and ways to look into it.

use dev::aws_tools::Sam;
use serde_json::{Map, Value};
use tokio::sync::OnceCell;

use crate::{settings, template_path};

/// What CloudFormation would be given.
pub struct Template(Value);

pub async fn transformed() -> &'static Template {
    static TEMPLATE: OnceCell<Template> = OnceCell::const_new();
    TEMPLATE
        .get_or_init(|| async { Template(Sam::find_or_install(&settings()).await.unwrap().transform(&template_path()).await.unwrap()) })
        .await
}

/// A resource, with its name.
pub type Resource<'a> = (&'a str, &'a Value);

impl Template {
    pub fn section(&self, name: &str) -> &Map<String, Value> {
        self.0[name].as_object().unwrap_or_else(|| panic!("the template has no {name}"))
    }

    pub fn count(&self) -> usize {
        self.section("Resources").len()
    }

    /// The properties of every resource of that type.
    pub fn of_type<'a>(&'a self, wanted: &str) -> Vec<Resource<'a>> {
        let resources = self.section("Resources").iter().filter(|(_, resource)| resource["Type"] == wanted);
        let found: Vec<_> = resources.map(|(name, resource)| (name.as_str(), &resource["Properties"])).collect();
        assert!(!found.is_empty(), "the template has no {wanted}");
        found
    }

    #[track_caller]
    pub fn properties(&self, name: &str) -> &Value {
        let resource = self.section("Resources").get(name).unwrap_or_else(|| panic!("the template has no {name}"));
        &resource["Properties"]
    }

    pub fn has_type(&self, wanted: &str) -> bool {
        self.section("Resources").values().any(|resource| resource["Type"] == wanted)
    }

    pub fn depends_on(&self, name: &str) -> Vec<&str> {
        match &self.section("Resources")[name]["DependsOn"] {
            Value::String(one) => vec![one],
            Value::Array(many) => many.iter().filter_map(Value::as_str).collect(),
            _ => Vec::new(),
        }
    }

    /// Every policy of a role, those that it shares included: their statements.
    pub fn statements(&self, role: &str) -> Vec<&Value> {
        let role = self.properties(role);
        let own = role["Policies"].as_array().into_iter().flatten().map(|policy| &policy["PolicyDocument"]);
        let shared = role["ManagedPolicyArns"].as_array().into_iter().flatten();
        let shared = shared.map(|policy| &self.properties(policy["Ref"].as_str().unwrap())["PolicyDocument"]);
        own.chain(shared).flat_map(statements_of).collect()
    }
}

/// With those that stand there under a condition.
pub fn statements_of(document: &Value) -> Vec<&Value> {
    let statements = document["Statement"].as_array().unwrap().iter();
    statements.map(|statement| statement.get("Fn::If").map_or(statement, |branches| &branches[1])).collect()
}

/// One or many strings.
pub fn strings(value: &Value) -> Vec<&str> {
    match value {
        Value::String(one) => vec![one],
        Value::Array(many) => many.iter().map(|one| one.as_str().unwrap()).collect(),
        other => panic!("{other} is no list of strings"),
    }
}
