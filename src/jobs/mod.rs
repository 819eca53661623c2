//! The durable queue and its workers.
//!
//! A *job* is a row: kind, payload, and a *dedupe key* of which at most one is queued or running. A *node* is one process
//! on the database: a server, or a command that runs one job. A *worker* of a node claims jobs, hands them to the
//! *handler* of their kind, and stores progress and a *heartbeat*. A job whose node is gone is *interrupted*: it is tried
//! again if it has attempts left, else it has failed with that code. A *lease* is the right to do something that only one
//! node may do at a time. A *schedule* queues a job again and again.
//!
//! Progress lives in memory and is stored at most once a second.

mod beat;
mod end;
mod job;
pub mod kinds;
mod lease;
mod list;
mod node;
mod queue;
mod run;
mod schedule;
mod store;
mod sweep;
mod workers;

pub use job::{Cancellation, Enqueued, Failure, Job, JobError, LogLine, NewJob, Snapshot, State};
pub use lease::Lease;
pub use list::JobFilter;
pub use node::Node;
pub use queue::Jobs;
pub use run::{JobRun, Progress};
pub use schedule::Planned;
pub use sweep::{prune, settle};
pub use workers::{Handlers, Pulse, Workers, run_here};
