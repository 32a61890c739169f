//! A cursor over the bytes of a pickle.

use super::PickleError;

/// Reads numbers, runs and lines; every step is checked against the end.
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, position: 0 }
    }

    pub(super) fn position(&self) -> usize {
        self.position
    }

    pub(super) fn run(&mut self, length: usize) -> Result<&'a [u8], PickleError> {
        let end = self.position.checked_add(length);
        let run = end.and_then(|end| self.bytes.get(self.position..end));
        let run = run.ok_or_else(ends_early)?;
        self.position += length;
        Ok(run)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], PickleError> {
        let run = self.run(N)?;
        run.first_chunk().copied().ok_or_else(ends_early)
    }

    pub(super) fn u8(&mut self) -> Result<u8, PickleError> {
        self.array().map(u8::from_le_bytes)
    }

    pub(super) fn u16(&mut self) -> Result<u16, PickleError> {
        self.array().map(u16::from_le_bytes)
    }

    pub(super) fn u32(&mut self) -> Result<u32, PickleError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn i32(&mut self) -> Result<i32, PickleError> {
        self.array().map(i32::from_le_bytes)
    }

    pub(super) fn f64_big_endian(&mut self) -> Result<f64, PickleError> {
        self.array().map(f64::from_be_bytes)
    }

    /// A length of 8 bytes.
    pub(super) fn length(&mut self) -> Result<usize, PickleError> {
        let length = self.array().map(u64::from_le_bytes)?;
        usize::try_from(length).map_err(|_too_long| ends_early())
    }

    /// A text of a known length in UTF-8.
    pub(super) fn text(&mut self, length: usize) -> Result<&'a str, PickleError> {
        let run = self.run(length)?;
        std::str::from_utf8(run).map_err(|err| PickleError::Malformed(format!("a text is {err}")))
    }

    /// The text up to the next line feed, which is skipped.
    pub(super) fn line(&mut self) -> Result<&'a str, PickleError> {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let length = rest.iter().position(|&byte| byte == b'\n');
        let line = self.text(length.ok_or_else(ends_early)?)?;
        self.position += 1;
        Ok(line.strip_suffix('\r').unwrap_or(line))
    }
}

fn ends_early() -> PickleError {
    PickleError::Malformed("the pickle ends in the middle of a value".to_owned())
}
