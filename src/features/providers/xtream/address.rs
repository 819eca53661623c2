//! The addresses of a panel's streams, as templates with placeholders for scheme, host, user name and password.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

use crate::features::providers::Secrets;

/// What stands for itself in a segment of a path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What a panel's stream is, which is the first segment of its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Live,
    Movie,
    Episode,
}

/// The address of a stream. The id is the panel's own; `extension` is letters and digits.
pub fn template(kind: Kind, id: i64, extension: &str) -> String {
    let segment = match kind {
        Kind::Live => "live",
        Kind::Movie => "movie",
        Kind::Episode => "series",
    };
    format!("{{scheme}}://{{host}}/{segment}/{{user}}/{{pass}}/{id}.{extension}")
}

/// The panel's own number of what a [`template`] leads to.
pub fn id_of(template: &str) -> Option<i64> {
    let file = template.rsplit('/').next()?;
    file.split('.').next()?.parse().ok().filter(|id| *id >= 0)
}

/// What stands in the placeholders of [`template`], in their order. A panel that wants https for its streams says at which
/// port. A path before the panel belongs to its host.
pub fn values(host: &str, https_port: Option<u16>, secrets: &Secrets) -> Option<[String; 4]> {
    let mut url = Url::parse(host).ok()?;
    if let Some(port) = https_port.filter(|_| url.scheme() == "http") {
        url.set_scheme("https").ok()?;
        url.set_port(Some(port)).ok()?;
    }
    let mut place = url.host_str()?.to_owned();
    if let Some(port) = url.port() {
        place.push_str(&format!(":{port}"));
    }
    place.push_str(url.path().trim_end_matches('/'));
    let word = |word: &str| utf8_percent_encode(word, SEGMENT).to_string();
    Some([
        url.scheme().to_owned(),
        place,
        word(&secrets.xstream_username),
        word(&secrets.xstream_password),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::providers::url_parts::join;

    fn url(host: &str, https_port: Option<u16>, template: &str) -> String {
        let secrets = Secrets {
            xstream_username: "ann@home".to_owned(),
            xstream_password: "a/b?c#d {e}".to_owned(),
            ..Secrets::default()
        };
        let values = values(host, https_port, &secrets).unwrap();
        join(template, values.iter().map(String::as_str)).unwrap()
    }

    #[test]
    fn the_number_is_read_back_from_the_address() {
        assert_eq!(id_of(&template(Kind::Movie, 8, "MKV")), Some(8));
        assert_eq!(id_of("{scheme}://{host}/films/heat.mp4"), None);
        assert_eq!(id_of(""), None);
    }

    #[test]
    fn a_stream_is_asked_for_where_its_panel_answered() {
        let account = "ann%40home/a%2Fb%3Fc%23d%20%7Be%7D";
        let live = template(Kind::Live, 7, "ts");
        assert_eq!(
            url("http://tv.example:8080", None, &live),
            format!("http://tv.example:8080/live/{account}/7.ts")
        );
        assert_eq!(
            url("http://tv.example/", None, &live),
            format!("http://tv.example/live/{account}/7.ts")
        );
        let movie = template(Kind::Movie, 8, "MKV");
        assert_eq!(
            url("https://[::1]:8443/panel", None, &movie),
            format!("https://[::1]:8443/panel/movie/{account}/8.MKV")
        );
        let episode = template(Kind::Episode, 9, "mp4");
        assert_eq!(
            url("http://tv.example", Some(8443), &episode),
            format!("https://tv.example:8443/series/{account}/9.mp4")
        );
    }
}
