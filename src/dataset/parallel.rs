//! Work on many files at once.

use super::Observer;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

/// Pairs of 9 million pixels take about a quarter of a gigabyte each while they are looked at.
const MOST_THREADS: usize = 8;

/// What `work` makes of each item, in the items' order, on the cores this process may use; `None` where `observer`
/// ended it.
pub(super) fn map_parallel<T: Sync, R: Send>(
    items: &[T],
    observer: &dyn Observer,
    work: impl Fn(&T) -> R + Sync,
) -> Option<Vec<R>> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(0));
    let run = || {
        let mut results = Vec::new();
        while !observer.is_cancelled() {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(index) else {
                break;
            };
            results.push((index, work(item)));
            // Held while it is told, so that nobody hears of the third pair before the second.
            let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
            *done += 1;
            observer.progressed(*done, items.len());
        }
        results
    };
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let others = cores.min(MOST_THREADS).min(items.len()).saturating_sub(1);
    let mut results = thread::scope(|scope| {
        // A thread that the system refuses leaves its share to the others.
        let threads: Vec<_> = (0..others)
            .filter_map(|number| {
                let named = thread::Builder::new().name(format!("dataset {number}"));
                named.spawn_scoped(scope, run).ok()
            })
            .collect();
        let mut results = run();
        for thread in threads {
            match thread.join() {
                Ok(more) => results.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        results
    });
    results.sort_by_key(|(index, _)| *index);
    let results: Vec<R> = results.into_iter().map(|(_, result)| result).collect();
    (results.len() == items.len()).then_some(results)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Notes what it is told, and ends the work after a number of items.
    struct Watch {
        told: Mutex<Vec<usize>>,
        most: usize,
    }

    impl Observer for Watch {
        fn progressed(&self, done: usize, all: usize) {
            assert_eq!(all, 100);
            self.told.lock().unwrap().push(done);
        }

        fn is_cancelled(&self) -> bool {
            self.told.lock().unwrap().len() >= self.most
        }
    }

    fn squares(most: usize) -> (Option<Vec<usize>>, Vec<usize>) {
        let items: Vec<usize> = (0..100).collect();
        let watch = Watch {
            told: Mutex::default(),
            most,
        };
        let squares = map_parallel(&items, &watch, |item| item * item);
        (squares, watch.told.into_inner().unwrap())
    }

    #[test]
    fn results_keep_their_order_and_progress_rises() {
        let (found, told) = squares(usize::MAX);
        assert_eq!(found.unwrap(), (0..100).map(|i| i * i).collect::<Vec<_>>());
        assert_eq!(told, (1..=100).collect::<Vec<_>>());
    }

    #[test]
    fn what_is_ended_has_no_result() {
        let (found, told) = squares(10);
        assert_eq!(found, None);
        assert!((10..10 + MOST_THREADS).contains(&told.len()), "{told:?}");
    }
}
