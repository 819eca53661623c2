use tempfile::TempDir;

use crate::support::program::{program, run};

#[test]
fn providers_are_added_and_listed_in_the_terminal() {
    let data = TempDir::new().unwrap();
    let provider = |arguments: &[&str]| run(program(data.path()).arg("provider").args(arguments));
    let address = "http://tv.example/get.php?password=s3cret";
    let backup = "http://b.example/list.m3u";
    let (code, out, errors) = provider(&["add", "Alpha", "--m3u-url", address, "--backup-url", backup]);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(out.starts_with("Added provider 1, Alpha."), "{out}");
    let (code, out, errors) = provider(&["list"]);
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 2, "{out}");
    assert!(
        lines[1].contains("never_synced") && lines[1].ends_with("Alpha"),
        "{out}"
    );
    assert!(!out.contains("s3cret"));
}

#[test]
fn a_provider_that_cannot_stand_is_refused_in_the_terminal() {
    let data = TempDir::new().unwrap();
    let add = |name: &str, address: &str| {
        run(program(data.path()).args(["provider", "add", name, "--m3u-url", address]))
    };
    let (code, _, errors) = add("", "ftp://ann:s3cret@tv.example/");
    assert_eq!(code, Some(2));
    assert!(
        errors.contains("Give the provider a name.") && errors.contains("http://"),
        "{errors}"
    );
    assert!(!errors.contains("s3cret"), "{errors}");
    assert_eq!(add("Alpha", "http://tv.example/").0, Some(0));
    let (code, _, errors) = add("Alpha", "http://tv.example/");
    assert_eq!(
        (code, errors.as_str()),
        (Some(1), "Another provider has this name.\n")
    );
}

#[test]
fn an_account_is_added_with_a_password_that_is_no_argument() {
    let data = TempDir::new().unwrap();
    let add = |arguments: &[&str], password: &str| {
        let mut command = program(data.path());
        command.env("STRM_XTREAM_PASSWORD", password);
        run(command.args(["provider", "add"]).args(arguments))
    };
    let host = ["--xtream-host", "http://panel.example:8080"];
    let (code, out, errors) = add(
        &[&["Alpha"], &host[..], &["--xtream-username", "ann"]].concat(),
        "s3cret",
    );
    assert_eq!((code, errors.as_str()), (Some(0), ""));
    assert!(out.starts_with("Added provider 1, Alpha."), "{out}");
    let (code, _, errors) = add(
        &[&["Beta"], &host[..], &["--xtream-username", "ann"]].concat(),
        "",
    );
    assert_eq!(code, Some(2));
    assert!(errors.contains("Give the password of the account."), "{errors}");
    assert_eq!(add(&[&["Beta"], &host[..]].concat(), "s3cret").0, Some(2));
    let both = [
        "Beta",
        "--m3u-url",
        "http://tv.example/",
        "--xtream-host",
        "http://panel.example",
        "--xtream-username",
        "ann",
    ];
    assert_eq!(add(&both, "s3cret").0, Some(2));
    assert_eq!(add(&["Beta"], "s3cret").0, Some(2));
}
