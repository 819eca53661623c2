//! The command `sync` as a real process.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use m3u_strm_processor::db::Engine;
use m3u_strm_processor::simulator::panel::{Account, Catalogue, Panel};
use m3u_strm_processor::simulator::{Fault, Playlist, Resource, Simulator, ts};
use tempfile::TempDir;

use super::LIST;
use crate::on_both_engines;
use crate::support::program::{program, run};
use crate::support::{OnEngine, TestDb};

/// A data folder and a database with one provider, as somebody at a terminal has them.
struct Terminal {
    db: TestDb,
    data: TempDir,
    simulator: Simulator,
}

impl OnEngine for Terminal {
    async fn on(engine: Engine) -> Self {
        let terminal = Self {
            db: TestDb::on(engine).await,
            data: tempfile::tempdir().unwrap(),
            simulator: Simulator::start().await.unwrap(),
        };
        let url = format!("{}?username=ann&password=s3cret", terminal.simulator.url(LIST));
        let added = terminal.run(&["provider", "add", "One", "--m3u-url", &url]).await;
        assert_eq!(added.0, Some(0), "{}", added.2);
        terminal
    }
}

impl Terminal {
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(self.data.path());
        command
            .env("STRM_DATABASE_URL", self.db.url())
            .env("STRM_ALLOW_PRIVATE_NETWORKS", "127.0.0.0/8")
            .env("STRM_LOG", "error")
            .args(arguments);
        command
    }

    async fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let mut command = self.command(arguments);
        let ended = tokio::task::spawn_blocking(move || run(&mut command));
        let ended = tokio::time::timeout(std::time::Duration::from_secs(60), ended).await;
        let (status, out, error) = ended.unwrap().unwrap();
        assert!(!format!("{out}{error}").contains("s3cret"), "{out}{error}");
        (status, out, error)
    }

    fn lists(&self, entries: usize) {
        self.simulator
            .put(LIST, Resource::bytes(Playlist::new(1, entries).to_bytes()));
    }

    /// A sync that is under way and has come to the step whose line holds `step`.
    async fn at_step(&self, step: &'static str) -> Child {
        let mut child = self.command(&["sync"]).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let found =
            tokio::task::spawn_blocking(move || lines.map_while(Result::ok).any(|line| line.contains(step)));
        let found = tokio::time::timeout(std::time::Duration::from_secs(60), found).await;
        assert!(found.unwrap().unwrap(), "it came to {step}");
        child
    }

    async fn count(&self, sql: &'static str) -> i64 {
        let (count,): (i64,) = self.db.db.one(sql, Vec::new()).await.unwrap();
        count
    }

    async fn last_outcome(&self) -> String {
        let sql = "select case when l.outcome = 'running' then j.state else l.outcome end from provider_sync_log l \
                   left join jobs j on j.id = l.job_id order by l.id desc limit 1";
        let (outcome,): (String,) = self.db.db.one(sql, Vec::new()).await.unwrap();
        outcome
    }
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill")
        .args([name, &child.id().to_string()])
        .status()
        .unwrap();
    assert!(sent.success());
}

async fn ended(mut child: Child) -> Option<i32> {
    tokio::task::spawn_blocking(move || child.wait().unwrap().code())
        .await
        .unwrap()
}

