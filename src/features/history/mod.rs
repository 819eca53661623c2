//! Plays: who watched what, from when to when.
