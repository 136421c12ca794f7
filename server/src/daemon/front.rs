//! Which of the two answers: an endpoint's path is an update, everything else the owners' page, when it is on.

use std::pin::Pin;
use std::sync::Arc;

use crate::page::Page;
use crate::serve::Service;
use crate::world::{Handler, Reply, Request};

pub(super) struct Front {
    pub(super) service: Arc<Service>,
    pub(super) page: Arc<Page>,
}

// by hand what the attribute makes of an async function: this way what either of them made is handed on, and not wrapped again
impl Handler for Front {
    fn answer<'s, 'f>(&'s self, request: Request) -> Pin<Box<dyn Future<Output = Reply> + Send + 'f>>
    where
        's: 'f,
        Self: 'f,
    {
        if self.page.takes(&request.path) { self.page.answer(request) } else { self.service.answer(request) }
    }
}
