//! A line between a client and a server that can be cut at a statement.
//!
//! It is a socket of its own that passes everything on, until what a test waits for goes by.

use std::{
    io::{Read as _, Write as _},
    net::Shutdown,
    os::unix::net::{UnixListener, UnixStream},
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    thread,
};

use crate::store::sqlite::fixture::TemporaryFolder;

/// Where a line is cut: at a text that goes to the server, or at whatever does where the text is empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    /// Before the server has heard the statement.
    Before(&'static str),
    /// After the server has answered it, and before the client hears that.
    After(&'static str),
}

/// Lines to a server.
#[derive(Debug)]
pub(super) struct Proxy {
    folder: TemporaryFolder,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
struct Shared {
    cut: Mutex<Option<(Cut, u32)>>,
    /// What has gone to the server on a line that is cut.
    mark: Mutex<&'static str>,
    is_down: AtomicBool,
    goes_down: AtomicBool,
    cuts: AtomicU32,
}

impl Proxy {
    /// Opens a socket with this name in a folder of its own, before the socket of a server.
    pub(super) fn before(server: &Path, name: &str) -> Self {
        let folder = TemporaryFolder::new();
        let listener = UnixListener::bind(folder.path().join(name)).unwrap();
        let shared = Arc::new(Shared::default());
        let (of_lines, server) = (Arc::clone(&shared), server.to_owned());
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if of_lines.is_down.load(Ordering::SeqCst) {
                    continue;
                }
                let Ok(server) = UnixStream::connect(&server) else { continue };
                open(&of_lines, client, server);
            }
        });
        Self { folder, shared }
    }

    /// The folder of its socket.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Cuts the line on which a text goes to the server for the time with this number, from 1.
    pub(super) fn cut(&self, cut: Cut, time: u32) {
        *self.shared.cut.lock().unwrap() = Some((cut, time));
    }

    /// Cuts only a line on which this text has gone to the server before.
    pub(super) fn cut_after(&self, mark: &'static str, cut: Cut) {
        *self.shared.mark.lock().unwrap() = mark;
        self.cut(cut, 1);
    }

    /// From the next cut on, the server cannot be reached.
    pub(super) fn go_down(&self) {
        self.shared.goes_down.store(true, Ordering::SeqCst);
    }

    /// The server can be reached again.
    pub(super) fn come_back(&self) {
        self.shared.goes_down.store(false, Ordering::SeqCst);
        self.shared.is_down.store(false, Ordering::SeqCst);
    }

    /// How many lines were cut.
    pub(super) fn cuts(&self) -> u32 {
        self.shared.cuts.load(Ordering::SeqCst)
    }
}

impl Shared {
    /// Whether the line is to be cut at what goes to the server, and where.
    fn is_cut_at(&self, bytes: &[u8], seen: &mut &'static str) -> Option<Cut> {
        let mark = *self.mark.lock().unwrap();
        if holds(bytes, mark) {
            *seen = mark;
        }
        if *seen != mark {
            return None;
        }
        let mut planned = self.cut.lock().unwrap();
        let (cut, time) = planned.as_mut()?;
        let (Cut::Before(text) | Cut::After(text)) = *cut;
        if !holds(bytes, text) {
            return None;
        }
        *time -= 1;
        if *time > 0 {
            return None;
        }
        self.cuts.fetch_add(1, Ordering::SeqCst);
        if self.goes_down.load(Ordering::SeqCst) {
            self.is_down.store(true, Ordering::SeqCst);
        }
        planned.take().map(|(cut, _)| cut)
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    text.is_empty() || bytes.windows(text.len()).any(|it| it == text.as_bytes())
}

/// Passes on between a client and the server until one of the two ends, or the line is cut.
fn open(shared: &Arc<Shared>, client: UnixStream, server: UnixStream) {
    let is_deaf = Arc::new(AtomicBool::new(false));
    let to_client = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let (to_server, deaf, shared) = ((client, server), Arc::clone(&is_deaf), Arc::clone(shared));
    thread::spawn(move || {
        let mut seen = "";
        pass(to_server, |bytes| {
            if shared.is_down.load(Ordering::SeqCst) {
                return false;
            }
            match shared.is_cut_at(bytes, &mut seen) {
                Some(Cut::Before(_)) => false,
                Some(Cut::After(_)) => {
                    deaf.store(true, Ordering::SeqCst);
                    true
                }
                None => true,
            }
        });
    });
    // The answer says that it was done, and goes no further.
    thread::spawn(move || pass(to_client, |_| !is_deaf.load(Ordering::SeqCst)));
}

/// Passes on in one direction while it may, and ends both directions then.
fn pass((mut from, mut to): (UnixStream, UnixStream), mut may_pass: impl FnMut(&[u8]) -> bool) {
    let mut bytes = vec![0; 1 << 16];
    while let Ok(length @ 1..) = from.read(&mut bytes) {
        if !may_pass(&bytes[..length]) || to.write_all(&bytes[..length]).is_err() {
            break;
        }
    }
    for stream in [from, to] {
        // It may have ended already.
        stream.shutdown(Shutdown::Both).ok();
    }
}
