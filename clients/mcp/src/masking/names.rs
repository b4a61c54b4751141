//! What names a secret.

/// Words that name a secret, or something with secrets in it.
const SECRETS: [&str; 11] =
    ["jwt", "passcode", "passwords", "passphrase", "pwd", "secrets", "tokens", "credentials", "authorization", "cookie", "privatekey"];
/// What such words end with, when people run words together: `authtoken`, `DBPassword`.
const ENDINGS: [&str; 6] = ["password", "passwd", "secret", "token", "credential", "apikey"];
/// Words that do so at the end of a name: `smtp_pass`, not `passThrough`.
const LAST: [&str; 2] = ["pass", "pw"];
/// What kind of key is a secret.
const KEYS: [&str; 9] = ["api", "private", "access", "signing", "encryption", "shared", "master", "account", "subscription"];
/// Of a secret, something that is none.
const ABOUT: [&str; 17] = [
    "url", "uri", "endpoint", "path", "name", "names", "type", "ttl", "expires", "expiry", "limit", "count", "header", "prefix", "id",
    "ref", "field",
];

/// `api_key`, `clientSecret`, `DB-PASSWORD`; not `token_url` or `secret_name`.
pub(super) fn secret_name(name: &str) -> bool {
    let words = words(name);
    let Some(last) = words.last().map(String::as_str) else { return false };
    if ABOUT.contains(&last) {
        return false;
    }
    let says_so = |word: &String| SECRETS.contains(&word.as_str()) || ENDINGS.iter().any(|ending| word.ends_with(ending));
    let key = words.windows(2).any(|pair| pair[1].starts_with("key") && KEYS.contains(&pair[0].as_str()));
    key || LAST.contains(&last) || words.iter().any(says_so)
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
        let secret = [
            "api_key",
            "apiKey",
            "API-KEY",
            "client_secret",
            "dbPassword",
            "DBPassword",
            "authtoken",
            "access_token",
            "privateKey",
            "Authorization",
            "x-api-key",
            "jwt",
            "SharedAccessKey",
        ];
        for name in secret {
            assert!(secret_name(name), "{name}");
        }
        let plain = [
            "",
            "key",
            "keys",
            "token_url",
            "secretName",
            "batch",
            "monkey",
            "tokenizer_path",
            "primary_key",
            "access_key_id",
            "secretary",
        ];
        for name in plain {
            assert!(!secret_name(name), "{name}");
        }
    }

    #[test]
    fn pass_and_pw_name_passwords() {
        assert!(["pass", "pw", "db_pass", "smtpPass", "user-pw"].iter().all(|name| secret_name(name)));
        assert!(!["passThrough", "bypass", "pass_rate", "compass"].iter().any(|name| secret_name(name)));
    }
}
