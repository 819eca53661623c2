use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use super::say;
use crate::app::{App, StartError};
use crate::config::{Config, DatabaseUrl};
use crate::ctx::Ctx;
use crate::db::{Db, DbError, PoolOptions, backup};
use crate::features::health::program;
use crate::features::providers::{self, Status};
use crate::features::{settings, system};
use crate::support::clock::Clock;
use crate::support::paging::{MAX_LIMIT, Slice};

/// What was looked at.
struct Findings {
    wrong: usize,
}

const LITTLE_DISK: u64 = 1 << 30;
const PATIENCE: Duration = Duration::from_secs(15);
/// Folders and files that are looked at to find a link.
const MOST_LOOKED_AT: usize = 10_000;

impl Findings {
    fn good(&self, text: &str) {
        say(&format!("ok     {text}"));
    }

    fn note(&self, text: &str, mend: &str) {
        say(&format!("note   {text}\n       {mend}"));
    }

    fn wrong(&mut self, text: &str, mend: &str) {
        self.wrong += 1;
        say(&format!("wrong  {text}\n       {mend}"));
    }
}

/// Looks at everything that a server stands on, says what is wrong and how to mend it. It changes nothing. Exit status 1
/// if anything is wrong.
pub(super) async fn run(config: Config) -> Result<ExitCode, StartError> {
    let mut findings = Findings { wrong: 0 };
    folders(&mut findings, &config);
    tools(&mut findings, &config).await;
    if let Some(db) = database(&mut findings, &config).await {
        key_and_rest(&mut findings, config, db).await;
    }
    match findings.wrong {
        0 => {
            say("Nothing is wrong.");
            Ok(ExitCode::SUCCESS)
        }
        1 => {
            say("One thing is wrong.");
            Ok(ExitCode::from(super::status::FAILED))
        }
        wrong => {
            say(&format!("{wrong} things are wrong."));
            Ok(ExitCode::from(super::status::FAILED))
        }
    }
}

fn folders(findings: &mut Findings, config: &Config) {
    for (what, folder) in [("data", &config.data.dir), ("output", &config.output.dir)] {
        let shown = folder.display();
        if !folder.exists() {
            findings.note(
                &format!("The {what} folder {shown} is not there yet."),
                "The first start makes it.",
            );
        } else if let Err(error) = tempfile::NamedTempFile::new_in(folder) {
            findings.wrong(
                &format!("The {what} folder {shown} cannot be written: {error}."),
                "Make it writable for the user that the server runs as.",
            );
        } else {
            findings.good(&format!("The {what} folder {shown} can be written."));
        }
    }
    if let Some(disk) = system::disk(&config.data.dir) {
        let free = disk.free / (1 << 20);
        match disk.free {
            0..LITTLE_DISK => findings.wrong(
                &format!("Only {free} MiB are free on the disk."),
                "Make room: syncs and backups need it.",
            ),
            _ => findings.good(&format!("{free} MiB are free on the disk.")),
        }
    }
}

async fn tools(findings: &mut Findings, config: &Config) {
    for (what, program, without) in [
        (
            "ffprobe",
            &config.tools.ffprobe,
            "the quality of streams is told from names and addresses only",
        ),
        (
            "ffmpeg",
            &config.tools.ffmpeg,
            "nobody looks at what streams show",
        ),
    ] {
        match program::runs(program.as_os_str()).await {
            Ok(()) => findings.good(&format!("{what} runs.")),
            Err(error) => findings.note(
                &format!("{what} does not run ({error}): {without}."),
                &format!(
                    "It is part of FFmpeg. STRM_{} says where it is, if the system does not find it.",
                    what.to_uppercase()
                ),
            ),
        }
    }
}

async fn database(findings: &mut Findings, config: &Config) -> Option<Db> {
    let options = PoolOptions::default();
    let opened = match &config.database.url {
        DatabaseUrl::Sqlite(path) if !path.is_file() => {
            findings.note(
                &format!("There is no database at {} yet.", path.display()),
                "The first start makes it.",
            );
            return None;
        }
        DatabaseUrl::Sqlite(path) => {
            match backup::damage(path).await {
                Ok(None) => findings.good(&format!("The database {} is sound.", path.display())),
                Ok(Some(what)) => findings.wrong(
                    &format!("The database is damaged: {what}."),
                    "Stop the server, move the file away, and put a backup back with: restore FILE",
                ),
                Err(error) => findings.wrong(
                    &format!("The database cannot be read: {error}."),
                    "Check that the file is the right one and may be read.",
                ),
            }
            Db::open_sqlite(path, &options).await
        }
        DatabaseUrl::Postgres(url) => {
            use secrecy::ExposeSecret;
            Db::connect_postgres(url.expose_secret(), &options).await
        }
    };
    match opened {
        Ok(db) => migrations(findings, &db).await.then_some(db),
        Err(error) => {
            findings.wrong(
                &format!("The database cannot be opened: {error}."),
                "Check STRM_DATABASE_URL, and that the server it names runs.",
            );
            None
        }
    }
}

