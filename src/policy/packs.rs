//! The packs that are shipped in the program.

/// Name and text of each pack, by name.
pub const PACKS: [(&str, &str); 4] = [
    ("docker-ci", include_str!("../../policies/docker-ci.yml")),
    ("recommended", include_str!("../../policies/recommended.yml")),
    ("security", include_str!("../../policies/security.yml")),
    ("strict", include_str!("../../policies/strict.yml")),
];

/// The text of a pack.
pub fn pack(name: &str) -> Option<&'static str> {
    PACKS.iter().find(|(pack, _)| *pack == name).map(|(_, text)| *text)
}
