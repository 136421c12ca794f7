//! The doorway: arguments, the real world, a corridor, the exit code.

use std::io::{stderr, stdin, stdout};
use std::process::ExitCode;

use ddns::aid;
use ddns::cli::{self, Task};
use ddns::control::{self, Console};
use ddns::luci;
use ddns::run;
use ddns::system::{Machine, leave};
use ddns::world::Exit;

fn main() -> ExitCode {
    let mut console = Console { input: &mut stdin(), out: &mut stdout(), err: &mut stderr() };
    let invocation = match cli::parse(std::env::args_os().collect(), std::env::var_os("DDNS_ROOT")) {
        Ok(invocation) => invocation,
        Err(misuse) => return leave(console.misuse(&misuse)),
    };
    match invocation.task {
        Task::Run(order) => match Machine::awake(&invocation.root) {
            Ok(mut machine) => leave(run::run(&order, &mut machine.world())),
            Err(error) => leave(console.broken(&error)),
        },
        Task::Serve(asked) => {
            let mut machine = Machine::plain(&invocation.root);
            leave(aid::serve(&asked, &|name| std::env::var_os(name), &mut machine.world(), &mut console))
        }
        Task::Rpcd(call) => {
            let mut machine = Machine::plain(&invocation.root);
            leave(Exit::Code(luci::rpcd::answer(&call, &mut machine.world(), &mut console)))
        }
        Task::Help(helper) => {
            let mut machine = Machine::hurried(&invocation.root, luci::limit(&helper));
            leave(Exit::Code(luci::help(&helper, &mut machine.world(), &mut console)))
        }
        Task::Answer(command) => {
            let mut machine = Machine::plain(&invocation.root);
            leave(Exit::Code(control::answer(&command, &mut machine.world(), &mut console)))
        }
    }
}
