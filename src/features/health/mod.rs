//! What is known of every stream: whether it works, since when, how well, and whose fault it is when it does not.
//!
//! A *check* is one question to a stream, the *probe* how it is asked; a *finding* is what it found. The *course* of a
//! stream is what all its checks have made of it. An *outage* is a provider that fails as a whole.

pub mod course;
pub mod outage;
pub mod probe;
pub mod recovery;
pub mod uptime;
