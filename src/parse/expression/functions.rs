//! The functions that expressions may call.
//!
//! Source: "Evaluate expressions in workflows and actions", section "Functions", as of August 2026.

/// A function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Function {
    /// Its name; case does not matter in calls.
    pub name: &'static str,
    /// Fewest arguments.
    pub min: usize,
    /// Most arguments.
    pub max: usize,
}

/// Most arguments of functions that take any number.
const MANY: usize = 255;

/// All functions, by name.
pub const FUNCTIONS: [Function; 13] = [
    Function { name: "always", min: 0, max: 0 },
    Function { name: "cancelled", min: 0, max: 0 },
    Function { name: "case", min: 3, max: MANY },
    Function { name: "contains", min: 2, max: 2 },
    Function { name: "endsWith", min: 2, max: 2 },
    // The conditions of jobs may name the jobs that are meant.
    Function { name: "failure", min: 0, max: MANY },
    Function { name: "format", min: 1, max: MANY },
    Function { name: "fromJSON", min: 1, max: 1 },
    Function { name: "hashFiles", min: 1, max: MANY },
    Function { name: "join", min: 1, max: 2 },
    Function { name: "startsWith", min: 2, max: 2 },
    Function { name: "success", min: 0, max: MANY },
    Function { name: "toJSON", min: 1, max: 1 },
];

/// A function by its name in any case.
pub fn find(name: &str) -> Option<Function> {
    FUNCTIONS.iter().copied().find(|function| function.name.eq_ignore_ascii_case(name))
}

impl Function {
    /// Whether it asks how the run went so far; such functions may stand in conditions only.
    pub fn is_status(self) -> bool {
        matches!(self.name, "always" | "cancelled" | "failure" | "success")
    }

    /// Why a number of arguments is wrong, in words; `None` when it is right.
    pub(super) fn refuses(self, arguments: usize) -> Option<String> {
        let Self { name, min, max } = self;
        if name == "case" && arguments >= min && arguments.is_multiple_of(2) {
            return Some(format!(
                "`case` takes pairs of condition and value and one value at the end, not {arguments}"
            ));
        }
        let wanted = match (min, max) {
            _ if (min..=max).contains(&arguments) => return None,
            (0, 0) => "no arguments".to_owned(),
            (1, 1) => "1 argument".to_owned(),
            _ if min == max => format!("{min} arguments"),
            (_, MANY) => format!("{min} or more arguments"),
            _ => format!("{min} to {max} arguments"),
        };
        Some(format!("`{name}` takes {wanted}, not {arguments}"))
    }
}
