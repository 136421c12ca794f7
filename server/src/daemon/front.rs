//! Which of the two answers: an endpoint's path is an update, everything else the owners' page, when it is on.

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

#[async_trait::async_trait]
impl Handler for Front {
    async fn answer(&self, request: Request) -> Reply {
        if self.page.takes(&request.path) {
            let reply = self.page.answer(request).await;
            self.tally.pages.add(Seen::of(reply.status));
            reply
        } else {
            self.service.answer(request).await
        }
    }
}
