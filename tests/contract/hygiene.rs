//! Small things that creep in.

use std::path::{Path, PathBuf};

use crate::root;

/// Folders with what people write here.
const FOLDERS: [&str; 7] = ["clients", "dev", "functions", "infra", "migrations", "shared", "tests"];
const SUFFIXES: [&str; 5] = ["rs", "sql", "toml", "yaml", "ts"];

fn files() -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() {
                if !["node_modules", "target", "dist"].contains(&name) && !name.starts_with('.') {
                    walk(&path, found);
                }
            } else if path.extension().is_some_and(|suffix| SUFFIXES.iter().any(|known| suffix == *known)) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    FOLDERS.iter().for_each(|folder| walk(&root().join(folder), &mut found));
    assert!(found.len() > 50, "only {} files were found", found.len());
    found
}

#[test]
fn nothing_is_left_for_later_or_silenced() {
    // In two pieces, so that they are not found here.
    let banned = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("todo", "!("),
        concat!("unimplemented", "!("),
        concat!("dbg", "!("),
        concat!("#[all", "ow("),
        concat!("#![all", "ow("),
        concat!("<<<<", "<<<"),
    ];
    let mut found = Vec::new();
    for path in files() {
        let text = std::fs::read_to_string(&path).unwrap();
        for (number, line) in text.lines().enumerate() {
            if let Some(word) = banned.iter().find(|word| line.contains(**word)) {
                found.push(format!("{}:{}: {word}", path.strip_prefix(root()).unwrap().display(), number + 1));
            }
        }
    }
    assert!(found.is_empty(), "do it, or say with #[expect(..., reason)] why not:\n{}", found.join("\n"));
}

#[test]
fn migrations_are_named_for_their_time_and_in_pascal_case() {
    let mut seconds = Vec::new();
    let names = std::fs::read_dir(root().join("migrations")).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    for name in names.filter(|name| name != "RELEASED") {
        let parts = name.strip_suffix(".sql").and_then(|name| name.split_once('_'));
        let (time, title) = parts.unwrap_or_else(|| panic!("migrations/{name} is not <unix-seconds>_<PascalName>.sql"));
        assert!(time.len() == 10 && time.bytes().all(|byte| byte.is_ascii_digit()), "migrations/{name} does not begin with ten digits");
        assert!(
            title.starts_with(|first: char| first.is_ascii_uppercase()) && title.bytes().all(|byte| byte.is_ascii_alphanumeric()),
            "{name}"
        );
        seconds.push(time.to_owned());
    }
    seconds.sort_unstable();
    let migrations = seconds.len();
    seconds.dedup();
    assert_eq!(seconds.len(), migrations, "two migrations have one time, so their order is open");
}
