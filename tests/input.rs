//! What comes in: hostile archives, odd files, and the promise that each leaves a record.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot be set up must fail")]

use proptest::prelude::*;
use tollgate::input::{Content, Limits, Origin, RawFile, SourceFile, open, zip as archives};
use tollgate::model::{FileKind, FileStatus};

const WORKFLOW: &[u8] = b"on: push\njobs: {}\n";
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// A member as a test wants it written, lies included.
#[derive(Clone)]
struct Member {
    name: &'static str,
    data: Vec<u8>,
    method: u16,
    flags: u16,
    crc: u32,
    size: u32,
    mode: u32,
    /// Offset of the local header to write into the directory; the true one if `None`.
    offset: Option<u32>,
}

fn stored(name: &'static str, data: &[u8]) -> Member {
    let size = u32::try_from(data.len()).unwrap();
    Member {
        name,
        data: data.to_vec(),
        method: STORED,
        flags: 0,
        crc: rawzip::crc32(data),
        size,
        mode: 0o100_644,
        offset: None,
    }
}

fn deflated(name: &'static str, data: &[u8]) -> Member {
    let packed = miniz_oxide::deflate::compress_to_vec(data, 6);
    Member { data: packed, method: DEFLATED, ..stored(name, data) }
}

/// Writes an archive as the specification has it: local headers with data, directory, end record.
fn zip(members: &[Member]) -> Vec<u8> {
    let (mut out, mut directory) = (Vec::new(), Vec::new());
    for member in members {
        let offset = member.offset.unwrap_or(u32::try_from(out.len()).unwrap());
        let name = member.name.as_bytes();
        let mut common = Vec::new();
        for field in [20, member.flags, member.method, 0, 0] {
            common.extend(field.to_le_bytes());
        }
        for field in [member.crc, u32::try_from(member.data.len()).unwrap(), member.size] {
            common.extend(field.to_le_bytes());
        }
        common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        common.extend([0, 0]);
        if member.offset.is_none() {
            out.extend(b"PK\x03\x04");
            out.extend(&common);
            out.extend(name);
            out.extend(&member.data);
        }
        directory.extend(b"PK\x01\x02");
        directory.extend([20, 3]);
        directory.extend(&common);
        directory.extend([0; 6]);
        directory.extend((member.mode << 16).to_le_bytes());
        directory.extend(offset.to_le_bytes());
        directory.extend(name);
    }
    let at = u32::try_from(out.len()).unwrap();
    let count = u16::try_from(members.len()).unwrap();
    out.extend(&directory);
    out.extend(b"PK\x05\x06");
    out.extend([0; 4]);
    out.extend(count.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.extend(u32::try_from(directory.len()).unwrap().to_le_bytes());
    out.extend(at.to_le_bytes());
    out.extend([0; 2]);
    out
}

fn raw(path: &str, bytes: impl Into<Vec<u8>>) -> RawFile {
    RawFile { path: path.to_owned(), content: Content::Bytes(bytes.into()), origin: Origin::Tree }
}

fn open_zip(members: &[Member], limits: &Limits) -> Vec<SourceFile> {
    open(vec![raw("a.zip", zip(members))], limits)
}

fn find<'a>(files: &'a [SourceFile], path: &str) -> &'a SourceFile {
    let paths: Vec<_> = files.iter().map(|file| &file.path).collect();
    files.iter().find(|file| file.path == path).unwrap_or_else(|| panic!("no {path} in {paths:?}"))
}

fn limits(settings: &[(&str, &str)]) -> Limits {
    let mut limits = Limits::default();
    for (name, value) in settings {
        limits.set(name, value).unwrap();
    }
    limits
}

#[test]
fn members_are_files_of_their_own() {
    let files = open_zip(
        &[
            deflated(".github/workflows/ci.yml", WORKFLOW),
            stored("reports/", b""),
            stored("reports\\junit.xml", b"<testsuites/>"),
            stored("logo.png", b"png"),
            stored("node_modules/a/action.yml", b"runs: {}"),
            stored("node_modules/b/README.md", b""),
            stored("sub/.git/config.yml", b""),
        ],
        &Limits::default(),
    );
    let archive = find(&files, "a.zip");
    assert_eq!((archive.kind, archive.status), (FileKind::Archive, FileStatus::Read));
    assert_eq!(archive.note, "5 files, 3 ignored");
    assert_eq!(archive.sha256.len(), 64);
    let workflow = find(&files, "a.zip/.github/workflows/ci.yml");
    assert_eq!((workflow.kind, workflow.status), (FileKind::Workflow, FileStatus::Read));
    assert_eq!(workflow.text.as_bytes(), WORKFLOW);
    assert_eq!(find(&files, "a.zip/reports/junit.xml").kind, FileKind::Junit);
    let logo = find(&files, "a.zip/logo.png");
    assert_eq!((logo.status, logo.bytes, logo.sha256.as_str()), (FileStatus::Ignored, 3, ""));
    assert_eq!(find(&files, "a.zip/node_modules").note, "folder of 2 files that are never looked at");
    assert_eq!(find(&files, "a.zip/sub/.git").note, "folder of 1 file that is never looked at");
    assert_eq!(files.len(), 6);
}

