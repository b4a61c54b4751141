use super::*;

fn canonical(text: &str) -> String {
    String::from_utf8(Canonical::of(&parse(text.as_bytes()).unwrap()).bytes).unwrap()
}

#[test]
fn members_are_sorted_and_numbers_have_one_spelling() {
    assert_eq!(canonical(r#" { "b" : 1.0, "a" : [ -0, -0.0, 1e2, 1E-7, 0.1 ] } "#), r#"{"a":[0,0,100,1e-7,0.1],"b":1}"#);
}
