//! What every request gets at the door: an id of its own, the client's address, and an answer even when it fails.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, HttpRequest, web};

use super::Edge;
use super::problem::render;

pub static REQUEST_ID_HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// Names one request in answers and logs. Ids from outside are never taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    fn new() -> Self {
        const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
        let random = uuid::Uuid::new_v4();
        let short = random.as_bytes().iter().take(12);
        Self(
            short
                .map(|byte| char::from(ALPHABET[usize::from(byte & 31)]))
                .collect(),
        )
    }

    /// The id of `req`; empty if it did not come through [`front`].
    pub fn of(req: &HttpRequest) -> Self {
        let extensions = req.extensions();
        extensions.get::<Self>().cloned().unwrap_or(Self(String::new()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a request comes from, after trusted proxies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Client {
    pub address: IpAddr,
    /// Whether the client's own connection is https: decides about `Secure` cookies.
    pub https: bool,
}

impl Client {
    /// The client of `req`; the unspecified address if it did not come through [`front`].
    pub fn of(req: &HttpRequest) -> Self {
        req.extensions().get::<Self>().copied().unwrap_or(Self {
            address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
            https: false,
        })
    }

    fn read(req: &ServiceRequest, edge: &Edge) -> Self {
        let peer = req
            .peer_addr()
            .map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
        Self {
            address: edge.proxies.client(peer, req.headers()),
            https: edge.proxies.is_https(peer, req.headers()),
        }
    }
}

/// The outermost middleware: request id in and out, client address, problems rendered for their face.
pub async fn front(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let id = RequestId::new();
    if let Some(edge) = req.app_data::<web::Data<Edge>>() {
        let client = Client::read(&req, edge);
        req.extensions_mut().insert(client);
    }
    req.extensions_mut().insert(id.clone());
    let header = HeaderValue::from_str(id.as_str()).unwrap_or(HeaderValue::from_static("-"));
    match next.call(req).await {
        Ok(answer) => {
            let mut answer = render::finish(answer.map_into_boxed_body());
            answer.headers_mut().insert(REQUEST_ID_HEADER.clone(), header);
            Ok(answer)
        }
        Err(error) => {
            let mut response = render::without_request(&error, &id);
            response.headers_mut().insert(REQUEST_ID_HEADER.clone(), header);
            Err(InternalError::from_response(error, response).into())
        }
    }
}
