//! Servers: private PostgreSQL and MariaDB servers for tests.
//!
//! Layer: testkit; starts the programs of an installed server, talks to it through the server's own client, and knows no
//! driver. Linux only at run time (it reads `/proc`), any Unix to compile. Invariant: no server and no folder outlives the
//! process that started it, however that process ends.
//!
//! - [`PostgresServer`] and [`MariaDbServer`] are [`PrivateServer`]s: a data directory and a Unix socket of their own in
//!   a temporary folder that nobody else may enter, no network, no password.
//! - [`PrivateServer::shared`] is the server that all tests of a process share;
//!   each gets an empty [`database`](PrivateServer::database) of its own.
//! - [`PrivateServer::start`] is a server of one's own, which may be killed and started again.
//!
//! Where the caller is root, the server runs as the account of its package, or as `nobody`: neither server wants to run
//! as root. A small shell process guards each server: it ends the server and removes its folder as soon as the process
//! that started it is gone. Whatever else works in that folder ends with it.
//!
//! # Examples
//!
//! ```no_run
//! use versioned_testkit::servers::{PostgresServer, ServerOptions};
//!
//! let url = PostgresServer::shared()?.database("lessons")?; // for a pool of the test's own
//!
//! let mut server = PostgresServer::start(&ServerOptions::durable())?;
//! let lessons = server.create_database("lessons")?;
//! server.query(&lessons, "CREATE TABLE lesson (title text)")?;
//! server.kill()?;
//! server.restart()?;
//! assert_eq!(server.query(&lessons, "SELECT count(*) FROM lesson")?, "0\n");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod account;
mod error;
mod folder;
mod guard;
mod kind;
mod mariadb;
mod options;
mod postgres;
mod programs;
mod server;

pub use error::ServerError;
pub use kind::ServerKind;
pub use mariadb::{MARIADB_BIN, MariaDb, MariaDbServer};
pub use options::ServerOptions;
pub use postgres::{POSTGRES_BIN, Postgres, PostgresServer};
pub use server::PrivateServer;
