use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;

use super::Device;
use crate::support::ids::HdhomerunId;

/// A player that changes channels closes the old stream as it opens the new one.
const FREED_WITHIN: Duration = Duration::from_secs(1);

/// Which tuners of which devices are in use on this node; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Tuners(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    /// A bit for each tuner in use.
    taken: Mutex<HashMap<HdhomerunId, u32>>,
    freed: Notify,
}

/// A tuner in use, until this is dropped.
#[derive(Debug)]
pub struct Tuner {
    shared: Arc<Shared>,
    device: HdhomerunId,
    bit: u32,
}

impl Drop for Tuner {
    fn drop(&mut self) {
        let mut taken = self.shared.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(bits) = taken.get_mut(&self.device) {
            *bits &= !self.bit;
            if *bits == 0 {
                taken.remove(&self.device);
            }
        }
        drop(taken);
        self.shared.freed.notify_waiters();
    }
}

impl Tuners {
    /// Takes the tuner of this number, or any, waiting a moment for one to be given back; none if all stay in use.
    pub async fn take(&self, device: &Device, number: Option<u32>) -> Option<Tuner> {
        let patience = tokio::time::sleep(FREED_WITHIN);
        tokio::pin!(patience);
        loop {
            let freed = self.0.freed.notified();
            tokio::pin!(freed);
            // Before looking, so that what is given back meanwhile is heard of.
            freed.as_mut().enable();
            if let Some(tuner) = self.try_take(device, number) {
                return Some(tuner);
            }
            tokio::select! {
                () = freed => {}
                () = &mut patience => return self.try_take(device, number),
            }
        }
    }

    /// Whether a tuner is in use on this node.
    pub fn is_taken(&self, device: HdhomerunId, number: u32) -> bool {
        let taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let bits = taken.get(&device).copied().unwrap_or_default();
        number < u32::BITS && bits & 1 << number != 0
    }

    pub(super) fn try_take(&self, device: &Device, number: Option<u32>) -> Option<Tuner> {
        let count = u32::try_from(device.tuner_count)
            .unwrap_or_default()
            .min(u32::BITS);
        let mut taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let bits = taken.get(&device.id).copied().unwrap_or_default();
        let is_free = |at: &u32| *at < count && bits & 1 << at == 0;
        let at = match number {
            Some(number) => Some(number).filter(is_free),
            None => (0..count).find(is_free),
        }?;
        taken.insert(device.id, bits | 1 << at);
        Some(Tuner {
            shared: Arc::clone(&self.0),
            device: device.id,
            bit: 1 << at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_has_as_many_tuners_as_it_says_and_gets_them_back() {
        let (tuners, one, other) = (Tuners::default(), Device::sample(1, 2), Device::sample(2, 32));
        let first = tuners.try_take(&one, None);
        let second = tuners.try_take(&one, Some(1));
        assert!(first.is_some() && second.is_some());
        assert!(tuners.try_take(&one, None).is_none() && tuners.try_take(&one, Some(1)).is_none());
        let all: Vec<_> = (0..32).map(|_| tuners.try_take(&other, None)).collect();
        assert!(all.iter().all(Option::is_some) && tuners.try_take(&other, None).is_none());
        drop(second);
        assert!(tuners.try_take(&one, Some(0)).is_none());
        assert!(tuners.try_take(&one, Some(1)).is_some());
        assert!(tuners.try_take(&one, Some(2)).is_none() && tuners.try_take(&one, Some(40)).is_none());
        drop((first, all));
        assert!(
            tuners.0.taken.lock().unwrap().is_empty(),
            "nothing is left of streams that ended"
        );
    }

    #[tokio::test]
    async fn who_waits_gets_the_tuner_that_another_gives_back() {
        let (tuners, one) = (Tuners::default(), Device::sample(1, 1));
        let first = tuners.take(&one, None).await;
        assert!(first.is_some());
        let (tuner, ()) = tokio::join!(tuners.take(&one, None), async { drop(first) });
        assert!(tuner.is_some());
        assert!(tuners.take(&one, Some(0)).await.is_none());
    }
}