on_both_engines! {
    async fn an_account_is_synced_with_the_episodes_of_its_series(terminal: Terminal) {
        let panel = Panel::new();
        panel.open(Account::new("ann", "s3cret"), Catalogue::plain());
        terminal.simulator.put_panel(&panel);
        let host = terminal.simulator.url("");
        let mut add = terminal.command(&["provider", "add", "Two", "--xtream-host", &host, "--xtream-username", "ann"]);
        add.env("STRM_XTREAM_PASSWORD", "s3cret");
        let added = tokio::task::spawn_blocking(move || run(&mut add)).await.unwrap();
        assert_eq!(added.0, Some(0), "{}", added.2);
        let (status, out, error) = terminal.run(&["sync", "--provider", "Two"]).await;
        assert_eq!(status, Some(0), "{error}");
        assert!(out.contains("100 entries: 60 streams, 40 films, 0 episodes, 0 refused."), "{out}");
        assert!(out.contains("Two: 8 series read,"), "{out}");
        let (status, out, _) = terminal.run(&["sync", "--provider", "Two"]).await;
        assert!(status == Some(0) && !out.contains("series read"), "{out}");
    }

    async fn the_status_tells_how_a_sync_ended(at: Terminal) {
        at.lists(1_000);
        let (status, out, error) = at.run(&["sync", "--provider", "One"]).await;
        assert_eq!(status, Some(0), "{error}");
        assert!(out.contains("One: applied in"), "{out}");
        assert!(out.contains("1000 entries: 700 streams, 200 films, 100 episodes, 0 refused. 1000 added"), "{out}");
        let (status, out, _) = at.run(&["sync"]).await;
        assert!(status == Some(0) && out.contains("unchanged in") && out.contains("1000 unchanged."), "{out}");
        at.lists(100);
        let (status, out, _) = at.run(&["sync"]).await;
        assert!(status == Some(3) && out.contains("are not listed any more"), "{out}");
        at.simulator.fault(LIST, Fault::html());
        let (status, out, error) = at.run(&["sync"]).await;
        assert!(status == Some(1) && out.is_empty() && error.contains("One: failed. The list was not taken"), "{error}");
        let (status, _, error) = at.run(&["sync", "--provider", "Two"]).await;
        assert!(status == Some(2) && error.contains("no provider called \"Two\""), "{error}");
        assert_eq!(at.count("select cast(sum(stream_count) as bigint) from channels").await, 700);
    }

    async fn an_interrupt_cancels_the_sync(at: Terminal) {
        at.lists(100);
        at.simulator.fault(LIST, Fault::stop_after(1_000));
        let child = at.at_step("Connecting").await;
        at.simulator.until(|counters| counters.open == 1).await;
        signal(&child, "-INT");
        assert_eq!(ended(child).await, Some(4));
        assert_eq!(at.last_outcome().await, "cancelled");
        assert_eq!(at.count("select count(*) from channels").await, 0);
    }

    async fn a_sync_that_runs_already_is_followed(at: Terminal) {
        at.lists(500);
        at.simulator.fault(LIST, Fault::stop_after(1_000).times(1));
        let first = at.at_step("Connecting").await;
        at.simulator.until(|counters| counters.open == 1).await;
        let mut second = at.command(&["sync"]).stderr(Stdio::piped()).spawn().unwrap();
        let mut told = BufReader::new(second.stderr.take().unwrap()).lines();
        let line = tokio::task::spawn_blocking(move || told.next().unwrap().unwrap()).await.unwrap();
        assert_eq!(line, "One: is being synced already; follows that.");
        signal(&first, "-INT");
        assert_eq!((ended(first).await, ended(second).await), (Some(4), Some(4)));
        assert_eq!(at.count("select count(*) from provider_sync_log").await, 1);
    }

    async fn a_killed_sync_leaves_the_catalogue_as_it_was(at: Terminal) {
        at.lists(2_000);
        assert_eq!(at.run(&["sync"]).await.0, Some(0));
        let version = at.count("select version from catalogue_state").await;
        let channels = at.count("select count(*) from channels").await;
        at.simulator.put(LIST, Resource::bytes(Playlist::new(1, 12_000).to_bytes()));
        for step in ["Connecting", "Applying"] {
            if step == "Connecting" {
                at.simulator.fault(LIST, Fault::stop_after(1_000).times(1));
            }
            let mut child = at.at_step(step).await;
            child.kill().unwrap();
            assert_eq!(ended(child).await, None);
            assert_eq!(at.last_outcome().await, "running", "{step}");
            assert_eq!(at.count("select version from catalogue_state").await, version, "{step}");
            assert_eq!(at.count("select count(*) from channels").await, channels, "{step}");
            assert_eq!(at.count("select count(*) from provider_sync_staging").await, 0, "{step}");
        }
        let left = std::fs::read_dir(at.data.path()).unwrap().count();
        let (status, out, error) = at.run(&["sync"]).await;
        assert_eq!(status, Some(0), "{error}");
        assert!(out.contains("12000 entries") && out.contains("10000 added") && out.contains("2000 unchanged"), "{out}");
        assert_eq!(at.count("select count(*) from provider_sync_log where outcome = 'interrupted'").await, 2);
        assert_eq!(at.count("select count(*) from jobs where state = 'failed' and error_code = 'interrupted'").await, 2);
        assert!(std::fs::read_dir(at.data.path()).unwrap().count() <= left, "nothing is left in the data folder");
    }

    async fn the_library_is_written_from_the_terminal(at: Terminal) {
        at.lists(100);
        at.run(&["sync"]).await;
        let out = tempfile::tempdir().unwrap();
        let folder = out.path().to_str().unwrap();
        let (status, _, error) = at.run(&["strm", "--out", folder]).await;
        assert!(status == Some(1) && error.contains("STRM_PUBLIC_URL"), "{error}");
        let (status, said, error) = at.run(&["strm", "--out", folder, "--public-url", "http://tv.example"]).await;
        assert!(status == Some(0) && said.contains("0 unchanged, 0 moved, 0 to the trash"), "{said}{error}");
        assert!(out.path().join("Movies").is_dir() && out.path().join("TV Shows").is_dir());
        let (status, said, _) = at.run(&["strm", "--out", folder, "--public-url", "http://tv.example"]).await;
        assert!(status == Some(0) && said.starts_with("0 files written"), "{said}");
    }

    async fn a_line_a_list_and_an_archive_without_end_hold_little_memory(at: Terminal) {
        const MOST_MIB: u64 = 192;
        let most = "insert into app_settings (key, value, changed_at) values ('playlist_max_mib', '192', 0)";
        at.db.db.execute(most, Vec::new()).await.unwrap();
        for fault in [Fault::endless_line(), Fault::gzip_bomb()] {
            let name = format!("{fault:?}");
            at.simulator.fault(LIST, fault);
            let mut command = at.command(&["sync"]);
            let peak = tokio::task::spawn_blocking(move || {
                let mut child = command.stderr(Stdio::null()).stdout(Stdio::null()).spawn().unwrap();
                let mut peak = 0;
                loop {
                    peak = peak.max(peak_kib(child.id()));
                    if let Some(status) = child.try_wait().unwrap() {
                        return (status.code(), peak);
                    }
                    std::thread::sleep(std::time::Duration::from_millis(5));
                }
            });
            let (status, peak) = tokio::time::timeout(std::time::Duration::from_secs(90), peak).await.unwrap().unwrap();
            assert_eq!(status, Some(1), "{name}");
            assert!(peak > 0 && peak < MOST_MIB * 1_024 / 2, "{name}: {peak} KiB");
        }
        assert_eq!(at.count("select count(*) from channels").await, 0);
    }
}

