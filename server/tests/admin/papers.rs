//! What is shipped beside the program and follows from its words: the manual page and the shells' completions.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::CommandFactory as _;
use clap_complete::{Shell, generate};
use ddns_service::admin::args::Line;

/// Set to write the completions anew.
const WRITE: &str = "DDNS_WRITE_COMPLETIONS";

fn files() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("files")
}

#[test]
fn the_manual_page_tells_of_every_command_and_option() {
    fn look(page: &str, words: &str, command: &clap::Command) {
        for inner in command.get_subcommands() {
            let words = format!("{words} {}", inner.get_name()).trim().to_owned();
            if !inner.has_subcommands() {
                assert!(page.contains(&words), "'{words}' is not in the manual page");
            }
            look(page, &words, inner);
        }
        for option in command.get_arguments().filter_map(clap::Arg::get_long) {
            assert!(page.contains(&format!("--{option}")), "--{option} is not in the manual page");
        }
    }
    let page = fs::read_to_string(files().join("ddns-service.8")).unwrap().replace("\\-", "-");
    look(&page, "", &Line::command());
}

#[test]
fn the_manual_page_can_be_shown() {
    let page = files().join("ddns-service.8");
    let Ok(ended) =
        Command::new("man").args(["--warnings", "--encoding=utf8", "-l"]).arg(&page).stdin(Stdio::null()).output()
    else {
        return;
    };
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    assert!(String::from_utf8_lossy(&ended.stdout).contains("EXIT STATUS"));
}

#[test]
fn the_shipped_completions_are_those_of_this_command_line() {
    for (shell, name) in
        [(Shell::Bash, "ddns-service.bash"), (Shell::Zsh, "_ddns-service"), (Shell::Fish, "ddns-service.fish")]
    {
        let mut made = Vec::new();
        generate(shell, &mut Line::command(), "ddns-service", &mut made);
        let file = files().join("completions").join(name);
        if std::env::var_os(WRITE).is_some() {
            fs::create_dir_all(files().join("completions")).unwrap();
            fs::write(&file, &made).unwrap();
        }
        let shipped = fs::read_to_string(&file).unwrap_or_default();
        assert!(shipped.as_bytes() == made, "{} is old: run this test once with {WRITE}=1", file.display());
    }
}
