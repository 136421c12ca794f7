//! Tells the provider.
#![forbid(unsafe_code)]
use std::net::IpAddr;
use std::path::Path;

use crate::address::{Known, expanded};
use crate::answer::{Answer, Refusal, Reply};
use crate::config::service::{self, Kind, Recipe};
use crate::config::{Fault, Global, Provider, Section};
use crate::secret::{Mask, Secret, percent_encoded};
use crate::url::Url;
use crate::world::{Broken, Host, Http, Request, Route};

/// One update to be made.
pub struct Job<'a> {
    /// Section.
    pub section: &'a Section,
    /// Recipe.
    pub recipe: &'a Recipe,
    /// Global.
    pub global: &'a Global,
    /// Route.
    pub route: &'a Route,
    /// Address to send.
    pub address: Option<IpAddr>,
    /// Verbosity.
    pub verbose: u8,
}

/// The recipe of a section.
pub fn recipe(section: &Section, load: &mut dyn FnMut(&Path) -> Option<Vec<u8>>) -> Result<Recipe, Fault> {
    match &section.provider {
        Provider::Service(name) => service::recipe(name, section.family, load).map_err(|why| {
            Fault::error(why).in_section(&section.name).of_option("service_name").with_value(name.as_bytes())
        }),
        Provider::Url(url) => {
            Ok(Recipe { kind: Kind::Template(String::from_utf8_lossy(url.reveal()).into_owned()), answers: Vec::new() })
        }
        Provider::Script(path) => Ok(Recipe { kind: Kind::Script(path.display().to_string()), answers: Vec::new() }),
    }
}

/// What keeps this recipe from being used.
pub fn faults(_section: &Section, _recipe: &Recipe, _there: &mut dyn FnMut(&Path) -> bool) -> Vec<Fault> {
    Vec::new()
}

/// Secrets.
pub fn mask(_section: &Section, _recipe: &Recipe) -> Mask {
    Mask::default()
}

/// Asks the provider.
pub fn registered(_job: &Job<'_>, _host: &mut dyn Host) -> Option<Known<IpAddr>> {
    None
}

/// Sends.
pub fn update(job: &Job<'_>, http: &mut dyn Http, _host: &mut dyn Host) -> Reply {
    let Kind::Template(template) = &job.recipe.kind else {
        return Reply { answer: Answer::NotSent, said: String::new(), body: vec![] };
    };
    let enc = |s: &Option<Secret>| s.as_ref().map_or_else(String::new, |s| percent_encoded(s.reveal()));
    let text = template
        .replace("[USERNAME]", &enc(&job.section.username))
        .replace("[PASSWORD]", &enc(&job.section.password))
        .replace("[DOMAIN]", job.section.domain.as_deref().unwrap_or(""))
        .replace("[IP]", &job.address.map_or_else(String::new, expanded));
    let url = match Url::parse(&text) {
        Ok(url) => url,
        Err(why) => return Reply { answer: Answer::NotSent, said: why, body: vec![] },
    };
    match http.exchange(&Request::get(url), job.route) {
        Ok(r) => {
            let said = String::from_utf8_lossy(&r.body).into_owned();
            let good = (200..300).contains(&r.status)
                && (job.recipe.answers.is_empty() || job.recipe.answers.iter().any(|w| said.contains(w.as_str())));
            let answer = if good { Answer::Accepted } else { Answer::Refused(Refusal::BadAuth) };
            Reply { answer, said, body: r.body }
        }
        Err(Broken::Interrupted) => Reply { answer: Answer::Interrupted, said: String::new(), body: vec![] },
        Err(e) => Reply { answer: Answer::Unreachable, said: e.to_string(), body: vec![] },
    }
}
