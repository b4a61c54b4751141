//! What list calls share: limits, cursors, filters.

use chrono::{DateTime, Datelike, Utc};
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize};
use store::resources::{After, Filter, Resource, Sort};
use utoipa::IntoParams;
use uuid::Uuid;
use wire::problem::Code;

use crate::app::App;
use crate::extract::Caller;
use crate::kind::Kind;
use crate::problem::{Problem, Result};

const DEFAULT_LIMIT: i64 = 50;
const MAX_LIMIT: i64 = 200;

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// 1 to 200; 50 when left out.
    pub limit: Option<String>,
    /// The last page's `next_cursor`.
    pub cursor: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ResourceQuery {
    /// 1 to 200; 50 when left out.
    pub limit: Option<String>,
    /// The last page's `next_cursor`.
    pub cursor: Option<String>,
    /// Part of the slug or of the name.
    pub q: Option<String>,
    #[serde(default, alias = "hasUnpublishedChanges", deserialize_with = "flag")]
    pub has_unpublished_changes: Option<bool>,
    #[serde(default, deserialize_with = "flag")]
    pub archived: Option<bool>,
    /// `name`, `updated`; newest first when left out.
    pub sort: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PathQuery {
    /// Answer only the part at this JSON Pointer, in which `@<id>` names an item of a keyed array.
    pub path: Option<String>,
}

#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AgainstQuery {
    /// A version's number, `active` or `draft`; the version before when left out.
    pub against: Option<String>,
}

impl PageQuery {
    pub fn limit(&self) -> Result<i64> {
        limit(self.limit.as_deref())
    }

    /// Where to go on. 400 for what is no cursor; [`after`] refuses those of other lists.
    pub fn cursor<T: DeserializeOwned>(&self) -> Result<Option<Cursor<T>>> {
        self.cursor.as_deref().map(decode).transpose()
    }
}

/// A list's name (its operation, and what it lists of), and a place in it. The same place in another list means something else, or
/// nothing.
#[derive(Debug, Serialize, Deserialize)]
pub struct Cursor<T>(String, T);

/// The place after which this list goes on; 400 when another one gave the cursor out.
pub fn after<T>(cursor: Option<Cursor<T>>, list: &str) -> Result<Option<T>> {
    match cursor {
        Some(Cursor(of, _)) if of != list => Err(invalid_cursor()),
        other => Ok(other.map(|Cursor(_, place)| place)),
    }
}

fn limit(given: Option<&str>) -> Result<i64> {
    let Some(given) = given else { return Ok(DEFAULT_LIMIT) };
    match given.parse() {
        Ok(limit) if (1..=MAX_LIMIT).contains(&limit) => Ok(limit),
        _ => Err(Problem::new(Code::InvalidQuery, format!("`limit` takes a number from 1 to {MAX_LIMIT}; {given:?} is none."))),
    }
}

/// `true` or `false`, else an error that says so.
pub fn flag<'de, D: Deserializer<'de>, T: From<bool>>(deserializer: D) -> std::result::Result<T, D::Error> {
    let given = String::deserialize(deserializer)?;
    given.parse().map(bool::into).map_err(|_| D::Error::custom(format!("takes `true` or `false`; {given:?} is neither")))
}

/// RFC 3339, not before any id.
pub fn moment(name: &str, given: Option<&str>) -> Result<Moment> {
    Ok(parsed(name, given)?.map(within_ids))
}

/// A moment, if there is one.
type Moment = Option<DateTime<Utc>>;

/// The filters `from` and `to`: 400 for a time that ends before it begins.
pub fn period(from: Option<&str>, to: Option<&str>) -> Result<(Moment, Moment)> {
    let (from, to) = (parsed("from", from)?, parsed("to", to)?);
    in_order(from, to)?;
    Ok((from.map(within_ids), to.map(within_ids)))
}

/// No id carries a time before this one.
fn within_ids(at: DateTime<Utc>) -> DateTime<Utc> {
    at.max(DateTime::UNIX_EPOCH)
}

