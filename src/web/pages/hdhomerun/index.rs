use actix_web::HttpRequest;
use actix_web::web::Data;
use askama::Template;

use super::INDEX;
use super::form::quality_words;
use crate::ctx::Ctx;
use crate::edge::Admin;
use crate::features::outputs::hdhomerun::announce::{Announced, Protocol, Reach};
use crate::features::outputs::hdhomerun::{self, Device, MOST_FOR_PLEX};
use crate::web::kit::page::base_url;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Page, format};
use crate::web::ui;

#[derive(Template)]
#[template(path = "hdhomerun/index.html")]
struct DeviceIndex {
    page: Page,
    base: String,
    announced: Announced,
    /// Each with how many channels it has.
    devices: Vec<(Device, i64)>,
}

/// GET /hdhomerun
pub(super) async fn index(req: HttpRequest, _: Admin, ctx: Data<Ctx>, announced: Data<Announced>) -> Answer {
    let page = Page::new(&req, "HDHomeRun").lead(
        "Plex, Jellyfin, Emby and Kodi take these for network tuners: they find channels and numbers by themselves.",
    );
    let categories = hdhomerun::categories(&ctx.db).await?;
    let devices = hdhomerun::list(&ctx.db).await?.into_iter().map(|device| {
        let count = hdhomerun::channel_count(&device, &categories);
        (device, count)
    });
    let view = DeviceIndex {
        page,
        base: base_url(&req),
        announced: announced.get_ref().clone(),
        devices: devices.collect(),
    };
    respond::html(&req, &view)
}

impl DeviceIndex {
    fn address(&self, device: &Device) -> String {
        format!("{}{}", self.base, device.path())
    }

    fn channels(&self, count: &i64) -> ui::Badge {
        let words = format::count(count, "channel", "channels");
        match *count {
            0 => ui::Badge::warning("No channels"),
            count if count > MOST_FOR_PLEX => ui::Badge::warning(words).hint(format!(
                "More than the {MOST_FOR_PLEX} that Plex takes from one device"
            )),
            _ => ui::Badge::neutral(words),
        }
    }

    /// The ports that cannot be had, and why.
    fn failures(&self) -> Vec<String> {
        let reaches = Protocol::SEARCHES.map(|protocol| self.announced.reach(protocol));
        let failures = reaches.into_iter().filter_map(|reach| match reach {
            Reach::Failed(address, reason) => {
                Some(format!("UDP port {} cannot be had: {reason}.", address.port()))
            }
            Reach::Silent | Reach::Listening(_) => None,
        });
        failures.collect()
    }

    /// The ports at which this server answers others than this machine.
    fn ports(&self) -> String {
        let reaches = Protocol::SEARCHES.map(|protocol| self.announced.reach(protocol));
        let ports = reaches.into_iter().filter_map(|reach| match reach {
            Reach::Listening(address) if !address.ip().is_loopback() => Some(address.port().to_string()),
            Reach::Listening(_) | Reach::Silent | Reach::Failed(..) => None,
        });
        ports.collect::<Vec<_>>().join(" and ")
    }

    fn is_long(&self) -> bool {
        self.devices.iter().any(|(_, count)| *count > MOST_FOR_PLEX)
    }

    fn remove(&self, device: &Device) -> ui::Button {
        ui::Button::ghost(format!("Remove {}", device.name))
            .small()
            .icon("trash-2")
            .icon_only()
            .dialog(format!("{}/removal", super::path(device.id)))
    }

    fn restore(&self, device: &Device) -> ui::Button {
        ui::Button::secondary("Give it access again")
            .small()
            .icon("key-round")
            .post(format!("{}/access", super::path(device.id)))
    }
}