/// Whether the rest can be looked at.
async fn migrations(findings: &mut Findings, db: &Db) -> bool {
    match db.migration_status().await {
        Ok(status) if status.applied == status.known => {
            findings.good(&format!("All {} migrations are applied.", status.known));
            true
        }
        Ok(status) if status.applied > status.known => {
            findings.wrong(
                "The database was used by a newer version.",
                "Run that version or a later one.",
            );
            false
        }
        _ => {
            findings.note(
                "The database is not up to date.",
                "The next start, or the command migrate, brings it up to date.",
            );
            false
        }
    }
}

async fn key_and_rest(findings: &mut Findings, config: Config, db: Db) {
    let key_file = config.security.secret_key_file.clone();
    if !key_file.is_file() {
        findings.wrong(
            &format!("The key file {} is not there.", key_file.display()),
            "Put back the one that belongs to this database, from a backup: without it the addresses of providers cannot be read.",
        );
        return;
    }
    match App::on(db, config, Clock::System) {
        Ok(App { ctx, .. }) => {
            if let Err(error) = rest(findings, &ctx).await {
                findings.wrong(
                    &format!("The database does not answer: {error}."),
                    "Look at the log of the server.",
                );
            }
            ctx.db.close().await;
        }
        Err(error) => findings.wrong(&error.to_string(), "The sentence says what to do."),
    }
}

async fn rest(findings: &mut Findings, ctx: &Ctx) -> Result<(), DbError> {
    let all = Slice {
        skip: 0,
        limit: MAX_LIMIT,
    };
    let listed = providers::store::list(&ctx.db, all).await?;
    let locked = listed
        .items
        .iter()
        .filter(|provider| provider.secrets(&ctx.keys).is_err())
        .count();
    match locked {
        0 => findings.good(&format!(
            "The key file opens what is stored of all providers ({}).",
            listed.total
        )),
        _ => findings.wrong(
            &format!(
                "The key file does not open what is stored of {locked} of {} providers.",
                listed.total
            ),
            "Put back the key file that belongs to this database, or type their addresses again.",
        ),
    }
    for provider in &listed.items {
        let why = provider.status_message.as_deref().unwrap_or("no reason is known");
        match provider.status() {
            Status::Failing | Status::Expired => findings.wrong(
                &format!("The last sync of {} failed: {why}", provider.name),
                "Test its connection on its page.",
            ),
            Status::Held => findings.note(
                &format!("A sync of {} waits for approval.", provider.name),
                "Decide about it on its page.",
            ),
            Status::NeverSynced => {
                findings.note(&format!("{} was never synced.", provider.name), "Sync it once.");
            }
            Status::Ok | Status::Disabled => {}
        }
    }
    let Some(base) = settings::load(ctx).await?.public_url else {
        findings.note(
            "The public URL is not set, so no library is written.",
            "Confirm it on the library page.",
        );
        return Ok(());
    };
    link(findings, &ctx.config.output.dir, &base).await;
    Ok(())
}

/// Plays the beginning of one link of the library, as a media server does.
async fn link(findings: &mut Findings, folder: &Path, base: &str) {
    let Some(file) = first_link(folder) else {
        findings.note(
            "The library holds no file yet.",
            "Write it on the library page, or with the command strm.",
        );
        return;
    };
    let shown = file.strip_prefix(folder).unwrap_or(&file).display().to_string();
    let text = std::fs::read_to_string(&file).unwrap_or_default();
    let link = text.trim();
    if !link.starts_with(base) {
        findings.wrong(
            &format!("The link in {shown} does not begin with the public URL {base}."),
            "Write the library again.",
        );
        return;
    }
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build();
    let asked = match client {
        Ok(client) => {
            let request = client.get(link).header("range", "bytes=0-1023");
            tokio::time::timeout(PATIENCE, request.send()).await
        }
        Err(error) => Ok(Err(error)),
    };
    // An error of the client names the address, which holds a credential.
    match asked {
        Ok(Ok(answer)) if answer.status().is_success() || answer.status().is_redirection() => {
            findings.good(&format!("The link in {shown} plays: {}.", answer.status()));
        }
        Ok(Ok(answer)) => findings.wrong(
            &format!("The link in {shown} answers {}.", answer.status()),
            match answer.status().as_u16() {
                401 | 403 => "Its credential was revoked: write the library again.",
                404 => "Its channel is gone: write the library again.",
                _ => "Look at the page of its channel: another stream may play.",
            },
        ),
        Ok(Err(_)) | Err(_) => findings.wrong(
            &format!("No server answers at {base}."),
            "Start the server, or set the public URL to where it is reached.",
        ),
    }
}

fn first_link(folder: &Path) -> Option<PathBuf> {
    let mut folders = vec![folder.to_owned()];
    let mut looked_at = 0;
    while let Some(folder) = folders.pop() {
        let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
            .ok()?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .collect();
        entries.sort();
        for path in entries {
            looked_at += 1;
            if looked_at > MOST_LOOKED_AT {
                return None;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "strm") {
                return Some(path);
            }
        }
    }
    None
}
