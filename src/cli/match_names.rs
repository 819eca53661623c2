//! `match`: clusters the names of a table and says why, for people who tune and for scoring.

use std::{
    fmt,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::features::catalogue::matching::{Facts, Membership, Options, Raw, Rejected, cluster, rejected};

/// Cluster the names of a TSV with the columns `country` and `name`.
#[derive(Debug, clap::Args)]
pub struct MatchNames {
    /// The table: one row a line, columns apart by tabs, the first line names them.
    file: PathBuf,
    /// Also show the candidates that came near, and why they are other channels.
    #[arg(long)]
    explain: bool,
}

/// Writes `row<TAB>cluster<TAB>method<TAB>confidence<TAB>reason` for each row, counted from 1.
pub fn run(arguments: &MatchNames) -> ExitCode {
    match print(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::from(problem.status())
        }
    }
}

/// Why a table cannot be matched.
#[derive(Debug)]
enum Problem {
    Unreadable(PathBuf, std::io::Error),
    NotText(PathBuf),
    Empty(PathBuf),
    NoColumn(PathBuf, &'static str),
    Output(std::io::Error),
}

impl Problem {
    /// 1 where the machine refused, 2 where the file is not what the command takes.
    fn status(&self) -> u8 {
        match self {
            Problem::Unreadable(..) | Problem::Output(_) => 1,
            Problem::NotText(_) | Problem::Empty(_) | Problem::NoColumn(..) => 2,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Unreadable(path, error) => write!(f, "{} cannot be read: {error}.", path.display()),
            Problem::NotText(path) => write!(f, "{} is not UTF-8 text.", path.display()),
            Problem::Empty(path) => {
                write!(
                    f,
                    "{} is empty; its first line must name the columns country and name.",
                    path.display()
                )
            }
            Problem::NoColumn(path, column) => {
                write!(
                    f,
                    "{} has no column {column}; its first line must name country and name, apart by tabs.",
                    path.display()
                )
            }
            Problem::Output(error) => write!(f, "The result cannot be written: {error}."),
        }
    }
}

fn print(arguments: &MatchNames) -> Result<(), Problem> {
    let text = read(&arguments.file)?;
    let entries = entries(&arguments.file, &text)?;
    let options = Options::default();
    let memberships = cluster(&entries, &options);
    let rejections = if arguments.explain {
        rejected(&entries, &memberships, &options)
    } else {
        Vec::new()
    };
    match write(&entries, &memberships, &rejections) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Problem::Output(error)),
        _ => Ok(()),
    }
}

fn read(path: &Path) -> Result<String, Problem> {
    let bytes = std::fs::read(path).map_err(|error| Problem::Unreadable(path.to_owned(), error))?;
    String::from_utf8(bytes).map_err(|_| Problem::NotText(path.to_owned()))
}

fn entries(path: &Path, text: &str) -> Result<Vec<Facts>, Problem> {
    let mut lines = text.trim_start_matches('\u{feff}').lines();
    let header = lines
        .next()
        .filter(|line| !line.trim().is_empty())
        .ok_or_else(|| Problem::Empty(path.to_owned()))?;
    let column = |name: &'static str| {
        let found = header
            .split('\t')
            .position(|title| title.trim().eq_ignore_ascii_case(name));
        found.ok_or_else(|| Problem::NoColumn(path.to_owned(), name))
    };
    let (country, name) = (column("country")?, column("name")?);
    let read = |line: &str| {
        let field = |number: usize| line.split('\t').nth(number).unwrap_or_default();
        Facts::read(&Raw {
            name: field(name),
            country: Some(field(country)),
            ..Raw::default()
        })
    };
    Ok(lines.map(read).collect())
}

fn write(entries: &[Facts], memberships: &[Membership], rejections: &[Vec<Rejected>]) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    for (number, membership) in memberships.iter().enumerate() {
        let Membership {
            cluster,
            method,
            confidence,
            reason,
        } = membership;
        write!(out, "{}\t{cluster}\t{method}\t{confidence}\t{reason}", number + 1)?;
        if let Some(rejected) = rejections.get(number) {
            write!(out, "\t{}", Candidates { entries, rejected })?;
        }
        writeln!(out)?;
    }
    out.flush()
}

/// The last column of `--explain`.
struct Candidates<'a> {
    entries: &'a [Facts],
    rejected: &'a [Rejected],
}

impl fmt::Display for Candidates<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rejected.is_empty() {
            return f.write_str("no other candidate");
        }
        for (n, Rejected { entry, because }) in self.rejected.iter().enumerate() {
            let name = self
                .entries
                .get(*entry)
                .map(Facts::display_name)
                .unwrap_or_default();
            write!(
                f,
                "{}not row {} \"{name}\": {because}",
                if n == 0 { "" } else { "; " },
                entry + 1
            )?;
        }
        Ok(())
    }
}