#[test]
fn a_hostile_member_is_refused_and_its_neighbours_are_read() {
    let ok = || stored("ok.md", b"fine");
    let symlink = Member { mode: 0o120_777, ..stored("link.md", b"/etc/passwd") };
    let encrypted = Member { flags: 1, ..stored("secret.md", b"x") };
    let wrong_crc = Member { crc: 1, ..stored("crc.md", b"x") };
    let short = Member { size: 99, ..stored("short.md", b"x") };
    let cut = {
        let whole = deflated("cut.md", &[7; 5000]);
        Member { data: whole.data[..whole.data.len() - 2].to_vec(), ..whole }
    };
    let method = Member { method: 14, ..stored("lzma.md", b"x") };
    let beyond = Member { offset: Some(9_999_999), ..stored("beyond.md", b"x") };
    for (member, path, status, note) in [
        (stored("../../etc/x.md", b"x"), "etc/x.md", FileStatus::Unreadable, "leads out of its folder"),
        (stored("a/../x.md", b"x"), "a/x.md", FileStatus::Unreadable, "leads out of its folder"),
        (stored("/etc/x.md", b"x"), "etc/x.md", FileStatus::Unreadable, "is absolute"),
        (stored("\\\\host\\share\\x.md", b"x"), "host/share/x.md", FileStatus::Unreadable, "is absolute"),
        (stored("C:\\x.md", b"x"), "x.md", FileStatus::Unreadable, "has a drive letter"),
        (stored("c:x.md", b"x"), "c:x.md", FileStatus::Unreadable, "has a drive letter"),
        (stored("", b"x"), "(no name)", FileStatus::Ignored, ""),
        (symlink, "link.md", FileStatus::Ignored, "symbolic link, not followed"),
        (encrypted, "secret.md", FileStatus::Unreadable, "encrypted"),
        (wrong_crc, "crc.md", FileStatus::Unreadable, "checksum does not match"),
        (short, "short.md", FileStatus::Unreadable, "1 bytes instead of 99"),
        (cut, "cut.md", FileStatus::Unreadable, "damaged"),
        (method, "lzma.md", FileStatus::Unreadable, "the method"),
        (beyond, "beyond.md", FileStatus::Unreadable, "not in the archive"),
    ] {
        let files = open_zip(&[member, ok()], &Limits::default());
        let file = find(&files, &format!("a.zip/{path}"));
        assert_eq!(file.status, status, "{path}: {}", file.note);
        assert!(file.note.contains(note), "{path}: {}", file.note);
        assert_eq!(file.text, "");
        assert_eq!(find(&files, "a.zip/ok.md").status, FileStatus::Read, "beside {path}");
    }
}

#[test]
fn members_that_share_bytes_are_refused() {
    let first = stored("a.md", b"aaaa");
    let twin = Member { name: "b.md", offset: Some(0), ..first.clone() };
    let files = open_zip(&[first, twin, stored("ok.md", b"fine")], &Limits::default());
    for path in ["a.zip/a.md", "a.zip/b.md"] {
        let file = find(&files, path);
        assert_eq!(file.status, FileStatus::Unreadable);
        assert!(file.note.contains("overlaps"), "{}", file.note);
    }
    assert_eq!(find(&files, "a.zip/ok.md").status, FileStatus::Read);
}

#[test]
fn one_member_is_had_whatever_its_name() {
    let archive = zip(&[
        deflated("src/a.py", b"print(1)\n"),
        stored("../b.py", b"leads out"),
        Member { flags: 1, ..stored("secret.py", b"x") },
        deflated("bomb.py", &vec![b'x'; 8 << 20]),
    ]);
    let member = |path: &str| archives::member(&archive, path, &Limits::default());
    assert_eq!(member("src/a.py").unwrap(), b"print(1)\n");
    for (path, reason) in [
        ("b.py", "there is no `b.py`"),
        ("src", "there is no"),
        ("secret.py", "encrypted"),
        ("bomb.py", "archive_ratio"),
    ] {
        assert!(member(path).is_err_and(|error| error.contains(reason)), "{path}");
    }
    assert!(archives::member(b"no archive", "a", &Limits::default()).is_err());
}

