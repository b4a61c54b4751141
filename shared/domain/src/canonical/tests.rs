use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::arbitrary;

fn canonical(text: &str) -> String {
    String::from_utf8(Canonical::of(&parse(text.as_bytes()).unwrap()).bytes).unwrap()
}

fn refusal(text: impl AsRef<[u8]>) -> Reason {
    parse(text.as_ref()).unwrap_err().reason
}

#[test]
fn the_rfcs_sample_is_spelled_as_the_rfc_spells_it() {
    let text = r#"{
        "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
        "literals": [null, true, false]
    }"#;
    let expected =
        r#"{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}"#;
    assert_eq!(canonical(text), expected);
}

#[test]
fn keys_are_sorted_by_utf_16_units() {
    let text = r#"{"\u20ac":1,"\r":2,"\ufb33":3,"1":4,"\ud83d\ude00":5,"\u0080":6,"\u00f6":7}"#;
    assert_eq!(canonical(text), "{\"\\r\":2,\"1\":4,\"\u{80}\":6,\"ö\":7,\"€\":1,\"😀\":5,\"\u{fb33}\":3}");
}

#[test]
fn numbers_are_spelled_as_the_rfcs_appendix_spells_them() {
    let table = [
        (0x0000000000000000, "0"),
        (0x8000000000000000, "0"),
        (0x0000000000000001, "5e-324"),
        (0x8000000000000001, "-5e-324"),
        (0x7fefffffffffffff, "1.7976931348623157e+308"),
        (0xffefffffffffffff, "-1.7976931348623157e+308"),
        (0x4340000000000000, "9007199254740992"),
        (0xc340000000000000, "-9007199254740992"),
        (0x4430000000000000, "295147905179352830000"),
        (0x44b52d02c7e14af5, "9.999999999999997e+22"),
        (0x44b52d02c7e14af6, "1e+23"),
        (0x44b52d02c7e14af7, "1.0000000000000001e+23"),
        (0x444b1ae4d6e2ef4e, "999999999999999700000"),
        (0x444b1ae4d6e2ef4f, "999999999999999900000"),
        (0x444b1ae4d6e2ef50, "1e+21"),
        (0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7"),
        (0x3eb0c6f7a0b5ed8d, "0.000001"),
        (0x41b3de4355555553, "333333333.3333332"),
        (0x41b3de4355555554, "333333333.33333325"),
        (0x41b3de4355555555, "333333333.3333333"),
        (0x41b3de4355555556, "333333333.3333334"),
        (0x41b3de4355555557, "333333333.33333343"),
        (0xbecbf647612f3696, "-0.0000033333333333333333"),
        (0x43143ff3c1cb0959, "1424953923781206.2"),
    ];
    for (bits, expected) in table {
        assert_eq!(Canonical::of(&json!(f64::from_bits(bits))).bytes, expected.as_bytes(), "{bits:x}");
    }
}

#[test]
fn equal_numbers_have_one_form_in_memory_too() {
    for (text, expected) in
        [("1.0", json!(1)), ("-0", json!(0)), ("-0.0", json!(0)), ("1e2", json!(100)), ("9007199254740992.0", json!(1i64 << 53))]
    {
        assert_eq!(parse(text.as_bytes()).unwrap(), expected, "{text}");
    }
    assert_eq!(parse(b"1e21").unwrap(), json!(1e21));
    assert_eq!(parse(b"1e-400").unwrap(), json!(0));
}

#[test]
fn integers_end_at_two_to_the_53() {
    for good in ["9007199254740992", "-9007199254740992", "1e21", "1.5e300"] {
        let canonical = canonical(good);
        assert!(parse(canonical.as_bytes()).is_ok(), "{canonical}");
    }
    for bad in
        ["9007199254740993", "-9007199254740993", "18446744073709551616", "12345678901234567890123", "1e20", "-1e20", "9007199254740994.0"]
    {
        assert_eq!(refusal(bad), Reason::IntegerTooLarge, "{bad}");
    }
    for bad in ["1e309", "-1e309", "1e999999999999"] {
        assert_eq!(refusal(bad), Reason::NumberTooLarge, "{bad}");
    }
}

#[test]
fn what_readers_disagree_about_is_refused() {
    assert_eq!(refusal(r#"{"a":1,"b":{"a":2},"\u0061":3}"#), Reason::DuplicateKey("a".to_owned()));
    assert_eq!(refusal(r#""\u0000""#), Reason::Nul);
    assert_eq!(refusal(r#"{"a\u0000":1}"#), Reason::Nul);
    assert_eq!(refusal("\"\0\""), Reason::Nul);
    for lone in [r#""\ud800""#, r#""\udc00""#, r#""\ud800x""#, r#""\ud800\n""#, r#""\ud800\ud800""#, r#""\ud800\u0041""#] {
        assert_eq!(refusal(lone), Reason::LoneSurrogate, "{lone}");
    }
    assert_eq!(refusal(b"\"\xff\""), Reason::NotUtf8);
    assert_eq!(refusal(b"\"\xed\xa0\x80\""), Reason::NotUtf8);
}

#[test]
fn nesting_ends_at_127() {
    let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    assert!(parse(nested(127).as_bytes()).is_ok());
    assert_eq!(refusal(nested(128)), Reason::TooDeep);
    assert_eq!(refusal("{\"a\":".repeat(4_000_000)), Reason::TooDeep);
    // What we take, every reader with serde_json's limit takes.
    assert!(serde_json::from_str::<Value>(&nested(127)).is_ok());
}

#[test]
fn what_is_no_json_is_refused_where_it_goes_wrong() {
    let cases = [
        ("", "line 1, column 1: the text ends here, but a value must follow"),
        ("\u{feff}{}", "line 1, column 1: found '\\u{feff}' where a value must stand"),
        ("{} x", "line 1, column 4: the document ends before this; nothing may follow it"),
        ("{\"é\": tru}", "line 1, column 7: found 't' where a value must stand"),
        ("[1,\n 2,]", "line 2, column 4: found ']' where a value must stand"),
        ("{\n\"a\" 1}", "line 2, column 5: found '1' where a colon must stand"),
        ("{\"a\":1,}", "line 1, column 8: found '}' where a key in double quotes must stand"),
        ("{\"a\":1 \"b\":2}", "line 1, column 8: found '\"' where a comma or a closing brace must stand"),
        ("[1 2]", "line 1, column 4: found '2' where a comma or a closing bracket must stand"),
        ("\"abc", "line 1, column 5: the text ends here, but a closing quote must follow"),
        ("\"a\tb\"", "line 1, column 3: a line break, tab or other control character in a string must be escaped"),
        ("[01]", "line 1, column 2: this is not a JSON number"),
        ("{\"a\": 1, \"a\": 2}", "line 1, column 10: the key \"a\" stands twice in one object"),
    ];
    for (text, expected) in cases {
        assert_eq!(parse(text.as_bytes()).unwrap_err().to_string(), expected, "{text:?}");
    }
    for text in [
        "-",
        "1.",
        ".5",
        "+1",
        "1e",
        "1e+",
        "0x1",
        "NaN",
        "Infinity",
        "'a'",
        "[",
        "{",
        "{\"a\"",
        "{\"a\":",
        "{a:1}",
        "// x\n1",
        r#""\x""#,
        r#""\u12""#,
        r#""\u+123""#,
        "\"\\",
    ] {
        assert!(parse(text.as_bytes()).is_err(), "{text:?}");
    }
}

#[test]
fn a_write_that_outgrows_the_limits_is_not_admitted() {
    let string = |bytes: usize| json!("a".repeat(bytes - 2));
    assert!(Canonical::admit(&string(MAX_BODY_BYTES)).is_ok());
    assert_eq!(Canonical::admit(&string(MAX_BODY_BYTES + 1)), Err(Inadmissible::TooLarge { bytes: MAX_BODY_BYTES + 1 }));
    let nested = |levels: usize| (0..levels).fold(json!(1), |inner, _| json!({"a": inner}));
    assert_eq!(Canonical::admit(&nested(127)).map(|admitted| admitted.digest), Ok(digest_of(&nested(127))));
    assert_eq!(Canonical::admit(&nested(128)), Err(Inadmissible::TooDeep));
}

/// Text that is JSON, nearly JSON, or could be taken for it.
fn json_like() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"",
        "\"a\"",
        "\"b\":",
        "1",
        "-",
        "0",
        ".",
        "e",
        "E+",
        "9007199254740993",
        "true",
        "null",
        " ",
        "\n",
        "\\u",
        "d83d",
        "\\ude00",
        "\\n",
        "é",
        "😀",
        "\u{1}",
    ]);
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn canonical_bytes_parse_to_what_they_spell(number in prop::num::f64::ANY, text: String, document in arbitrary::any_document()) {
        let body = json!([text.replace('\0', ""), document, number]).to_string();
        if let Ok(value) = parse(body.as_bytes()) {
            let canonical = Canonical::of(&value);
            let again = parse(&canonical.bytes).unwrap();
            prop_assert_eq!(&again, &value);
            prop_assert_eq!(Canonical::of(&again), canonical);
        } else {
            prop_assert!((9007199254740992.0..1e21).contains(&number.abs()));
        }
    }

    #[test]
    fn another_canonicaliser_agrees(keys: Vec<String>, number in prop::num::f64::ANY, document in arbitrary::any_document()) {
        let value = json!([keys.iter().map(|key| (key.clone(), json!(key))).collect::<serde_json::Map<_, _>>(), number, document]);
        prop_assert_eq!(Canonical::of(&value).bytes, serde_json_canonicalizer::to_vec(&value).unwrap());
    }

    #[test]
    fn another_reader_agrees(text in json_like()) {
        // We are stricter, never laxer, and read the same from what we take.
        if let Ok(ours) = parse(text.as_bytes()) {
            let theirs: Value = serde_json::from_str(&text).unwrap();
            prop_assert_eq!(Canonical::of(&ours), Canonical::of(&theirs));
        } else if let Ok(theirs) = serde_json::from_str::<Value>(&text) {
            let strict = ["\\u0000", "9007199254740993"].iter().any(|part| text.contains(part));
            let repeats = text.matches("\"a\"").count() > 1 || text.matches("\"b\"").count() > 1 || text.matches("\"").count() > 2;
            prop_assert!(strict || repeats || theirs.is_number(), "{}", text);
        }
    }

    #[test]
    fn any_bytes_are_survived(bytes: Vec<u8>) {
        if let Err(malformed) = parse(&bytes) {
            prop_assert!(malformed.offset <= bytes.len());
            prop_assert!(!malformed.to_string().is_empty());
        }
    }
}
