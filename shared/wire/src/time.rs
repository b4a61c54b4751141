//! Times as the contract prints them: RFC 3339, UTC, milliseconds; whole seconds where the seed prints them so.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

macro_rules! moment {
    ($(#[$doc:meta])* $name:ident, $format:ident, $example:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, utoipa::ToSchema)]
        #[schema(value_type = String, format = DateTime, example = $example)]
        pub struct $name(pub DateTime<Utc>);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::$format, true))
            }
        }

        impl From<DateTime<Utc>> for $name {
            fn from(at: DateTime<Utc>) -> Self {
                $name(at)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let at = DateTime::<Utc>::deserialize(deserializer);
                at.map($name).map_err(|error| D::Error::custom(format!("{error}; a time as in RFC 3339 is needed here, such as {}", $example)))
            }
        }
    };
}

moment! {
    /// A moment, printed with milliseconds: `2026-05-26T14:31:02.417Z`.
    Millis, Millis, "2026-05-26T14:31:02.417Z"
}

moment! {
    /// A moment, printed in whole seconds: `2026-05-26T14:31:02Z`.
    Seconds, Secs, "2026-05-26T14:31:02Z"
}
