//! Keeps the floor plan true: who may import whom, where SQL and which crates may stand, what templates may not hold.
//!
//! Each rule is a function from a file to the sentences about what is wrong in it, so that the tests of the rules
//! themselves can hand it a wrong file.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "architecture/files.rs"]
mod files;
#[path = "architecture/floors.rs"]
mod floors;
#[path = "architecture/source.rs"]
mod source;
#[path = "architecture/sql.rs"]
mod sql;
#[path = "architecture/templates.rs"]
mod templates;
#[path = "architecture/text.rs"]
mod text;

fn assert_none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
