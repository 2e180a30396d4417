//! TEMP
use super::Parsed;
/// x
#[derive(Debug)]
pub struct Document {}
/// x
pub fn parse(_t: &str) -> Parsed<Document> {
    Parsed { document: Some(Document {}), problems: vec![] }
}
