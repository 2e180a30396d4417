//! TEMP
use super::Parsed;
/// x
#[derive(Debug)]
pub struct Dockerfile {}
impl Dockerfile {
    /// x
    pub fn healthcheck(&self, _t: Option<&str>) -> Option<bool> {
        None
    }
    /// x
    pub fn runs_commands(&self) -> bool {
        true
    }
}
/// x
pub fn parse(_t: &str) -> Parsed<Dockerfile> {
    Parsed { document: Some(Dockerfile {}), problems: vec![] }
}
