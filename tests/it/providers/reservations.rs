//! Connections that are reserved for credentials: how they are lent, over all nodes, and what becomes of them.

use m3u_strm_processor::args;
use m3u_strm_processor::db::Db;
use m3u_strm_processor::features::providers::Offer;
use m3u_strm_processor::features::providers::leases::{Connection, Lease, LeaseError, Leases, Purpose, room};
use m3u_strm_processor::support::clock::Clock;
use m3u_strm_processor::support::ids::{CredentialId, ProviderId, StreamId};
use reqwest::Method;
use serde_json::{Value, json};

use crate::on_both_engines;
use crate::players::world::World;
use crate::support::{Dice, TestDb};

const PROVIDER: ProviderId = ProviderId(1);
/// Of the product's own work.
const NOBODY: i64 = 0;

fn of(holder: i64) -> Connection {
    let stream = StreamId(7);
    Connection {
        provider: PROVIDER,
        purpose: match holder {
            NOBODY => Purpose::Check(stream),
            credential => Purpose::Play {
                offer: Offer::Stream(stream),
                credential: CredentialId(credential),
            },
        },
    }
}

/// A provider and four credentials, for which so many connections are reserved in this order.
async fn prepare(db: &Db, reserved: &[(i64, i64)]) {
    db.execute(
        "insert into providers (id, name, type, secrets, created_at, updated_at) values (1, 'A', 'm3u', $1, 0, 0)",
        args![&b"x"[..]],
    )
    .await
    .unwrap();
    for credential in 1..=4_i64 {
        let token = credential.to_be_bytes();
        let sql = "insert into output_credentials (id, name, token_hash, token_sealed, created_at)
                   values ($1, 'TV', $2, $2, 0)";
        db.execute(sql, args![credential, &token[..]]).await.unwrap();
    }
    for (credential, connections) in reserved {
        let sql = "insert into connection_reservations (provider_id, credential_id, connections, created_at)
                   values (1, $1, $2, 0)";
        db.execute(sql, args![*credential, *connections]).await.unwrap();
    }
}

async fn nodes(test: &TestDb) -> [Leases; 2] {
    let clock = Clock::manual(1_000_000);
    let other = test.reopen().await;
    [
        Leases::new("one", test.db.clone(), clock.clone()),
        Leases::new("two", other, clock),
    ]
}

fn is_reserved<T>(answer: &Result<T, LeaseError>) -> bool {
    matches!(answer, Err(LeaseError::Reserved { .. }))
}

