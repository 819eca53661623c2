use super::Problem;
use crate::support::validation::Invalid;

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Self::invalid(invalid.into_fields())
    }
}
