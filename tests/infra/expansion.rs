//! The rule of expand and contract, as far as a text shows it: what code of the last release relies on stays.

use std::path::Path;

use crate::{read, root};

/// The version of the last file that came with a release.
pub fn released() -> i64 {
    let text = read("migrations/RELEASED");
    let named: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
    let [name] = named[..] else { panic!("migrations/RELEASED names {} files", named.len()) };
    assert!(root().join("migrations").join(name).exists(), "there is no migrations/{name}");
    version(name)
}

fn version(name: &str) -> i64 {
    name.split('_').next().and_then(|version| version.parse().ok()).unwrap_or_else(|| panic!("{name} has no version"))
}

pub struct File {
    pub name: String,
    pub version: i64,
    /// Its statements, each without comments and with single spaces.
    statements: Vec<String>,
}

pub fn files(folder: &Path) -> Vec<File> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = entries.filter(|path| path.extension().is_some_and(|extension| extension == "sql"));
    files.map(|path| File::new(path.file_name().unwrap().to_str().unwrap(), &std::fs::read_to_string(&path).unwrap())).collect()
}

impl File {
    pub fn new(name: &str, text: &str) -> File {
        let uncommented: Vec<&str> = text.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
        let statements = without_functions(&uncommented.join(" "));
        let words = |statement: &str| statement.split_whitespace().collect::<Vec<_>>().join(" ");
        File { name: name.to_owned(), version: version(name), statements: statements.split(';').map(words).collect() }
    }

    /// The statements that take something away. What is dropped and made again in the same file is not.
    pub fn contractions(&self) -> Vec<&str> {
        if self.name.contains("Contract") {
            return Vec::new();
        }
        self.statements.iter().map(String::as_str).filter(|statement| self.contracts(&statement.to_uppercase())).collect()
    }

    fn contracts(&self, statement: &str) -> bool {
        let says = |words: &str| format!(" {statement} ").replace(['\'', '(', ','], " ").contains(&format!(" {words} "));
        let drops = |kinds: &[&str]| kinds.iter().any(|kind| says(&format!("DROP {kind}")));
        let adds_required = says("ADD COLUMN") && says("NOT NULL") && !says("DEFAULT");
        drops(&["TABLE", "COLUMN", "FUNCTION", "VIEW", "SCHEMA", "TYPE", "SEQUENCE", "ROLE", "EXPRESSION", "IDENTITY"])
            || ["RENAME", "SET NOT NULL", "SET DATA TYPE"].iter().any(|words| says(words))
            || statement.split_once(" ALTER ").is_some_and(|(_, column)| column.contains(" TYPE "))
            || adds_required
            || ["CONSTRAINT", "POLICY", "TRIGGER"].iter().any(|kind| self.drops_for_good(statement, kind))
    }

    fn drops_for_good(&self, statement: &str, kind: &str) -> bool {
        let Some((_, dropped)) = statement.split_once(&format!("DROP {kind} ")) else { return false };
        let name = dropped.trim_start_matches("IF EXISTS ").split(' ').next().unwrap_or_default();
        let made = [format!("ADD {kind} {name} "), format!("CREATE {kind} {name} "), format!("CREATE CONSTRAINT {kind} {name} ")];
        !self.statements.iter().any(|statement| made.iter().any(|made| statement.to_uppercase().contains(made)))
    }
}

/// What a function does is done when it is called; a DO block is done here and now.
fn without_functions(text: &str) -> String {
    let mut parts = text.split("$$");
    let mut kept = parts.next().unwrap_or_default().to_owned();
    while let (Some(body), Some(after)) = (parts.next(), parts.next()) {
        let statement = kept.rsplit(';').next().unwrap_or_default().to_uppercase();
        if !statement.contains("FUNCTION") {
            kept.push_str(body);
        }
        kept.push_str(after);
    }
    kept
}
