//! What a tool is given.

use sdk::Client;

/// One call: who calls, as which program.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub client: Client,
}