#[test]
fn a_bomb_is_stopped_by_its_ratio() {
    let zeros = vec![0; 4 << 20];
    let files = open_zip(&[deflated("bomb.md", &zeros), stored("ok.md", b"fine")], &Limits::default());
    let bomb = find(&files, "a.zip/bomb.md");
    assert_eq!(bomb.status, FileStatus::Unreadable);
    assert_eq!(bomb.note, "over the limit `archive_ratio` (200:1)");
    assert_eq!(find(&files, "a.zip/ok.md").status, FileStatus::Read);
    let below = open_zip(&[deflated("blank.md", &vec![b' '; 1 << 20])], &Limits::default());
    assert_eq!(find(&below, "a.zip/blank.md").status, FileStatus::Read, "a short text may be mostly blank");
}

#[test]
fn limits_stop_what_does_not_fit_and_keep_what_does() {
    let members = [deflated("1.md", &[1; 600]), deflated("2.md", &[2; 600]), stored("3.md", b"x")];
    let files = open_zip(&members, &limits(&[("unpacked_bytes", "1000")]));
    assert_eq!(find(&files, "a.zip/1.md").status, FileStatus::Read);
    assert_eq!(find(&files, "a.zip/2.md").note, "over the limit `unpacked_bytes` (1000 bytes)");
    let archive = find(&files, "a.zip");
    assert_eq!(archive.status, FileStatus::PartlyRead);
    assert!(archive.note.starts_with("over the limit `unpacked_bytes`"), "{}", archive.note);

    let files = open_zip(&members, &limits(&[("file_bytes", "599")]));
    assert_eq!(find(&files, "a.zip/1.md").note, "over the limit `file_bytes` (599 bytes)");
    assert_eq!(find(&files, "a.zip/3.md").status, FileStatus::Read);

    let files = open_zip(&members, &limits(&[("archive_entries", "2")]));
    assert_eq!(files.len(), 3);
    let archive = find(&files, "a.zip");
    assert_eq!(archive.status, FileStatus::PartlyRead);
    assert!(archive.note.contains("`archive_entries` (2): stopped after 2 members"), "{}", archive.note);

    let files = open_zip(&members, &limits(&[("files", "2")]));
    let over = files.iter().filter(|file| file.note == "over the limit `files` (2)").count();
    assert_eq!(over, 2, "the archive and its first member are two files");
}

#[test]
fn archives_within_archives_are_opened_to_the_limit() {
    let innermost = zip(&[stored("x.md", b"deep")]);
    let inner = zip(&[stored("c.zip", &innermost)]);
    let outer = zip(&[stored("b.zip", &inner), stored("ok.md", b"")]);
    let files = open(vec![raw("a.zip", outer.clone())], &Limits::default());
    assert_eq!(find(&files, "a.zip/b.zip/c.zip/x.md").text, "deep");
    assert_eq!(find(&files, "a.zip").note, "2 files");
    let files = open(vec![raw("a.zip", outer)], &limits(&[("archive_depth", "2")]));
    let stopped = find(&files, "a.zip/b.zip/c.zip");
    assert_eq!(stopped.status, FileStatus::Unreadable);
    assert_eq!(stopped.note, "over the limit `archive_depth` (2)");
    assert_eq!(find(&files, "a.zip").note, "2 files");
    assert_eq!(find(&files, "a.zip/b.zip").note, "1 file, 1 unreadable");
}

#[test]
fn a_damaged_archive_is_an_unreadable_file() {
    let whole = zip(&[stored("a.md", b"aaaa"), stored("b.md", b"bbbb")]);
    for (name, bytes) in [
        ("empty.zip", vec![]),
        ("text.zip", b"hello".to_vec()),
        ("cut.zip", whole[..whole.len() - 30].to_vec()),
        ("magic", b"PK\x03\x04".to_vec()),
    ] {
        let files = open(vec![raw(name, bytes)], &Limits::default());
        let file = find(&files, name);
        assert_eq!((file.kind, file.status), (FileKind::Archive, FileStatus::Unreadable), "{name}");
        assert!(!file.note.is_empty(), "{name}");
    }
    let mut promising = whole;
    let end = promising.len() - 22;
    promising[end + 8..end + 12].copy_from_slice(&[9, 0, 9, 0]);
    let files = open(vec![raw("a.zip", promising)], &Limits::default());
    assert_eq!(find(&files, "a.zip").status, FileStatus::PartlyRead);
    assert_eq!(find(&files, "a.zip/b.md").text, "bbbb");
}

#[test]
fn an_archive_without_members_is_read() {
    let files = open_zip(&[], &Limits::default());
    assert_eq!((files[0].status, files[0].note.as_str()), (FileStatus::Read, "0 files"));
}

