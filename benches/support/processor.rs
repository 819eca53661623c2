//! Time on the processor, which other programs on the machine do not lengthen.

use std::collections::HashMap;
use std::fs;
use std::time::Duration;

/// What this process and those it started have used so far, threads that ended aside; zero where the kernel does not tell.
pub fn used() -> Duration {
    let own = std::process::id();
    let parents = parents();
    let is_ours = |mut process: u32| {
        while process != own {
            match parents.get(&process) {
                Some(parent) => process = *parent,
                None => return false,
            }
        }
        true
    };
    let ours = parents.keys().copied().filter(|process| is_ours(*process));
    ours.flat_map(threads).sum()
}

fn parents() -> HashMap<u32, u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let of = |process: u32| {
        let text = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
        // The name in brackets may hold anything.
        let parent = text.rsplit_once(')')?.1.split(' ').nth(2)?.parse().ok()?;
        Some((process, parent))
    };
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter_map(of)
        .collect()
}

fn threads(process: u32) -> Vec<Duration> {
    let tasks = fs::read_dir(format!("/proc/{process}/task"))
        .into_iter()
        .flatten()
        .flatten();
    tasks
        .filter_map(|task| {
            let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse().ok().map(Duration::from_nanos)
        })
        .collect()
}
