//! Tokens of a known make.

/// How values of a known make begin, and how long they are at least.
const MAKES: [(&str, usize); 43] = [
    ("ghp_", 20),
    ("gho_", 20),
    ("ghs_", 20),
    ("ghu_", 20),
    ("ghr_", 20),
    ("github_pat_", 30),
    ("glpat-", 20),
    ("npm_", 30),
    ("pypi-", 30),
    ("dckr_pat_", 20),
    ("sk_live_", 12),
    ("sk_test_", 12),
    ("rk_live_", 12),
    ("rk_test_", 12),
    ("whsec_", 12),
    ("sk-", 24),
    ("hf_", 30),
    ("xoxa-", 16),
    ("xoxb-", 16),
    ("xoxe-", 16),
    ("xoxp-", 16),
    ("xoxr-", 16),
    ("xoxs-", 16),
    ("xapp-", 16),
    ("pat-", 24),
    ("AIza", 35),
    ("ya29.", 20),
    ("GOCSPX-", 20),
    ("SG.", 30),
    ("shpat_", 30),
    ("shpss_", 30),
    ("shpca_", 30),
    ("dop_v1_", 30),
    ("lin_api_", 30),
    ("sq0atp-", 20),
    ("sq0csp-", 20),
    ("EAAA", 60),
    ("key-", 36),
    ("dapi", 36),
    ("fcp_", 30),
    ("fcs_", 30),
    ("fca_", 30),
    ("fce_", 30),
];
/// An AWS access key's id: one of these, and capitals and digits after it.
const AWS: [&str; 2] = ["AKIA", "ASIA"];
const AWS_LENGTH: usize = 20;

/// Whether a word begins as tokens of a known make do, and is as long.
pub(super) fn is_made(word: &str) -> bool {
    let is_id =
        |word: &str| word.len() >= AWS_LENGTH && word.bytes().take(AWS_LENGTH).all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    MAKES.iter().any(|(begin, least)| word.starts_with(begin) && word.len() >= *least)
        || (AWS.iter().any(|begin| word.starts_with(begin)) && is_id(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_beginning_and_its_length() {
        for (begin, least) in MAKES {
            let token = format!("{begin}{}", "0".repeat(least - begin.len()));
            assert!(is_made(&token) && !is_made(&token[..least - 1]), "{token}");
        }
        assert!(is_made("AKIAIOSFODNN7EXAMPLE"));
        assert!(!["ASIA-PACIFIC-REGION-CODES", "AKIA", "keynote", "sketch"].iter().any(|word| is_made(word)));
    }
}
