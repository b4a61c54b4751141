//! Addresses: what stands in one is escaped, so that a name never leads to another operation.

use http::Uri;
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::error::{Error, Result};

/// What RFC 3986 leaves as it is.
const IN_SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// What no address may hold at all.
const IN_ADDRESS: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'`').add(b'#').add(b'^').add(b'|').add(b'{').add(b'}');

/// One part of a path.
pub(crate) fn segment(text: &str) -> String {
    match text {
        // Escaped or not, these would be taken for a way up the path; with this end nothing has such a name.
        "." | ".." => format!("{text}%20"),
        text => utf8_percent_encode(text, IN_SEGMENT).to_string(),
    }
}

/// The whole address of a path, which may have a query of its own.
pub(crate) fn address(url: &str, path: &str, query: &[(&'static str, String)]) -> Result<Uri> {
    let mut text = format!("{url}{}", utf8_percent_encode(path, IN_ADDRESS));
    for (name, value) in query {
        text.push(if text.contains('?') { '&' } else { '?' });
        text = format!("{text}{name}={}", segment_of_query(value));
    }
    text.parse().map_err(|error| Error::Settings(format!("{text:?} is no address: {error}")))
}

fn segment_of_query(value: &str) -> String {
    utf8_percent_encode(value, IN_SEGMENT).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_one_part_of_the_path() {
        assert_eq!(segment("contact.created"), "contact.created");
        assert_eq!(segment("../../v1/tokens?x#y"), "..%2F..%2Fv1%2Ftokens%3Fx%23y");
        assert_eq!(segment(".."), "..%20");
        assert_eq!(segment("é 1"), "%C3%A9%201");
    }

    #[test]
    fn a_query_joins_the_one_that_is_there() {
        let both = address("https://api.example", "/v1/runs?limit=1", &[("flow", "a&b".to_owned()), ("source", "cli".to_owned())]);
        assert_eq!(both.unwrap().to_string(), "https://api.example/v1/runs?limit=1&flow=a%26b&source=cli");
        assert_eq!(address("http://[::1]:4000", "/v1/a b", &[]).unwrap().to_string(), "http://[::1]:4000/v1/a%20b");
    }
}
