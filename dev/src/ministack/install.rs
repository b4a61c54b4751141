//! MiniStack's Python package.

use crate::python::Tool;

/// The version that the tests were written against.
pub const VERSION: &str = "1.5.33";

pub const MINISTACK: Tool = Tool {
    name: "MiniStack",
    folder: "ministack-1.5.33",
    packages: &["ministack==1.5.33"],
    module: "ministack",
    serves: "the local DynamoDB and SQS",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_one_version() {
        assert_eq!(MINISTACK.packages, [format!("ministack=={VERSION}")]);
        assert_eq!(MINISTACK.folder, format!("ministack-{VERSION}"));
    }
}
