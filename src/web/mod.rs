//! HTML for people: pages and fragments.
