//! Who looks at the page, as far as the page must know.

use actix_web::{HttpMessage, HttpRequest};

/// Left in the request's extensions by whoever learns the principal; absent for visitors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    pub name: String,
    pub is_admin: bool,
}

impl Viewer {
    pub fn of(req: &HttpRequest) -> Option<Self> {
        req.extensions().get::<Self>().cloned()
    }

    pub fn role(&self) -> &'static str {
        if self.is_admin { "Administrator" } else { "Viewer" }
    }
}
