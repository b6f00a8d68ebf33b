//! What a database finds wrong with its own files.

use super::{
    database::{Connection, Kind},
    ledger,
    writers::patient,
};
use crate::jobs::block_on;

/// What the database's own check says of all tables, where it is not that they are sound.
pub(super) fn found_wrong(address: &str) -> Option<String> {
    let found = match Kind::at(address) {
        Kind::Sqlite => {
            let said = ledger::ask(address, "PRAGMA integrity_check", &[]);
            let said = said.into_iter().map(|row| row[0].text().to_owned());
            said.filter(|said| said != "ok").collect()
        }
        Kind::MariaDb => in_mariadb(address),
        Kind::Postgres => block_on(in_postgres(&mut patient(address)))
            .unwrap_or_else(|error| vec![error.to_string()]),
    };
    (!found.is_empty()).then(|| found.join("; "))
}

/// Reads every page of every table and index, and compares them with each other.
fn in_mariadb(address: &str) -> Vec<String> {
    let tables = "SELECT table_name FROM information_schema.tables \
         WHERE table_schema = database() AND table_type = 'BASE TABLE'";
    let tables = ledger::ask(address, tables, &[]);
    assert!(!tables.is_empty(), "there is something to check");
    let said = tables.iter().flat_map(|row| {
        ledger::ask(address, &format!("CHECK TABLE `{}` EXTENDED", row[0].text()), &[])
    });
    // The table, what is done, the kind of message, the message.
    let said = said.map(|row| [0, 2, 3].map(|place: usize| row[place].text().to_owned()));
    let is_sound = |kind: &str, text: &str| kind == "status" && text == "OK";
    let wrong = said.filter(|[_, kind, text]| !is_sound(kind, text));
    wrong.map(|[table, _, text]| format!("{table}: {text}")).collect()
}

/// For each index of the database and its catalogue: is every row in it, and in its order?
const INDEXES: &str = "SELECT bt_index_check(index.oid, true) FROM pg_index \
     JOIN pg_class AS index ON index.oid = indexrelid JOIN pg_am ON pg_am.oid = index.relam \
     WHERE amname = 'btree' AND index.relpersistence = 'p' AND indisvalid AND indisready";

/// For each table with its large values: is every row what a row can be?
const TABLES: &str = "SELECT relname || ': ' || msg FROM pg_class, \
     LATERAL verify_heapam(pg_class.oid, check_toast => true) \
     WHERE relkind IN ('r', 'm', 't') AND relpersistence = 'p'";

/// Every page that was read from the disk had its checksum compared; is there one that was another?
const CHECKSUMS: &str = "SELECT 'pages with other checksums: ' || sum(checksum_failures)::bigint \
     FROM pg_stat_database HAVING sum(checksum_failures) > 0";

async fn in_postgres(
    connection: &mut Connection,
) -> Result<Vec<String>, versioned_sql::sqlx::Error> {
    connection.execute("CREATE EXTENSION IF NOT EXISTS amcheck", &[]).await?;
    let mut wrong = Vec::new();
    if connection.rows("SHOW data_checksums", &[]).await?[0][0].text() != "on" {
        wrong.push("the pages have no checksums".to_owned());
    }
    let checked = connection.execute(INDEXES, &[]).await?;
    assert!(checked > 0, "there is something to check");
    for sql in [TABLES, CHECKSUMS] {
        let found = connection.rows(sql, &[]).await?;
        wrong.extend(found.iter().map(|row| row[0].text().to_owned()));
    }
    Ok(wrong)
}
