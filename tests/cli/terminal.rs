//! On a terminal: `fcc` asks before it writes, and shows in colour what it is about.

use serde_json::json;
use tests::{Api, until};

use crate::publish::published;
use crate::shown::Shown;
use crate::story::edit;
use crate::{Clone, Machine};

/// Gives the program a terminal of its own, types what comes on stdin into it, and ends as the program does.
const ON_A_TERMINAL: &str = "#!/usr/bin/env python3
import os, pty, sys
sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))
";

/// Interrupts the program at a prompt that hides what is typed, and says how both are then.
const INTERRUPTED: &str = "#!/usr/bin/env python3
import fcntl, os, pty, subprocess, sys, termios
master, slave = pty.openpty()
own = lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0)
program = subprocess.Popen(sys.argv[1:], stdin=slave, stdout=slave, stderr=slave, start_new_session=True, preexec_fn=own)
shows = lambda: bool(termios.tcgetattr(slave)[3] & termios.ECHO)
said = b''
while b'Token:' not in said:
    said += os.read(master, 4096)
while shows():
    pass
os.write(master, b'\\x03')
print('exit', program.wait(), 'echo', shows())
";

/// Agrees to what the program asks, once there is a file `answer`; it makes a file `asked` before.
const AGREED_LATER: &str = "#!/usr/bin/env python3
import os, pty, sys, time
program, terminal = pty.fork()
if program == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
said = b''
while b'[y/N]' not in said:
    said += os.read(terminal, 4096)
open('asked', 'w').close()
while not os.path.exists('answer'):
    time.sleep(0.01)
os.write(terminal, b'y\\n')
try:
    while more := os.read(terminal, 4096):
        said += more
except OSError:
    pass
print(said.decode())
sys.exit(os.waitstatus_to_exitcode(os.waitpid(program, 0)[1]))
";

async fn typed(clone: &Clone<'_>, arguments: &str, input: &str) -> Shown {
    clone.shown(clone.run("on-a-terminal", &format!("fcc {arguments}"), input).await).await
}

#[tokio::test]
async fn what_writes_asks_first_and_no_means_no() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    machine.install("on-a-terminal", ON_A_TERMINAL);
    let work = published(&machine).await;
    edit(&work, "big", "20");
    work.commit("Twenty").await;
    let before = api.get("/v1/sync/history/flow/discounts").await.ok();
    for command in ["apply", "publish"] {
        let refused = typed(&work, command, "n\n").await;
        assert!(refused.is(1).stdout.contains("this? [y/N]") && refused.stdout.contains("nothing was done"), "{refused}");
        assert_eq!(api.get("/v1/sync/history/flow/discounts").await.ok(), before);
    }
    let agreed = typed(&work, "publish", "y\n").await;
    assert!(agreed.is(0).stdout.contains("Apply and publish this? [y/N]") && agreed.stdout.contains("1 published"), "{agreed}");
    assert_eq!(api.get("/v1/flows/discounts").await.ok()["publishedVersion"], 2);
    // Nobody is asked who said so before, nor in CI.
    edit(&work, "big", "25");
    work.commit("Twenty-five").await;
    assert!(!typed(&work, "apply --yes", "").await.is(0).stdout.contains("[y/N]"));
    let in_ci = machine.folder("work").with_variable("CI", "true");
    assert!(!typed(&in_ci, "publish", "").await.is(0).stdout.contains("[y/N]"));
    api.finish().await;
}

#[tokio::test]
async fn differences_have_colours_on_a_terminal_alone() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    machine.install("on-a-terminal", ON_A_TERMINAL);
    let work = published(&machine).await;
    edit(&work, "big", "20");
    let coloured = typed(&work, "diff", "").await;
    assert!(coloured.is(2).stdout.contains("\u{1b}[33m") && coloured.stdout.contains("rules › big › percent"), "{coloured}");
    let plain = typed(&machine.folder("work").with_variable("NO_COLOR", "1"), "diff", "").await;
    assert!(!plain.is(2).stdout.contains('\u{1b}'), "{plain}");
    assert!(!work.fcc("diff").await.is(2).stdout.contains('\u{1b}'));
    api.finish().await;
}

#[tokio::test]
async fn a_restore_is_refused_once_the_draft_is_another_than_the_one_that_was_asked_about() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    machine.install("agreed-later", AGREED_LATER);
    let work = published(&machine).await;
    edit(&work, "big", "20");
    work.commit("Twenty").await;
    work.fcc("apply").await.is(0);
    let mut graph = api.get("/v1/flows/discounts/draft").await.ok()["graph"].clone();
    graph["nodes"][0]["name"] = json!("A colleague's");
    let meanwhile = async {
        until("the question", async || work.has("asked").then_some(())).await;
        api.put("/v1/flows/discounts/draft").json(json!({"graph": graph})).await.ok();
        work.write_text("answer", "");
    };
    let (ended, ()) = tokio::join!(work.run("agreed-later", "fcc restore flows/discounts.json --to 1", ""), meanwhile);
    let refused = work.shown(ended).await;
    assert!(
        refused.is(1).stdout.contains("unpublished changes. Replace it? [y/N]") && refused.stdout.contains("precondition_failed"),
        "{refused}"
    );
    assert_eq!(api.get("/v1/flows/discounts/draft").await.ok()["graph"]["nodes"][0]["name"], "A colleague's");
    api.finish().await;
}

#[tokio::test]
async fn an_interrupted_prompt_leaves_a_terminal_that_shows_what_is_typed() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    machine.install("interrupted", INTERRUPTED);
    let work = machine.folder("work").with_token("");
    let ended = work.shown(work.run("interrupted", "fcc login", "").await).await;
    assert!(ended.is(0).stdout.contains("exit 130 echo True"), "{ended}");
    api.finish().await;
}

#[tokio::test]
async fn where_only_a_repository_says_where_a_token_goes_a_person_is_asked() {
    let api = Api::start().await;
    let machine = Machine::new(&api);
    machine.install("on-a-terminal", ON_A_TERMINAL);
    let work = published(&machine).await.with_variable("FETCHCATCH_URL", "");
    let refused = typed(&work, "status", "n\n").await;
    assert!(refused.is(1).stdout.contains("project.json names [URL]. Send FETCHCATCH_TOKEN there? [y/N]"), "{refused}");
    assert!(typed(&work, "status", "y\n").await.is(0).stdout.contains("2 of 2 in sync"));
    let chosen = machine.folder("work").with_variable("FETCHCATCH_URL", &api.origin);
    assert!(!typed(&chosen, "status", "").await.is(0).stdout.contains("[y/N]"));
    api.finish().await;
}
