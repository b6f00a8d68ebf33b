//! Integration tests.

#[cfg(test)]
mod cli;
mod corpus;
#[cfg(test)]
mod faults;
#[cfg(test)]
mod jobs;
#[cfg(test)]
mod lock;
#[cfg(test)]
#[cfg(unix)]
mod servers;
#[cfg(test)]
mod store;
#[cfg(test)]
mod torture;
