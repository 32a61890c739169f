//! What the window must keep to, and what did not.

/// Work of the drawing thread in the median frame of a movement, ms: a screen of 60 Hz shows the next one.
pub const FRAME_MS: f64 = 16.0;
/// From asking for a radiograph to its first pixels, seconds.
pub const FIRST_PIXELS_SECS: f64 = 1.0;
/// Largest single request for memory in a frame, KiB: a 3000 x 3000 picture has 8789 even at a byte a pixel.
pub const REQUEST_KIB: f64 = 1024.0;
/// All requests of a frame together, KiB: less than a byte for each pixel.
pub const FRAME_KIB: f64 = 8192.0;

/// What was over a bound, in words.
#[derive(Debug, Default)]
pub struct Bounds {
    broken: Vec<String>,
}

impl Bounds {
    /// Holds the median frame of a movement to its bound.
    pub fn frame_ms(&mut self, movement: &str, ms: f64) {
        let what = format!("the median frame of \"{movement}\" takes {ms:.1} ms");
        self.hold(ms, FRAME_MS, &format!("{what} (bound {FRAME_MS} ms)"));
    }

    /// Holds the memory asked for in any frame of a movement to its bounds: the largest request, and all together.
    pub fn memory_kib(&mut self, movement: &str, largest: f64, sum: f64) {
        let what = format!("a frame of \"{movement}\" asks for {largest:.0} KiB at once");
        let bound = format!("(bound {REQUEST_KIB} KiB)");
        self.hold(largest, REQUEST_KIB, &format!("{what} {bound}"));
        let what = format!("a frame of \"{movement}\" asks for {sum:.0} KiB in all");
        self.hold(sum, FRAME_KIB, &format!("{what} (bound {FRAME_KIB} KiB)"));
    }

    /// Holds the opening of a radiograph to its bound.
    pub fn first_pixels(&mut self, secs: f64) {
        let what = format!("the first pixels of a radiograph come after {secs:.2} s");
        let bound = format!("(bound {FIRST_PIXELS_SECS} s)");
        self.hold(secs, FIRST_PIXELS_SECS, &format!("{what} {bound}"));
    }

    fn hold(&mut self, value: f64, bound: f64, sentence: &str) {
        if value > bound {
            self.broken.push(sentence.to_owned());
        }
    }

    /// One sentence on everything that was over its bound; `None` where nothing was.
    pub fn sentence(&self) -> Option<String> {
        let all = self.broken.join("; ");
        (!all.is_empty()).then(|| format!("Over the bound: {all}."))
    }
}
