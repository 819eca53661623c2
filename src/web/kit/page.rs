//! The shell around every page: title, way there, who looks, what was just done.

use actix_web::{HttpRequest, web};

use super::flash::{self, Flash};
use super::moment::Moment;
use super::navigation::{self, Entry, Section};
use super::theme::Theme;
use super::viewer::Viewer;
use crate::edge::{Client, Edge, RequestId};

/// One step of the way from home to the page.
#[derive(Debug, Clone)]
pub struct Crumb {
    pub label: String,
    pub path: String,
}

/// What the layouts need. A page's template has it as `page` and extends `layouts/app.html` or `layouts/bare.html`.
#[derive(Clone)]
pub struct Page {
    pub title: String,
    /// One sentence that says what the page is for.
    pub lead: String,
    pub crumbs: Vec<Crumb>,
    pub viewer: Option<Viewer>,
    pub theme: Theme,
    pub flash: Option<Flash>,
    /// Now, in the installation's zone: `{{ page.now.ago(row.last_sync) }}`.
    pub now: Moment,
    pub request_id: String,
    /// Path of the request, without query.
    pub path: String,
    pub entries: &'static [Entry],
}

impl Page {
    pub fn new(req: &HttpRequest, title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            lead: String::new(),
            crumbs: Vec::new(),
            viewer: Viewer::of(req),
            theme: Theme::of(req),
            flash: flash::read(req),
            now: Moment::of(req),
            request_id: RequestId::of(req).to_string(),
            path: req.path().to_owned(),
            entries: navigation::ENTRIES,
        }
    }

    pub fn lead(mut self, lead: impl Into<String>) -> Self {
        self.lead = lead.into();
        self
    }

    /// Adds a step between home and this page.
    pub fn under(mut self, label: impl Into<String>, path: impl Into<String>) -> Self {
        let (label, path) = (label.into(), path.into());
        self.crumbs.push(Crumb { label, path });
        self
    }

    pub fn is_admin(&self) -> bool {
        self.viewer.as_ref().is_some_and(|viewer| viewer.is_admin)
    }

    pub fn is_home(&self) -> bool {
        self.path == "/"
    }

    pub fn sections(&self) -> Vec<Section> {
        navigation::sections(self.entries, self.is_admin())
    }

    pub fn search(&self) -> Option<&'static str> {
        navigation::SEARCH
    }
}

/// The base of links for players: the configured address, else the one in use.
pub fn base_url(req: &HttpRequest) -> String {
    public_url(req).unwrap_or_else(|| {
        let scheme = if Client::of(req).https { "https" } else { "http" };
        format!("{scheme}://{}", req.connection_info().host())
    })
}

/// The installation's public URL, as far as it is known.
pub fn public_url(req: &HttpRequest) -> Option<String> {
    req.app_data::<web::Data<Edge>>()?.public_url()
}
