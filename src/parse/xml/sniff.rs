use super::{Event, Reader, decode};

/// Bytes that [`sniff`] and [`root`] look at.
const WINDOW: usize = 64 * 1024;
/// Children of the root that [`root`] keeps.
const CHILDREN: usize = 16;

/// The outermost element of a text, as far as its first bytes tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Name without a prefix.
    pub name: String,
    /// Names, as written, and decoded values.
    pub attributes: Vec<(String, String)>,
    /// Names of its first children, each once.
    pub children: Vec<String>,
    /// Names of the first children of those, each once.
    pub grandchildren: Vec<String>,
}

impl Root {
    /// Whether it has an attribute.
    pub fn has(&self, name: &str) -> bool {
        self.attributes.iter().any(|(key, _)| key == name)
    }

    fn child(&self, names: &[&str]) -> bool {
        self.children.iter().any(|child| names.contains(&child.as_str()))
    }

    fn grandchild(&self, names: &[&str]) -> bool {
        self.grandchildren.iter().any(|child| names.contains(&child.as_str()))
    }
}

/// What an XML text is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sniffed {
    /// `JUnit` XML.
    Junit,
    /// Cobertura.
    Cobertura,
    /// Clover.
    Clover,
    /// `JaCoCo`.
    Jacoco,
    /// `SonarQube`'s generic coverage.
    Sonar,
    /// `OpenCover`.
    OpenCover,
    /// Visual Studio test results.
    Trx,
    /// `NUnit` 2 or 3.
    NUnit,
    /// xUnit.net.
    XUnit,
    /// `TestNG`'s own format.
    TestNg,
    /// `dotCover`.
    DotCover,
    /// Another format, by its name.
    Other(&'static str),
    /// No format that is known; the name of the root element.
    Unknown(String),
}

/// Tells by the root element, its attributes and its first descendants what an XML text is, from its first 64 KiB.
/// `None` when it is not XML.
pub fn sniff(text: &str) -> Option<Sniffed> {
    let root = root(text)?;
    Some(match root.name.as_str() {
        "testsuites" | "testsuite" => Sniffed::Junit,
        "coverage" if root.has("generated") || root.child(&["project", "testproject"]) => Sniffed::Clover,
        "coverage" if root.grandchild(&["lineToCover"]) || (root.child(&["file"]) && root.has("version")) => {
            Sniffed::Sonar
        }
        "coverage" if root.child(&["packages", "sources"]) || root.has("line-rate") => Sniffed::Cobertura,
        "coverage" if root.has("version") && root.attributes.len() == 1 && root.children.is_empty() => Sniffed::Sonar,
        "report" if root.child(&["sessioninfo", "counter", "group", "package"]) => Sniffed::Jacoco,
        "CoverageSession" => Sniffed::OpenCover,
        "TestRun" => Sniffed::Trx,
        "test-run" | "test-results" => Sniffed::NUnit,
        "assemblies" | "assembly" if root.has("test-framework") || root.child(&["assembly", "collection", "class"]) => {
            Sniffed::XUnit
        }
        "testng-results" => Sniffed::TestNg,
        "Root" if root.has("CoveragePercent") || root.has("CoveredStatements") => Sniffed::DotCover,
        "results" if root.child(&["modules"]) => Sniffed::Other("Visual Studio coverage"),
        "checkstyle" => Sniffed::Other("Checkstyle"),
        "pmd" => Sniffed::Other("PMD"),
        "BugCollection" => Sniffed::Other("SpotBugs"),
        "scoverage" => Sniffed::Other("Scoverage"),
        "mutations" => Sniffed::Other("PIT"),
        "robot" => Sniffed::Other("Robot Framework"),
        "testExecutions" => Sniffed::Other("SonarQube test executions"),
        "project" if root.child(&["modelVersion"]) => Sniffed::Other("Maven project"),
        // A wrapper around suites, such as Eclipse's `testrun`.
        _ if root.child(&["testsuite"]) => Sniffed::Junit,
        _ => Sniffed::Unknown(root.name),
    })
}

/// The root element of an XML text, from its first 64 KiB; `None` when the text does not begin as XML.
pub fn root(text: &str) -> Option<Root> {
    let mut end = WINDOW.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut reader = Reader::new(text.get(..end)?);
    let mut root: Option<Root> = None;
    while let Some(event) = reader.read() {
        let Event::Start(name) = event else { continue };
        let Some(root) = root.as_mut() else {
            let attributes = reader.attributes().map(|(key, value)| (key.to_owned(), decode(value).into_owned()));
            root = Some(Root {
                name: name.to_owned(),
                attributes: attributes.collect(),
                children: Vec::new(),
                grandchildren: Vec::new(),
            });
            continue;
        };
        let list = match reader.depth() {
            2 => &mut root.children,
            3 => &mut root.grandchildren,
            _ => continue,
        };
        if list.len() < CHILDREN && !list.iter().any(|known| known == name) {
            list.push(name.to_owned());
        }
    }
    root
}
