//! The same on a private server: whether rate and memory hold, and what a run takes over what is current.

use versioned_testkit::servers::{PrivateServer, ServerKind, ServerOptions};

use super::{
    BENCH, FEW, MANY, Measured, Work, megabytes, peak, print, print_ratio, rows_per_second, start,
};
use crate::measure::{Better, Session, median};

/// Rounds before the large table and after it.
const ROUNDS: [usize; 2] = [2, 2];

pub(super) fn run<K: ServerKind>(session: &Session) {
    if let Err(reason) = measure::<K>(session) {
        session.skip(BENCH, &case::<K>("1000000_rows_against_100000"), &reason);
    }
}

fn measure<K: ServerKind>(session: &Session) -> Result<(), String> {
    let options = match K::WORD {
        // It would clean up in the long run and not in the short ones.
        "postgres" => ServerOptions::durable().with_setting("autovacuum", "off"),
        _ => ServerOptions::durable(),
    };
    let server = PrivateServer::<K>::start(&options).map_err(|error| error.to_string())?;
    let mut few = Vec::new();
    for _ in 0..ROUNDS[0] {
        few.push(round(&server, FEW, |_| Ok(()))?.0);
    }
    let mut current = None;
    let (many, bytes) = round(&server, MANY, |database| {
        // As it would by itself some time after the migration.
        if K::WORD == "postgres" {
            let cleaned = server.query(database, "VACUUM (ANALYZE) notes");
            cleaned.map_err(|error| error.to_string())?;
        }
        current = Some(start(Work::Current, server.url(database), MANY)?);
        Ok(())
    })?;
    for _ in 0..ROUNDS[1] {
        few.push(round(&server, FEW, |_| Ok(()))?.0);
    }
    let current = current.ok_or("nothing was measured")?;
    print_all::<K>(session, &few, (&many, bytes), &current);
    Ok(())
}

/// Fills a database, migrates it, and does what comes after that; gives the bytes of the documents too.
fn round<K: ServerKind>(
    server: &PrivateServer<K>,
    rows: u32,
    then: impl FnOnce(&str) -> Result<(), String>,
) -> Result<(Measured, u64), String> {
    let database = server.create_database("scale").map_err(|error| error.to_string())?;
    let url = server.url(&database);
    let bytes = start(Work::Fill, &url, rows)?.bytes;
    let measured = start(Work::Ledger, &url, rows)?;
    then(&database)?;
    // The next round has the disk for itself.
    let dropped = server.query(&database, "DROP TABLE notes");
    dropped.map_err(|error| error.to_string())?;
    Ok((measured, bytes))
}

fn case<K: ServerKind>(what: &str) -> String {
    format!("{}/{what}", K::WORD)
}

fn print_all<K: ServerKind>(
    session: &Session,
    few: &[Measured],
    (many, bytes): (&Measured, u64),
    current: &Measured,
) {
    let of_few = |of: fn(&Measured) -> f64| median(few.iter().map(of).collect());
    let case = |what: &str| case::<K>(&format!("{what}_at_{MANY}_rows_against_{FEW}"));
    let rates = (rows_per_second(many), of_few(rows_per_second));
    print(session, &case("rate"), rates, "rows/s", Better::Higher);
    let per_row = megabytes(bytes) / f64::from(MANY);
    let throughput = (rates.0 * per_row, rates.1 * per_row);
    print(session, &case("throughput"), throughput, "MB/s", Better::Higher);
    print(session, &case("peak_memory"), (peak(many), of_few(peak)), "MB", Better::Lower);
    let times = (current.seconds, many.seconds);
    let nothing = format!("{}/nothing_to_do_at_{MANY}_rows_against_all_to_do", K::WORD);
    print(session, &nothing, times, "s", Better::Lower);
    let peaks = (peak(current), peak(many));
    let nothing = format!("{}/peak_memory_of_nothing_to_do_against_all_to_do", K::WORD);
    print(session, &nothing, peaks, "MB", Better::Lower);
    let documents = megabytes(current.documents) * 1e6;
    let read = (documents, f64::from(MANY));
    let nothing = format!("{}/documents_read_with_nothing_to_do_of_all", K::WORD);
    print_ratio(session, &nothing, read, ("rows", documents / read.1), Better::Lower);
}
