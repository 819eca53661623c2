use std::collections::BTreeMap;
use std::ffi::OsString;

use super::*;

fn load(
    flags: &[(&'static str, &str)],
    environment: &[(&str, &str)],
    file: Option<&str>,
) -> Result<Config, String> {
    let folder = tempfile::tempdir().unwrap();
    let mut environment: BTreeMap<String, String> = environment
        .iter()
        .map(|&(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    if let Some(text) = file {
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        environment.insert("STRM_CONFIG".to_owned(), path.display().to_string());
    }
    let look_up = |name: &str| environment.get(name).map(OsString::from);
    Config::load_from(&Flags::of(flags.iter().copied()), &look_up).map_err(|error| error.to_string())
}

fn refusal(environment: &[(&str, &str)]) -> String {
    load(&[], environment, None).unwrap_err()
}

#[test]
fn without_anything_given_the_defaults_hold() {
    let config = load(&[], &[], None).unwrap();
    assert_eq!(config.server.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(config.data.dir, PathBuf::from("data"));
    assert_eq!(config.output.dir, PathBuf::from("data/output"));
    assert_eq!(config.security.secret_key_file, PathBuf::from("data/secret.key"));
    assert!(matches!(&config.database.url, DatabaseUrl::Sqlite(path) if path.starts_with("data")));
    assert_eq!((config.database.pool, config.database.pool_max), (20, 60));
    assert_eq!(config.database.acquire_timeout, Duration::from_secs(30));
    assert_eq!(config.database.recycle, Duration::from_secs(3600));
    assert_eq!(config.time.zone_name, "UTC");
    assert_eq!(config.log.filter, "info");
    assert!(config.server.public_url.is_none());
    assert!(VARIABLES.iter().all(|variable| !config.is_fixed(variable.name)));
}

#[test]
fn a_flag_beats_the_environment_which_beats_the_file() {
    let file = Some("listen = \"127.0.0.1:1\"\nlog = \"warn\"\ndb_pool = 7\n");
    let environment = [("STRM_LISTEN", "127.0.0.1:2"), ("STRM_LOG", "debug")];
    let config = load(&[("listen", "127.0.0.1:3")], &environment, file).unwrap();
    assert_eq!(config.server.listen.port(), 3);
    assert_eq!(config.log.filter, "debug");
    assert_eq!(config.database.pool, 7);
    assert_eq!(config.source("listen"), Source::Flag);
    assert_eq!(config.source("log"), Source::Environment);
    assert_eq!(config.source("db_pool"), Source::File);
    assert_eq!(config.source("data_dir"), Source::Default);
}

#[test]
fn every_variable_can_be_given_in_every_way() {
    let example = |name: &str| match name {
        "listen" => "127.0.0.1:9",
        "database_url" => "postgres://a:b@localhost/c",
        "db_pool" | "db_pool_max" | "db_acquire_timeout" | "db_recycle" => "21",
        "public_url" => "https://tv.example",
        "trusted_proxies" | "allow_private_networks" | "metrics_allow" => "10.0.0.0/8",
        "time_zone" => "Europe/Berlin",
        "log" => "warn",
        _ => "somewhere",
    };
    for variable in VARIABLES {
        let value = example(variable.name);
        let by_flag = load(&[(variable.name, value)], &[], None).unwrap();
        assert_eq!(by_flag.source(variable.name), Source::Flag);
        let by_environment = load(&[], &[(&variable.environment(), value)], None).unwrap();
        assert_eq!(by_environment.source(variable.name), Source::Environment);
        let by_file = load(&[], &[], Some(&format!("{} = \"{value}\"", variable.name))).unwrap();
        assert_eq!(by_file.source(variable.name), Source::File);
    }
}

#[test]
fn the_command_line_knows_a_flag_for_every_variable() {
    use clap::{Args, FromArgMatches};
    let typed = VARIABLES
        .iter()
        .flat_map(|variable| [format!("--{}", variable.flag()), "x".to_owned()]);
    let matches = Flags::augment_args(clap::Command::new("test")).get_matches_from(
        ["test".to_owned(), "--config".to_owned(), "y".to_owned()]
            .into_iter()
            .chain(typed),
    );
    let flags = Flags::from_arg_matches(&matches).unwrap();
    assert_eq!(flags.config.as_deref(), Some("y"));
    assert_eq!(flags.values.len(), VARIABLES.len());
}

#[test]
fn folders_follow_the_data_folder() {
    let config = load(&[], &[("STRM_DATA_DIR", "/srv/strm")], None).unwrap();
    assert_eq!(config.output.dir, PathBuf::from("/srv/strm/output"));
    assert_eq!(
        config.security.secret_key_file,
        PathBuf::from("/srv/strm/secret.key")
    );
    assert_eq!(config.data.cache_dir(), PathBuf::from("/srv/strm/cache"));
}

#[test]
fn an_empty_variable_counts_as_absent() {
    let config = load(
        &[],
        &[("STRM_LISTEN", ""), ("STRM_DB_POOL", " "), ("STRM_CONFIG", "")],
        None,
    )
    .unwrap();
    assert!(!config.is_fixed("listen") && !config.is_fixed("db_pool"));
}

#[test]
fn a_wrong_value_is_named_in_one_sentence() {
    for (name, value, expected) in [
        (
            "STRM_LISTEN",
            "8080",
            "STRM_LISTEN is \"8080\", but must be an address and a port",
        ),
        (
            "STRM_DB_POOL",
            "0",
            "STRM_DB_POOL is \"0\", but must be a whole number from 1 to 1000",
        ),
        ("STRM_DB_POOL", "-3", "whole number"),
        ("STRM_DB_POOL", "1001", "whole number"),
        ("STRM_DB_POOL_MAX", "5", "at least the size of the pool, 20"),
        ("STRM_DB_ACQUIRE_TIMEOUT", "soon", "whole number of seconds"),
        ("STRM_DB_RECYCLE", "0", "whole number of seconds"),
        ("STRM_PUBLIC_URL", "tv.example", "http or https URL"),
        ("STRM_PUBLIC_URL", "ftp://tv.example", "http or https URL"),
        (
            "STRM_PUBLIC_URL",
            "https://tv.example/?a=b",
            "without user, query and fragment",
        ),
        (
            "STRM_TRUSTED_PROXIES",
            "10.0.0.0/8, nonsense",
            "which \"nonsense\" is not",
        ),
        ("STRM_ALLOW_PRIVATE_NETWORKS", "10.0.0.0/33", "list of networks"),
        ("STRM_TIME_ZONE", "Europe/Nowhere", "name of a time zone"),
        (
            "TZ",
            "Europe/Nowhere",
            "TZ is \"Europe/Nowhere\", but must be the name of a time zone",
        ),
        ("STRM_LOG", "inof", "must be off, error"),
        ("STRM_LOG", "sqlx=loud", "must be off, error"),
        (
            "STRM_CONFIG",
            "/nowhere/config.toml",
            "/nowhere/config.toml cannot be read",
        ),
    ] {
        let sentence = refusal(&[(name, value)]);
        assert!(sentence.contains(expected), "{name}={value}: {sentence}");
        assert!(sentence.ends_with('.') && !sentence.contains('\n'), "{sentence}");
    }
}

#[test]
fn a_value_is_named_as_it_was_given() {
    let by_flag = load(&[("db_pool", "no")], &[], None).unwrap_err();
    assert!(by_flag.starts_with("--db-pool is"), "{by_flag}");
    let by_file = load(&[], &[], Some("db_pool = \"no\"")).unwrap_err();
    assert!(
        by_file.starts_with("db_pool in the configuration file is"),
        "{by_file}"
    );
}

#[test]
fn a_secret_is_never_repeated() {
    for value in ["mysql://user:hunter2@host/db", "hunter2", "sqlite:?hunter2"] {
        let sentence = refusal(&[("STRM_DATABASE_URL", value)]);
        assert!(
            sentence.starts_with("STRM_DATABASE_URL must") && !sentence.contains("hunter2"),
            "{sentence}"
        );
    }
    let broken = load(
        &[],
        &[],
        Some("log = \"info\"\nadmin_password = \"hunter2\nlisten = 3"),
    )
    .unwrap_err();
    assert!(
        broken.contains("line 2") && !broken.contains("hunter2"),
        "{broken}"
    );
    let given = [
        ("STRM_ADMIN_PASSWORD", "hunter2hunter2"),
        ("STRM_DATABASE_URL", "postgres://a:hunter2@h/d"),
    ];
    let config = load(&[], &given, None).unwrap();
    let shown = format!("{config:?} {:?}", config.effective());
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn a_first_password_is_as_long_as_any_other() {
    let refused = refusal(&[("STRM_ADMIN_PASSWORD", "sec-7ch")]);
    assert!(
        refused.contains("STRM_ADMIN_PASSWORD") && refused.contains("at least 8"),
        "{refused}"
    );
    assert!(!refused.contains("sec-7ch"), "{refused}");
    assert!(load(&[], &[("STRM_ADMIN_PASSWORD", "sec-8chr")], None).is_ok());
}

#[test]
fn a_name_that_does_not_exist_in_the_file_is_an_error() {
    let sentence = load(&[], &[], Some("listne = \"127.0.0.1:1\"")).unwrap_err();
    assert!(
        sentence.contains("\"listne\"") && sentence.contains("listen, data_dir"),
        "{sentence}"
    );
    let table = load(&[], &[], Some("[listen]\nport = 3")).unwrap_err();
    assert!(
        table.contains("listen in the configuration file must be"),
        "{table}"
    );
}

#[test]
fn lists_and_durations_are_read_leniently() {
    let file =
        "trusted_proxies = [\"10.1.2.3\", \"fd00::/8\"]\ndb_recycle = 60\ndb_acquire_timeout = \"5 s\"";
    let config = load(&[], &[], Some(file)).unwrap();
    let proxies: Vec<String> = config
        .server
        .trusted_proxies
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(proxies, ["10.1.2.3/32", "fd00::/8"]);
    assert_eq!(config.database.recycle, Duration::from_secs(60));
    assert_eq!(config.database.acquire_timeout, Duration::from_secs(5));
}

#[test]
fn the_public_url_has_no_slash_at_its_end() {
    let config = load(&[], &[("STRM_PUBLIC_URL", "https://tv.example/base/")], None).unwrap();
    assert_eq!(
        config.server.public_url.unwrap().as_str(),
        "https://tv.example/base"
    );
}

#[test]
fn the_zone_of_the_system_is_the_default() {
    let of_system = load(&[], &[("TZ", ":Europe/Berlin")], None).unwrap();
    assert_eq!(of_system.time.zone_name, "Europe/Berlin");
    assert!(!of_system.is_fixed("time_zone"));
    let given = load(
        &[],
        &[("TZ", "Europe/Berlin"), ("STRM_TIME_ZONE", "Asia/Tokyo")],
        None,
    )
    .unwrap();
    assert_eq!(given.time.zone_name, "Asia/Tokyo");
}

#[test]
fn what_is_in_force_is_shown_with_its_source() {
    let config = load(&[("db_pool", "30")], &[], None).unwrap();
    let effective = config.effective();
    let of = |name| effective.iter().find(|one| one.name == name).unwrap();
    assert_eq!(
        (of("db_pool").value.as_str(), of("db_pool").source),
        ("30", Source::Flag)
    );
    assert_eq!(of("listen").value, "127.0.0.1:8080");
    assert_eq!(of("database_url").value, "sqlite:data/m3u-strm-processor.db");
    assert_eq!(of("admin_password").value, "");
}
