//! What a secret looks like, alone or within a longer text.

use super::makes::is_made;
use super::names::secret_name;

/// Who has such an address may write there.
const WEBHOOKS: [&str; 6] = [
    "hooks.slack.com/services/",
    "hooks.slack.com/workflows/",
    "hooks.slack.com/triggers/",
    "discord.com/api/webhooks/",
    "discordapp.com/api/webhooks/",
    "webhook.office.com/webhookb2/",
];
/// A random word is at least this long.
const RANDOM: usize = 32;
/// After `Bearer`, within a text: shorter words, and those without a digit, are prose.
const CREDENTIALS: usize = 8;

/// A reference to a secret that is kept elsewhere.
pub(super) fn reference(text: &str) -> bool {
    let is_name = |rest: &str| !rest.is_empty() && !rest.contains(|c: char| c.is_whitespace() || ";,&'\"`".contains(c));
    ["secretsmanager:", "env:"].iter().any(|kind| text.strip_prefix(kind).is_some_and(is_name))
}

/// A value that is a secret whatever its name: the text, what it quotes, or a part of it.
pub(super) fn secret_value(text: &str) -> bool {
    is_secret(text.trim()) || literals(text).any(is_secret)
}

/// Whether an expression has a value written into it, in place of where to find it.
pub(super) fn holds_literal(expression: &str) -> bool {
    literals(expression).any(is_value) || expression.trim().parse::<f64>().is_ok()
}

/// Whether anything stands there, beside a reference: `''` and `'env:TOKEN'` are no more than nothing and `env:TOKEN`.
pub(super) fn holds_value(text: &str) -> bool {
    let text = text.trim();
    let bare = ['\'', '"', '`'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
    let bare = bare.unwrap_or(text);
    !bare.is_empty() && !reference(bare)
}

fn is_secret(text: &str) -> bool {
    !reference(text)
        && (is_random(text)
            || is_credentials(text)
            || text.lines().any(is_header_line)
            || holds_private_key(text)
            || holds_web_hook(text)
            || holds_credentials(text)
            || holds_address_with_password(text)
            || holds_assignment(text)
            || words(text).any(|word| is_made(word) || is_web_token(word) || is_random(word)))
}

/// What stands between quotes in an expression. In prose an apostrophe quotes nothing of interest.
fn literals(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let begins = rest.find(['\'', '"', '`'])?;
        let quote = rest[begins..].chars().next()?;
        let inner = &rest[begins + 1..];
        let ends = inner.find(quote)?;
        rest = &inner[ends + 1..];
        Some(&inner[..ends])
    })
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let inside = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    text.split(move |c| !inside(c)).map(|word| word.trim_start_matches(['_', '-', '.']))
}

fn holds_private_key(text: &str) -> bool {
    text.contains("-----BEGIN") && text.contains("PRIVATE KEY")
}

fn is_web_token(word: &str) -> bool {
    word.starts_with("eyJ") && word.split('.').count() >= 3 && word.len() > 40
}

fn holds_web_hook(text: &str) -> bool {
    WEBHOOKS.iter().any(|hook| text.split(hook).skip(1).any(|rest| !rest.is_empty() && !is_placeholder(rest)))
}

/// `Bearer abcdef123`, and nothing else.
fn is_credentials(text: &str) -> bool {
    let scheme = text.split_once(' ').filter(|(scheme, _)| is_scheme(scheme));
    scheme.is_some_and(|(_, rest)| rest.len() >= CREDENTIALS && !rest.contains(' ') && !is_placeholder(rest) && !reference(rest))
}

/// The same within a text: what follows has to look less like a word.
fn holds_credentials(text: &str) -> bool {
    let mut before = "";
    let words = text.split(|c: char| c.is_whitespace() || "'\"`,;:()[]".contains(c)).filter(|word| !word.is_empty());
    words.into_iter().any(|word| {
        let follows = is_scheme(before) && word.len() >= CREDENTIALS && word.contains(|c: char| c.is_ascii_digit() || c == '=');
        before = word;
        follows && !is_placeholder(word)
    })
}

fn is_scheme(word: &str) -> bool {
    word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("basic")
}

