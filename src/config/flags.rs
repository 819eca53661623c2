//! The variables as flags, on every command.

use std::collections::BTreeMap;

use clap::{Arg, ArgMatches, Command};

use super::VARIABLES;

/// Values given on the command line, and the file named there.
#[derive(Debug, Clone, Default)]
pub struct Flags {
    pub config: Option<String>,
    pub(super) values: BTreeMap<&'static str, String>,
}

impl Flags {
    /// Flags as if they had been typed, for commands and tests that set some themselves.
    pub fn of<'a>(values: impl IntoIterator<Item = (&'static str, &'a str)>) -> Self {
        Self {
            config: None,
            values: values
                .into_iter()
                .map(|(name, text)| (name, text.to_owned()))
                .collect(),
        }
    }

    /// The same with some values that hold whatever was typed.
    #[must_use]
    pub fn with(mut self, values: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        self.values.extend(values);
        self
    }
}

const HEADING: &str = "Configuration (also as STRM_… in the environment, or in the file)";

impl clap::Args for Flags {
    fn augment_args(command: Command) -> Command {
        let option = |name: &'static str, flag: String, help: &'static str| {
            Arg::new(id(name))
                .long(flag)
                .help(help)
                .global(true)
                .hide_short_help(true)
                .help_heading(HEADING)
        };
        command
            .arg(option("config", "config".to_owned(), "TOML file of these values").value_name("FILE"))
            .args(
                VARIABLES.iter().map(|variable| {
                    option(variable.name, variable.flag(), variable.help).value_name("VALUE")
                }),
            )
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl clap::FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let given = |name: &'static str| matches.get_one::<String>(&id(name)).cloned();
        Ok(Self {
            config: given("config"),
            values: VARIABLES
                .iter()
                .filter_map(|variable| Some((variable.name, given(variable.name)?)))
                .collect(),
        })
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// Apart from the names of a command's own arguments.
fn id(name: &str) -> String {
    format!("configuration.{name}")
}
