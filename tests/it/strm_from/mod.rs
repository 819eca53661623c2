//! The one-shot tool, through its own door.

mod bounds;
mod files;
mod hostile;
mod sources;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

struct Run {
    folder: TempDir,
    output: Output,
}

impl Run {
    fn of(list: impl AsRef<[u8]>, arguments: &[&str]) -> Self {
        Self::again(tempfile::tempdir().unwrap(), list, arguments)
    }

    fn again(folder: TempDir, list: impl AsRef<[u8]>, arguments: &[&str]) -> Self {
        fs::write(folder.path().join("list.m3u"), list).unwrap();
        let list = folder.path().join("list.m3u");
        let output = strm_from(list.to_str().unwrap(), &folder.path().join("out"), arguments);
        Self { folder, output }
    }

    fn count(&self, name: &str) -> u64 {
        let text = String::from_utf8_lossy(&self.output.stdout).into_owned();
        let line = text
            .lines()
            .find_map(|line| line.trim().strip_prefix(&format!("{name}: ")).map(str::to_owned));
        line.expect("a line of this name").parse().unwrap()
    }

    fn assert_counts(&self) {
        assert!(
            self.output.status.success(),
            "{}",
            String::from_utf8_lossy(&self.output.stderr)
        );
        let parts: u64 = ["streams", "films", "episodes", "refused"]
            .iter()
            .map(|name| self.count(name))
            .sum();
        assert_eq!(self.count("entries"), parts);
    }

    /// Paths and contents of all STRM files.
    fn strm(&self) -> BTreeMap<String, String> {
        self.ending_in(".strm")
    }

    /// Paths and contents of all NFO files.
    fn nfo(&self) -> BTreeMap<String, String> {
        self.ending_in(".nfo")
    }

    fn ending_in(&self, extension: &str) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        collect(&self.folder.path().join("out"), "", &mut found);
        found.retain(|path, _| path.ends_with(extension));
        found
    }

    fn files(&self) -> Vec<String> {
        self.strm().into_keys().collect()
    }

    fn error(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr).into_owned()
    }
}

fn strm_from(playlist: &str, out: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_m3u-strm-processor"));
    command
        .arg("strm-from")
        .arg(playlist)
        .arg("--out")
        .arg(out)
        .args(arguments)
        .output()
        .unwrap()
}

fn collect(folder: &Path, prefix: &str, found: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().map(Result::unwrap) {
        let path = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{path}/"), found);
        } else {
            found.insert(path, fs::read_to_string(entry.path()).unwrap());
        }
    }
}

fn list(entries: &[(&str, &str)]) -> String {
    let lines = entries
        .iter()
        .map(|(name, url)| format!("#EXTINF:-1,{name}\n{url}\n"));
    std::iter::once("#EXTM3U\n".to_owned()).chain(lines).collect()
}

const ESPN: [(&str, &str); 4] = [
    ("ESPN", "http://h/espn.ts"),
    ("ESPN HD", "http://h/espn-hd.ts"),
    ("ESPN 4K", "http://h/espn-4k.ts"),
    ("ESPN SD", "http://h/espn-sd.ts"),
];
