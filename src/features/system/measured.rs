use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::ctx::Ctx;
use crate::db::{DbError, PoolStatus};

/// How the process and what it stands on are doing.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// How long the database took to answer.
    pub database_latency: Duration,
    pub pool: PoolStatus,
    pub database_bytes: Option<u64>,
    /// Resident.
    pub memory_bytes: Option<u64>,
    /// Used by this process since it began.
    pub cpu: Option<Duration>,
    /// Where the data folder lies.
    pub disk: Option<Disk>,
    pub uptime: Duration,
    /// Other processes that work on the same data folder.
    pub other_nodes: usize,
}

/// Bytes of a file system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Disk {
    pub total: u64,
    /// For whoever is not the system's owner.
    pub free: u64,
}

/// How long the process has been at work; counted from the first time this is asked.
pub fn uptime() -> Duration {
    static BEGAN: OnceLock<Instant> = OnceLock::new();
    BEGAN.get_or_init(Instant::now).elapsed()
}

/// Measures now.
///
/// # Errors
/// Whatever keeps the database from answering.
pub async fn measure(ctx: &Ctx) -> Result<Measured, DbError> {
    let asked = Instant::now();
    ctx.db.ping().await?;
    Ok(Measured {
        database_latency: asked.elapsed(),
        pool: ctx.db.pool_status(),
        database_bytes: ctx.db.size_bytes().await?,
        memory_bytes: memory(),
        cpu: cpu(),
        disk: disk(&ctx.config.data.dir),
        uptime: uptime(),
        other_nodes: ctx.jobs.other_nodes(),
    })
}

impl Measured {
    /// Of one core, since the process began.
    pub fn cpu_percent(&self) -> Option<f64> {
        let seconds = self.uptime.as_secs_f64();
        (seconds >= 1.0).then_some(())?;
        Some(self.cpu?.as_secs_f64() / seconds * 100.0)
    }
}

#[cfg(target_os = "linux")]
fn memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

#[cfg(target_os = "linux")]
fn cpu() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program may hold spaces; user and system time are the 12th and 13th field behind it.
    let (_, rest) = stat.rsplit_once(')')?;
    let mut fields = rest.split_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    // The kernel tells both in hundredths of a second, whatever its own clock does.
    Some(Duration::from_millis((user + system) * 10))
}

#[cfg(not(target_os = "linux"))]
fn memory() -> Option<u64> {
    None
}

#[cfg(not(target_os = "linux"))]
fn cpu() -> Option<Duration> {
    None
}

/// The file system that a folder lies on.
#[cfg(unix)]
pub fn disk(folder: &Path) -> Option<Disk> {
    let stat = rustix::fs::statvfs(folder).ok()?;
    Some(Disk {
        total: stat.f_blocks.checked_mul(stat.f_frsize)?,
        free: stat.f_bavail.checked_mul(stat.f_frsize)?,
    })
}

/// The file system that a folder lies on.
#[cfg(not(unix))]
pub fn disk(_: &Path) -> Option<Disk> {
    None
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_tells_is_measured() {
        assert!(memory().unwrap() > 1024 * 1024);
        assert!(cpu().is_some());
        let disk = disk(&std::env::temp_dir()).unwrap();
        assert!(disk.total > 0 && disk.free <= disk.total);
        assert_eq!(super::disk(Path::new("/nowhere/at/all")), None);
    }
}
