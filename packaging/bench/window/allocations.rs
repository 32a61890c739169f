//! What is asked of the system's allocator: how much in all, and the largest single request.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The system's allocator, counting.
struct Counting;

static SUM: AtomicUsize = AtomicUsize::new(0);
static LARGEST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        SUM.fetch_add(layout.size(), Ordering::Relaxed);
        LARGEST.fetch_max(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller's promises are those of the system's allocator.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from the system's allocator.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Memory asked for, bytes, by all threads.
#[derive(Debug, Clone, Copy, Default)]
pub struct Asked {
    /// All requests together.
    pub sum: usize,
    /// The largest of them.
    pub largest: usize,
}

/// What `work` gives, and what was asked for meanwhile. One measurement at a time.
pub fn counted<T>(work: impl FnOnce() -> T) -> (T, Asked) {
    let before = SUM.load(Ordering::Relaxed);
    LARGEST.store(0, Ordering::Relaxed);
    let made = work();
    let asked = Asked {
        sum: SUM.load(Ordering::Relaxed) - before,
        largest: LARGEST.load(Ordering::Relaxed),
    };
    (made, asked)
}
