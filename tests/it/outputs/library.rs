use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use m3u_strm_processor::args;
use m3u_strm_processor::ctx::Ctx;
use m3u_strm_processor::features::catalogue::store::facts;
use m3u_strm_processor::features::outputs::library::{self, LibraryError, Outcome, Root};
use m3u_strm_processor::features::settings;
use m3u_strm_processor::support::paging::Slice;
use serde_json::json;
use tokio_util::sync::CancellationToken;

use crate::on_both_engines;
use crate::support::ctx::ACTOR;
use crate::support::{OnEngine, TestCtx, TestDb};

/// A catalogue with a channel, a film and an episode, and a confirmed public URL.
struct Filled(TestCtx);

impl OnEngine for Filled {
    async fn on(engine: m3u_strm_processor::db::Engine) -> Self {
        let test = TestCtx::with(TestDb::on(engine).await, &[("public_url", "http://tv.home:8080")]);
        let db = &test.ctx.db;
        let provider = "insert into providers (id, name, type, secrets, status, created_at, updated_at)
             values (1, 'Alpha', 'm3u', $1, 'ok', 0, 0)";
        // The bytes of the secrets are never read here.
        db.execute(provider, args![&b"x"[..]]).await.unwrap();
        for sql in [
            "insert into channels (id, name, plain_name, name_key, sort_key, normalized_name, category, lineup_number,
                 stream_count, created_at)
             values (7, 'One', 'One', 'one', 'one', 'one', '../News', 10000, 1, 0)",
            "insert into vod_movies (id, title, normalized_title, name_key, sort_key, year, genre, version_count, created_at)
             values (8, 'Big Buck Bunny', 'x', 'x', 'x', 2008, 'Comedy, Kids', 1, 0)",
            "insert into vod_series (id, title, normalized_title, name_key, sort_key, episode_count, created_at)
             values (9, 'Show', 'x', 'x', 'x', 1, 0)",
            "insert into vod_episodes (id, series_id, season, episode, title, version_count, created_at)
             values (10, 9, 1, 2, 'Pilot', 1, 0)",
        ] {
            db.execute(sql, args![]).await.unwrap();
        }
        Self(test)
    }
}

impl Filled {
    fn root(&self) -> PathBuf {
        self.0.data.path().join("library")
    }

    async fn write(&self) -> Outcome {
        self.write_as(&self.0.ctx).await
    }

    async fn write_as(&self, ctx: &Ctx) -> Outcome {
        library::run(
            ctx,
            &ACTOR,
            Root(self.root()),
            &CancellationToken::new(),
            |_, _, _| {},
        )
        .await
        .unwrap()
    }

    async fn sql(&self, sql: &'static str) {
        let db = &self.0.ctx.db;
        db.execute(sql, args![]).await.unwrap();
        // As whoever changes the catalogue does.
        db.execute("update catalogue_state set version = version + 1", args![])
            .await
            .unwrap();
    }

