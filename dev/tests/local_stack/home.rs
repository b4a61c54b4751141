//! A home belongs to one process and one user.

use std::{fs, os::unix::fs::PermissionsExt as _};

use crate::support::TestHome;
use dev::home::Home;

#[test]
fn a_second_stack_on_a_home_is_refused_and_told_who_has_it() {
    let place = TestHome::new();
    let first = place.open();
    let refusal = Home::open(&place.settings).unwrap_err().to_string();
    assert!(refusal.contains(&format!("process {} already runs a stack", std::process::id())), "{refusal}");
    assert!(refusal.contains("FETCHCATCH_HOME"), "{refusal}");
    drop(first);
    place.open();
}

#[test]
fn only_its_owner_can_look_into_a_home() {
    let place = TestHome::new();
    fs::create_dir(&place.settings.home).unwrap();
    fs::set_permissions(&place.settings.home, fs::Permissions::from_mode(0o755)).unwrap();
    let home = place.open();
    assert_eq!(home.dir().metadata().unwrap().permissions().mode() & 0o777, 0o700);
    home.write_private("secret", b"x").unwrap();
    assert_eq!(home.path("secret").metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn a_folder_with_other_things_in_it_is_left_as_it_is() {
    let place = TestHome::new();
    fs::create_dir(&place.settings.home).unwrap();
    fs::set_permissions(&place.settings.home, fs::Permissions::from_mode(0o755)).unwrap();
    fs::write(place.path("thesis.txt"), "years of work").unwrap();
    let refusal = Home::open(&place.settings).unwrap_err().to_string();
    assert!(refusal.contains("has other things in it"), "{refusal}");
    assert_eq!(place.settings.home.metadata().unwrap().permissions().mode() & 0o777, 0o755);
    fs::remove_dir_all(&place.settings.home).unwrap();
}
