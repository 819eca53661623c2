//! The program itself as a child process.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use m3u_strm_processor::db::Engine;
use tempfile::TempDir;

use crate::support::program::{program, run};
use crate::support::{OnEngine, TestDb};

fn terminate(child: &Child) {
    let killed = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
}

#[test]
fn a_first_start_prints_the_password_and_a_signal_ends_it_well() {
    let data = TempDir::new().unwrap();
    let mut server = program(data.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut errors = BufReader::new(server.stderr.take().unwrap());
    let mut log = String::new();
    while !log.contains("serves") {
        assert!(errors.read_line(&mut log).unwrap() > 0, "{log}");
    }
    terminate(&server);
    errors.read_to_string(&mut log).unwrap();
    let mut printed = String::new();
    server
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut printed)
        .unwrap();
    assert_eq!(server.wait().unwrap().code(), Some(0), "{log}");
    let password = printed
        .lines()
        .find_map(|line| line.trim().strip_prefix("password"))
        .unwrap()
        .trim();
    assert!(password.len() > 8 && !log.contains(password));
    assert!(
        std::fs::read_to_string(data.path().join("ADMIN_PASSWORD.txt"))
            .unwrap()
            .contains(password)
    );
}

#[test]
fn a_busy_port_ends_the_start_with_a_sentence() {
    let data = TempDir::new().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (status, out, errors) = run(program(data.path()).env("STRM_LISTEN", &address));
    assert_eq!((status, out.as_str()), (Some(1), ""));
    assert!(
        errors.starts_with(&format!("{address} cannot be listened on")),
        "{errors}"
    );
}

#[test]
fn a_wrong_value_ends_the_start_with_a_sentence() {
    let data = TempDir::new().unwrap();
    let (status, out, errors) = run(program(data.path()).args(["serve", "--db-pool", "many"]));
    assert_eq!((status, out.as_str()), (Some(2), ""));
    assert_eq!(
        errors,
        "--db-pool is \"many\", but must be a whole number from 1 to 1000.\n"
    );
}

#[test]
fn an_unknown_flag_is_a_usage_error() {
    let data = TempDir::new().unwrap();
    assert_eq!(run(program(data.path()).arg("--nonsense")).0, Some(2));
}

#[test]
fn a_data_folder_that_cannot_be_made_ends_the_start_with_a_sentence() {
    let data = TempDir::new().unwrap();
    std::fs::write(data.path().join("file"), "").unwrap();
    let (status, _, errors) = run(program(&data.path().join("file/data")).arg("migrate"));
    assert_eq!(status, Some(1));
    assert!(errors.contains("file/data cannot be used"), "{errors}");
}

#[test]
fn an_output_folder_that_is_a_file_ends_the_start_with_a_sentence() {
    let data = TempDir::new().unwrap();
    let file = data.path().join("file");
    std::fs::write(&file, "kept").unwrap();
    let (status, _, errors) = run(program(data.path()).env("STRM_OUTPUT_DIR", &file));
    assert_eq!(status, Some(1));
    assert!(
        errors.contains("file cannot be used: not a directory"),
        "{errors}"
    );
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "kept");
}

#[test]
fn a_database_server_that_is_not_there_is_called_unreachable() {
    let data = TempDir::new().unwrap();
    // Bound and not listened on: nobody else takes the port, and connecting to it is refused.
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let address = socket.local_addr().unwrap();
    let url = format!("postgres://tv:s3cret@{address}/tv");
    let (status, out, errors) = run(program(data.path())
        .env("STRM_DATABASE_URL", url)
        .env("STRM_DB_ACQUIRE_TIMEOUT", "1"));
    assert_eq!((status, out.as_str()), (Some(1), ""));
    assert!(
        errors.contains("The database cannot be opened: the server cannot be reached: Connection refused"),
        "{errors}"
    );
    assert!(!errors.contains("s3cret"), "{errors}");
}

async fn migrates_and_refuses_a_changed_migration(engine: Engine) {
    let (test, data) = (TestDb::on(engine).await, TempDir::new().unwrap());
    let migrate = || {
        run(program(data.path())
            .arg("migrate")
            .env("STRM_DATABASE_URL", test.url()))
    };
    let (status, out, errors) = migrate();
    assert_eq!(status, Some(0), "{errors}");
    assert!(out.starts_with("The database is up to date"), "{out}");
    let wrong = "update _sqlx_migrations set checksum = checksum || checksum where version = 1";
    let wrong = if engine == Engine::Sqlite {
        "update _sqlx_migrations set checksum = x'00' where version = 1"
    } else {
        wrong
    };
    test.db.execute(wrong, Vec::new()).await.unwrap();
    let (status, out, errors) = migrate();
    assert_eq!((status, out.as_str()), (Some(1), ""));
    assert!(errors.contains("could not be brought up to date"), "{errors}");
}

#[tokio::test]
async fn a_failed_migration_ends_the_start_on_sqlite() {
    migrates_and_refuses_a_changed_migration(Engine::Sqlite).await;
}

#[tokio::test]
async fn a_failed_migration_ends_the_start_on_postgres() {
    migrates_and_refuses_a_changed_migration(Engine::Postgres).await;
}
