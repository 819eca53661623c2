//! How many requests there were and how long they took, by face, for `/metrics` and the system page.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web;

use super::{Edge, Face};

/// Upper bounds of the histogram, in seconds.
pub const BOUNDS: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5];

const FACES: [Face; 5] = [Face::Web, Face::Api, Face::Players, Face::Probe, Face::Static];

#[derive(Debug, Default)]
struct Counts {
    /// Requests at or below each bound, then all others.
    buckets: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
    /// By the first digit of the status, from 1.
    statuses: [AtomicU64; 5],
}

/// Counters of this process; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Times(Arc<[Counts; FACES.len()]>);

/// What a face has answered since the start. The time is that until the head of the answer.
#[derive(Debug, Clone, PartialEq)]
pub struct Answered {
    pub face: &'static str,
    /// Cumulative, by [`BOUNDS`].
    pub within: [u64; BOUNDS.len()],
    pub count: u64,
    pub seconds: f64,
    /// By the first digit of the status, from 1.
    pub statuses: [u64; 5],
}

impl Times {
    fn count(&self, face: Face, status: u16, took: Duration) {
        let Some(counts) = FACES
            .iter()
            .position(|known| *known == face)
            .and_then(|at| self.0.get(at))
        else {
            return;
        };
        let seconds = took.as_secs_f64();
        let bucket = BOUNDS.iter().position(|bound| seconds <= *bound);
        counts.buckets[bucket.unwrap_or(BOUNDS.len())].fetch_add(1, Ordering::Relaxed);
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        counts.micros.fetch_add(micros, Ordering::Relaxed);
        let digit = usize::from(status / 100).clamp(1, counts.statuses.len());
        counts.statuses[digit - 1].fetch_add(1, Ordering::Relaxed);
    }

    /// Everything that was counted so far.
    pub fn read(&self) -> Vec<Answered> {
        let faces = FACES.iter().zip(self.0.iter());
        faces
            .map(|(face, counts)| {
                let mut count = 0;
                let mut within = [0; BOUNDS.len()];
                for (at, bucket) in counts.buckets.iter().enumerate() {
                    count += bucket.load(Ordering::Relaxed);
                    if let Some(place) = within.get_mut(at) {
                        *place = count;
                    }
                }
                Answered {
                    face: face.name(),
                    within,
                    count,
                    seconds: counts.micros.load(Ordering::Relaxed) as f64 / 1e6,
                    statuses: std::array::from_fn(|at| counts.statuses[at].load(Ordering::Relaxed)),
                }
            })
            .collect()
    }
}

/// Counts every request; the outermost but one.
pub async fn measure<B: MessageBody>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let began = std::time::Instant::now();
    let face = Face::of(req.path());
    let times = req.app_data::<web::Data<Edge>>().map(|edge| edge.times.clone());
    let answer = next.call(req).await;
    if let Some(times) = times {
        let status = match &answer {
            Ok(answer) => answer.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        times.count(face, status.as_u16(), began.elapsed());
    }
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_add_up_and_faces_stay_apart() {
        let times = Times::default();
        for (status, millis) in [(200, 3), (404, 40), (500, 9_000)] {
            times.count(Face::Api, status, Duration::from_millis(millis));
        }
        let all = times.read();
        let api = all.iter().find(|answered| answered.face == "api").unwrap();
        assert_eq!(api.within, [1, 1, 1, 2, 2, 2, 2, 2, 2]);
        assert_eq!((api.count, api.statuses), (3, [0, 1, 0, 1, 1]));
        assert!((api.seconds - 9.043).abs() < 1e-6);
        assert_eq!(all.iter().map(|answered| answered.count).sum::<u64>(), 3);
    }
}
