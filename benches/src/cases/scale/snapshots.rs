//! The job over snapshots: whether rate and memory hold from 10 000 snapshots to 100 000.

use std::fs;

use super::{Folder, Measured, Work, megabytes, peak, print, rows_per_second, settle, start};
use crate::measure::{Better, Session, median};

const FEW: u32 = 10_000;
const MANY: u32 = 100_000;
const ROUNDS: usize = 5;

pub(super) fn measure(session: &Session) -> Result<(), String> {
    let folder = Folder::new()?;
    let mut bytes = [0.0; 2];
    let templates = [(MANY, folder.path("many.db")), (FEW, folder.path("few.db"))];
    for ((snapshots, template), bytes) in templates.iter().zip(&mut bytes) {
        let filled = start(Work::FillSnapshots, template, *snapshots)?;
        *bytes = megabytes(filled.bytes) / f64::from(*snapshots);
    }
    let mut measured = [Vec::new(), Vec::new()];
    for _ in 0..ROUNDS {
        for ((snapshots, template), measured) in templates.iter().zip(&mut measured) {
            let copy = folder.path("copy.db");
            fs::copy(template, &copy).map_err(|error| format!("no copy was made: {error}"))?;
            settle(&copy)?;
            measured.push(start(Work::Snapshots, &copy, *snapshots)?);
            folder.remove(&copy);
        }
    }
    let both = |of: fn(&Measured) -> f64| {
        let [many, few] = measured.each_ref().map(|side| median(side.iter().map(of).collect()));
        (many, few)
    };
    let case = |what: &str| format!("{what}_at_{MANY}_snapshots_against_{FEW}");
    let rates = both(rows_per_second);
    print(session, &case("rate"), rates, "rows/s", Better::Higher);
    let throughput = (rates.0 * bytes[0], rates.1 * bytes[1]);
    print(session, &case("throughput"), throughput, "MB/s", Better::Higher);
    print(session, &case("peak_memory"), both(peak), "MB", Better::Lower);
    Ok(())
}
