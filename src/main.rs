use std::process::ExitCode;

fn main() -> ExitCode {
    m3u_strm_processor::cli::run()
}
