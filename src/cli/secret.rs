//! What is typed and not shown: never an argument, which everybody on the machine could read.

use std::io::{BufRead, IsTerminal, Write as _};
use std::process::{Command, Stdio};

/// The first line of standard input; at a terminal it is asked for with `question` and not shown.
pub(super) fn typed(question: &str) -> String {
    let input = std::io::stdin();
    let is_terminal = input.is_terminal();
    if is_terminal {
        let _ = write!(std::io::stderr(), "{question}: ");
        let _ = std::io::stderr().flush();
        echo(false);
    }
    let mut line = String::new();
    let _ = input.lock().read_line(&mut line);
    if is_terminal {
        echo(true);
        let _ = writeln!(std::io::stderr());
    }
    line.trim_end_matches(['\r', '\n']).to_owned()
}

/// Turns the terminal's echo on or off, where the system has the usual program for it.
fn echo(on: bool) {
    let _ = Command::new("stty")
        .arg(if on { "echo" } else { "-echo" })
        .stdin(Stdio::inherit())
        .stderr(Stdio::null())
        .status();
}
