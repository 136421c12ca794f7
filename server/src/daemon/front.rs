//! Which of the two answers: an endpoint's path is an update, everything else the owners' page, when it is on.

use std::pin::Pin;
use std::sync::Arc;

use crate::page::Page;
use crate::serve::Service;
use crate::tally::{Seen, Tally};
use crate::world::{Handler, Reply, Request};

pub(super) struct Front {
    pub(super) service: Arc<Service>,
    pub(super) page: Arc<Page>,
    pub(super) tally: Arc<Tally>,
}

// by hand what the attribute makes of an async function: this way what either of them made is handed on, and not wrapped again
impl Handler for Front {
    fn answer<'s, 'f>(&'s self, request: Request) -> Pin<Box<dyn Future<Output = Reply> + Send + 'f>>
    where
        's: 'f,
        Self: 'f,
    {
        if !self.page.takes(&request.path) {
            return self.service.answer(request);
        }
        Box::pin(async move {
            let reply = self.page.answer(request).await;
            self.tally.pages.add(Seen::of(reply.status));
            reply
        })
    }
}