/// The most memory a process held so far; 0 once it is gone.
fn peak_kib(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or(0)
}

#[tokio::test]
async fn streams_are_checked_from_the_terminal() {
    let terminal = Terminal::on(Engine::Sqlite).await;
    let (status, _, error) = terminal.run(&["check"]).await;
    assert_eq!(status, Some(1), "{error}");
    assert!(error.contains("There is no stream to check"), "{error}");
    let (status, _, error) = terminal.run(&["check", "--provider", "Nobody's"]).await;
    assert_eq!(status, Some(2), "{error}");
    let entry = |name: &str| {
        format!(
            "#EXTINF:-1,{name}\n{}\n",
            terminal.simulator.url(&format!("/{name}.ts"))
        )
    };
    let list = format!("#EXTM3U\n{}{}", entry("Good"), entry("Gone"));
    terminal.simulator.put(LIST, Resource::bytes(list));
    terminal.simulator.put("/Good.ts", Resource::bytes(ts::block()));
    let (status, _, error) = terminal.run(&["sync"]).await;
    assert_eq!(status, Some(0), "{error}");
    let (status, out, error) = terminal.run(&["check", "--provider", "One"]).await;
    assert_eq!(status, Some(0), "{error}");
    assert!(
        out.contains("2 streams checked: 1 work, 0 work badly, 1 do not; 0 skipped"),
        "{out}"
    );
}
