//! Lists: which part is wanted, and the envelope around it.

use std::borrow::Cow;
use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::web::Json;
use actix_web::{FromRequest, HttpRequest};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::edge::Problem;
use crate::support::paging::{Listed, Slice};

/// `skip` and `limit` of the query; 422 outside of their ranges.
#[derive(Debug, Clone, Copy)]
pub struct Window(pub Slice);

impl FromRequest for Window {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let value = |wanted: &str| -> Option<Cow<'_, str>> {
            url::form_urlencoded::parse(req.query_string().as_bytes())
                .find(|(name, _)| name == wanted)
                .map(|(_, value)| value)
        };
        let slice = Slice::parse(value("skip").as_deref(), value("limit").as_deref());
        ready(slice.map(Self).map_err(Problem::from))
    }
}

/// [`Window`] as it is described.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "only described, never read")]
pub struct WindowParams {
    /// Rows to leave out.
    #[param(minimum = 0, default = 0)]
    skip: Option<i64>,
    /// Rows to show.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
}

/// A part of a list.
#[derive(Serialize, ToSchema)]
pub struct List<T> {
    pub items: Vec<T>,
    /// Rows of the whole list.
    pub total: i64,
    pub skip: i64,
    pub limit: u32,
}

/// The envelope around `listed`, each item as programs see it.
pub fn envelope<R, T>(listed: Listed<R>, Window(slice): Window, view: impl FnMut(R) -> T) -> Json<List<T>> {
    let Listed { items, total } = listed.map(view);
    Json(List {
        items,
        total,
        skip: slice.skip,
        limit: slice.limit,
    })
}
