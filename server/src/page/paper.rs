//! Pages as they leave: templates filled in with everything escaped, and the headers that keep a browser from doing more than showing them.

use minijinja::syntax::SyntaxConfig;
use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value, context};
use ring::digest::{SHA256, digest};
use tracing::error;

use super::session::hex;
use crate::world::{Reply, Request};

const STYLE: &str = include_str!("style.css");

const TEMPLATES: [(&str, &str); 7] = [
    ("base.html", include_str!("base.html")),
    ("login.html", include_str!("login.html")),
    ("hosts.html", include_str!("hosts.html")),
    ("host.html", include_str!("host.html")),
    ("clients.html", include_str!("clients.html")),
    ("password.html", include_str!("password.html")),
    ("message.html", include_str!("message.html")),
];

/// Nothing but our style sheet and our forms.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// What every page is sent with.
pub(super) fn headers() -> Vec<(&'static str, String)> {
    [
        ("content-security-policy", POLICY),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ]
    .map(|(name, value)| (name, value.to_owned()))
    .to_vec()
}

/// All templates, read once.
pub(super) struct Paper {
    jinja: Environment<'static>,
    style: String,
}

impl Paper {
    pub(super) fn new() -> Result<Self, minijinja::Error> {
        let mut jinja = Environment::new();
        jinja.set_auto_escape_callback(|_| AutoEscape::Html);
        jinja.set_undefined_behavior(UndefinedBehavior::SemiStrict);
        jinja.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
        for (name, text) in TEMPLATES {
            jinja.add_template(name, text)?;
        }
        // a style sheet with another text has another name: browsers may keep each for ever
        let hash = hex(&digest(&SHA256, STYLE.as_bytes()).as_ref()[..8]);
        Ok(Self { jinja, style: format!("/style.{hash}.css") })
    }

    /// The style sheet, if that is what is asked for.
    pub(super) fn style(&self, request: &Request) -> Option<Reply> {
        let asked = request.path == self.style && matches!(request.method.as_str(), "GET" | "HEAD");
        asked.then(|| {
            let mut headers = headers();
            headers.retain(|(name, _)| *name != "cache-control");
            headers.push(("cache-control", "public, max-age=31536000, immutable".to_owned()));
            headers.push(("content-type", "text/css; charset=utf-8".to_owned()));
            Reply { status: 200, headers, body: STYLE.into() }
        })
    }

    /// One page.
    pub(super) fn page(&self, status: u16, name: &str, facts: Value) -> Reply {
        let whole = context! { style => &self.style, ..facts };
        let mut headers = headers();
        match self.jinja.get_template(name).and_then(|template| template.render(whole)) {
            Ok(text) => {
                headers.push(("content-type", "text/html; charset=utf-8".to_owned()));
                Reply { status, headers, body: text.into_bytes() }
            }
            Err(fault) => {
                error!(template = name, %fault, "a page cannot be made");
                headers.push(("content-type", "text/plain; charset=utf-8".to_owned()));
                Reply { status: 500, headers, body: b"this page cannot be made\n".to_vec() }
            }
        }
    }
}
