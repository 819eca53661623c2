//! What every page uses: shell, htmx request, answers, error page, flash, assets, headers, paging, words for numbers.

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
pub mod respond;
pub mod theme;
pub mod urls;
pub mod viewer;

pub use flash::Flash;
pub use htmx::Htmx;
pub use moment::Moment;
pub use page::Page;
pub use paging::Paging;
pub use theme::Theme;
pub use viewer::Viewer;
