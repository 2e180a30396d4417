//! What becomes of a command's exit status.

/// What becomes of a failing command's exit status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// The script fails with it.
    Kept,
}
/// x
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// x
    A,
}
