//! Bounds on what is read.

/// Bounds on a document; breaking one is an error before anything is parsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Most bytes of a document, or of a column of it; what chains work on is at most 2 GiB long.
    pub bytes_max: usize,
    /// Deepest nesting of objects and lists, at most [`Limits::DEPTH_MAX`]; the document itself is level 1.
    pub depth_max: usize,
}

impl Limits {
    /// The deepest nesting that can be asked for: what serde_json's own reader accepts.
    pub const DEPTH_MAX: usize = 127;

    /// 256 MiB and 127 levels.
    pub const DEFAULT: Self = Self { bytes_max: 256 << 20, depth_max: Self::DEPTH_MAX };

    /// Limits with this number of bytes.
    #[must_use]
    pub const fn with_bytes_max(self, bytes_max: usize) -> Self {
        Self { bytes_max, ..self }
    }

    /// Limits with this depth; more than [`Limits::DEPTH_MAX`] counts as that.
    #[must_use]
    pub const fn with_depth_max(self, depth_max: usize) -> Self {
        let depth_max = if depth_max > Self::DEPTH_MAX { Self::DEPTH_MAX } else { depth_max };
        Self { depth_max, ..self }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self::DEFAULT
    }
}
