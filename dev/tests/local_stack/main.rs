//! The local stack's processes, each test in a home of its own. One program, since each would link the same libraries.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "what fails in a helper fails the test")]

mod children;
mod console;
mod home;
mod ministack;
mod postgres;
mod support;
mod test_command;
mod up_command;
