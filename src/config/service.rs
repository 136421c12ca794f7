//! Providers by name: our tables, the owner's JSON files, and the recipe one of them gives.
//!
//! Pure: files come through a loader handed in. Contract section 2 is the source of formats and precedence.
#![forbid(unsafe_code)]

use std::fmt;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::address::Family;
use crate::secret::Secret;

const V4: &[u8] = include_bytes!("../../services");
const V6: &[u8] = include_bytes!("../../services_ipv6");
static ROWS_V4: [u8; only_rows::<0>(V4).1] = only_rows(V4).0;
static ROWS_V6: [u8; only_rows::<0>(V6).1] = only_rows(V6).0;

/// Our table of A records, without its comments.
pub static SERVICES: &str = as_text(&ROWS_V4);
/// Our table of AAAA records, without its comments.
pub static SERVICES_IPV6: &str = as_text(&ROWS_V6);
/// What stands in a table instead of a URL when the provider needs more than one URL can say.
pub(super) const NATIVE: &str = "native";
/// Where scripts named by tables and JSON files are.
const SCRIPTS: &str = "/usr/lib/ddns";

/// The first `N` bytes of a table without comments and empty lines, which are for people and stay out of the program; and how many there are.
const fn only_rows<const N: usize>(table: &[u8]) -> ([u8; N], usize) {
    let (mut rows, mut length) = ([0; N], 0);
    let (mut at, mut begins, mut passed_over) = (0, true, false);
    while at < table.len() {
        if begins {
            passed_over = table[at] == b'#' || table[at] == b'\n';
        }
        begins = table[at] == b'\n';
        if !passed_over {
            if length < N {
                rows[length] = table[at];
            }
            length += 1;
        }
        at += 1;
    }
    (rows, length)
}

const fn as_text(rows: &[u8]) -> &str {
    match std::str::from_utf8(rows) {
        Ok(text) => text,
        Err(_) => "",
    }
}

/// How a provider is told.
#[derive(Clone, PartialEq, Eq)]
pub enum Kind {
    /// One GET of this template.
    Template(String),
    /// A shell script, sourced.
    Script(PathBuf),
    /// By its own API; the provider's name.
    Native(String),
}

impl fmt::Debug for Kind {
    /// Without the template: an owner's own may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(_) => f.write_str("Template(***)"),
            Self::Script(path) => write!(f, "Script({})", path.display()),
            Self::Native(name) => write!(f, "Native({name})"),
        }
    }
}

/// How a provider is told, and what it says when it is content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// How.
    pub kind: Kind,
    /// Words of success; empty = judged without.
    pub answers: Vec<String>,
    /// What is special about the provider.
    pub rules: Rules,
    /// The script that the owner's JSON file names and that is not there, so that this recipe of our table is used.
    pub missing: Option<PathBuf>,
    /// What the file holds that the section names for its provider's key, if it names one that can be read.
    pub key_file: Option<Secret>,
}

/// What is special about a provider; the head of `services` says it in full.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// `together`: several names go into one request, with commas between.
    pub together: bool,
    /// `no-star`: it takes no name with a `*`.
    pub no_star: bool,
    /// `no-repeat`: it holds updates without a change against the account.
    pub no_repeat: bool,
}

impl Rules {
    /// Words with `|` between; one that is not known is an error that names it.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut rules = Self::default();
        for word in text.split('|').map(str::trim).filter(|word| !word.is_empty()) {
            match word {
                "together" => rules.together = true,
                "no-star" => rules.no_star = true,
                "no-repeat" => rules.no_repeat = true,
                other => return Err(format!("has an unknown rule '{}'", other.escape_debug())),
            }
        }
        Ok(rules)
    }
}

impl Recipe {
    /// A recipe with a template, a script name or the word `native` as a table or a JSON file has it.
    pub(super) fn from_target(name: &str, target: &str, answers: &str, rules: &str) -> Result<Self, String> {
        let kind = match target {
            NATIVE => Kind::Native(name.to_owned()),
            "" => return Err("has neither a URL nor a script".to_owned()),
            url if url.get(..4).is_some_and(|head| head.eq_ignore_ascii_case("http")) => Kind::Template(url.to_owned()),
            script if is_name(script) => Kind::Script(Path::new(SCRIPTS).join(script)),
            other => {
                let other = other.escape_debug();
                return Err(format!("names '{other}', which is neither a URL nor the plain name of a script"));
            }
        };
        Ok(Self { kind, answers: words(answers), rules: Rules::read(rules)?, missing: None, key_file: None })
    }
}

