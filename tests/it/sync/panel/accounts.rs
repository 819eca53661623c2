//! What becomes of a sync whose account is not served, and of hosts that do not answer.

use m3u_strm_processor::features::providers::Status;
use m3u_strm_processor::features::sync::log::Outcome;
use m3u_strm_processor::simulator::panel::Status as Line;
use m3u_strm_processor::simulator::{Fault, Simulator};
use serde_json::json;

use super::{PASSWORD, Panelled, USER};
use crate::on_both_engines;

on_both_engines! {
    async fn an_account_that_is_not_served_says_why_and_takes_nothing_away(world: Panelled) {
        world.whole().await;
        let before = world.rows().await;
        for (status, code, says, shown) in [
            (Line::Expired, "account_expired", "The account has expired.", Status::Expired),
            (Line::Banned, "account_refused", "The panel has banned the account.", Status::Failing),
            (Line::Disabled, "account_refused", "The panel has switched the account off.", Status::Failing),
        ] {
            world.panel.amend(USER, |account| account.status = status);
            let run = world.sync().await;
            assert_eq!((run.outcome, run.error_code.as_deref(), run.error_message.as_deref()), (Outcome::Failed, Some(code), Some(says)));
            assert_eq!(world.stored().await.status(), shown);
            assert_eq!(world.rows().await, before);
        }
        world.panel.amend(USER, |account| account.status = Line::Active);
        assert_eq!(world.sync().await.outcome, Outcome::Unchanged);
        assert_eq!(world.stored().await.status(), Status::Ok);
    }

    async fn the_day_on_which_an_account_ends_is_kept(world: Panelled) {
        let end = world.ctx().clock.now_ms() / 1_000 + 1_000_000;
        world.panel.amend(USER, |account| account.expires_at = Some(end));
        world.sync().await;
        let provider = world.stored().await;
        assert_eq!((provider.expires_at, provider.status()), (Some(end * 1_000), Status::Ok));
        world.panel.amend(USER, |account| account.expires_at = Some(1_700_000_000));
        let run = world.sync().await;
        assert_eq!(run.error_code.as_deref(), Some("account_expired"), "{run:?}");
        let provider = world.stored().await;
        assert_eq!((provider.status(), provider.account_status.as_deref()), (Status::Expired, Some("expired")));
    }

    async fn every_refusal_of_a_panel_is_a_sentence_without_the_password(world: Panelled) {
        let account = "/player_api.php";
        for (fault, code, says) in [
            (Fault::body("application/json", "{\"user_info\":{\"auth\":0}}"), "credentials_refused", "does not accept the user name or password"),
            (Fault::status(401), "credentials_refused", "(answered 401)"),
            (Fault::status(403), "credentials_refused", "(answered 403)"),
            (Fault::status(404), "http_status", "no panel at this address"),
            (Fault::status(454), "http_status", "turns this server away (answered 454)"),
            (Fault::status(884), "http_status", "turns this server away (answered 884)"),
            (Fault::status(500), "http_status", "answered 500"),
            (Fault::body("text/html", "<html>"), "not_a_panel", "a web page instead of an account"),
            (Fault::body("application/json", "[]"), "not_a_panel", "no account"),
            (Fault::body("application/json", ""), "empty", "answered with nothing"),
        ] {
            world.simulator.fault(account, fault);
            let run = world.sync().await;
            let message = run.error_message.unwrap_or_default();
            assert_eq!((run.outcome, run.error_code.as_deref()), (Outcome::Failed, Some(code)), "{says}: {message}");
            assert!(message.contains(says) && message.contains(&world.simulator.host()), "{says}: {message}");
            assert!(!message.contains(PASSWORD) && !message.contains("pa55") && !message.contains(USER), "{message}");
            world.simulator.mend();
            world.test.advance_ms(120_000);
        }
    }

    async fn of_several_hosts_each_is_named_with_its_cause(world: Panelled) {
        let (second, third) = (Simulator::start().await.unwrap(), Simulator::start().await.unwrap());
        world.patch(json!({ "backup_hosts": [second.url(""), third.url("")] })).await;
        world.simulator.fault("*", Fault::body("text/html", "<html>"));
        second.fault("*", Fault::status(403));
        third.refuse().await;
        let run = world.sync().await;
        let message = run.error_message.unwrap_or_default();
        for (host, why) in [(world.simulator.host(), "web page"), (second.host(), "user name or password"), (third.host(), "connection refused")] {
            let at = message.find(&host).unwrap_or_else(|| unreachable!("{host} is not named in {message}"));
            assert!(message[at..].split(';').next().is_some_and(|part| part.contains(why)), "{message}");
        }
    }
}
