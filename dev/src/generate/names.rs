//! One operation has one name; only its spelling differs from place to place.

/// `publish_connector` as the template spells it: `PublishConnector`.
pub fn camel_case(operation: &str) -> String {
    let capitalised = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
    };
    operation.split('_').map(capitalised).collect()
}

#[cfg(test)]
mod tests {
    use super::camel_case;

    #[test]
    fn words_become_humps() {
        assert_eq!(camel_case("sweep"), "Sweep");
        assert_eq!(camel_case("put_connector_event_flow"), "PutConnectorEventFlow");
    }
}