fn words(answers: &str) -> Vec<String> {
    answers.split('|').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Whether a provider or a script can have this name. It becomes part of paths and URLs: nothing that leads elsewhere is one.
pub fn is_name(name: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    !name.is_empty() && !name.starts_with(['.', '-']) && name.len() <= 100 && name.chars().all(legal)
}

/// One line of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'t> {
    /// What `service_name` says.
    pub name: &'t str,
    /// URL template, script or `native`.
    pub target: &'t str,
    /// Words of success, separated by `|`.
    pub answers: &'t str,
    /// What [`Rules`] reads; most rows have none.
    pub rules: &'t str,
}

/// All lines of a table; a line that is none is an error with its number.
pub fn rows(table: &str) -> impl Iterator<Item = Result<Row<'_>, String>> {
    table.lines().enumerate().filter(|(_, line)| !line.trim().is_empty() && !line.starts_with('#')).map(|(at, line)| {
        let mut fields = line.split('\t').map(|field| field.strip_prefix('"').and_then(|f| f.strip_suffix('"')));
        let three = (fields.next().flatten(), fields.next().flatten(), fields.next().flatten());
        match (three, fields.next().unwrap_or(Some("")), fields.next()) {
            ((Some(name), Some(target), Some(answers)), Some(rules), None) => Ok(Row { name, target, answers, rules }),
            _ => Err(format!("line {}: wanted three or four fields in double quotes with a tab between them", at + 1)),
        }
    })
}

/// The table of a family.
pub fn table(family: Family) -> &'static str {
    match family {
        Family::V4 => SERVICES,
        Family::V6 => SERVICES_IPV6,
    }
}

/// The row of a provider.
pub fn find(name: &str, family: Family) -> Option<Row<'static>> {
    rows(table(family)).flatten().find(|row| row.name == name)
}

/// The recipe of `name`: a user's own JSON file wins, then our tables, then a JSON file that came with LuCI or ddns-scripts. But ddns-scripts'
/// own files name a script for providers that our tables serve without one: such a file stands aside as long as its script is not there.
pub fn recipe(name: &str, family: Family, load: &mut dyn FnMut(&Path) -> Option<Vec<u8>>) -> Result<Recipe, String> {
    if !is_name(name) {
        return Err("wanted the name of a provider: letters, digits, '.', '-' and '_'".to_owned());
    }
    let mut json = |folder: &str| {
        let path = Path::new("/usr/share/ddns").join(folder).join(format!("{name}.json"));
        load(&path).map(|bytes| from_json(name, &bytes, family).map_err(|why| format!("{} {why}", path.display())))
    };
    let own = json("custom");
    let Some(row) = find(name, family) else {
        return own.or_else(|| json("default")).unwrap_or_else(|| Err(unknown(name, family)));
    };
    let ours = Recipe::from_target(name, row.target, row.answers, row.rules);
    match own {
        None => ours,
        Some(Ok(Recipe { kind: Kind::Script(script), .. })) if load(&script).is_none() => {
            ours.map(|ours| Recipe { missing: Some(script), ..ours })
        }
        Some(own) => own,
    }
}

/// What the text of a JSON file of a provider says for a family; an error says what is wrong with it.
pub fn from_json(name: &str, bytes: &[u8], family: Family) -> Result<Recipe, String> {
    let file: Value = serde_json::from_slice(bytes).map_err(|error| format!("is no JSON: {error}"))?;
    let part = match family {
        Family::V4 => &file["ipv4"],
        Family::V6 => &file["ipv6"],
    };
    let target = part["url"].as_str().ok_or_else(|| format!("has no URL for {family}"))?;
    let of = |key: &str| part[key].as_str().unwrap_or_default();
    Recipe::from_target(name, target, of("answer"), of("rules"))
}

fn unknown(name: &str, family: Family) -> String {
    if find(name, family.other()).is_some() {
        return format!("this provider is known for {} only", family.other());
    }
    match nearest(name, family) {
        Some(near) => format!("this provider is not known; did you mean '{near}'? Others: use update_url"),
        None => "this provider is not known; use update_url with a template of its documentation".to_owned(),
    }
}

/// The known name that differs least, if it differs little.
fn nearest(name: &str, family: Family) -> Option<&'static str> {
    let folded = name.to_ascii_lowercase();
    let known = rows(table(family)).flatten().map(|row| row.name);
    let rated = known.map(|known| (super::options::distance(&folded, &known.to_ascii_lowercase()), known));
    rated.min().filter(|(distance, _)| *distance <= 3.min(name.len() / 2)).map(|(_, known)| known)
}
