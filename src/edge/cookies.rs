//! What holds for every cookie.

use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderValue, SET_COOKIE};
use actix_web::middleware::Next;

use super::Client;

/// Marks every cookie `Secure` where the client's own connection is https; outside of whoever sets cookies.
pub async fn secure<B: MessageBody + 'static>(
    req: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let mut answer = next.call(req).await?;
    if !Client::of(answer.request()).https {
        return Ok(answer);
    }
    let headers = answer.headers_mut();
    let cookies: Vec<HeaderValue> = headers.remove(SET_COOKIE).collect();
    for cookie in cookies {
        headers.append(SET_COOKIE, marked(cookie));
    }
    Ok(answer)
}

fn marked(cookie: HeaderValue) -> HeaderValue {
    let Ok(text) = cookie.to_str() else { return cookie };
    let is_secure = text
        .split(';')
        .skip(1)
        .any(|attribute| attribute.trim().eq_ignore_ascii_case("secure"));
    if is_secure {
        return cookie;
    }
    HeaderValue::from_str(&format!("{text}; Secure")).unwrap_or(cookie)
}

#[cfg(test)]
mod tests {
    use super::marked;
    use actix_web::http::header::HeaderValue;

    #[test]
    fn a_cookie_is_marked_once() {
        let mark = |text| marked(HeaderValue::from_static(text));
        assert_eq!(mark("a=b; HttpOnly"), "a=b; HttpOnly; Secure");
        assert_eq!(mark("a=b; secure; HttpOnly"), "a=b; secure; HttpOnly");
        assert_eq!(mark("secure=1"), "secure=1; Secure");
    }
}
