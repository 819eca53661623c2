//! Why a panel gives nothing: always a host and a cause, never a user name, password or path.

use crate::fetch::{Cause, FetchError};

use super::elements::NotAList;

/// An answer that is no account, or none that the panel serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoAccount {
    #[error("answered with nothing")]
    Empty,
    #[error("answered with a web page instead of an account")]
    WebPage,
    #[error("answered with something that is no account; it may not be an Xtream Codes panel")]
    Other,
    #[error("does not accept the user name or password")]
    Refused,
}

/// What went wrong with one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Problem {
    Fetch(Cause),
    Account(NoAccount),
    List(NotAList),
}

/// A host and what went wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostProblem {
    /// `host:port`.
    pub host: String,
    pub problem: Problem,
}

/// Why a panel gave no answer that can be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PanelError {
    /// Every host that was asked, with its cause.
    Hosts(Vec<HostProblem>),
    Cancelled,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fetch(Cause::Status {
                code: code @ (401 | 403),
                ..
            }) => {
                write!(f, "does not accept the user name or password (answered {code})")
            }
            Self::Fetch(Cause::Status { code: 404, .. }) => {
                f.write_str("has no panel at this address (answered 404)")
            }
            // Numbers of their own that panels and the shields before them answer with.
            Self::Fetch(Cause::Status {
                code: code @ (454 | 884),
                ..
            }) => {
                write!(
                    f,
                    "turns this server away (answered {code}); another user agent may help"
                )
            }
            Self::Fetch(cause) => cause.fmt(f),
            Self::Account(problem) => problem.fmt(f),
            Self::List(problem) => problem.fmt(f),
        }
    }
}

impl Problem {
    /// Whether the host answered at all.
    pub(super) fn is_answer(&self) -> bool {
        matches!(
            self,
            Self::Fetch(Cause::Status { .. }) | Self::Account(_) | Self::List(_)
        )
    }

    /// The code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Fetch(Cause::Status { code: 401 | 403, .. }) | Self::Account(NoAccount::Refused) => {
                "credentials_refused"
            }
            Self::Fetch(Cause::Status { .. }) => "http_status",
            Self::Fetch(Cause::Truncated { .. } | Cause::Unfinished { .. }) | Self::List(NotAList::Cut) => {
                "truncated"
            }
            Self::Fetch(Cause::TooLarge { .. }) | Self::List(NotAList::TooLarge { .. }) => "too_large",
            Self::Fetch(Cause::Corrupt) => "corrupt",
            Self::Fetch(Cause::TimedOut { .. }) => "timed_out",
            Self::Fetch(_) => "unreachable",
            Self::Account(NoAccount::Empty) | Self::List(NotAList::Empty | NotAList::Nothing) => "empty",
            Self::Account(_) | Self::List(_) => "not_a_panel",
        }
    }
}

impl std::fmt::Display for HostProblem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.host, self.problem)
    }
}

impl std::fmt::Display for PanelError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Hosts(problems) => {
                for (at, problem) in problems.iter().enumerate() {
                    write!(f, "{}{problem}", if at == 0 { "" } else { "; " })?;
                }
                Ok(())
            }
            Self::Cancelled => f.write_str("cancelled"),
        }
    }
}

impl std::error::Error for PanelError {}

impl PanelError {
    /// The code for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Hosts(problems) => problems.last().map_or("unreachable", |last| last.problem.code()),
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether the panel is not well, or does not serve the account: one that has no good answer about one title is well.
    pub fn is_ill(&self) -> bool {
        let is_ill = |host: &HostProblem| match host.problem {
            Problem::Fetch(_) | Problem::Account(_) => true,
            Problem::List(problem) => matches!(problem, NotAList::Account | NotAList::WebPage),
        };
        matches!(self, Self::Hosts(hosts) if hosts.iter().any(is_ill))
    }

    /// One host and what is wrong with its answer.
    pub fn of_host(host: impl Into<String>, problem: Problem) -> Self {
        Self::Hosts(vec![HostProblem {
            host: host.into(),
            problem,
        }])
    }
}

impl From<FetchError> for PanelError {
    fn from(error: FetchError) -> Self {
        match &error {
            FetchError::Cancelled => Self::Cancelled,
            _ => Self::Hosts(problems(&error)),
        }
    }
}

/// The hosts of a failed request.
pub(super) fn problems(error: &FetchError) -> Vec<HostProblem> {
    let failures = error.failures().iter();
    failures
        .map(|failure| HostProblem {
            host: failure.host.clone(),
            problem: Problem::Fetch(failure.cause.clone()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panel_that_does_not_know_one_title_is_well() {
        let of = |problem| PanelError::of_host("a.example:80", problem);
        for problem in [NotAList::Other, NotAList::Empty, NotAList::Cut, NotAList::Nothing] {
            assert!(!of(Problem::List(problem)).is_ill(), "{problem}");
        }
        for problem in [
            Problem::List(NotAList::Account),
            Problem::List(NotAList::WebPage),
            Problem::Account(NoAccount::Refused),
            Problem::Fetch(Cause::Corrupt),
        ] {
            assert!(of(problem.clone()).is_ill(), "{problem}");
        }
    }

    #[test]
    fn every_refusal_of_a_panel_is_a_sentence_of_its_own() {
        let status = |code| {
            Problem::Fetch(Cause::Status {
                code,
                retry_after: None,
            })
        };
        let mut sentences: Vec<String> = [401, 403, 404, 454, 884, 500]
            .map(|code| status(code).to_string())
            .into();
        sentences.extend(
            [
                NoAccount::Empty,
                NoAccount::WebPage,
                NoAccount::Other,
                NoAccount::Refused,
            ]
            .map(|problem| Problem::Account(problem).to_string()),
        );
        let mut unique = sentences.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), sentences.len(), "{sentences:?}");
        assert_eq!(status(401).code(), Problem::Account(NoAccount::Refused).code());
        let both = PanelError::Hosts(vec![
            HostProblem {
                host: "a.example:80".to_owned(),
                problem: status(500),
            },
            HostProblem {
                host: "b.example:80".to_owned(),
                problem: Problem::Account(NoAccount::WebPage),
            },
        ]);
        assert_eq!(
            both.to_string(),
            "a.example:80: answered 500; b.example:80: answered with a web page instead of an account"
        );
        assert_eq!(both.code(), "not_a_panel");
    }
}
