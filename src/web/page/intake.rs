//! From what a browser gives (directories, files, text) to a list of paths and files, without reading any of them.

use super::paste;
use crate::input::Origin;
use crate::web::message::field;
use js_sys::futures::JsFuture;
use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{File, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

/// Files to judge, by path, and what was left out while listing them.
#[derive(Debug, Default)]
pub(super) struct Given {
    pub(super) files: Vec<GivenFile>,
    pub(super) notes: Vec<String>,
}

#[derive(Debug)]
pub(super) struct GivenFile {
    pub(super) path: String,
    pub(super) file: File,
    pub(super) origin: Origin,
}

/// Folders that hold other people's files, by the thousand.
const NOT_WALKED: [&str; 2] = [".git", "node_modules"];

/// The shape of one of `samples.json`.
#[derive(serde::Deserialize)]
struct Sample {
    files: serde_json::Map<String, serde_json::Value>,
}

impl Given {
    /// Lists an item of `boot.js`: `{directories, files, text, sample}`.
    pub(super) async fn list(item: &JsValue) -> Result<Self, String> {
        let sample = field(item, "sample").as_string();
        if let Some(sample) = sample {
            let sample: Sample =
                crate::ui::read_json(&sample).map_err(|e| format!("the sample is not readable: {e}"))?;
            return Self::texts(sample.files.iter().filter_map(|(path, text)| Some((path.as_str(), text.as_str()?))));
        }
        let mut listing = Listing::default();
        for entry in Array::from(&field(item, "directories")).iter() {
            listing.walk(entry.unchecked_into()).await;
        }
        for file in Array::from(&field(item, "files")).iter() {
            listing.file(file.unchecked_into());
        }
        // Files from another page; every other item has none.
        for pair in field(item, "posted").dyn_into::<Array>().unwrap_or_default().iter() {
            let pair: &Array = pair.unchecked_ref();
            let path = pair.get(0).as_string().unwrap_or_default();
            listing.found.push((String::new(), path, pair.get(1).unchecked_into()));
        }
        let text = field(item, "text").as_string().unwrap_or_default();
        if listing.found.is_empty() && listing.notes.is_empty() && !text.trim().is_empty() {
            return Self::texts([(paste::name(&text), text.as_str())].into_iter());
        }
        Ok(listing.finish())
    }

    fn texts<'a>(texts: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self, String> {
        let file = |(path, text): (&str, &str)| {
            let file = File::new_with_str_sequence(&Array::of1(&text.into()), path)
                .map_err(|_| format!("{path} could not be made"))?;
            Ok(GivenFile { path: path.to_owned(), file, origin: Origin::Tree })
        };
        Ok(Self { files: texts.map(file).collect::<Result<_, String>>()?, notes: Vec::new() })
    }
}

/// What was found so far, with the directory that it was given in.
#[derive(Default)]
struct Listing {
    /// Name of the given directory (empty for a file given by itself), path below it, file.
    found: Vec<(String, String, File)>,
    skipped: Vec<String>,
    notes: Vec<String>,
}

impl Listing {
    async fn walk(&mut self, root: FileSystemDirectoryEntry) {
        let name = root.name();
        // Not recursion: a hostile tree may be as deep as a file system allows.
        let mut directories = vec![(String::new(), root)];
        while let Some((path, directory)) = directories.pop() {
            let reader = directory.create_reader();
            loop {
                let batch = Promise::new(&mut |done, failed| {
                    // An error of the call itself leaves the promise open only if neither function was taken; browsers
                    // report through the second.
                    let _ = reader.read_entries_with_callback_and_callback(&done, &failed);
                });
                let Ok(batch) = JsFuture::from(batch).await else {
                    self.notes.push(format!("The folder {name}/{path} could not be listed."));
                    break;
                };
                // Browsers give a hundred at a time, and an empty batch at the end.
                let batch = Array::from(&batch);
                if batch.length() == 0 {
                    break;
                }
                for entry in batch.iter() {
                    let entry: FileSystemEntry = entry.unchecked_into();
                    let path = format!("{path}{}", entry.name());
                    if !entry.is_directory() {
                        self.entry(&name, path, entry.unchecked_into()).await;
                    } else if NOT_WALKED.contains(&entry.name().as_str()) {
                        self.skipped.push(path);
                    } else {
                        directories.push((path + "/", entry.unchecked_into()));
                    }
                }
            }
        }
    }

    async fn entry(&mut self, root: &str, path: String, entry: FileSystemFileEntry) {
        let file = Promise::new(&mut |done, failed| entry.file_with_callback_and_callback(&done, &failed));
        match JsFuture::from(file).await {
            Ok(file) => self.found.push((root.to_owned(), path, file.unchecked_into())),
            Err(_) => self.notes.push(format!("The file {root}/{path} could not be opened.")),
        }
    }

    /// A file given by itself or through a folder picker, which writes the path beside it.
    fn file(&mut self, file: File) {
        let path = field(&file, "webkitRelativePath").as_string().unwrap_or_default();
        let Some((root, below)) = path.split_once('/') else {
            self.found.push((String::new(), file.name(), file));
            return;
        };
        let mut walked = String::new();
        for part in below.split('/') {
            walked.push_str(part);
            if NOT_WALKED.contains(&part) {
                if !self.skipped.contains(&walked) {
                    self.skipped.push(walked);
                }
                return;
            }
            walked.push('/');
        }
        self.found.push((root.to_owned(), below.to_owned(), file));
    }

    /// One folder is the tree, so its own name is no part of the paths, and what was given beside it is evidence; that
    /// is how the command line sees `check FOLDER --evidence FILE`.
    fn finish(mut self) -> Given {
        let mut roots = self.found.iter().map(|(root, ..)| root).filter(|root| !root.is_empty());
        let first = roots.next().cloned();
        let one = first.as_ref().is_some_and(|first| roots.all(|root| root == first));
        let file = |(root, below, file): (String, String, File)| {
            // A workflow is known by its path, so `.github` itself stays.
            let bare = root.is_empty() || (one && root != ".github");
            let path = if bare { below } else { format!("{root}/{below}") };
            let origin = if root.is_empty() && first.is_some() { Origin::Evidence } else { Origin::Tree };
            GivenFile { path, file, origin }
        };
        let mut files: Vec<GivenFile> = self.found.into_iter().map(file).collect();
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        if !self.skipped.is_empty() {
            self.skipped.sort_unstable();
            let names: Vec<&str> = self.skipped.iter().map(String::as_str).take(5).collect();
            let more = self.skipped.len() - names.len();
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            self.notes.push(format!("Not walked: {}{more}.", names.join(", ")));
        }
        Given { files, notes: self.notes }
    }
}