/// The `+` of an offset may have come as the space that it means in a query.
fn parsed(name: &str, given: Option<&str>) -> Result<Moment> {
    let Some(given) = given else { return Ok(None) };
    match DateTime::parse_from_rfc3339(&given.replace(' ', "+")).map(|at| at.to_utc()) {
        Ok(at) if at.year() < 3000 => Ok(Some(at)),
        _ => Err(Problem::new(
            Code::InvalidQuery,
            format!("`{name}` takes a time as in RFC 3339, such as 2026-05-26T14:31:02Z; {given:?} is none."),
        )),
    }
}

/// 400 for a time that ends before it begins.
pub fn in_order(from: Moment, to: Moment) -> Result<()> {
    match (from, to) {
        (Some(from), Some(to)) if from >= to => Err(Problem::new(Code::InvalidQuery, "`from` has to be before `to`.")),
        _ => Ok(()),
    }
}

fn decode<T: DeserializeOwned>(cursor: &str) -> Result<T> {
    // A number's parser would take signs, too.
    let hex = Some(cursor).filter(|cursor| cursor.bytes().all(|byte| byte.is_ascii_hexdigit())).ok_or_else(invalid_cursor)?;
    let bytes = (0..hex.len())
        .step_by(2)
        .map(|at| hex.get(at..at + 2).and_then(|pair| u8::from_str_radix(pair, 16).ok()))
        .collect::<Option<Vec<u8>>>();
    serde_json::from_slice(&bytes.ok_or_else(invalid_cursor)?).map_err(|_| invalid_cursor())
}

fn invalid_cursor() -> Problem {
    Problem::new(
        Code::InvalidCursor,
        "The cursor is not one that this list gave out. Take it from the last page's answer, or leave it out to begin again.",
    )
}

/// Opaque to clients: hex of JSON.
fn encode(cursor: &impl Serialize) -> String {
    serde_json::to_vec(cursor).unwrap_or_default().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Cuts what was read beyond the limit, which only told that there is more.
pub fn next_page<R, K: Serialize>(mut rows: Vec<R>, limit: i64, list: &str, place: impl Fn(&R) -> K) -> (Vec<R>, Option<String>) {
    let limit = usize::try_from(limit).unwrap_or_default();
    let more = rows.len() > limit;
    rows.truncate(limit);
    let cursor = rows.last().filter(|_| more).map(|last| encode(&Cursor(list.to_owned(), place(last))));
    (rows, cursor)
}

/// A page of connectors or flows, and the cursor of the next.
pub async fn page_of_resources(app: &App, caller: &Caller, kind: Kind, query: &ResourceQuery) -> Result<(Vec<Resource>, Option<String>)> {
    let limit = limit(query.limit.as_deref())?;
    let sort = match query.sort.as_deref() {
        None => Sort::Created,
        Some("name") => Sort::Name,
        Some("updated") => Sort::Updated,
        Some(other) => return Err(Problem::new(Code::InvalidQuery, format!("`sort` takes `name` or `updated`; {other:?} is neither."))),
    };
    let list = format!("{kind}s {} {}", caller.workspace.id, query.sort.as_deref().unwrap_or_default());
    let cursor: Option<Cursor<(String, Uuid)>> = query.cursor.as_deref().map(decode).transpose()?;
    let after = match after(cursor, &list)? {
        Some((value, _)) if value.contains('\0') => return Err(invalid_cursor()),
        Some((value, id)) if sort != Sort::Updated || DateTime::parse_from_rfc3339(&value).is_ok() => Some(After { value, id }),
        Some(_) => return Err(invalid_cursor()),
        None => None,
    };
    let filter = Filter {
        text: query.q.clone().filter(|text| !text.is_empty()),
        has_unpublished_changes: query.has_unpublished_changes,
        archived: query.archived,
        sort,
        after,
        limit: limit + 1,
    };
    let mut tx = app.db.begin(caller.scope()).await?;
    let listed = store::resources::list(&mut tx, caller.workspace.id, kind.resource, &filter).await.map_err(Problem::from);
    let rows = store::end(tx, listed).await?;
    Ok(next_page(rows, limit, &list, |row| {
        let value = match sort {
            Sort::Created => String::new(),
            Sort::Name => row.name.clone(),
            Sort::Updated => row.updated_at.to_rfc3339(),
        };
        (value, row.id)
    }))
}
