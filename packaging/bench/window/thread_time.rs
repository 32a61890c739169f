//! How long this thread has worked: other programs lengthen the clock's time, and not this one.

/// Whose time it is, in words.
pub const NAME: &str = if cfg!(unix) {
    "processor time of the thread"
} else {
    "clock time: this system is not asked for a thread's own"
};

/// Time this thread has spent on a processor, seconds from an origin of its own.
#[cfg(unix)]
pub fn seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Time of the clock, seconds since it was first asked.
#[cfg(not(unix))]
pub fn seconds() -> f64 {
    static START: std::sync::LazyLock<std::time::Instant> =
        std::sync::LazyLock::new(std::time::Instant::now);
    START.elapsed().as_secs_f64()
}
