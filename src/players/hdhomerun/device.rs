//! What a device says of itself.

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::access::Asked;
use crate::ctx::Ctx;
use crate::edge::{Edge, Problem};
use crate::features::outputs::hdhomerun::{Device, FIRMWARE, FIRMWARE_VERSION, MODEL};

/// `discover.json`
pub(super) async fn discover(
    req: HttpRequest,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let Asked { device, base } = Asked::of(&req, &ctx, &edge).await?;
    let device_id = device.device_id.to_string();
    Ok(HttpResponse::Ok().json(json!({
        "FriendlyName": device.name,
        "Manufacturer": "M3U-STRM-Processor",
        "ModelNumber": MODEL,
        "FirmwareName": FIRMWARE,
        "FirmwareVersion": FIRMWARE_VERSION,
        "DeviceID": device_id,
        // Stands for the right to a guide at the maker's, which there is none to.
        "DeviceAuth": device_id,
        "TunerCount": device.tuner_count,
        "BaseURL": base,
        "LineupURL": format!("{base}/lineup.json"),
    })))
}

/// `device.xml`, `capability` and the device itself
pub(super) async fn describe(
    req: HttpRequest,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
) -> Result<HttpResponse, Problem> {
    let Asked { device, base } = Asked::of(&req, &ctx, &edge).await?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "application/xml; charset=utf-8"))
        .body(description(&device, &base)))
}

fn description(device: &Device, base: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <root xmlns=\"urn:schemas-upnp-org:device-1-0\">\n\
         <specVersion><major>1</major><minor>0</minor></specVersion>\n\
         <URLBase>{}</URLBase>\n\
         <device>\n\
         <deviceType>urn:schemas-upnp-org:device:MediaServer:1</deviceType>\n\
         <friendlyName>{}</friendlyName>\n\
         <manufacturer>M3U-STRM-Processor</manufacturer>\n\
         <modelName>{MODEL}</modelName>\n\
         <modelNumber>{MODEL}</modelNumber>\n\
         <serialNumber>{}</serialNumber>\n\
         <UDN>{}</UDN>\n\
         </device>\n\
         </root>\n",
        escaped(base),
        escaped(&device.name),
        device.device_id,
        device.unique_name(),
    )
}

fn escaped(text: &str) -> String {
    let text = text.replace('&', "&amp;").replace('<', "&lt;");
    text.replace('>', "&gt;").replace('"', "&quot;")
}
