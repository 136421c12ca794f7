//! Single questions answered in batches: whatever waits when a worker is free goes together, and nothing ever waits for more to come.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::{Mutex, mpsc, oneshot};

use crate::world::StoreFault;

/// Questions that may wait; beyond it, who asks waits before the queue.
const QUEUE: usize = 4096;

type Waiting<Q, A> = (Q, oneshot::Sender<Result<A, StoreFault>>);

pub(super) struct Batch<Q, A> {
    queue: mpsc::Sender<Waiting<Q, A>>,
}

impl<Q: Send + 'static, A: Send + 'static> Batch<Q, A> {
    /// `work` answers a batch item by item, in order; its fault is the fault of all in the batch.
    pub(super) fn start<W, F>(most: usize, workers: usize, work: W) -> Self
    where
        W: Fn(Vec<Q>) -> F + Clone + Send + 'static,
        F: Future<Output = Result<Vec<A>, StoreFault>> + Send + 'static,
    {
        let (queue, waiting) = mpsc::channel(QUEUE);
        let waiting = Arc::new(Mutex::new(waiting));
        for _ in 0..workers {
            tokio::spawn(serve(Arc::clone(&waiting), most, work.clone()));
        }
        Self { queue }
    }

    pub(super) async fn ask(&self, question: Q) -> Result<A, StoreFault> {
        let gone = || StoreFault::Away("the service is stopping".to_owned());
        let (tell, answer) = oneshot::channel();
        self.queue.send((question, tell)).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }
}

async fn serve<Q, A, W, F>(waiting: Arc<Mutex<mpsc::Receiver<Waiting<Q, A>>>>, most: usize, work: W)
where
    W: Fn(Vec<Q>) -> F,
    F: Future<Output = Result<Vec<A>, StoreFault>>,
{
    loop {
        let mut batch = Vec::with_capacity(most);
        {
            let mut waiting = waiting.lock().await;
            if waiting.recv_many(&mut batch, most).await == 0 {
                return;
            }
            // requests that have come already are read first, and go along; none is waited for
            tokio::task::yield_now().await;
            while batch.len() < most
                && let Ok(one) = waiting.try_recv()
            {
                batch.push(one);
            }
        }
        let (questions, tells): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
        match work(questions).await {
            Ok(answers) => tells.into_iter().zip(answers).for_each(|(tell, answer)| {
                // who asked may have gone away meanwhile
                let _ = tell.send(Ok(answer));
            }),
            Err(fault) => tells.into_iter().for_each(|tell| {
                let _ = tell.send(Err(fault.clone()));
            }),
        }
    }
}
