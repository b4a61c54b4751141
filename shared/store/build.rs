fn main() {
    // The migrations are part of the library: a new file has to rebuild it.
    println!("cargo:rerun-if-changed=../../migrations");
}
