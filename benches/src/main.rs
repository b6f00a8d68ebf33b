//! The program that times; it says more with `--help`.

use std::process::ExitCode;

fn main() -> ExitCode {
    benches::time()
}
