use bytes::{Buf, TryGetError};

use crate::error::{Error, Result};
use crate::relation::refusal;

/// What is left of a value's bytes.
pub(in crate::relation) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(in crate::relation) fn len(&self) -> usize {
        self.0.len()
    }

    pub(in crate::relation) fn u8(&mut self) -> Result<u8> {
        let (first, rest) = self.0.split_first().ok_or_else(refusal::nothing_left)?;
        self.0 = rest;
        Ok(*first)
    }

    pub(in crate::relation) fn i16(&mut self) -> Result<i16> {
        Ok(self.0.try_get_i16()?)
    }

    pub(in crate::relation) fn u16(&mut self) -> Result<u16> {
        Ok(self.0.try_get_u16()?)
    }

    pub(in crate::relation) fn i32(&mut self) -> Result<i32> {
        Ok(self.0.try_get_i32()?)
    }

    pub(in crate::relation) fn u32(&mut self) -> Result<u32> {
        Ok(self.0.try_get_u32()?)
    }

    pub(super) fn i64(&mut self) -> Result<i64> {
        Ok(self.0.try_get_i64()?)
    }

    pub(super) fn u64(&mut self) -> Result<u64> {
        Ok(self.0.try_get_u64()?)
    }

    pub(super) fn f32(&mut self) -> Result<f32> {
        Ok(self.0.try_get_f32()?)
    }

    pub(in crate::relation) fn f64(&mut self) -> Result<f64> {
        Ok(self.0.try_get_f64()?)
    }

    pub(in crate::relation) fn take(&mut self, count: usize) -> Result<&'a [u8]> {
        let (taken, rest) = self
            .0
            .split_at_checked(count)
            .ok_or_else(refusal::too_short)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn rest(&mut self) -> &'a [u8] {
        std::mem::take(&mut self.0)
    }

    /// A value with its length before it; nothing for NULL, whose length is -1.
    pub(super) fn value(&mut self) -> Result<Option<&'a [u8]>> {
        match self.i32()? {
            -1 => Ok(None),
            length => usize::try_from(length)
                .ok()
                .and_then(|length| self.take(length).ok())
                .map(Some)
                .ok_or_else(|| refusal::binary("insufficient data left in message")),
        }
    }
}

impl From<TryGetError> for Error {
    fn from(_: TryGetError) -> Self {
        refusal::too_short()
    }
}