/// `X-Api-Key: hunter2`, as lists of headers have it.
fn is_header_line(text: &str) -> bool {
    let Some((name, value)) = text.split_once(':') else { return false };
    let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    let value = value.trim();
    // Some have a scheme before what is secret.
    let last = value.rsplit(' ').next().unwrap_or_default();
    is_name && secret_name(name) && (name.contains('-') || name.eq_ignore_ascii_case("authorization") || last == value) && is_value(last)
}

/// `postgres://user:password@host`
fn holds_address_with_password(text: &str) -> bool {
    let authorities = text.split("://").skip(1).map(|rest| {
        let ends = rest.find(|c: char| c.is_whitespace() || "/?#'\"`<>".contains(c)).unwrap_or(rest.len());
        &rest[..ends]
    });
    let users = authorities.filter_map(|authority| authority.rsplit_once('@')).filter_map(|(user, _)| user.split_once(':'));
    users.into_iter().any(|(_, password)| is_value(password))
}

/// A secret's name with its value: `Password=hunter2;`, `?api_key=hunter2`, `{token: 'hunter2'}`, `"token": "hunter2"`,
/// `token == 'hunter2'`. What is compared or said without quotes is where to find a value.
fn holds_assignment(text: &str) -> bool {
    // `Password = hunter2; Server = db`: only such lists have spaces there.
    let is_list = text.contains(';');
    text.match_indices(['=', ':']).any(|(at, sign)| {
        let (before, after) = (&text[..at], &text[at + 1..]);
        let (before, is_not) = before.strip_suffix('!').map_or((before, false), |before| (before, true));
        let (after, is_equal) = after.strip_prefix('=').map_or((after, false), |after| (after, true));
        let unspaced = before.trim_end();
        let bare = unspaced.trim_end_matches(['\'', '"', '`']);
        let (is_spaced, is_quoted) = (unspaced.len() < before.len(), bare.len() < unspaced.len());
        let name = bare.rsplit(|c: char| !(c.is_ascii_alphanumeric() || "_-".contains(c))).next().unwrap_or_default();
        let signs = sign == "=" && bare[..bare.len() - name.len()].ends_with(['?', '&']) && is_signature(name);
        if !secret_name(name) && !signs {
            return false;
        }
        if let Some(literal) = quoted(after.trim_start()) {
            // `condition ? token : 'none'` names nothing.
            return (sign == "=" || !is_spaced || is_quoted) && is_value(literal);
        }
        let after = if is_list { after.trim_start() } else { after };
        let value = after.split(|c: char| c.is_whitespace() || "=&;,#'\"`)]}".contains(c)).next().unwrap_or_default();
        sign == "=" && !is_not && !is_equal && (is_list || !is_spaced) && is_value(value)
    })
}

/// Who has an address with its signature may do what was signed.
fn is_signature(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name == "sig" || name.ends_with("signature")
}

/// What a text that begins with a quote quotes.
fn quoted(text: &str) -> Option<&str> {
    let quote = text.chars().next().filter(|c| "'\"`".contains(*c))?;
    text[1..].split(quote).next()
}

/// Whether it is a value that is written out.
fn is_value(text: &str) -> bool {
    !text.is_empty() && !reference(text) && !is_placeholder(text)
}

