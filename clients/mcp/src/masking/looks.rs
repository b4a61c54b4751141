//! What a secret's name and a secret look like.

/// Words that name a secret, or something with secrets in it.
const SECRETS: [&str; 15] = [
    "password",
    "passwords",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "secrets",
    "token",
    "tokens",
    "credential",
    "credentials",
    "authorization",
    "apikey",
    "cookie",
    "privatekey",
];
/// What kind of key is a secret.
const KEYS: [&str; 9] = ["api", "private", "access", "signing", "encryption", "shared", "master", "account", "subscription"];
/// Of a secret, something that is none.
const ABOUT: [&str; 17] = [
    "url", "uri", "endpoint", "path", "name", "names", "type", "ttl", "expires", "expiry", "limit", "count", "header", "prefix", "id",
    "ref", "field",
];
/// How values of a known make begin, and how long they are at least.
const MAKES: [(&str, usize); 22] = [
    ("AKIA", 20),
    ("ASIA", 20),
    ("ghp_", 30),
    ("gho_", 30),
    ("ghs_", 30),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("sk_live_", 12),
    ("sk_test_", 12),
    ("rk_live_", 12),
    ("whsec_", 12),
    ("sk-", 24),
    ("xoxb-", 16),
    ("xoxp-", 16),
    ("xapp-", 16),
    ("pat-", 24),
    ("AIza", 35),
    ("SG.", 30),
    ("fcp_", 30),
    ("fcs_", 30),
    ("fca_", 30),
    ("fce_", 30),
];
/// A random word is at least this long.
const RANDOM: usize = 32;

/// `api_key`, `clientSecret`, `DB-PASSWORD`; not `token_url` or `secret_name`.
pub(super) fn secret_name(name: &str) -> bool {
    let words = words(name);
    if words.last().is_some_and(|last| ABOUT.contains(&last.as_str())) {
        return false;
    }
    let keys = words.windows(2).any(|pair| pair[1].starts_with("key") && KEYS.contains(&pair[0].as_str()));
    keys || words.iter().any(|word| SECRETS.contains(&word.as_str()))
}

/// A reference to a secret that is kept elsewhere.
pub(super) fn reference(text: &str) -> bool {
    ["secretsmanager:", "env:"].iter().any(|kind| text.strip_prefix(kind).is_some_and(|rest| !rest.is_empty() && !rest.contains(' ')))
}

/// A value that is a secret whatever its name.
pub(super) fn secret_value(text: &str) -> bool {
    let text = text.trim();
    let made = |(begin, least): &(&str, usize)| text.starts_with(begin) && text.len() >= *least && !text.contains(' ');
    MAKES.iter().any(made)
        || holds_private_key(text)
        || is_web_token(text)
        || is_authorization(text)
        || is_address_with_password(text)
        || is_random(text)
}

fn holds_private_key(text: &str) -> bool {
    text.contains("-----BEGIN") && text.contains("PRIVATE KEY")
}

fn is_web_token(text: &str) -> bool {
    text.starts_with("eyJ") && text.split('.').count() == 3 && text.len() > 40
}

fn is_authorization(text: &str) -> bool {
    let scheme = text.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("basic"));
    scheme.is_some_and(|(_, rest)| rest.len() >= 8 && !rest.contains(' '))
}

/// `postgres://user:password@host`
fn is_address_with_password(text: &str) -> bool {
    let authority = text.split_once("://").map(|(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or_default());
    let user = authority.and_then(|authority| authority.rsplit_once('@')).map(|(user, _)| user);
    user.and_then(|user| user.split_once(':')).is_some_and(|(_, password)| !password.is_empty() && !password.starts_with("${"))
}

/// Letters of both cases and several digits in one long word: nobody writes so.
fn is_random(text: &str) -> bool {
    let count = |is: fn(&u8) -> bool| text.bytes().filter(is).count();
    text.len() >= RANDOM
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=_-".contains(&byte))
        && count(u8::is_ascii_digit) >= 4
        && count(u8::is_ascii_uppercase) >= 4
        && count(u8::is_ascii_lowercase) >= 4
}

/// `clientSecret`, `CLIENT_SECRET` and `client-secret` are the same two words.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for character in name.chars() {
        let begins = !before.is_alphanumeric() || (before.is_lowercase() && character.is_uppercase());
        match words.last_mut() {
            Some(word) if character.is_alphanumeric() && !begins => word.extend(character.to_lowercase()),
            _ if character.is_alphanumeric() => words.push(character.to_lowercase().collect()),
            _ => {}
        }
        before = character;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_by_their_words() {
        for name in
            ["api_key", "apiKey", "API-KEY", "client_secret", "dbPassword", "access_token", "privateKey", "Authorization", "x-api-key"]
        {
            assert!(secret_name(name), "{name}");
        }
        for name in
            ["key", "keys", "token_url", "secretName", "batch", "monkey", "tokenizer_path", "primary_key", "access_key_id", "secretary"]
        {
            assert!(!secret_name(name), "{name}");
        }
    }

    #[test]
    fn values_of_a_known_make_are_secrets() {
        let secrets = [
            "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
            "Bearer abcdef123456",
            "amqps://kim:pw@mq.example:5671/",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY1234",
        ];
        assert!(secrets.iter().all(|text| secret_value(text)), "{secrets:?}");
        let plain = [
            "https://api.example/v1?x=1",
            "postgres://app@db.example/crm",
            "customer.billing_address.country",
            "0190a5f0-7b1a-7c3e-8f00-0123456789ab",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "Bearer of good news",
            "sk-short",
        ];
        assert!(!plain.iter().any(|text| secret_value(text)), "{plain:?}");
    }
}
