//! What every page uses: shell, htmx request, answers, error page, flash, assets, headers, paging, words for numbers.
//!
//! A page is a template that extends `layouts/app.html`, a struct with `page: Page`, and a handler:
//!
//! ```text
//! #[derive(Template)]
//! #[template(path = "channels/index.html", blocks = ["rows"])]
//! struct ChannelIndex { page: Page, rows: Vec<Row>, paging: Paging }
//!
//! pub async fn index(req: HttpRequest, ctx: web::Data<Ctx>, _: Member, query: web::Query<Filter>) -> respond::Answer {
//!     let page = Page::new(&req, "Channels").lead("Every channel of your providers, merged.");
//!     let view = ChannelIndex { page, rows: …, paging: … };
//!     respond::page_or(&req, &view, &view.as_rows())
//! }
//! ```
//!
//! then one line in the area's routes and one in [`navigation::ENTRIES`].

pub mod assets;
pub mod error;
pub mod flash;
pub mod format;
pub mod headers;
pub mod htmx;
pub mod moment;
pub mod navigation;
pub mod page;
pub mod paging;
pub mod pairs;
pub mod respond;
pub mod theme;
pub mod urls;
pub mod viewer;

pub use flash::Flash;
pub use htmx::Htmx;
pub use moment::Moment;
pub use page::Page;
pub use paging::Paging;
pub use pairs::Pairs;
pub use theme::Theme;
pub use viewer::Viewer;
