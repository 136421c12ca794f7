//! Provider tables.
#![forbid(unsafe_code)]
use crate::address::Family;
use std::path::Path;

/// How a provider is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// One GET.
    Template(String),
    /// A script.
    Script(String),
    /// Own API.
    Native(String),
}

/// A provider's recipe.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recipe {
    /// How.
    pub kind: Kind,
    /// Words of success.
    pub answers: Vec<String>,
}

/// Finds the recipe of a name.
pub fn recipe(name: &str, family: Family, load: &mut dyn FnMut(&Path) -> Option<Vec<u8>>) -> Result<Recipe, String> {
    let bytes = load(Path::new(&format!("/usr/share/ddns/custom/{name}.json"))).ok_or("no such provider")?;
    let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(|e| e.to_string())?;
    let part = &value[if family == Family::V4 { "ipv4" } else { "ipv6" }];
    let url = part["url"].as_str().ok_or("no url")?;
    let answers =
        part["answer"].as_str().unwrap_or("").split('|').filter(|s| !s.is_empty()).map(str::to_owned).collect();
    Ok(Recipe { kind: Kind::Template(url.to_owned()), answers })
}
