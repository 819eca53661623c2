//! Addresses and DOM ids that more than one room must agree on.

use std::fmt::Display;

use actix_web::HttpRequest;
use actix_web::http::header;

use super::htmx::path_and_query;

pub const HOME: &str = "/";
pub const SIGN_IN: &str = "/sign-in";
/// POST.
pub const SIGN_OUT: &str = "/sign-out";
pub const PASSWORD: &str = "/password";
/// One's own account.
pub const ACCOUNT: &str = "/account";
/// For administrators.
pub const USERS: &str = "/users";
pub const PROVIDERS: &str = "/providers";
pub const NEW_PROVIDER: &str = "/providers/new";

/// The DOM id of a row or panel: `channel-42`. The event that renews it has the same name.
pub fn dom_id(noun: &str, id: impl Display) -> String {
    format!("{noun}-{id}")
}

/// Sign-in that leads back to `path`.
pub fn sign_in_for(path: &str) -> String {
    if path == HOME {
        return SIGN_IN.to_owned();
    }
    let next: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
    format!("{SIGN_IN}?next={next}")
}

/// The page the request came from, on this server; home if it does not say.
pub fn back(req: &HttpRequest) -> String {
    let headers = req.headers();
    headers
        .get("hx-current-url")
        .or_else(|| headers.get(header::REFERER))
        .and_then(|value| path_and_query(value.to_str().ok()?))
        .unwrap_or_else(|| HOME.to_owned())
}

/// `next` if it is a path of this server, else home: nobody is led away after signing in.
pub fn safe_next(next: Option<&str>) -> String {
    next.filter(|next| next.starts_with('/') && !next.starts_with("//"))
        .filter(|next| !next.contains(['\\', '\r', '\n', '\t']))
        .unwrap_or(HOME)
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_next_page_is_on_this_server() {
        assert_eq!(safe_next(Some("/channels?q=a")), "/channels?q=a");
        for foreign in [
            "//evil.example",
            "https://evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "x",
        ] {
            assert_eq!(safe_next(Some(foreign)), "/", "{foreign}");
        }
        assert_eq!(safe_next(None), "/");
    }

    #[test]
    fn sign_in_keeps_the_query_of_where_it_leads() {
        assert_eq!(
            sign_in_for("/channels?q=a&b"),
            "/sign-in?next=%2Fchannels%3Fq%3Da%26b"
        );
    }
}
