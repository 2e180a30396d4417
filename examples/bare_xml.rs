//! The floor of the benchmark: runs quick-xml over a file, keeps nothing, and counts the elements of one name.
//!
//! usage: `bare_xml FILE ELEMENT`

#![expect(clippy::disallowed_methods, clippy::print_stdout, reason = "a program that reads a file and prints")]

use quick_xml::events::Event;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(path), Some(element)) = (arguments.next(), arguments.next()) else {
        return Err("usage: bare_xml FILE ELEMENT".into());
    };
    let element = element.into_string().map_err(|_| "the element's name is not UTF-8")?;
    let text = std::fs::read_to_string(path)?;
    let mut reader = quick_xml::Reader::from_str(&text);
    reader.config_mut().check_end_names = false;
    let mut count = 0_u64;
    loop {
        match reader.read_event()? {
            Event::Start(tag) | Event::Empty(tag) => count += u64::from(tag.name().as_ref() == element),
            Event::Eof => break,
            _ => {}
        }
    }
    println!("{count}");
    Ok(())
}
