//! MiniStack's Python package.

use crate::python::Tool;

/// The version that the tests were written against.
pub const VERSION: &str = "1.5.33";

pub const MINISTACK: Tool = Tool {
    name: "MiniStack",
    folder: "ministack-1.5.33-sam-1.115.0",
    // The second makes CloudFormation of SAM's resources.
    packages: &["ministack==1.5.33", "aws-sam-translator==1.115.0"],
    module: "ministack, samtranslator",
    serves: "the local AWS",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_one_version() {
        assert_eq!(MINISTACK.packages[0], format!("ministack=={VERSION}"));
        assert_eq!(MINISTACK.folder.split("-sam-").next(), Some(format!("ministack-{VERSION}").as_str()));
    }
}
