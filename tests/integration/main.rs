//! Integration tests.

#[cfg(test)]
mod cli;
mod corpus;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod store;
