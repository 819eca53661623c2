//! What people did before somebody looks: favourites, and evenings of the last two weeks.

use secrecy::ExposeSecret;

use crate::ctx::Ctx;
use crate::features::accounts::{UserDraft, first_start, password, users};
use crate::features::audit::Actor;
use crate::features::catalogue::browse::{self, ChannelFilter, ChannelSort, Place, TitleFilter, TitleSort};
use crate::features::catalogue::content::Content;
use crate::features::catalogue::favourites;
use crate::features::history::{self, NewPlay, PlayReport};
use crate::support::ids::UserId;

type Error = Box<dyn std::error::Error + Send + Sync>;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
const DAYS: usize = 14;
const DEVICES: [&str; 3] = ["Living room", "Tablet", "Phone"];
const FAVOURITES: usize = 5;
/// More than the demo has of anything.
const ALL: i64 = 200;

/// Fills the time before now.
pub(super) async fn live(ctx: &Ctx) -> Result<(), Error> {
    let contents = contents(ctx).await?;
    let admin = users::find_by_name(ctx, first_start::USERNAME).await?;
    let guest = UserDraft {
        username: "guest".into(),
        full_name: Some("Guest room".into()),
        password: password::random().expose_secret().to_owned(),
        role: Some("viewer".into()),
        ..UserDraft::default()
    };
    let guest = users::create(ctx, &Actor::System, guest).await?;
    let people = admin.iter().chain([&guest]).map(|user| user.id);
    for (person, user) in people.enumerate() {
        like(ctx, user, person, &contents).await?;
        for evening in 0..DAYS {
            watch(ctx, user, person + 2 * evening, &contents).await?;
        }
    }
    Ok(())
}

/// What there is, by kind.
struct Contents {
    channels: Vec<Content>,
    movies: Vec<Content>,
    series: Vec<Content>,
}

async fn contents(ctx: &Ctx) -> Result<Contents, Error> {
    let (db, start, titles) = (&ctx.db, Place::Skip(0), TitleFilter::default());
    let by = ChannelSort::Streams;
    let channels = browse::channels(db, &ChannelFilter::default(), by, &start, ALL).await?;
    let movies = browse::movies(db, &titles, TitleSort::Title, &start, ALL).await?;
    let series = browse::series(db, &titles, TitleSort::Title, &start, ALL).await?;
    Ok(Contents {
        channels: channels
            .items
            .iter()
            .map(|line| Content::Channel(line.id))
            .collect(),
        movies: movies.items.iter().map(|line| Content::Movie(line.id)).collect(),
        series: series.items.iter().map(|line| Content::Series(line.id)).collect(),
    })
}

async fn like(ctx: &Ctx, user: UserId, person: usize, contents: &Contents) -> Result<(), Error> {
    for (kind, count) in [
        (&contents.channels, FAVOURITES),
        (&contents.movies, 3),
        (&contents.series, 2),
    ] {
        for content in kind.iter().skip(person * 3).step_by(4).take(count) {
            favourites::mark(ctx, user, *content).await?;
        }
    }
    Ok(())
}

/// One evening: the more streams a channel has, the more often it is on.
async fn watch(ctx: &Ctx, user: UserId, number: usize, contents: &Contents) -> Result<(), Error> {
    let days = i64::try_from(number / 2).unwrap_or(0);
    let mut ended_at = ctx.clock.now_ms() - days * DAY_MS - 20 * MINUTE_MS;
    let channels = contents.channels.get(number * number % 11);
    let movies = contents.movies.get(number * 5 % 23).filter(|_| number % 3 != 1);
    for (place, content) in channels.into_iter().chain(movies).enumerate() {
        let minutes = 25 + i64::try_from((number * 37 + place * 61) % 80).unwrap_or(0);
        play(
            ctx,
            user,
            *content,
            ended_at,
            minutes,
            DEVICES[(number + place) % DEVICES.len()],
        )
        .await?;
        ended_at -= (minutes + 10) * MINUTE_MS;
    }
    Ok(())
}

/// A play that ended then, as its player would have reported it.
async fn play(
    ctx: &Ctx,
    user: UserId,
    content: Content,
    ended_at: i64,
    minutes: i64,
    device: &str,
) -> Result<(), Error> {
    let new = NewPlay {
        content,
        device: Some(device.to_owned()),
    };
    let report = PlayReport {
        duration_seconds: Some(minutes * 60),
        completed: Some(minutes > 80),
        ended: true,
        position_seconds: None,
    };
    history::add_past(ctx, user, &new, &report, ended_at).await?;
    Ok(())
}
