//! JSON for programs: the contract under `/api`.
