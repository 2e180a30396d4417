//! A static server for `dist/`, under the sub-path that a project page has on GitHub Pages, so that an absolute URL
//! breaks here as it would there.

use std::fs;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use crate::Outcome;

const BASE: &str = "/tollgate/";
const MAX_HEAD: u64 = 64 * 1024;
/// Browsers open connections ahead of need; one that stays silent must not hold its thread for ever.
const SILENCE: Duration = Duration::from_secs(30);

/// Serves the folder until the process ends.
pub(crate) fn run(folder: &Path, port: u16) -> Outcome {
    if !folder.join("index.html").is_file() {
        return Err(format!("{} holds no page; build it with\n    cargo xtask site", folder.display()));
    }
    let (listener, port) = TcpListener::bind((Ipv4Addr::LOCALHOST, port))
        .and_then(|listener| listener.local_addr().map(|address| (listener, address.port())))
        .map_err(|error| format!("cannot listen on 127.0.0.1:{port}: {error}; choose another port with --port"))?;
    println!("serving {} at http://127.0.0.1:{port}{BASE} (stop with Ctrl-C)", folder.display());
    accept(&listener, folder);
    Ok(())
}

fn accept(listener: &TcpListener, folder: &Path) {
    let folder: Arc<Path> = folder.into();
    for stream in listener.incoming().flatten() {
        let folder = Arc::clone(&folder);
        // A visitor that goes away in the middle is no event.
        thread::spawn(move || answer(&stream, &folder).ok());
    }
}

fn answer(mut stream: &TcpStream, folder: &Path) -> io::Result<()> {
    stream.set_read_timeout(Some(SILENCE))?;
    let mut head = BufReader::new(stream.take(MAX_HEAD));
    let mut request = String::new();
    head.read_line(&mut request)?;
    if request.is_empty() {
        return Ok(());
    }
    // The header lines carry nothing we need, but a socket closed with unread bytes loses its answer.
    let mut line = String::new();
    while head.read_line(&mut line)? > 2 {
        line.clear();
    }
    let response = respond(&request, folder);
    let location = response.location.map_or_else(String::new, |place| format!("Location: {place}\r\n"));
    let message = format!(
        "HTTP/1.1 {}\r\nContent-Length: {}\r\nContent-Type: {}\r\n{location}Cache-Control: no-store\r\n\
         X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
        response.status,
        response.body.len(),
        response.media_type
    );
    stream.write_all(message.as_bytes())?;
    if !request.starts_with("HEAD ") {
        stream.write_all(&response.body)?;
    }
    stream.flush()
}

struct Response {
    status: &'static str,
    media_type: &'static str,
    location: Option<&'static str>,
    body: Vec<u8>,
}

impl Response {
    fn plain(status: &'static str) -> Self {
        Self { status, media_type: "text/plain; charset=utf-8", location: None, body: status.as_bytes().to_vec() }
    }
}

fn respond(request: &str, folder: &Path) -> Response {
    let mut words = request.split_whitespace();
    let (Some(method), Some(target), Some("HTTP/1.1" | "HTTP/1.0")) = (words.next(), words.next(), words.next()) else {
        return Response::plain("400 Bad Request");
    };
    if method != "GET" && method != "HEAD" {
        return Response::plain("405 Method Not Allowed");
    }
    if target == "/" || target == BASE.trim_end_matches('/') {
        return Response { location: Some(BASE), ..Response::plain("302 Found") };
    }
    let Some(relative) = file_of(target) else { return Response::plain("404 Not Found") };
    match fs::read(folder.join(&relative)) {
        Ok(body) => Response { status: "200 OK", media_type: media_type(&relative), location: None, body },
        Err(_) => Response::plain("404 Not Found"),
    }
}