    fn files(&self) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        collect(&self.root(), &self.root(), &mut files);
        files
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
            if !name.starts_with('.') {
                files.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
}

fn outcome(written: u64, unchanged: u64) -> Outcome {
    Outcome {
        written,
        unchanged,
        ..Outcome::default()
    }
}

const FILM: &str = "Movies/Comedy/Big Buck Bunny (2008)/Big Buck Bunny (2008)";

on_both_engines! {
    async fn files_are_written_once_and_left_alone_afterwards(test: Filled) {
        assert_eq!(test.write().await, outcome(6, 0));
        let files = test.files();
        let names: Vec<&str> = files.keys().map(String::as_str).collect();
        assert_eq!(names, [
            "Live TV/News/One.strm",
            "Movies/Comedy/Big Buck Bunny (2008)/Big Buck Bunny (2008).nfo",
            "Movies/Comedy/Big Buck Bunny (2008)/Big Buck Bunny (2008).strm",
            "TV Shows/Show/Season 01/Show - S01E02 - Pilot.nfo",
            "TV Shows/Show/Season 01/Show - S01E02 - Pilot.strm",
            "TV Shows/Show/tvshow.nfo",
        ]);
        let link = &files["Live TV/News/One.strm"];
        assert!(link.starts_with("http://tv.home:8080/stream/") && link.ends_with("/channel/7\n"), "{link}");
        let times = |root: &Path| {
            let of = |name: &&str| std::fs::metadata(root.join(name)).unwrap().modified().unwrap();
            names.iter().map(of).collect::<Vec<_>>()
        };
        let before = times(&test.root());
        assert_eq!(test.write().await, outcome(0, 6));
        assert_eq!(times(&test.root()), before);
    }

    async fn without_a_public_url_nothing_is_written(test: TestCtx) {
        let root = Root(test.data.path().join("library"));
        let refused = library::run(&test.ctx, &ACTOR, root.clone(), &CancellationToken::new(), |_, _, _| {}).await;
        assert!(matches!(refused, Err(LibraryError::NoPublicUrl)));
        assert!(matches!(library::start(&test.ctx, &ACTOR).await, Err(LibraryError::NoPublicUrl)));
        assert!(!root.0.exists());
    }

    async fn what_is_gone_goes_to_the_trash_and_comes_back(test: Filled) {
        test.write().await;
        let before = test.files();
        test.sql("update vod_movies set version_count = 0").await;
        let outcome = test.write().await;
        assert_eq!((outcome.trashed, outcome.unchanged), (2, 4));
        assert_eq!(test.files().len(), 4);
        let trash = library::list_trash(&test.0.ctx, Slice::default()).await.unwrap();
        assert_eq!(trash.total, 2);
        for file in trash.items {
            library::restore(&test.0.ctx, &ACTOR, file.id).await.unwrap();
        }
        assert_eq!(test.files(), before);
        // What was brought back is the owner's.
        assert_eq!(test.write().await.trashed, 0);
        assert_eq!(test.files(), before);
    }

    async fn what_is_listed_again_is_written_under_its_old_name(test: Filled) {
        test.write().await;
        let before = test.files();
        test.sql("update channels set stream_count = 0").await;
        assert_eq!(test.write().await.trashed, 1);
        test.sql("update channels set stream_count = 1").await;
        assert_eq!(test.write().await.written, 1);
        assert_eq!(test.files(), before);
    }

    async fn a_restore_overwrites_nothing(test: Filled) {
        test.write().await;
        test.sql("update vod_movies set version_count = 0").await;
        test.write().await;
        let strm = test.root().join(format!("{FILM}.strm"));
        std::fs::create_dir_all(strm.parent().unwrap()).unwrap();
        std::fs::write(&strm, "mine").unwrap();
        let trash = library::list_trash(&test.0.ctx, Slice::default()).await.unwrap();
        let file = trash.items.iter().find(|file| file.path.ends_with(".strm")).unwrap();
        let refused = library::restore(&test.0.ctx, &ACTOR, file.id).await;
        assert!(matches!(refused, Err(LibraryError::PlaceTaken(_))));
        assert_eq!(std::fs::read_to_string(&strm).unwrap(), "mine");
        assert_eq!(library::list_trash(&test.0.ctx, Slice::default()).await.unwrap().total, 2);
    }

    async fn nothing_is_removed_while_a_sync_failed_or_is_held(test: Filled) {
        test.write().await;
        for status in ["failing", "held"] {
            let sql = "update providers set status = $1";
            test.0.ctx.db.execute(sql, args![status]).await.unwrap();
            test.sql("update channels set stream_count = 0").await;
            let outcome = test.write().await;
            assert_eq!((outcome.trashed, outcome.kept), (0, 1));
            assert!(outcome.kept_because.unwrap().contains("Alpha"));
            assert_eq!(test.files().len(), 6);
        }
        test.sql("update providers set status = 'ok'").await;
        assert_eq!(test.write().await.trashed, 1);
    }

    async fn a_renamed_series_moves_and_leaves_no_trash(test: Filled) {
        test.write().await;
        test.sql("update vod_series set title = 'Other Show'").await;
        let outcome = test.write().await;
        assert_eq!((outcome.written, outcome.moved, outcome.trashed), (3, 3, 0));
        assert!(test.files().contains_key("TV Shows/Other Show/Season 01/Other Show - S01E02 - Pilot.strm"));
        assert!(!test.root().join("TV Shows/Show").exists());
    }

    async fn a_file_that_somebody_changed_stays(test: Filled) {
        test.write().await;
        let nfo = test.root().join(format!("{FILM}.nfo"));
        std::fs::write(&nfo, "<movie><title>My own</title></movie>").unwrap();
        test.sql("update vod_movies set version_count = 0").await;
        assert_eq!(test.write().await.trashed, 1);
        assert!(nfo.exists());
        assert_eq!(library::list_trash(&test.0.ctx, Slice::default()).await.unwrap().total, 1);
    }

    async fn a_file_that_is_gone_or_changed_is_written_again_though_the_catalogue_is_as_it_was(test: Filled) {
        test.write().await;
        let before = test.files();
        std::fs::remove_file(test.root().join(format!("{FILM}.strm"))).unwrap();
        std::fs::write(test.root().join(format!("{FILM}.nfo")), "mine").unwrap();
        assert_eq!(test.write().await, outcome(2, 4));
        assert_eq!(test.files(), before);
    }

    async fn other_settings_and_another_address_write_the_files_anew(test: Filled) {
        test.write().await;
        let yearless = json!({ "strm_include_year": false });
        settings::set(&test.0.ctx, &ACTOR, yearless.as_object().unwrap()).await.unwrap();
        let outcome = test.write().await;
        assert_eq!((outcome.written, outcome.moved, outcome.unchanged), (2, 2, 4));
        let elsewhere = test.0.node(&[("public_url", "http://other.home")]);
        assert_eq!(test.write_as(&elsewhere).await.written, 3);
    }

    async fn what_a_provider_tells_later_is_written_though_no_list_shows_it(test: Filled) {
        test.sql("update providers set type = 'xstream'").await;
        test.write().await;
        let mut tx = test.0.ctx.db.begin().await.unwrap();
        let told = args![10, 1, r#"{"plot":"It begins."}"#];
        facts::write_episodes(&mut tx, told).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(test.write().await, outcome(1, 5));
        let nfo = test.files().into_iter().find(|(path, _)| path.ends_with("Pilot.nfo")).unwrap().1;
        assert!(nfo.contains("It begins."));
    }

    async fn a_new_channel_of_the_same_name_takes_no_name_away(test: Filled) {
        test.write().await;
        test.sql(
            "insert into channels (id, name, plain_name, name_key, sort_key, normalized_name, category, country,
                 lineup_number, stream_count, created_at)
             values (3, 'One', 'One', 'one', 'one', 'one', '../News', 'us', 20000, 1, 0)",
        )
        .await;
        assert_eq!(test.write().await, outcome(1, 6));
        let files = test.files();
        assert!(files["Live TV/News/One.strm"].ends_with("/channel/7\n"));
        assert!(files["Live TV/News/One (US).strm"].ends_with("/channel/3\n"));
    }

    async fn what_providers_tell_stands_in_the_nfo_files_and_is_written_once(test: Filled) {
        test.write().await;
        for sql in [
            "update providers set type = 'xstream'",
            "insert into vod_versions (id, provider_id, movie_id, identity_key, url_key, digest, original_name, group_name,
                 format, url_template, rating, tmdb_id, created_at) values (1, 1, 8, 1, 1, 1, 'x', '', 'mp4', '', 64, '10378', 0)",
            r#"insert into vod_movie_facts (version_id, provider_id, asked_at, failures, facts) values (1, 1, 0, 0,
                 '{"plot":"A <rabbit> & more.","cast":["Bunny"],"directors":["S. G."],"runtime_minutes":10,"released":"2008-05-20"}')"#,
            r#"insert into vod_series_facts (provider_id, item, series_id, rating, facts) values (1, 7, 9, 91,
                 '{"plot":"A show.","genres":["Drama"],"released":"2001-03-14","imdb_id":"tt0000009"}')"#,
            r#"insert into vod_episode_facts (episode_id, provider_id, facts) values (10, 1,
                 '{"plot":"It begins.","released":"2001-03-21","runtime_minutes":48}')"#,
        ] {
            test.sql(sql).await;
        }
        assert_eq!(test.write().await, outcome(3, 3));
        assert_eq!(test.write().await, outcome(0, 6), "the second run writes nothing");
        let files = test.files();
        let nfo = |end: &str| files.iter().find(|(path, _)| path.ends_with(end)).unwrap().1.clone();
        for (file, parts) in [
            ("Big Buck Bunny (2008).nfo", vec!["<plot>A &lt;rabbit&gt; &amp; more.</plot>", "<name>Bunny</name>", "<director>S. G.</director>",
                "<runtime>10</runtime>", "<premiered>2008-05-20</premiered>", "<rating>6.4</rating>", "type=\"tmdb\" default=\"true\">10378<", "<genre>Comedy, Kids</genre>"]),
            ("tvshow.nfo", vec!["<plot>A show.</plot>", "<genre>Drama</genre>", "<premiered>2001-03-14</premiered>", "<rating>9.1</rating>", "tt0000009"]),
            ("Pilot.nfo", vec!["<plot>It begins.</plot>", "<aired>2001-03-21</aired>", "<runtime>48</runtime>", "<title>Pilot</title>"]),
        ] {
            for part in parts {
                assert!(nfo(file).contains(part), "{part} is not in {}", nfo(file));
            }
        }
        test.sql("update providers set enabled = (1 = 0)").await;
        test.write().await;
        let nfo = test.files().into_iter().find(|(path, _)| path.ends_with("tvshow.nfo")).unwrap().1;
        assert!(!nfo.contains("A show."), "a provider that is switched off tells nothing");
    }
}
