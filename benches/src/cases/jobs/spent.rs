//! What a side has spent: time by the clock on the wall, and processor time of this process and of its server.

use std::fs;

use cpu_time::ProcessTime;

use crate::measure::seconds_of;

/// Seconds that a side has spent.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Spent {
    /// By the clock on the wall.
    pub(super) wall: f64,
    /// Of processors, by this process and by the server, which other processes do not change.
    pub(super) processor: f64,
}

/// What a call has spent, with the processes of a server if there is one, and what it gives.
pub(super) fn spent_by<T>(server: Option<u32>, call: impl FnOnce() -> T) -> (Spent, T) {
    let (own, servers) = (ProcessTime::now(), server.map_or(0.0, processor_of));
    let (wall, result) = seconds_of(call);
    let servers = server.map_or(0.0, processor_of) - servers;
    (Spent { wall, processor: own.elapsed().as_secs_f64() + servers }, result)
}

/// Ticks of Linux in a second, as it tells them to programs.
const TICKS: f64 = 100.0;

/// Processor time of a process, of those that it has started, and of those of them that have ended.
fn processor_of(process: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name, which may hold anything, is in parentheses; the times of the process and of its dead follow.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let ticks = fields.split_whitespace().skip(11).take(4).filter_map(|it| it.parse::<f64>().ok());
    let own = ticks.sum::<f64>() / TICKS;
    let children = format!("/proc/{process}/task/{process}/children");
    let children = fs::read_to_string(children).unwrap_or_default();
    own + children.split_whitespace().flat_map(str::parse).map(processor_of).sum::<f64>()
}
