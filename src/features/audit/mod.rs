//! Who did what: one append-only line for each administrative act.