/// The file that a request's target names, relative to the served folder; `None` outside of it.
fn file_of(target: &str) -> Option<PathBuf> {
    let path = target.split(['?', '#']).next()?;
    let decoded = percent_decoded(path.strip_prefix(BASE)?)?;
    if decoded.is_empty() {
        return Some("index.html".into());
    }
    // Only plain names: no parent, no hidden file, no drive, no absolute path, no empty segment.
    let plain = |name: &str| !name.is_empty() && !name.starts_with('.') && !name.contains(['\\', ':', '\0']);
    decoded.split('/').all(plain).then(|| decoded.into())
}

fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let mut digit = || char::from(bytes.next()?).to_digit(16);
        decoded.push(u8::try_from(digit()? * 16 + digit()?).ok()?);
    }
    String::from_utf8(decoded).ok()
}

fn media_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("json") => "application/json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("txt" | "md") => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("0123")).unwrap();
        fs::write(folder.path().join("index.html"), "<!doctype html>").unwrap();
        fs::write(folder.path().join("0123/a b.wasm"), "\0asm").unwrap();
        fs::write(folder.path().join(".hidden"), "secret").unwrap();
        folder
    }

    #[test]
    fn requests_get_the_file_or_a_refusal() {
        let folder = site();
        for (request, status, media_type) in [
            ("GET /tollgate/ HTTP/1.1", "200 OK", "text/html; charset=utf-8"),
            ("HEAD /tollgate/index.html?x#y HTTP/1.1", "200 OK", "text/html; charset=utf-8"),
            ("GET /tollgate/0123/a%20b.wasm HTTP/1.1", "200 OK", "application/wasm"),
            ("GET / HTTP/1.1", "302 Found", "text/plain; charset=utf-8"),
            ("GET /tollgate HTTP/1.1", "302 Found", "text/plain; charset=utf-8"),
            ("GET /index.html HTTP/1.1", "404 Not Found", "text/plain; charset=utf-8"),
            ("GET /tollgate/0123 HTTP/1.1", "404 Not Found", "text/plain; charset=utf-8"),
            ("GET /tollgate/missing.js HTTP/1.1", "404 Not Found", "text/plain; charset=utf-8"),
            ("GET /tollgate/.hidden HTTP/1.1", "404 Not Found", "text/plain; charset=utf-8"),
            ("GET /tollgate/%ff HTTP/1.1", "404 Not Found", "text/plain; charset=utf-8"),
            ("GET /tollgate/%2 HTTP/1.1", "404 Not Found", "text/plain; charset=utf-8"),
            ("POST /tollgate/ HTTP/1.1", "405 Method Not Allowed", "text/plain; charset=utf-8"),
            ("nonsense", "400 Bad Request", "text/plain; charset=utf-8"),
        ] {
            let response = respond(request, folder.path());
            assert_eq!((response.status, response.media_type), (status, media_type), "{request}");
        }
    }

    #[test]
    fn nothing_outside_the_folder_is_named() {
        for target in [
            "/tollgate/../Cargo.toml",
            "/tollgate/%2e%2e/Cargo.toml",
            "/tollgate/x/%2E%2E%2F%2E%2E/Cargo.toml",
            "/tollgate/..%5cCargo.toml",
            "/tollgate//etc/passwd",
            "/tollgate/%2fetc/passwd",
            "/tollgate/C:/Windows",
            "/etc/passwd",
            "http://elsewhere/tollgate/",
        ] {
            assert_eq!(file_of(target), None, "{target}");
        }
    }

    #[test]
    fn a_request_over_the_wire_gets_headers_and_body() {
        let folder = site();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let served = folder.path().to_owned();
        thread::spawn(move || accept(&listener, &served));
        // A connection that says nothing, as browsers open them ahead of need, must not block the next one.
        let _silent = TcpStream::connect(address).unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"GET /tollgate/ HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\nContent-Length: 15\r\n"), "{answer}");
        assert!(answer.ends_with("\r\n\r\n<!doctype html>"), "{answer}");
    }
}
