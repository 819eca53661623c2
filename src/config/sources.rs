//! Where values come from, and the sentence about a wrong one.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::variables::{VARIABLES, find};
use super::{Flags, Variable};

/// Looks up a variable of the environment.
pub(super) type Environment<'a> = dyn Fn(&str) -> Option<OsString> + 'a;

/// Who decided a value. Later ones win.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    Default,
    File,
    Environment,
    Flag,
}

impl Source {
    pub fn name(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::File => "file",
            Self::Environment => "environment",
            Self::Flag => "flag",
        }
    }
}

/// Why the configuration cannot be used: one sentence that names the value, and repeats it only where it is no secret.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error("{name}{shown} {problem}.")]
    Value {
        name: String,
        shown: String,
        problem: String,
    },
    #[error("The configuration file {} cannot be read: {problem}.", path.display())]
    File { path: PathBuf, problem: String },
    #[error("The configuration file {} has a value \"{name}\" that does not exist; known are {}.", path.display(), known())]
    Unknown { path: PathBuf, name: String },
}

impl ConfigError {
    pub(super) fn value(name: &str, shown: Option<&str>, problem: String) -> Self {
        let shown = shown
            .map(|text| format!(" is \"{text}\", but"))
            .unwrap_or_default();
        Self::Value {
            name: name.to_owned(),
            shown,
            problem,
        }
    }
}

fn known() -> String {
    VARIABLES
        .iter()
        .map(|variable| variable.name)
        .collect::<Vec<_>>()
        .join(", ")
}

#[derive(Debug, Clone)]
struct Given {
    text: secrecy::SecretString,
    source: Source,
}

/// The text given for each variable by the highest source that gives one.
#[derive(Debug, Clone)]
pub(super) struct Values {
    given: BTreeMap<&'static str, Given>,
}

impl Values {
    pub(super) fn gather(flags: &Flags, environment: &Environment<'_>) -> Result<Self, ConfigError> {
        let mut values = Self {
            given: BTreeMap::new(),
        };
        let file = flags
            .config
            .clone()
            .map(OsString::from)
            .or_else(|| environment("STRM_CONFIG"));
        if let Some(path) = file.filter(|path| !path.is_empty()) {
            for (variable, text) in read_file(Path::new(&path))? {
                values.set(variable, text, Source::File);
            }
        }
        for variable in VARIABLES {
            if let Some(text) = environment(&variable.environment()) {
                let text = text.into_string().map_err(|_| {
                    ConfigError::value(&variable.environment(), None, "is not UTF-8 text".to_owned())
                })?;
                values.set(variable, text, Source::Environment);
            }
            if let Some(text) = flags.values.get(variable.name) {
                values.set(variable, text.clone(), Source::Flag);
            }
        }
        Ok(values)
    }

    /// An empty value is as good as none: container files often pass on variables that are not set.
    fn set(&mut self, variable: &'static Variable, text: String, source: Source) {
        let text = text.trim();
        if !text.is_empty() {
            self.given.insert(
                variable.name,
                Given {
                    text: text.into(),
                    source,
                },
            );
        }
    }

    pub(super) fn source(&self, name: &str) -> Source {
        self.given.get(name).map_or(Source::Default, |given| given.source)
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        use secrecy::ExposeSecret;
        self.given.get(name).map(|given| given.text.expose_secret())
    }

    /// The value of a variable, if one is given, or what is wrong with it.
    pub(super) fn parsed<T>(
        &self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, String>,
    ) -> Result<Option<T>, ConfigError> {
        self.text(name)
            .map(parse)
            .transpose()
            .map_err(|problem| self.wrong(name, problem))
    }

    /// The error of a variable, under the name by which it was given.
    pub(super) fn wrong(&self, name: &str, problem: String) -> ConfigError {
        let Some(variable) = find(name) else {
            return ConfigError::value(name, None, problem);
        };
        let called = match self.source(name) {
            Source::Flag => format!("--{}", variable.flag()),
            Source::File => format!("{name} in the configuration file"),
            Source::Environment | Source::Default => variable.environment(),
        };
        ConfigError::value(&called, self.text(name).filter(|_| !variable.secret), problem)
    }
}

fn read_file(path: &Path) -> Result<Vec<(&'static Variable, String)>, ConfigError> {
    let failed = |problem: String| ConfigError::File {
        path: path.to_owned(),
        problem,
    };
    let text = std::fs::read_to_string(path).map_err(|error| failed(error.to_string()))?;
    let table: toml::Table = text
        .parse()
        .map_err(|error| failed(syntax_problem(&text, &error)))?;
    table
        .into_iter()
        .map(|(name, value)| {
            let Some(variable) = find(&name) else {
                return Err(ConfigError::Unknown {
                    path: path.to_owned(),
                    name,
                });
            };
            let text = as_text(value).ok_or_else(|| {
                let called = format!("{name} in the configuration file");
                ConfigError::value(
                    &called,
                    None,
                    "must be a text, a number or a list of texts".to_owned(),
                )
            })?;
            Ok((variable, text))
        })
        .collect()
}

/// The parser's own message quotes the line, which may hold a password; the number of the line is enough.
fn syntax_problem(text: &str, error: &toml::de::Error) -> String {
    let before = error
        .span()
        .and_then(|span| text.get(..span.start))
        .unwrap_or_default();
    format!("line {} is not valid TOML", before.matches('\n').count() + 1)
}

fn as_text(value: toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(flag) => Some(flag.to_string()),
        toml::Value::Array(items) => {
            let texts: Option<Vec<String>> = items.into_iter().map(as_text).collect();
            texts.map(|texts| texts.join(","))
        }
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => None,
    }
}
