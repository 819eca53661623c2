//! A piece of a channel as a transport stream: good, black, still or silent, for whoever looks at what is shown.

use std::sync::Arc;
use std::time::Duration;

use super::{RATE, Reel, Show, Transport};
use crate::simulator::resource::{Framing, Piece, Pieces, Reply, Resource};

/// Pictures that are sent at once: they begin with the tables of the stream.
const GROUP: u64 = 5;

/// What a piece of a channel shows, and what is heard.
#[derive(Debug, Clone, Copy)]
pub struct Clip {
    /// In pixels.
    pub width: u32,
    pub height: u32,
    pub show: Show,
    pub is_silent: bool,
}

impl Clip {
    /// In standard definition, with sound.
    pub fn of(show: Show) -> Self {
        Self {
            width: 720,
            height: 576,
            show,
            is_silent: false,
        }
    }

    /// Without a sound to be heard.
    #[must_use]
    pub fn silent(self) -> Self {
        Self {
            is_silent: true,
            ..self
        }
    }

    fn transport(self) -> Transport {
        let reel = Reel::of(self.width, self.height, self.show);
        Transport::new(if self.is_silent { reel.silent() } else { reel })
    }

    /// So many seconds of it.
    pub fn bytes(self, seconds: u64) -> Vec<u8> {
        self.transport().pictures(0..seconds * RATE)
    }

    /// For ever, at the pace of the clock; the first `ahead` seconds at once.
    pub fn live(self, ahead: u64) -> Resource {
        let transport = Arc::new(self.transport());
        let pieces = Pieces::new(move || {
            let transport = Arc::clone(&transport);
            (0_u64..).map(move |group| {
                let at = group * GROUP;
                Piece {
                    bytes: transport.pictures(at..at + GROUP).into(),
                    due: Duration::from_millis(at.saturating_sub(ahead * RATE) * 1_000 / RATE),
                }
            })
        });
        Resource::dynamic(move |_| Reply {
            framing: Framing::Close,
            ..Reply::pieces("video/mp2t", pieces.clone())
        })
        .framing(Framing::Close)
    }
}
