//! What a panel says of the account that asks.

use serde_json::{Map, Value};

use super::error::NoAccount;
use super::loose::Loose;

/// Whether the panel serves the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountStatus {
    Active,
    Expired,
    Banned,
    Disabled,
    /// A word that panels do not use.
    Unknown,
}

impl AccountStatus {
    /// The stored word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Expired => "expired",
            Self::Banned => "banned",
            Self::Disabled => "disabled",
            Self::Unknown => "unknown",
        }
    }

    fn of(word: Option<&str>) -> Self {
        match word.map(str::to_ascii_lowercase).as_deref() {
            // Some panels leave it out of accounts that they serve.
            None | Some("active" | "trial") => Self::Active,
            Some("expired") => Self::Expired,
            Some("banned") => Self::Banned,
            Some("disabled") => Self::Disabled,
            Some(_) => Self::Unknown,
        }
    }
}

/// How live streams are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LiveOutput {
    Ts,
    Hls,
}

impl LiveOutput {
    pub fn extension(self) -> &'static str {
        match self {
            Self::Ts => "ts",
            Self::Hls => "m3u8",
        }
    }
}

/// An account as its panel describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    pub status: AccountStatus,
    /// Absent: it does not expire.
    pub expires_at_ms: Option<i64>,
    /// Absent: not limited.
    pub max_connections: Option<i64>,
    pub active_connections: Option<i64>,
    pub output: LiveOutput,
    /// The port of the panel's streams if it wants https for everything.
    pub https_port: Option<u16>,
}

/// Later than any date in seconds: some panels count in milliseconds.
const LATEST_SECOND: i64 = 99_999_999_999;

impl Account {
    /// Reads the answer to a call without an action.
    ///
    /// # Errors
    /// [`NoAccount`], which says what came instead.
    pub fn read(body: &[u8]) -> Result<Self, NoAccount> {
        let text = String::from_utf8_lossy(body);
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return Err(NoAccount::Empty);
        }
        if text.starts_with('<') {
            return Err(NoAccount::WebPage);
        }
        let answer: Value = serde_json::from_str(text).map_err(|_| NoAccount::Other)?;
        let user = answer
            .get("user_info")
            .and_then(Value::as_object)
            .ok_or(NoAccount::Other)?;
        match of(user, "auth").int() {
            Some(0) => return Err(NoAccount::Refused),
            None if of(user, "username").text().is_none() && of(user, "status").text().is_none() => {
                return Err(NoAccount::Other);
            }
            _ => {}
        }
        let nothing = Map::new();
        let server = answer
            .get("server_info")
            .and_then(Value::as_object)
            .unwrap_or(&nothing);
        let positive = |value: &Loose<'_>| value.int().filter(|number| *number > 0);
        let wants_https = of(server, "server_protocol").text().as_deref() == Some("https");
        Ok(Self {
            status: AccountStatus::of(of(user, "status").text().as_deref()),
            expires_at_ms: positive(&of(user, "exp_date")).map(|date| {
                if date > LATEST_SECOND {
                    date
                } else {
                    date.saturating_mul(1_000)
                }
            }),
            max_connections: positive(&of(user, "max_connections")).or_else(|| {
                match of(user, "max_connections").int() {
                    // Panels write 0 where there is no limit. One that says nothing gets no more than one.
                    Some(_) => None,
                    None => Some(1),
                }
            }),
            active_connections: of(user, "active_cons").int().filter(|number| *number >= 0),
            output: output(user.get("allowed_output_formats")),
            https_port: positive(&of(server, "https_port"))
                .filter(|_| wants_https)
                .and_then(|port| u16::try_from(port).ok()),
        })
    }

    /// The day on which it expires, UTC; none if it does not.
    pub fn expires_on(&self) -> Option<String> {
        self.expires_at_ms.and_then(day)
    }

    /// Whether its panel says that it has expired.
    pub fn is_over(&self) -> bool {
        self.status == AccountStatus::Expired
    }

    /// Why its lists cannot be had, in a sentence; none if they can.
    pub fn objection(&self, now_ms: i64) -> Option<String> {
        match self.status {
            AccountStatus::Active | AccountStatus::Unknown => None,
            AccountStatus::Expired => Some(
                match self.expires_at_ms.filter(|at| *at <= now_ms).and_then(day) {
                    Some(day) => format!("The account expired on {day}."),
                    None => "The account has expired.".to_owned(),
                },
            ),
            AccountStatus::Banned => Some("The panel has banned the account.".to_owned()),
            AccountStatus::Disabled => Some("The panel has switched the account off.".to_owned()),
        }
    }
}

fn of<'a>(object: &'a Map<String, Value>, name: &str) -> Loose<'a> {
    object.get(name).map(Loose::from).unwrap_or_default()
}

