//! Random choices, from one number that `proptest` draws.
//!
//! Layer: testkit. Invariant: of every choice, 0 is the simplest; the least source always takes it.

/// A source of choices.
#[derive(Debug, Clone)]
pub(super) struct Random {
    /// `None` always takes the simplest choice.
    state: Option<u64>,
}

impl Random {
    pub(super) fn seeded(seed: u64) -> Self {
        Self { state: Some(seed) }
    }

    pub(super) fn least() -> Self {
        Self { state: None }
    }

    pub(super) fn is_least(&self) -> bool {
        self.state.is_none()
    }

    /// A number of 64 bits: a counter whose bits are mixed by two rounds of multiply and shift.
    pub(super) fn bits(&mut self) -> u64 {
        let Some(state) = &mut self.state else { return 0 };
        *state = state.wrapping_add(0xA076_1D64_78BD_642F);
        let folded = u128::from(*state) * u128::from(*state ^ 0xE703_7ED1_A0B4_28DB);
        let [low, high] = halves(folded);
        let folded = u128::from(low ^ high) * 0x8EBC_6AF0_9C88_C6E3;
        let [low, high] = halves(folded);
        low ^ high
    }

    /// A number below `bound`, or 0 if there is none.
    pub(super) fn below(&mut self, bound: usize) -> usize {
        match u64::try_from(bound) {
            Ok(bound) if bound > 0 => usize::try_from(self.bits() % bound).unwrap_or(0),
            _ => 0,
        }
    }

    /// Whether something happens that happens once in `times`.
    pub(super) fn once_in(&mut self, times: usize) -> bool {
        !self.is_least() && self.below(times) == 0
    }

    /// A number from `low` to `high`, both included; `low` if there is none.
    pub(super) fn within(&mut self, low: i128, high: i128) -> i128 {
        let Some(span) = high.checked_sub(low).filter(|span| *span > 0) else { return low };
        let wide = (i128::from(self.bits() >> 1) << 64) | i128::from(self.bits());
        match span.checked_add(1) {
            Some(count) => low + wide % count,
            None => low,
        }
    }

    /// A number from 0 up to, but without, 1.
    pub(super) fn fraction(&mut self) -> f64 {
        let bits = u32::try_from(self.bits() >> 32).unwrap_or(0);
        f64::from(bits) / (f64::from(u32::MAX) + 1.0)
    }

    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }
}

fn halves(wide: u128) -> [u64; 2] {
    let low = u64::try_from(wide & u128::from(u64::MAX)).unwrap_or(0);
    [low, u64::try_from(wide >> 64).unwrap_or(0)]
}
