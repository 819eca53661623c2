//! The pretended provider, for tests and the demo. Loopback only; can misbehave.