on_both_engines! {
    async fn the_last_free_connection_is_lent_only_to_whom_it_is_reserved_for(test: TestDb) {
        prepare(&test.db, &[(1, 1)]).await;
        let [one, two] = nodes(&test).await;
        let guest = two.acquire(of(2), Some(2)).await.unwrap();
        for holder in [2, 3, NOBODY] {
            assert!(is_reserved(&one.acquire(of(holder), Some(2)).await), "{holder}");
        }
        let sync = Connection { purpose: Purpose::Sync, ..of(NOBODY) };
        assert!(is_reserved(&one.acquire(sync, Some(2)).await));
        let some = one.acquire_some(&[of(NOBODY), of(NOBODY)], Some(2)).await;
        assert!(is_reserved(&some));
        let own = one.acquire(of(1), Some(2)).await.unwrap();
        assert!(matches!(two.acquire(of(1), Some(2)).await, Err(LeaseError::AllInUse { limit: 2 })));
        guest.give_back().await;
        // What was reserved is in use: the other is anybody's.
        let checks = two.acquire_some(&[of(NOBODY), of(NOBODY)], Some(2)).await.unwrap();
        assert_eq!(checks.len(), 1);
        own.give_back().await;
        assert!(is_reserved(&two.acquire(of(2), Some(2)).await));
        assert!(two.acquire(of(2), None).await.is_ok(), "an account without a limit keeps nothing");
    }

    async fn whatever_is_taken_and_given_back_no_more_than_all_are_lent_and_who_has_some_reserved_gets_them(test: TestDb) {
        prepare(&test.db, &[(3, 2), (1, 1), (2, 3)]).await;
        let nodes = nodes(&test).await;
        for limit in 1..=4_i64 {
            // As reserved, in this order: of 3, then of 1, then of 2.
            let kept = room::kept(limit, [2, 1, 3]);
            let kept_for = |holder: usize| [0, kept[1], kept[2], kept[0], 0][holder];
            let mut held: [Vec<Lease>; 5] = Default::default();
            let mut dice = Dice(limit.unsigned_abs());
            for _ in 0..50 {
                let holder = dice.below(5);
                if dice.below(3) == 0 {
                    if let Some(lease) = held[holder].pop() {
                        lease.give_back().await;
                    }
                } else {
                    let asked = nodes[dice.below(2)].acquire(of(holder as i64), Some(limit)).await;
                    let has = held[holder].len() as i64;
                    assert!(asked.is_ok() || has >= kept_for(holder), "{holder} has {has} of {kept:?}");
                    held[holder].extend(asked);
                }
                let lent: usize = held.iter().map(Vec::len).sum();
                let counted = nodes[0].in_use(PROVIDER).await.unwrap().total();
                assert_eq!(counted, lent as i64);
                assert!(counted <= limit);
            }
            for lease in held.into_iter().flatten() {
                lease.give_back().await;
            }
        }
    }

    async fn many_who_ask_at_once_leave_what_is_reserved(test: TestDb) {
        prepare(&test.db, &[(1, 2)]).await;
        let [one, two] = nodes(&test).await;
        let asked = (0..12).map(|turn| [&one, &two][turn % 2].acquire(of(2), Some(5)));
        let lent: Vec<Lease> = futures_util::future::join_all(asked).await.into_iter().flatten().collect();
        assert_eq!(lent.len(), 3);
        let own = [one.acquire(of(1), Some(5)).await, two.acquire(of(1), Some(5)).await];
        assert!(own.iter().all(Result::is_ok));
    }

    async fn a_connection_that_others_go_on_with_counts_for_them_unless_it_is_reserved(test: TestDb) {
        prepare(&test.db, &[(1, 1)]).await;
        let [one, two] = nodes(&test).await;
        let lease = one.acquire(of(1), Some(2)).await.unwrap();
        assert_eq!(lease.pass_on(&[CredentialId(2)]).await.unwrap(), Some(CredentialId(2)));
        assert_eq!(lease.holder(), Some(CredentialId(2)));
        assert!(is_reserved(&two.acquire(of(2), Some(2)).await));
        let own = two.acquire(of(1), Some(2)).await.unwrap();
        assert_eq!(own.pass_on(&[CredentialId(3)]).await.unwrap(), None, "that would be the last one");
        assert_eq!(own.holder(), Some(CredentialId(1)));
        let all = [CredentialId(3), CredentialId(1)];
        assert_eq!(own.pass_on(&all).await.unwrap(), Some(CredentialId(1)), "it has it already");
    }

    async fn a_reservation_goes_with_its_credential_and_with_its_provider(world: World) {
        let (app, admin) = (&world.app, &world.admin);
        let provider = world.provider;
        let ((tv, _), (den, _)) = (world.credential("TV").await, world.credential("Den").await);
        let path = format!("/api/providers/{provider}/reservations");
        for credential in [tv, den] {
            let put = app.send(admin, Method::PUT, &format!("{path}/{credential}"), &json!({ "connections": 2 })).await;
            assert_eq!(put.status(), 200);
        }
        let count = "select count(*) from connection_reservations";
        world.revoke(tv).await;
        assert_eq!(world.id(count, Vec::new()).await, 1);
        assert_eq!(app.api(admin, Method::DELETE, &format!("/api/providers/{provider}")).await.status(), 204);
        assert_eq!(world.id(count, Vec::new()).await, 0);
        let put = app.send(admin, Method::PUT, &format!("{path}/{den}"), &json!({ "connections": 2 })).await;
        assert_eq!(put.status(), 404);
    }

    async fn what_is_reserved_is_read_and_written_as_json_and_kept_in_the_audit_log(world: World) {
        let (app, admin) = (&world.app, &world.admin);
        let provider = world.provider;
        let change = json!({ "max_connections": 3 });
        let path = format!("/api/providers/{provider}");
        assert_eq!(app.send(admin, Method::PATCH, &path, &change).await.status(), 200);
        let ((tv, _), (den, _)) = (world.credential("TV").await, world.credential("Den").await);
        let all = format!("{path}/reservations");
        let reserve = async |credential: i64, body: Value| {
            let answer = app.send(admin, Method::PUT, &format!("{all}/{credential}"), &body).await;
            (answer.status().as_u16(), answer.json::<Value>().await.unwrap())
        };
        assert_eq!(reserve(tv, json!({ "connections": 1 })).await.0, 200);
        let (status, told) = reserve(den, json!({ "connections": 3 })).await;
        assert_eq!(status, 422);
        let told = told["error"]["fields"]["connections"][0].as_str().unwrap().to_owned();
        assert_eq!(told, "4 would be reserved with the 1 for others, and the provider allows 3 at once.");
        for (credential, body, status) in [
            (den, json!({ "connections": 0 }), 422),
            (den, json!({ "connections": -1 }), 422),
            (den, json!({ "connections": i64::MAX }), 422),
            (99_999, json!({ "connections": 1 }), 422),
        ] {
            assert_eq!(reserve(credential, body.clone()).await.0, status, "{body}");
        }
        for body in [json!({}), json!({ "connections": "many" }), json!([])] {
            let status = reserve(den, body.clone()).await.0;
            assert!((400..=422).contains(&status), "{body}: {status}");
        }
        assert_eq!(reserve(den, json!({ "connections": 2 })).await.0, 200);
        // What it had itself does not count beside what it is to have.
        let (status, stands) = reserve(tv, json!({ "connections": 1 })).await;
        assert_eq!(status, 200);
        assert_eq!((&stands["limit"], &stands["reserved"], &stands["in_use"]), (&json!(3), &json!(3), &json!(0)));
        let line = &stands["credentials"][0];
        assert_eq!((&line["name"], &line["reserved"], &line["kept"]), (&json!("TV"), &json!(1), &json!(1)));
        // A provider may allow fewer later.
        assert_eq!(app.send(admin, Method::PATCH, &path, &json!({ "max_connections": 2 })).await.status(), 200);
        let stands = app.json(admin, &all, 200).await;
        assert_eq!((&stands["reserved"], &stands["credentials"][1]["kept"]), (&json!(3), &json!(1)));
        assert_eq!(app.api(admin, Method::DELETE, &format!("{all}/{tv}")).await.status(), 204);
        assert_eq!(app.api(admin, Method::DELETE, &format!("{all}/{tv}")).await.status(), 404);
        assert_eq!(app.api(admin, Method::DELETE, &format!("/api/providers/999/reservations/{tv}")).await.status(), 404);
        let acts = "select count(*) from audit_log where action = $1";
        assert_eq!(world.id(acts, vec!["reservation.set".into()]).await, 3);
        assert_eq!(world.id(acts, vec!["reservation.removed".into()]).await, 1);
    }

    async fn connections_are_reserved_and_released_on_their_page(world: World) {
        let (app, admin) = (&world.app, &world.admin);
        let provider = format!("/providers/{}", world.provider);
        let page = format!("{provider}/connections");
        assert!(app.page(admin, &provider, 200).await.contains(&page));
        assert!(app.page(admin, &page, 200).await.contains("nothing is reserved"));
        let ((tv, _), (den, _)) = (world.credential("<b>TV").await, world.credential("Den").await);
        let (tv, den) = (tv.to_string(), den.to_string());
        let typed = async |credential: &str, connections: &str| {
            let form = [("credential_id", credential), ("connections", connections)];
            let answer = app.post(admin, &page, &form).await;
            (answer.status().as_u16(), answer.text().await.unwrap())
        };
        let (status, text) = typed("", "x").await;
        assert_eq!(status, 422);
        assert!(text.contains("Choose whom the connections are for") && text.contains("as a whole number"), "{text}");
        assert_eq!(typed(&tv, "2").await.0, 303);
        let text = app.page(admin, &page, 200).await;
        assert!(text.contains("does not limit its connections"), "{text}");
        assert!(text.contains("&#60;b&#62;TV") && !text.contains("<b>TV"), "{text}");
        let path = format!("/api{provider}");
        assert_eq!(app.send(admin, Method::PATCH, &path, &json!({ "max_connections": 2 })).await.status(), 200);
        assert!(app.page(admin, &page, 200).await.contains("Every connection is reserved"));
        let (status, text) = typed(&den, "1").await;
        assert_eq!(status, 422);
        assert!(text.contains("3 would be reserved with the 2 for others, and the provider allows 2"), "{text}");
        let fragment = app.post_fragment(admin, &page, &[("credential_id", &den), ("connections", "1")]).await;
        assert_eq!(fragment.status(), 422);
        assert!(!fragment.text().await.unwrap().contains("<html"));
        assert_eq!(app.send(admin, Method::PATCH, &path, &json!({ "max_connections": 1 })).await.status(), 200);
        let text = app.page(admin, &page, 200).await;
        assert!(text.contains("allows only 1 at once") && text.contains("2, 1 of them kept"), "{text}");
        // Fewer can be reserved step by step, and no more.
        assert_eq!(typed(&tv, "3").await.0, 422);
        assert_eq!(typed(&tv, "2").await.0, 303);
        assert_eq!(typed(&tv, "1").await.0, 303);
        let removal = format!("{page}/{tv}/removal");
        assert_eq!(app.post(admin, &removal, &[]).await.status(), 303);
        assert_eq!(app.post(admin, &removal, &[]).await.status(), 404);
        assert!(app.page(admin, &page, 200).await.contains("nothing is reserved"));
        app.page(admin, "/providers/999/connections", 404).await;
    }
}
