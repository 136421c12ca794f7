//! Who answers `LuCI`: the app's own backend or this program. Never both: rpcd does not survive that.
//!
//! The app's file is moved to a directory that rpcd does not read (in its own two, rpcd runs every file, whatever it is called), and our
//! plug-in is a link to this program. Each step is one rename, and between any two of them there is one backend: while the app's ucode
//! file is in its place, our plug-in registers nothing. So an interrupted switch is finished by the next, and an app that is upgraded,
//! which brings its file back, has its backend back too.
#![forbid(unsafe_code)]

use std::io;
use std::path::Path;
use std::time::Duration;

use crate::control::Console;
use crate::world::{Script, Shelf, World};

/// Where rpcd looks for a program that answers for `luci.ddns`; the app's own until 2024, since then free.
const PLUGIN: &str = "/usr/libexec/rpcd/luci.ddns";
/// The app's own backend since then.
const UCODE: &str = "/usr/share/rpcd/ucode/ddns.uc";
/// This program.
const PROGRAM: &str = "/usr/bin/ddns";
/// Where the app's files are kept.
const KEPT: &str = "/usr/share/ddns/luci-app-ddns";
/// The same, file by file.
const KEPT_PLUGIN: &str = "/usr/share/ddns/luci-app-ddns/luci.ddns";
/// The same.
const KEPT_UCODE: &str = "/usr/share/ddns/luci-app-ddns/ddns.uc";
/// rpcd's init script.
const RPCD: &str = "/etc/init.d/rpcd";

/// What stands at a place of a backend.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holder {
    /// Our link.
    Ours,
    /// The app's file.
    App,
    /// A link that somebody else made.
    Strange,
    /// Nothing.
    Nobody,
}

/// Whether the app's ucode backend is in its place, so that rpcd loads it.
pub(super) fn app_answers(world: &World<'_>) -> bool {
    world.shelf.seen(Path::new(UCODE)).is_some_and(|entry| entry.file)
}

/// Takes the place of the app's backend.
pub(super) fn on(world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    let before = answers(world);
    match take(world.shelf) {
        Ok(()) if before == Holder::Ours => console.tell("LuCI's page is answered by this program already"),
        Ok(()) => {
            console.tell("LuCI's page is answered by this program from now on");
            reread(world, console);
        }
        Err(error) => {
            console.complain(&format!("cannot take the place of the app's backend: {error}"));
            return 1;
        }
    }
    0
}

fn take(shelf: &mut dyn Shelf) -> io::Result<()> {
    let plugin = Path::new(PLUGIN);
    if !shelf.seen(Path::new(PROGRAM)).is_some_and(|entry| entry.file && entry.executable) {
        return Err(io::Error::other(format!("there is no program {PROGRAM}")));
    }
    match holder(shelf) {
        Holder::Ours => {}
        Holder::Strange => return Err(io::Error::other(format!("{PLUGIN} is a link of somebody else"))),
        Holder::App => {
            shelf.shift(plugin, Path::new(KEPT_PLUGIN))?;
            shelf.put_link(plugin, Path::new(PROGRAM))?;
        }
        Holder::Nobody => shelf.put_link(plugin, Path::new(PROGRAM))?,
    }
    match shelf.seen(Path::new(UCODE)) {
        // a copy that is kept already is of an older app
        Some(_) => shelf.shift(Path::new(UCODE), Path::new(KEPT_UCODE)),
        None => Ok(()),
    }
}

/// Gives the place back.
pub(super) fn off(world: &mut World<'_>, console: &mut Console<'_>) -> i32 {
    let before = answers(world);
    if let Err(error) = give_back(world.shelf) {
        console.complain(&format!("cannot give the place back to the app's backend: {error}; its files are in {KEPT}"));
        return 1;
    }
    match (before, answers(world)) {
        (Holder::Ours, Holder::App) => {
            console.tell("LuCI's page is answered by luci-app-ddns' own backend from now on");
            reread(world, console);
        }
        (Holder::Ours, _) => {
            console.tell("LuCI's page is not answered by this program any more");
            reread(world, console);
        }
        _ => console.tell("LuCI's page was not answered by this program"),
    }
    0
}

fn give_back(shelf: &mut dyn Shelf) -> io::Result<()> {
    put_back(KEPT_UCODE, UCODE, shelf.seen(Path::new(UCODE)).is_some(), shelf)?;
    let holder = holder(shelf);
    put_back(KEPT_PLUGIN, PLUGIN, matches!(holder, Holder::App | Holder::Strange), shelf)?;
    if holder == Holder::Ours && shelf.link(Path::new(PLUGIN)).is_some() {
        shelf.remove(Path::new(PLUGIN))?;
    }
    // it may hold what the owner put there
    let _ = shelf.remove(Path::new(KEPT));
    Ok(())
}

/// Moves a kept file back in one step. One whose place the app has filled anew is of an older app, and of no use any more.
fn put_back(kept: &str, place: &str, filled: bool, shelf: &mut dyn Shelf) -> io::Result<()> {
    match shelf.seen(Path::new(kept)) {
        None => Ok(()),
        Some(_) if filled => shelf.remove(Path::new(kept)),
        Some(_) => shelf.shift(Path::new(kept), Path::new(place)),
    }
}

/// Says who answers; the exit code is 0 when we do.
pub(super) fn status(world: &World<'_>, console: &mut Console<'_>) -> i32 {
    let answers = answers(world);
    let shelf = &*world.shelf;
    console.tell(match answers {
        Holder::Ours => "LuCI's page is answered by this program",
        Holder::App if holder(shelf) == Holder::Ours => {
            "LuCI's page is answered by luci-app-ddns' own backend, which an upgrade has brought back; 'ddns rpcd on' puts it aside again"
        }
        Holder::App => "LuCI's page is answered by luci-app-ddns' own backend; 'ddns rpcd on' puts this program in its place",
        Holder::Strange => "LuCI's page is answered by a plug-in of somebody else: /usr/libexec/rpcd/luci.ddns",
        Holder::Nobody => "LuCI's page is answered by nobody: luci-app-ddns is not installed",
    });
    i32::from(answers != Holder::Ours)
}

/// Who holds the place of the plug-in.
fn holder(shelf: &dyn Shelf) -> Holder {
    let plugin = Path::new(PLUGIN);
    match shelf.link(plugin) {
        Some(target) if target == Path::new(PROGRAM) => Holder::Ours,
        Some(_) => Holder::Strange,
        None if shelf.seen(plugin).is_some() => Holder::App,
        None => Holder::Nobody,
    }
}

/// Who answers.
fn answers(world: &World<'_>) -> Holder {
    match holder(world.shelf) {
        Holder::Ours | Holder::Nobody if app_answers(world) => Holder::App,
        holder => holder,
    }
}

/// rpcd reads its plug-ins at its start only; told to, it starts itself anew and keeps the sessions of those who are logged in.
fn reread(world: &mut World<'_>, console: &mut Console<'_>) {
    let told = if world.desk.executable(Path::new(RPCD)).unwrap_or(false) {
        let argv = vec![RPCD.to_owned(), "reload".to_owned()];
        let script = Script { argv, env: Vec::new(), limit: Duration::from_secs(10) };
        world.host.run(&script).is_ok_and(|end| end.code == 0)
    } else {
        false
    };
    console.tell(if told {
        "rpcd reads its plug-ins anew"
    } else {
        "rpcd must read its plug-ins anew for that: /etc/init.d/rpcd restart"
    });
}
