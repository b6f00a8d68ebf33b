//! The program that counts allocations; the one that times starts it.

use std::{alloc::System, process::ExitCode};

use benches::Counts;
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn main() -> ExitCode {
    benches::count(|| {
        let stats = ALLOCATOR.stats();
        Counts {
            allocations: stats.allocations + stats.reallocations,
            // What a block grows by is written as well; what it shrinks by was never used.
            bytes: stats.bytes_allocated,
        }
    })
}