#[test]
fn every_file_leaves_a_record() {
    let given = |path: &str, content| RawFile { path: path.to_owned(), content, origin: Origin::Evidence };
    let files = open(
        vec![
            given("a.png", Content::NotWanted { bytes: 7 }),
            given("b.tar.gz", Content::NotWanted { bytes: 8 }),
            given(".github/workflows/c.yml", Content::Failed { bytes: 9, reason: "may not be read".to_owned() }),
            given("d.yml", Content::Skipped { reason: "symbolic link, not followed".to_owned() }),
            raw("e.xml", "<checkstyle/>"),
            raw("f.golden", "<testsuites/>"),
            raw("g.xml", [b"<testsuite name='".as_slice(), &[0xE9], b"'/>"].concat()),
            raw("h.yml", "version: 2"),
        ],
        &Limits::default(),
    );
    for (path, kind, status, note) in [
        ("a.png", FileKind::Other, FileStatus::Ignored, "no format that Tollgate reads has this name"),
        ("b.tar.gz", FileKind::Foreign, FileStatus::Ignored, "gzip file: known, not read by this version"),
        (".github/workflows/c.yml", FileKind::Workflow, FileStatus::Unreadable, "may not be read"),
        ("d.yml", FileKind::Other, FileStatus::Ignored, "symbolic link, not followed"),
        ("e.xml", FileKind::Foreign, FileStatus::Ignored, "Checkstyle XML: known, not read by this version"),
        ("f.golden", FileKind::Junit, FileStatus::Read, ""),
        ("g.xml", FileKind::Junit, FileStatus::PartlyRead, "not UTF-8: byte 0xE9 at line 1, column 18"),
        ("h.yml", FileKind::Other, FileStatus::Ignored, "YAML, but neither a workflow"),
    ] {
        let file = find(&files, path);
        assert_eq!((file.kind, file.status), (kind, status), "{path}: {}", file.note);
        assert!(file.note.starts_with(note), "{path}: {}", file.note);
    }
    assert_eq!(find(&files, "a.png").origin, Origin::Evidence);
}

#[test]
fn the_hash_is_that_of_the_bytes_given() {
    let files = open(vec![raw("a.md", "abc")], &Limits::default());
    assert_eq!(files[0].sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

#[test]
fn files_with_one_path_are_kept_apart_in_the_order_given() {
    let files = open(
        vec![raw("b.md", "1"), raw("a.md", "2"), raw("b.md", "3"), raw("b.md#2", "4"), raw("b.md", "5")],
        &Limits::default(),
    );
    let seen: Vec<_> = files.iter().map(|file| (file.path.as_str(), &*file.text)).collect();
    assert_eq!(seen, [("a.md", "2"), ("b.md", "1"), ("b.md#2", ""), ("b.md#3", "3"), ("b.md#4", "5")]);
}

#[test]
fn a_path_may_be_empty() {
    let files = open(vec![raw("", ""), raw("", "")], &Limits::default());
    let paths: Vec<_> = files.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths, ["", "#2"]);
}

const NAMES: [&str; 8] =
    ["a.zip", "ci.yml", "x.xml", "Dockerfile", "lcov.info", "c.json", "a.md", ".github/workflows/ci.yml.bak"];

proptest! {
    #[test]
    fn random_bytes_under_any_name_leave_exactly_one_record(
        bytes in prop::collection::vec(any::<u8>(), 0..600), name in ".{0,40}", known in 0..NAMES.len() * 2,
    ) {
        let path = NAMES.get(known).map_or(name, |name| (*name).to_owned());
        let files = open(vec![raw(&path, bytes)], &Limits::default());
        prop_assert_eq!(files.len(), 1);
        prop_assert_eq!(&files[0].path, &path);
    }

    #[test]
    fn texts_made_of_markup_are_survived(text in "[\\[\\]{}<>!?/\"'#:|&*\\-%= a-c\n]{0,300}", known in 0..NAMES.len()) {
        let files = open(vec![raw(NAMES[known], text)], &Limits::default());
        prop_assert_eq!(files.len(), 1);
    }

    #[test]
    fn an_archive_with_changed_bytes_is_survived(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8), cut in 0_usize..40,
    ) {
        let inner = zip(&[deflated("junit.xml", &[b'<'; 300])]);
        let mut bytes = zip(&[deflated("a.md", &[b'a'; 900]), stored("b.zip", &inner), stored("ci.yml", WORKFLOW)]);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(bytes.len() - cut);
        let files = open(vec![raw("a.zip", bytes)], &Limits::default());
        prop_assert!(files.iter().any(|file| file.path == "a.zip"));
    }
}
