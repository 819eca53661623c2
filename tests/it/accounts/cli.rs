use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use m3u_strm_processor::features::accounts::first_start::FILE_NAME;
use tempfile::TempDir;

/// Status, standard output and standard error of `user …` with `input` piped in.
fn user(data: &Path, arguments: &[&str], input: &str, password: Option<&str>) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_m3u-strm-processor"));
    command
        .env_clear()
        .env("STRM_DATA_DIR", data)
        .env("STRM_LOG", "error");
    for variable in ["LLVM_PROFILE_FILE", "PATH"] {
        if let Some(value) = std::env::var_os(variable) {
            command.env(variable, value);
        }
    }
    if let Some(password) = password {
        command.env("STRM_USER_PASSWORD", password);
    }
    let mut child = command
        .arg("user")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that reads nothing may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn users_are_administered_in_the_terminal() {
    let data = TempDir::new().unwrap();
    let (status, added, errors) = user(
        data.path(),
        &["add", "chief", "--admin"],
        "",
        Some("typed elsewhere"),
    );
    assert_eq!(
        (status, added.as_str(), errors.as_str()),
        (0, "Added chief (admin).\n", "")
    );
    let (status, added, _) = user(
        data.path(),
        &["add", "anna", "--email", "anna@example.org"],
        "\n",
        None,
    );
    assert_eq!(status, 0);
    let password = added.split("Password: ").nth(1).unwrap().trim();
    assert_eq!(password.len(), 24);
    let (status, changed, _) = user(data.path(), &["passwd", "ANNA"], "piped password\n", None);
    assert_eq!(
        (status, changed.as_str()),
        (0, "The password of anna is changed.\n")
    );
    let (_, listed, _) = user(data.path(), &["list"], "", None);
    let rows: Vec<Vec<&str>> = listed
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    assert_eq!(rows[1], ["anna", "viewer", "yes", "never"]);
    assert_eq!(rows[2], ["chief", "admin", "yes", "never"]);
    assert!(!data.path().join(FILE_NAME).exists());
}

#[test]
fn a_wrong_wish_is_told_in_one_sentence() {
    let data = TempDir::new().unwrap();
    let first = user(data.path(), &["add", "anna"], "short\n", None);
    assert_eq!(
        (first.0, first.2.as_str()),
        (2, "password: Use at least 8 characters.\n")
    );
    // A viewer alone could administer nothing, so the first start came before.
    assert!(first.1.contains("ADMIN_PASSWORD.txt") && data.path().join(FILE_NAME).exists());
    assert_eq!(user(data.path(), &["add", "anna"], "", Some("long enough")).0, 0);
    let taken = user(data.path(), &["add", "Anna"], "", Some("long enough"));
    assert_eq!((taken.0, taken.2.as_str()), (2, "this username is taken\n"));
    let unknown = user(data.path(), &["passwd", "nobody"], "", Some("long enough"));
    assert_eq!(
        (unknown.0, unknown.2.as_str()),
        (1, "there is no user of this name\n")
    );
}
