//! Buffered bytes over a file descriptor.
//!
//! Every function here runs detached from the world (see [`super::file::File::with`]): it may block and touches no object.

use std::fs;
use std::io::{self, IsTerminal as _, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::fd::{AsFd as _, AsRawFd as _};

use interp_object::interrupt;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// Bytes that are collected before they are written.
const WRITE_BUFFER_BYTES: usize = 8192;
/// Bytes that are asked for at once.
const READ_BUFFER_BYTES: usize = 65536;

/// A standard stream of the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standard {
    In,
    Out,
    Err,
}

/// Where the bytes go.
pub(super) enum Handle {
    Closed,
    Disk(fs::File),
    Standard(Standard),
}

/// A handle with what was read ahead and what waits to be written.
pub(super) struct Stream {
    handle: Handle,
    input: Vec<u8>,
    at: usize,
    output: Vec<u8>,
    pub(super) line_buffered: bool,
    pub(super) unbuffered: bool,
}

impl Stream {
    pub(super) fn new(handle: Handle) -> Self {
        Stream { handle, input: Vec::new(), at: 0, output: Vec::new(), line_buffered: false, unbuffered: false }
    }

    pub(super) fn is_closed(&self) -> bool {
        matches!(self.handle, Handle::Closed)
    }

    pub(super) fn descriptor(&self) -> Option<i32> {
        match &self.handle {
            Handle::Closed => None,
            Handle::Disk(file) => Some(file.as_raw_fd()),
            Handle::Standard(Standard::In) => Some(0),
            Handle::Standard(Standard::Out) => Some(1),
            Handle::Standard(Standard::Err) => Some(2),
        }
    }

    pub(super) fn is_terminal(&self) -> bool {
        match &self.handle {
            Handle::Closed => false,
            Handle::Disk(file) => file.is_terminal(),
            Handle::Standard(Standard::In) => io::stdin().is_terminal(),
            Handle::Standard(Standard::Out) => io::stdout().is_terminal(),
            Handle::Standard(Standard::Err) => io::stderr().is_terminal(),
        }
    }

