//! Loads single files into memory.
#![expect(clippy::disallowed_methods, reason = "reading files is this module's work")]

use crate::input::{Content, Limits};
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// Loads a file unless it is over the limit.
pub(super) fn load(path: &Path, limits: &Limits) -> Content {
    let bytes = match path.metadata() {
        Ok(metadata) => metadata.len(),
        Err(error) => return Content::Failed { bytes: 0, reason: in_words(&error) },
    };
    if bytes > limits.file_bytes {
        return Content::Failed { bytes, reason: limits.exceeded("file_bytes") };
    }
    #[cfg(target_os = "linux")]
    if let Some(bytes) = large::load(path, bytes) {
        return Content::Static(bytes);
    }
    match File::open(path) {
        Ok(mut file) => read_within(&mut file, limits),
        Err(error) => Content::Failed { bytes, reason: in_words(&error) },
    }
}

/// Reads to the end, but no more than the limit: pipes have no size, and files grow.
pub(super) fn read_within(reader: &mut dyn Read, limits: &Limits) -> Content {
    let mut bytes = Vec::new();
    let read = reader.take(limits.file_bytes.saturating_add(1)).read_to_end(&mut bytes);
    let size = bytes.len() as u64;
    match read {
        Err(error) => Content::Failed { bytes: size, reason: in_words(&error) },
        Ok(_) if size > limits.file_bytes => Content::Failed { bytes: size, reason: limits.exceeded("file_bytes") },
        Ok(_) => Content::Bytes(bytes),
    }
}

/// An error of the operating system without its number, the same on every platform where the kind is known.
pub(super) fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "may not be read".to_owned(),
        _ => error.to_string(),
    }
}

/// Large files, on Linux: what the allocator has for them are pages of four kilobytes, and taking those one by one costs
/// more time than reading the file into them. Pages of two megabytes have to be asked for, and only where some lie ready:
/// elsewhere the kernel would move other memory about to make them, which costs more than it saves.
#[cfg(target_os = "linux")]
mod large {
    use memmap2::{Advice, MmapMut};
    use std::fs::File;
    use std::io::{ErrorKind, Read as _};
    use std::path::Path;

    /// Smaller files are not worth a mapping that is never given back.
    const FROM: u64 = 4 << 20;

    /// The bytes of a regular file of this size. `None` for small files, and for all that does not go as expected: the usual
    /// way then says what is the matter.
    pub(super) fn load(path: &Path, size: u64) -> Option<&'static [u8]> {
        if size < FROM || ready(&std::fs::read_to_string("/proc/buddyinfo").ok()?) < size.saturating_mul(2) {
            return None;
        }
        read(path, size)
    }

    fn read(path: &Path, size: u64) -> Option<&'static [u8]> {
        let mut file = File::open(path).ok()?;
        // One byte more, to see whether the file has grown.
        let mut memory = MmapMut::map_anon(usize::try_from(size).ok()?.checked_add(1)?).ok()?;
        // Kernels without such pages refuse, which changes nothing but the time.
        let _ = memory.advise(Advice::HugePage);
        let mut length = 0;
        loop {
            match file.read(memory.get_mut(length..)?) {
                Ok(0) => break,
                Ok(read) => length += read,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
        }
        if length == memory.len() {
            return None;
        }
        // The program needs it to its end.
        let memory: &'static MmapMut = Box::leak(Box::new(memory));
        memory.get(..length)
    }

    /// Bytes in free pages of two megabytes and more: after the node and the zone a line tells how many pieces of each
    /// size are free, from one page of four kilobytes on, each size twice the one before.
    fn ready(buddies: &str) -> u64 {
        let free = |line: &str| {
            let pieces = line.split_once("zone").map_or("", |(_, zone)| zone).split_whitespace().skip(1);
            let large = pieces.zip(12_u32..).skip(9).map(|(count, bits)| {
                let size = 1_u64.checked_shl(bits).unwrap_or(0);
                size.saturating_mul(count.parse().unwrap_or(0))
            });
            large.fold(0, u64::saturating_add)
        };
        buddies.lines().map(free).fold(0, u64::saturating_add)
    }

    #[cfg(test)]
    mod tests {
        use super::{FROM, load, read, ready};

        #[test]
        fn a_large_file_is_loaded_as_it_is() {
            let file = tempfile::NamedTempFile::new().unwrap();
            let bytes: Vec<u8> = (0..FROM + 5).map(|at| (at % 251) as u8).collect();
            std::fs::write(file.path(), &bytes).unwrap();
            assert_eq!(read(file.path(), FROM + 5), Some(bytes.as_slice()));
            assert_eq!(read(file.path(), FROM + 9), Some(bytes.as_slice()), "it has shrunk");
            assert_eq!(read(file.path(), FROM + 4), None, "it has grown");
            assert_eq!(load(file.path(), FROM - 1), None);
        }

        #[test]
        fn free_pages_of_two_megabytes_are_counted() {
            let buddies = "Node 0, zone      DMA      0      0      0      0      0      0      0      0      1      1      3\n\
                           Node 0, zone   Normal  11908    761    264     53     13     37     46     19     10     20      0 \n";
            assert_eq!(ready(buddies), (1 + 3 * 2 + 20) << 21);
            assert_eq!((ready(""), ready("Node 0, zone Normal x"), ready("nonsense")), (0, 0, 0));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_without_end_is_cut_off() {
        let mut limits = Limits::default();
        limits.set("file_bytes", "10").unwrap();
        assert!(matches!(read_within(&mut io::repeat(b'x'), &limits), Content::Failed { .. }));
        assert!(matches!(read_within(&mut &b"0123456789"[..], &limits), Content::Bytes(bytes) if bytes.len() == 10));
    }
}
