//! The doorway: arguments in, exit code out.

use std::io::{BufReader, stderr, stdin, stdout};
use std::process::ExitCode;

use ddns_service::admin::{self, Console, Desk};
use ddns_service::house::Here;

fn main() -> ExitCode {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else {
        return ExitCode::FAILURE;
    };
    let (mut input, mut out, mut err, mut terminal) = (BufReader::new(stdin()), stdout(), stderr(), Console);
    let width = admin::width(std::env::var("COLUMNS").ok().as_deref(), stdout());
    let desk = Desk { input: &mut input, out: &mut out, err: &mut err, terminal: &mut terminal, width };
    ExitCode::from(runtime.block_on(admin::run(std::env::args_os().collect(), desk, &Here::default())))
}
