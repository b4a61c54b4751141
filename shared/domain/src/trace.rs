//! Which trace a request belongs to: AWS X-Ray's tracing header, as it goes from a publish through the queues to the workers.

use std::fmt;

/// A longer header is nobody's we know: Lambda's own, with its lineage, has about 120 characters.
const LONGEST: usize = 256;

/// A tracing header that can be passed on: `Root=1-<8 hex>-<24 hex>`, then `Parent` and `Sampled` if they were there, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trace(String);

impl Trace {
    /// `None` for anything that is not well-formed. Members that X-Ray lets others add are left out.
    pub fn parse(header: &str) -> Option<Trace> {
        if header.len() > LONGEST {
            return None;
        }
        let (mut root, mut parent, mut sampled) = (None, None, None);
        for member in header.split(';') {
            let (name, value) = member.trim().split_once('=')?;
            let (slot, is_right) = match name {
                "Root" => (&mut root, is_root(value)),
                "Parent" => (&mut parent, is_hex(value, 16)),
                // "?" asks for the decision, which is nobody's here.
                "Sampled" => (&mut sampled, matches!(value, "0" | "1" | "?")),
                _ => continue,
            };
            if !is_right || slot.replace(value).is_some() {
                return None;
            }
        }
        let members = [("Root", Some(root?)), (";Parent", parent), (";Sampled", sampled.filter(|value| *value != "?"))];
        Some(Trace(members.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", value?))).collect()))
    }

    /// The whole header.
    pub fn header(&self) -> &str {
        &self.0
    }

    /// The trace's id alone, which all that happens in it has in common: what to search for.
    pub fn id(&self) -> &str {
        let root = self.0.split(';').next().unwrap_or_default();
        root.strip_prefix("Root=").unwrap_or(root)
    }
}

impl fmt::Display for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Version 1, the seconds since 1970, and 96 bits.
fn is_root(value: &str) -> bool {
    let parts: Vec<&str> = value.split('-').collect();
    matches!(parts[..], ["1", seconds, random] if is_hex(seconds, 8) && is_hex(random, 24))
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = "1-5759e988-bd862e3fe1be46a994272793";

    fn kept(header: &str) -> Option<String> {
        Trace::parse(header).map(|trace| trace.header().to_owned())
    }

    #[test]
    fn what_aws_sends_is_kept_without_what_others_added() {
        let root = format!("Root={ROOT}");
        let whole = format!("{root};Parent=53995c3f42cd8ad8;Sampled=1");
        assert_eq!(kept(&root), Some(root.clone()));
        assert_eq!(kept(&whole), Some(whole.clone()));
        assert_eq!(kept(&format!("Self=1-67891234-12456789abcdef012345678;{whole};Lineage=25:a87bd80c:0")), Some(whole.clone()));
        assert_eq!(kept(&format!("Sampled=1; Parent=53995c3f42cd8ad8; {root}")), Some(whole));
        assert_eq!(kept(&format!("{root};Sampled=?")), Some(root.clone()));
        assert_eq!(Trace::parse(&root).unwrap().id(), ROOT);
    }

    #[test]
    fn what_is_malformed_is_no_trace() {
        let long = format!("Root={ROOT};Note={}", "x".repeat(LONGEST));
        let malformed = [
            "",
            "Root=",
            ROOT,
            "Parent=53995c3f42cd8ad8;Sampled=1",
            "Root=2-5759e988-bd862e3fe1be46a994272793",
            "Root=1-5759e988-bd862e3fe1be46a99427279",
            "Root=1-5759e988-bd862e3fe1be46a994272793-0",
            "Root=1-5759e98g-bd862e3fe1be46a994272793",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=yes",
            "Root=1-5759e988-bd862e3fe1be46a994272793;Root=1-5759e988-bd862e3fe1be46a994272793",
            "Root=1-5759e988-bd862e3fe1be46a994272793;",
            "Root=1-5759e988-bd862e3fe1be46a994272793\r\nX: y",
            &long,
        ];
        for header in malformed {
            assert_eq!(kept(header), None, "{header}");
        }
    }
}
