//! The guard: a process that ends a server as soon as the process that started it is gone.
//!
//! Layer: testkit. Invariant: the guard's standard input is a pipe that this process alone holds open, so that it ends
//! with this process, even where that is killed.

use std::{
    os::unix::process::CommandExt as _,
    path::Path,
    process::{Child, Command, Stdio},
};

use super::{ServerError, account::Account, folder::Folder};

const SCRIPT: &str = include_str!("guard.sh");

/// Ends what works in a folder, and removes the folder, when dropped or when this process ends.
#[derive(Debug)]
pub(super) struct Guard {
    process: Child,
    folder: Folder,
}

impl Guard {
    /// Sets a guard on a folder, before anything works there; `signal` is tried first, `KILL` later.
    pub(super) fn set(folder: Folder, account: Account, signal: &str) -> Result<Self, ServerError> {
        let mut command = script(folder.path(), account, signal, "guard");
        match command.stdin(Stdio::piped()).spawn() {
            Ok(process) => Ok(Self { process, folder }),
            Err(error) => {
                folder.remove();
                Err(ServerError::system("run", "sh")(error))
            }
        }
    }

    pub(super) fn folder(&self) -> &Folder {
        &self.folder
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ended = self.process.wait();
        self.folder.remove();
    }
}

/// Kills all that works in a folder, and returns whether nothing is left.
pub(super) fn kill_all(folder: &Folder, account: Account) -> Result<bool, ServerError> {
    let status = script(folder.path(), account, "KILL", "kill").stdin(Stdio::null()).status();
    Ok(status.map_err(ServerError::system("run", "sh"))?.success())
}

fn script(folder: &Path, account: Account, signal: &str, purpose: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", SCRIPT, "guard"]).arg(folder).args([signal, purpose]);
    // Nobody waits for its output, it must not end with a terminal's process group, and as the server's account it may
    // see where the server works.
    command.stdout(Stdio::null()).stderr(Stdio::null()).current_dir("/").process_group(0);
    account.apply(&mut command);
    command
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::ExitStatusExt as _;

    use super::*;

    fn guarded(signal: &str) -> (Account, Guard) {
        let account = Account::unprivileged("nobody").unwrap();
        let folder = Folder::create("guard-test", account).unwrap();
        (account, Guard::set(folder, account, signal).unwrap())
    }

    fn worker(guard: &Guard, account: Account) -> Child {
        let mut command = Command::new("sleep");
        command.arg("1000").current_dir(guard.folder().path());
        account.apply(&mut command);
        command.spawn().unwrap()
    }

    #[test]
    fn a_guard_ends_what_works_in_its_folder_and_removes_it() {
        let (account, guard) = guarded("TERM");
        let mut workers = [worker(&guard, account), worker(&guard, account)];
        let path = guard.folder().path().to_owned();
        drop(guard);
        for worker in &mut workers {
            assert_eq!(worker.wait().unwrap().signal(), Some(15));
        }
        assert!(!path.exists());
    }

    #[test]
    fn killing_leaves_the_folder_and_other_processes_alone() {
        let ((account, guard), (_, other)) = (guarded("KILL"), guarded("KILL"));
        let (mut killed, mut left) = (worker(&guard, account), worker(&other, account));
        assert!(kill_all(guard.folder(), account).unwrap());
        assert_eq!(killed.wait().unwrap().signal(), Some(9));
        assert!(guard.folder().path().exists());
        assert_eq!(left.try_wait().unwrap(), None);
        drop(other);
        assert_eq!(left.wait().unwrap().signal(), Some(9));
    }
}
