//! The desk in front of the database: questions go in by themselves or some together, and those that come while it is busy go to it together.
//! Sixty-four requests cost one transaction then, and one request alone waits for nobody.
//!
//! It decides nothing and logs nothing.
#![forbid(unsafe_code)]

mod batch;

use std::sync::Arc;

use crate::account::Host;
use crate::world::{Asked, Found, Lease, Settled, Store, StoreFault, Touch, Undone, Want, Wanted};
use batch::Batch;

/// Questions that go together at most.
const TOGETHER: usize = 64;

/// Readers that may ask at once: one batch can be read while another is being answered.
const READERS: usize = 2;

/// Single questions to a [`Store`].
pub struct Desk {
    store: Arc<dyn Store>,
    looks: Batch<Asked, Found>,
    wants: Batch<Want, Wanted>,
    touches: Batch<Touch, bool>,
    settles: Batch<(i64, i64), Settled>,
    releases: Batch<Undone, ()>,
}

impl Desk {
    /// In front of this store; leases are given back in the name of this one. It wants a running tokio.
    #[must_use]
    pub fn new(store: Arc<dyn Store>, lease: &Lease) -> Self {
        let of = || Arc::clone(&store);
        let (lease, owner) = (Arc::new(lease.clone()), lease.owner.clone());
        let (looker, wanter, toucher, settler, releaser) = (of(), of(), of(), of(), of());
        Self {
            looks: Batch::start(TOGETHER, READERS, move |asked: Vec<Asked>| {
                let store = Arc::clone(&looker);
                async move { store.look(&asked).await }
            }),
            wants: Batch::start(TOGETHER, 1, move |wants: Vec<Want>| {
                let store = Arc::clone(&wanter);
                async move { store.want(&wants).await }
            }),
            touches: Batch::start(TOGETHER, 1, move |touches: Vec<Touch>| {
                let store = Arc::clone(&toucher);
                async move { store.touch(&touches).await }
            }),
            settles: Batch::start(TOGETHER, 1, move |done: Vec<(i64, i64)>| {
                let (store, lease) = (Arc::clone(&settler), Arc::clone(&lease));
                async move { store.applied(&done, &lease).await }
            }),
            releases: Batch::start(TOGETHER, 1, move |undone: Vec<Undone>| {
                let (store, owner) = (Arc::clone(&releaser), owner.clone());
                async move { store.released(&undone, &owner).await.map(|()| vec![(); undone.len()]) }
            }),
            store,
        }
    }

    /// The store itself, for what is asked seldom.
    #[must_use]
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// As [`Store::look`].
    pub async fn look(&self, asked: Asked) -> Result<Found, StoreFault> {
        self.looks.ask(asked).await
    }

    /// As [`Store::want`].
    pub async fn want(&self, wants: Vec<Want>) -> Result<Vec<Wanted>, StoreFault> {
        self.wants.ask_all(wants).await
    }

    /// As [`Store::touch`].
    pub async fn touch(&self, touch: Touch) -> Result<bool, StoreFault> {
        self.touches.ask(touch).await
    }

    /// As [`Store::applied`], for hosts and their generations.
    pub async fn applied(&self, done: Vec<(i64, i64)>) -> Result<Vec<Settled>, StoreFault> {
        self.settles.ask_all(done).await
    }

    /// As [`Store::released`].
    pub async fn released(&self, undone: Vec<Undone>) -> Result<(), StoreFault> {
        self.releases.ask_all(undone).await.map(drop)
    }

    /// As [`Store::host`].
    pub async fn host(&self, id: i64) -> Result<Option<Host>, StoreFault> {
        self.store.host(id).await
    }
}
