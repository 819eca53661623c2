//! Which names mean the same channel, and why.
