//! Questions answered in batches: whatever waits when a worker is free goes together, and nothing ever waits for more to come.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::{Mutex, mpsc, oneshot};

use crate::world::StoreFault;

/// Questions that may wait; beyond it, who asks waits before the queue.
const QUEUE: usize = 4096;

type Waiting<Q, A> = (Vec<Q>, oneshot::Sender<Result<Vec<A>, StoreFault>>);

pub(super) struct Batch<Q, A> {
    queue: mpsc::Sender<Waiting<Q, A>>,
}

impl<Q: Send + 'static, A: Send + 'static> Batch<Q, A> {
    /// `work` answers a batch item by item, in order; its fault is the fault of all in the batch. A batch is full with `most` questions; those
    /// that were asked together stay together.
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

    pub(super) async fn ask_all(&self, questions: Vec<Q>) -> Result<Vec<A>, StoreFault> {
        let (tell, answer) = oneshot::channel();
        self.queue.send((questions, tell)).await.map_err(|_| stopping())?;
        answer.await.map_err(|_| stopping())?
    }

    pub(super) async fn ask(&self, question: Q) -> Result<A, StoreFault> {
        self.ask_all(vec![question]).await?.pop().ok_or_else(stopping)
    }
}

fn stopping() -> StoreFault {
    StoreFault::Away("the service is stopping".to_owned())
}

async fn serve<Q, A, W, F>(waiting: Arc<Mutex<mpsc::Receiver<Waiting<Q, A>>>>, most: usize, work: W)
where
    W: Fn(Vec<Q>) -> F,
    F: Future<Output = Result<Vec<A>, StoreFault>>,
{
    loop {
        let (mut batch, mut tells) = (Vec::new(), Vec::new());
        {
            let mut waiting = waiting.lock().await;
            let Some(first) = waiting.recv().await else { return };
            // requests that have come already are read first, and go along; none is waited for
            tokio::task::yield_now().await;
            let mut next = Some(first);
            while let Some((questions, tell)) = next {
                tells.push((questions.len(), tell));
                batch.extend(questions);
                next = if batch.len() < most { waiting.try_recv().ok() } else { None };
            }
        }
        match work(batch).await {
            Ok(answers) => {
                let mut answers = answers.into_iter();
                for (count, tell) in tells {
                    // who asked may have gone away meanwhile
                    let _ = tell.send(Ok(answers.by_ref().take(count).collect()));
                }
            }
            Err(fault) => tells.into_iter().for_each(|(_, tell)| {
                let _ = tell.send(Err(fault.clone()));
            }),
        }
    }
}