/// `${TOKEN}`, `{token}`, `<token>`, `%s`, `***`, `...`: something else goes there.
fn is_placeholder(text: &str) -> bool {
    text.starts_with(['$', '{', '<', '%', '*', '…']) || text.starts_with("...")
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

#[cfg(test)]
mod tests {
    use super::*;

    fn those_shown<'a>(texts: &[&'a str]) -> Vec<&'a str> {
        texts.iter().copied().filter(|text| !secret_value(text)).collect()
    }

    #[test]
    fn values_of_a_known_make_are_secrets() {
        let secrets = [
            "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
            "AKIAIOSFODNN7EXAMPLE",
            "-----BEGIN RSA PRIVATE KEY-----\nMIIE",
            "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
            "Bearer abcdef123456",
            "amqps://kim:pw@mq.example:5671/",
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY1234",
        ];
        assert_eq!(those_shown(&secrets), [""; 0]);
    }

    #[test]
    fn a_secret_is_found_within_a_longer_text() {
        let secrets = [
            "'ghp_0123456789abcdefghijABCDEFGHIJ012345'",
            "\"Bearer sk_live_4eC39HqLyjWDarjtT1zdp7dc\"",
            "customer.key == 'sk_live_4eC39HqLyjWDarjtT1zdp7dc' and total > 5",
            "Call it with npm_0123456789abcdefghijABCDEFGHIJ012345, then wait.",
            "npm_0123456789abcdefghijABCDEFGHIJ012345",
            "Server=db;Database=crm;User Id=sa;Password=hunter2;",
            "DefaultEndpointsProtocol=https;AccountName=crm;AccountKey=aHVudGVyMg==",
            "Authorization: Bearer abcdef123456",
            "Authorization: Token hunter2",
            "X-Api-Key: hunter2",
            "curl -H 'Authorization: Bearer abcdef123456' https://api.example",
            "https://hooks.slack.com/services/T000/B000/abcdefgh",
            "https://api.example/v1?api_key=hunter2",
            "https://api.example/v1?page=1&token=hunter2",
            "https://crm.blob.core.windows.net/c?sv=2020&sig=abc%3D",
            "Server = db; Password = hunter2",
            "Accept: text/plain\nX-Api-Key: hunter2\n",
            "see https://kim:hunter2@crm.example/ for more",
            "'https://' + 'kim:x@y' + 'https://kim:hunter2@crm.example'",
            "{password: 'hunter2', user: name}",
            "{\"clientSecret\": \"hunter2\"}",
            "headers.token == 'hunter2'",
            "größe > 3 and passwort_token != \"hunter2\"",
        ];
        assert_eq!(those_shown(&secrets), [""; 0]);
    }

    #[test]
    fn what_says_where_a_secret_is_or_what_it_is_for_is_none() {
        let plain = [
            "",
            "https://api.example/v1?x=1",
            "https://api.example/v1?token=${TOKEN}&api_key={key}",
            "postgres://app@db.example/crm",
            "postgres://app:${PASSWORD}@db.example/crm",
            "Server=db;User Id=sa;Password=;",
            "customer.billing_address.country",
            "0190a5f0-7b1a-7c3e-8f00-0123456789ab",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "Bearer of good news",
            "Who has no bearer token asks an admin; basic authentication is off.",
            "sk-short",
            "ASIA-PACIFIC-REGION-CODES",
            "It's the customer's token, isn't it: the body's",
            "'Bearer ' + customer.token",
            "Authorization: Bearer ${TOKEN}",
            "Authorization: env:TOKEN",
            "env:TOKEN",
            "'secretsmanager:hubspot/key'",
            "body.token == body.other_token",
            "is_known ? token : 'none'",
            "token != ''",
            "{token: customer.token}",
            "token = customer.token",
            "signature=customer.signature",
            "{\"properties\": {\"password\": {\"type\": \"string\"}}}",
            "https://hooks.slack.com/services/${PATH}",
        ];
        let masked: Vec<_> = plain.into_iter().filter(|text| secret_value(text)).collect();
        assert_eq!(masked, [""; 0]);
    }

    #[test]
    fn a_literal_is_a_value_and_a_path_is_none() {
        assert!(["'hunter2'", "'x' + y", "1234", "cond ? \"a\" : b"].iter().all(|text| holds_literal(text)));
        assert!(!["customer.token", "''", "'env:TOKEN'", "a + b"].iter().any(|text| holds_literal(text)));
        assert!(["hunter2", "'hunter2'"].iter().all(|text| holds_value(text)));
        assert!(!["", "''", "env:TOKEN", "'env:TOKEN'", "\"secretsmanager:a/b\""].iter().any(|text| holds_value(text)));
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_survived(text: String, around in "[a-z:=!'\"é ]{0,20}") {
            secret_value(&text);
            secret_value(&format!("{around}token{text}{around}"));
        }

        #[test]
        fn a_known_token_is_found_whatever_stands_around_it(before in "(.*[^A-Za-z0-9_.-])?", after in "([^A-Za-z0-9_.-].*)?") {
            proptest::prop_assume!(!before.contains("env:") && !before.contains("secretsmanager:"));
            let text = format!("{before}ghp_0123456789abcdefghijABCDEFGHIJ012345{after}");
            proptest::prop_assert!(secret_value(&text));
        }
    }
}
