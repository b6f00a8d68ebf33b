//! Private servers: they start, keep what was committed, and leave nothing behind.
//!
//! The part of a test's name that says which server it needs begins with `postgres` or `mariadb`: by that it is left out
//! where the server is.

mod losing;
mod mariadb;
mod operating;
mod postgres;
mod proxy;
mod racing;
mod story;
mod tested;
