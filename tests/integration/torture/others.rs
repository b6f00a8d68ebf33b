//! The process of the other programs, as the test sees it: what it is told, and what it answers.

use std::{
    io::{BufRead as _, BufReader, Lines, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout},
};

use super::{
    program,
    subject::Subject,
    writer::{MADE_STALE, MAKE_STALE},
    writers::{COUNT, MEASURE},
};

/// The process that writes while migrations run.
pub(super) struct Others {
    process: Child,
    commands: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Others {
    pub(super) fn start(subject: &Subject, address: &str, log: &Path, seed: u64) -> Self {
        let mut process = program::start_writer(subject, address, log, seed);
        let commands = process.stdin.take().unwrap();
        let answers = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, commands, answers }
    }

    /// Gives old content to half of the current rows.
    pub(super) fn make_stale(&mut self) {
        self.ask(MAKE_STALE, MADE_STALE);
    }

    /// What the idle server sustains, and what is asked for from now on, in operations a second.
    pub(super) fn measure(&mut self) -> (u64, u64) {
        let answer = self.ask(MEASURE, MEASURE);
        let mut numbers = answer.split(' ').skip(1).map(|number| number.parse().unwrap());
        (numbers.next().unwrap(), numbers.next().unwrap())
    }

    /// How many operations were made so far.
    pub(super) fn count(&mut self) -> u64 {
        self.ask(COUNT, COUNT).split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// Says something, and gives the line that begins as the answer to it does.
    fn ask(&mut self, command: &str, answer: &str) -> String {
        writeln!(self.commands, "{command}").unwrap();
        let mut lines = self.answers.by_ref().map(Result::unwrap);
        lines.find(|line| line.starts_with(answer)).expect("the other programs are gone")
    }

    /// Ends the process, as the end of its input does.
    pub(super) fn end(self) {
        let Self { mut process, commands, answers } = self;
        drop(commands);
        assert!(answers.map(Result::unwrap).all(|line| line != MADE_STALE));
        assert!(process.wait().unwrap().success(), "the other programs failed");
    }
}