    /// Whether `len` more bytes can be taken without a system call.
    pub(super) fn has_room(&self, bytes: &[u8]) -> bool {
        !self.is_closed()
            && !self.unbuffered
            && self.input.is_empty()
            && self.output.len() + bytes.len() < WRITE_BUFFER_BYTES
            && !(self.line_buffered && bytes.contains(&b'\n'))
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.forget_input()?;
        self.output.extend_from_slice(bytes);
        let line_ended = self.line_buffered && bytes.contains(&b'\n');
        if self.unbuffered || line_ended || self.output.len() >= WRITE_BUFFER_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    pub(super) fn flush(&mut self) -> io::Result<()> {
        if self.output.is_empty() {
            return Ok(());
        }
        let bytes = std::mem::take(&mut self.output);
        match &mut self.handle {
            Handle::Closed => Ok(()),
            Handle::Disk(file) => file.write_all(&bytes),
            Handle::Standard(Standard::Err) => io::stderr().write_all(&bytes),
            Handle::Standard(_) => {
                let mut out = io::stdout().lock();
                out.write_all(&bytes)?;
                out.flush()
            }
        }
    }

    pub(super) fn close(&mut self) -> io::Result<()> {
        let result = self.flush();
        self.handle = Handle::Closed;
        self.input = Vec::new();
        self.at = 0;
        result
    }

    /// Bytes that were read and not yet taken.
    pub(super) fn ahead(&self) -> &[u8] {
        &self.input[self.at..]
    }

    pub(super) fn take(&mut self, count: usize) -> Vec<u8> {
        let count = count.min(self.input.len() - self.at);
        let taken = self.input[self.at..self.at + count].to_vec();
        self.at += count;
        if self.at == self.input.len() {
            self.input.clear();
            self.at = 0;
        }
        taken
    }

    /// Waits until there is something to read. Regular files never block.
    ///
    /// # Errors
    /// `Interrupted` if the program is to be interrupted, on its main thread. What was read ahead stays.
    fn wait_for_input(&self) -> io::Result<()> {
        let stdin = io::stdin();
        let descriptor = match &self.handle {
            Handle::Disk(file) if !file.metadata().is_ok_and(|facts| facts.is_file()) => file.as_fd(),
            Handle::Standard(Standard::In) => stdin.as_fd(),
            _ => return Ok(()),
        };
        let slice = Timespec::try_from(interrupt::LOOK_EVERY).ok();
        loop {
            if interrupt::is_pending_here() {
                return Err(io::ErrorKind::Interrupted.into());
            }
            match poll(&mut [PollFd::from_borrowed_fd(descriptor, PollFlags::IN)], slice.as_ref()) {
                Ok(0) => {}
                Err(error) if io::Error::from(error).kind() == io::ErrorKind::Interrupted => {}
                // What cannot be waited for is left to the read.
                Ok(_) | Err(_) => return Ok(()),
            }
        }
    }

    /// Reads more. `false` at the end.
    ///
    /// # Errors
    /// The system's, and `Interrupted` as above.
    pub(super) fn fill(&mut self) -> io::Result<bool> {
        self.flush()?;
        self.wait_for_input()?;
        let before = self.input.len();
        self.input.resize(before + READ_BUFFER_BYTES, 0);
        let result = loop {
            let place = &mut self.input[before..];
            let result = match &mut self.handle {
                Handle::Closed => Ok(0),
                Handle::Disk(file) => file.read(place),
                Handle::Standard(Standard::In) => io::stdin().lock().read(place),
                Handle::Standard(_) => Err(io::Error::from_raw_os_error(9)),
            };
            match result {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                result => break result,
            }
        };
        self.input.truncate(before + result.as_ref().copied().unwrap_or(0));
        result.map(|count| count > 0)
    }

    /// Up to `limit` bytes, or all that are left.
    pub(super) fn read(&mut self, limit: Option<usize>) -> io::Result<Vec<u8>> {
        while limit.is_none_or(|limit| self.ahead().len() < limit) && self.fill()? {}
        Ok(self.take(limit.unwrap_or(usize::MAX)))
    }

    /// A line with its `\n`, at most `limit` bytes.
    pub(super) fn read_line(&mut self, limit: Option<usize>) -> io::Result<Vec<u8>> {
        let mut searched = 0;
        loop {
            let ahead = self.ahead();
            let found = ahead[searched..].iter().position(|&byte| byte == b'\n').map(|index| searched + index + 1);
            let enough = limit.filter(|&limit| ahead.len() >= limit);
            if let Some(count) = found.or(enough) {
                return Ok(self.take(limit.map_or(count, |limit| limit.min(count))));
            }
            searched = ahead.len();
            if !self.fill()? {
                return Ok(self.take(usize::MAX));
            }
        }
    }

    /// Moves the position back over what was read ahead, before writing.
    fn forget_input(&mut self) -> io::Result<()> {
        let ahead = self.ahead().len();
        self.input.clear();
        self.at = 0;
        match &mut self.handle {
            Handle::Disk(file) if ahead > 0 => file.seek(SeekFrom::Current(-(ahead as i64))).map(drop),
            _ => Ok(()),
        }
    }

    pub(super) fn tell(&mut self) -> io::Result<u64> {
        let ahead = self.ahead().len() as u64;
        let waiting = self.output.len() as u64;
        match &mut self.handle {
            Handle::Disk(file) => Ok(file.stream_position()? - ahead + waiting),
            _ => Err(io::Error::from_raw_os_error(29)),
        }
    }

    pub(super) fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.flush()?;
        self.forget_input()?;
        match &mut self.handle {
            Handle::Disk(file) => file.seek(to),
            _ => Err(io::Error::from_raw_os_error(29)),
        }
    }

    pub(super) fn truncate(&mut self, size: u64) -> io::Result<()> {
        self.flush()?;
        match &mut self.handle {
            Handle::Disk(file) => file.set_len(size),
            _ => Err(io::Error::from_raw_os_error(22)),
        }
    }

    pub(super) fn is_seekable(&mut self) -> bool {
        self.tell().is_ok()
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        // Nobody is left to hear of a failure.
        let _ = self.flush();
    }
}
