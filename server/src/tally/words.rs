//! The labels.
#![forbid(unsafe_code)]

use super::Label;

/// An enum whose variants are all there are, each with its word.
macro_rules! label {
    ($(#[$what:meta])* $name:ident { $($(#[$doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$what])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$doc])* $variant,)+
        }

        impl Label for $name {
            const ALL: &'static [Self] = &[$(Self::$variant,)+];

            fn place(self) -> usize {
                self as usize
            }

            fn word(self) -> &'static str {
                match self {
                    $(Self::$variant => $word,)+
                }
            }
        }
    };
}

label! {
    /// What a request was answered.
    Answer {
        /// The DNS has the address now.
        Good = "good",
        /// It had it.
        NoChange = "nochg",
        /// A name that is none.
        NotFqdn = "notfqdn",
        /// A name that is not the account's.
        NoHost = "nohost",
        /// Too many names.
        NumHost = "numhost",
        /// Wrong credentials.
        BadAuth = "badauth",
        /// No credentials: asked for them.
        Challenge = "challenge",
        /// Too often.
        Abuse = "abuse",
        /// The DNS is not known to have it.
        DnsErr = "dnserr",
        /// Trouble here.
        Trouble = "911",
        /// No endpoint.
        NotFound = "notfound",
        /// Neither GET nor POST.
        Method = "method",
    }
}

label! {
    /// How a request for the owners' page ended.
    Seen {
        /// With a page, or the way to another one.
        Shown = "shown",
        /// Not so: wrong form, no session, no such page.
        Declined = "declined",
        /// For a reason of ours.
        Failed = "failed",
    }
}

impl Seen {
    /// By the status code (RFC 9110 section 15).
    #[must_use]
    pub fn of(status: u16) -> Self {
        match status {
            ..400 => Self::Shown,
            400..500 => Self::Declined,
            _ => Self::Failed,
        }
    }
}

label! {
    /// Why a login was not let in.
    Refused {
        /// User or password was wrong.
        Wrong = "wrong",
        /// Too many wrong ones from this network.
        Network = "network",
        /// Too many wrong ones for this user.
        User = "user",
        /// Too many passwords were being looked at.
        Busy = "busy",
    }
}

label! {
    /// What came of a push.
    Push {
        /// The name server said that it is done, and proved that it was it who said so.
        Applied = "applied",
        /// It said no.
        Refused = "refused",
        /// The name is an alias there.
        Alias = "alias",
        /// Key, secret or clock differ.
        Signature = "signature",
        /// An answer that proves nothing.
        Unproven = "unproven",
        /// No usable answer.
        Unknown = "unknown",
        /// It never left.
        NotSent = "not_sent",
        /// No way to ask.
        NotAsked = "not_asked",
    }
}

label! {
    /// What came of handing a letter over.
    Post {
        /// The mail server has it.
        Sent = "sent",
        /// Tried again later.
        Postponed = "postponed",
        /// Never tried again: refused for good, or tried too often.
        GivenUp = "given_up",
    }
}
