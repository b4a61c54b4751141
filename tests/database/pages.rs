//! What a page of each list costs Postgres, in pages of shared memory: those are the same on any machine.

use dev::explained::{Explained, Plan};
use dev::past::{Past, lists};
use serde_json::Value;
use sqlx::PgPool;
use tests::{Api, Instance};

/// As in the benchmark, which goes to millions.
const SIZES: [usize; 2] = [8_000, 32_000];
const PAGES: usize = 8;

struct Reader {
    instance: Instance,
    token: String,
    explained: Explained,
}

impl Reader {
    /// A gateway with one connection, on which everything is explained.
    async fn of(api: &Api) -> Reader {
        let (instance, explained) = api.explained_instance().await;
        Reader { instance, token: api.ci.clone(), explained }
    }

    /// What each of some pages cost, one after another; a list that ends, or has one page, is read again from its beginning.
    async fn pages(&self, path: &str) -> Vec<Vec<Plan>> {
        let (mut next, mut all) = (path.to_owned(), Vec::new());
        // The first fills what Postgres keeps of its own tables.
        for page in 0..=PAGES {
            self.explained.take();
            let answer = self.instance.get(&next).as_(&self.token).await.ok();
            let plans = self.explained.take();
            assert!(!plans.is_empty(), "{next} asked nothing of Postgres");
            if page > 0 {
                all.push(plans);
            }
            let cursor = [&answer["next_cursor"], &answer["nextCursor"]].into_iter().find_map(Value::as_str);
            next = cursor.map_or_else(|| path.to_owned(), |cursor| format!("{path}&cursor={cursor}"));
        }
        all
    }
}

#[tokio::test]
async fn a_page_costs_no_more_when_there_is_four_times_as_much_history() {
    let api = Api::start().await;
    let superuser = PgPool::connect_with(api.superuser_options()).await.unwrap();
    let mut past = Past::begin(&superuser, api.tenant.workspace).await.unwrap();
    let reader = Reader::of(&api).await;
    let mut costs = Vec::new();
    for size in SIZES {
        past.grow(size).await.unwrap();
        let mut at_this_size = Vec::new();
        for (_, path) in lists() {
            let pages = reader.pages(&path).await;
            let buffers = |plans: &Vec<Plan>| plans.iter().map(|plan| plan.buffers).sum::<u64>();
            at_this_size.push(pages.into_iter().map(|plans| (buffers(&plans), plans)).max_by_key(|page| page.0).unwrap());
        }
        costs.push(at_this_size);
    }
    for (nth, (name, _)) in lists().into_iter().enumerate() {
        let ((few, _), (many, plans)) = (&costs[0][nth], &costs[1][nth]);
        // One more level of an index is allowed for; what reads all of a resource, or of a table, takes four times as many.
        assert!(many * 2 <= few * 3, "{name}: {few} pages with {} rows, {many} with {}: {plans:#?}", SIZES[0], SIZES[1]);
    }
    take_back(&superuser).await;
    api.finish().await;
}

/// Nothing of this past was ever published through the door, so it can't stay for what is checked at a test's end.
async fn take_back(superuser: &PgPool) {
    let mut tx = superuser.begin().await.unwrap();
    sqlx::raw_sql("SET LOCAL session_replication_role = replica; TRUNCATE resources, contents, runs CASCADE")
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}