fn day(at_ms: i64) -> Option<String> {
    let at = jiff::Timestamp::from_millisecond(at_ms).ok()?;
    Some(at.to_zoned(jiff::tz::TimeZone::UTC).date().to_string())
}

/// MPEG-TS unless the account may only have HLS.
fn output(allowed: Option<&Value>) -> LiveOutput {
    let allows = |word: &str| {
        let list = allowed.and_then(Value::as_array);
        list.is_some_and(|list| {
            list.iter()
                .filter_map(Value::as_str)
                .any(|one| one.eq_ignore_ascii_case(word))
        })
    };
    if !allows("ts") && allows("m3u8") {
        LiveOutput::Hls
    } else {
        LiveOutput::Ts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(user: &str) -> Result<Account, NoAccount> {
        Account::read(format!("{{\"user_info\":{user},\"server_info\":[]}}").as_bytes())
    }

    #[test]
    fn an_account_is_read_from_texts_and_from_numbers() {
        let texts = read(
            r#"{"username":"u","password":"p","message":"","auth":1,"status":"Active","exp_date":"1700000000",
            "is_trial":"0","active_cons":"1","max_connections":"3","allowed_output_formats":["m3u8","ts","rtmp"]}"#,
        );
        let numbers = read(
            r#"{"auth":"1","status":"Active","exp_date":1700000000,"active_cons":1,"max_connections":3}"#,
        );
        assert_eq!(texts, numbers);
        assert_eq!(
            texts,
            Ok(Account {
                status: AccountStatus::Active,
                expires_at_ms: Some(1_700_000_000_000),
                max_connections: Some(3),
                active_connections: Some(1),
                output: LiveOutput::Ts,
                https_port: None,
            })
        );
    }

    #[test]
    fn what_is_missing_is_the_careful_guess() {
        let account = read(r#"{"auth":1,"exp_date":null,"allowed_output_formats":["M3U8"]}"#).unwrap();
        assert_eq!((account.expires_at_ms, account.max_connections), (None, Some(1)));
        assert_eq!(
            (account.status, account.output),
            (AccountStatus::Active, LiveOutput::Hls)
        );
        let unlimited = read(r#"{"auth":1,"exp_date":"","max_connections":"0"}"#).unwrap();
        assert_eq!((unlimited.expires_at_ms, unlimited.max_connections), (None, None));
    }

    #[test]
    fn a_panel_that_wants_https_says_its_port() {
        let read = |server: &str| {
            let body = format!("{{\"user_info\":{{\"auth\":1}},\"server_info\":{server}}}");
            Account::read(body.as_bytes()).unwrap().https_port
        };
        assert_eq!(
            read(r#"{"server_protocol":"https","https_port":"8443"}"#),
            Some(8443)
        );
        assert_eq!(read(r#"{"server_protocol":"http","https_port":"8443"}"#), None);
        assert_eq!(read(r#"{"server_protocol":"https","https_port":""}"#), None);
        assert_eq!(read("null"), None);
    }

    #[test]
    fn what_is_no_account_is_named() {
        for (body, problem) in [
            ("", NoAccount::Empty),
            ("\u{feff} \n", NoAccount::Empty),
            ("<html>", NoAccount::WebPage),
            ("[]", NoAccount::Other),
            ("null", NoAccount::Other),
            ("{\"user_info\":[]}", NoAccount::Other),
            ("{\"user_info\":{}}", NoAccount::Other),
            ("not json", NoAccount::Other),
            ("{\"user_info\":{\"auth\":0}}", NoAccount::Refused),
            (
                "{\"user_info\":{\"auth\":\"0\",\"status\":\"Active\"}}",
                NoAccount::Refused,
            ),
        ] {
            assert_eq!(Account::read(body.as_bytes()), Err(problem), "{body}");
        }
    }

    #[test]
    fn an_account_that_is_not_served_says_why() {
        let account = |status: &str| {
            read(&format!(
                "{{\"auth\":1,\"status\":\"{status}\",\"exp_date\":\"1700000000\"}}"
            ))
            .unwrap()
        };
        let objection = |status| account(status).objection(1_800_000_000_000);
        assert_eq!(objection("Active"), None);
        assert_eq!(
            objection("Expired").as_deref(),
            Some("The account expired on 2023-11-14.")
        );
        assert_eq!(
            account("Expired").objection(0).as_deref(),
            Some("The account has expired.")
        );
        assert_eq!(
            objection("Banned").as_deref(),
            Some("The panel has banned the account.")
        );
        assert_eq!(
            objection("Disabled").as_deref(),
            Some("The panel has switched the account off.")
        );
    }
}
