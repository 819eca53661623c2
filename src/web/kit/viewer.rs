//! Who looks at the page, as far as the page must know.

use actix_web::HttpRequest;

use crate::edge::Member;

/// Who is signed in; absent for visitors.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    pub name: String,
    pub is_admin: bool,
}

impl Viewer {
    pub fn of(req: &HttpRequest) -> Option<Self> {
        Member::of(req).map(|member| Self {
            name: member.user.username.clone(),
            is_admin: member.user.is_admin(),
        })
    }

    pub fn role(&self) -> &'static str {
        if self.is_admin { "Administrator" } else { "Viewer" }
    }
}
