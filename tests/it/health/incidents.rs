//! A provider that fails as a whole: one incident, and no stream out of use.

use super::tower::{CHANNELS, MINUTE, Tower};
use crate::on_both_engines;

on_both_engines! {
    async fn an_outage_of_a_provider_is_one_incident_and_takes_no_stream_out_of_use(tower: Tower) {
        let opened = tower.now();
        tower.fail(1..=CHANNELS);
        tower.check_all().await;
        tower.pass(20 * MINUTE).await;
        for number in 1..=CHANNELS {
            let stand = tower.stand(number).await;
            assert!(stand.in_use && stand.state == "up" && stand.failures > 3, "{stand:?}");
        }
        assert_eq!(tower.incidents().await, [(true, opened, None, None, CHANNELS as i64)]);
        let (app, admin) = (&tower.world.app, &tower.world.admin);
        let page = app.page(admin, "/stream-health", 200).await;
        assert!(page.contains("One fails as a whole") && page.contains("8 streams began to fail"), "{page}");
        assert!(page.contains("unless this lasts for another 40 min 0 s"), "{page}");
        assert_eq!(app.json(admin, "/api/health/status", 200).await["incidents_open"], 1);

        tower.world.simulator.mend();
        tower.until(CHANNELS, 20 * MINUTE, |stand| stand.failures == 0).await;
        tower.pass(MINUTE).await;
        for number in 1..=CHANNELS {
            assert_eq!(tower.stand(number).await.failures, 0);
        }
        let incidents = tower.incidents().await;
        assert_eq!(incidents.len(), 1, "{incidents:?}");
        let (_, _, resolved, ending, _) = &incidents[0];
        assert!(resolved.is_some_and(|at| at > opened + 20 * MINUTE));
        assert_eq!(ending.as_deref(), Some("recovered"));
        let (app, admin) = (&tower.world.app, &tower.world.admin);
        assert_eq!(app.json(admin, "/api/health/status", 200).await["incidents_open"], 0);
        assert!(!app.page(admin, "/stream-health", 200).await.contains("fails as a whole"));
    }

    async fn once_it_is_over_those_that_still_fail_are_judged_alone(tower: Tower) {
        tower.fail(1..=CHANNELS);
        tower.check_all().await;
        tower.pass(10 * MINUTE).await;
        tower.world.simulator.mend();
        tower.fail(1..=2);
        // The first good check of the last one that it takes.
        tower.until(CHANNELS, 10 * MINUTE, |stand| stand.failures == 0).await;
        tower.pass(MINUTE).await;
        let incidents = tower.incidents().await;
        assert!(incidents[0].0 && incidents[0].3.as_deref() == Some("recovered"), "{incidents:?}");
        assert_eq!(incidents.iter().filter(|incident| !incident.0).count(), 2, "{incidents:?}");
        for number in 1..=CHANNELS {
            assert_eq!(tower.stand(number).await.in_use, number > 2);
        }
    }

    async fn after_an_hour_each_stream_is_judged_alone_and_comes_back_by_itself(tower: Tower) {
        let opened = tower.now();
        tower.fail(1..=CHANNELS);
        tower.check_all().await;
        tower.pass(59 * MINUTE).await;
        assert!(tower.stand(1).await.in_use);
        tower.pass(3 * MINUTE).await;
        for number in 1..=CHANNELS {
            let stand = tower.stand(number).await;
            assert!(!stand.in_use && stand.state == "down", "{stand:?}");
        }
        let incidents = tower.incidents().await;
        let lasted = (true, opened, Some(opened + 60 * MINUTE), Some("lasted".to_owned()), CHANNELS as i64);
        assert_eq!(incidents[0], lasted);
        assert_eq!(incidents.len(), 1 + CHANNELS);
        assert!(incidents[1..].iter().all(|(whole, since, resolved, ..)| !whole && *since == opened && resolved.is_none()));

        tower.world.simulator.mend();
        for number in 1..=CHANNELS {
            tower.until(number, 62 * MINUTE, |stand| stand.in_use).await;
        }
        let incidents = tower.incidents().await;
        assert!(incidents.iter().all(|(_, _, resolved, ..)| resolved.is_some()));
        let page = tower.world.app.page(&tower.world.admin, "/stream-health", 200).await;
        assert!(page.contains("8 times a stream was out of use and back within the last 30 days"), "{page}");
    }

    async fn four_streams_that_fail_together_are_each_their_own_incident(tower: Tower) {
        tower.fail(1..=4);
        tower.check_all().await;
        tower.pass(3 * MINUTE).await;
        let incidents = tower.incidents().await;
        assert_eq!(incidents.iter().map(|incident| incident.0).collect::<Vec<_>>(), [false; 4]);
        for number in 1..=CHANNELS {
            assert_eq!(tower.stand(number).await.in_use, number > 4);
        }
    }
}
