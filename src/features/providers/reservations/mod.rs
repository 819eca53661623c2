//! Connections of a provider that are reserved for output credentials, such as that of the television in the living room:
//! neither other plays nor the product's own checks take the last ones that are kept for it. How they are counted is said at
//! [`leases::room`]. They take effect with the next connection that is asked for. What plays goes on, until whom its
//! connection counts for leaves it to others: those have it only if it is not kept for somebody else. A reservation goes with
//! its credential and with its provider.

pub mod store;

use serde_json::json;

use super::leases::{self, InUse, Leases, room};
use super::{Error, Provider};
use crate::ctx::Ctx;
use crate::db::DbError;
use crate::events::Event;
use crate::features::audit::{self, Actor};
use crate::record;
use crate::support::ids::{CredentialId, ProviderId};
use crate::support::validation::Invalid;

/// As many as a provider may have connections.
pub const MOST: i64 = 1_000;

record! {
    /// What of a provider's connections one credential has.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Line {
        pub credential: CredentialId,
        pub name: String,
        /// None: it belongs to nobody.
        pub user: Option<String>,
        /// 0 if it only uses some.
        pub reserved: i64,
        /// What of it is kept: less than reserved where the provider allows fewer than are reserved.
        pub kept: i64,
        pub in_use: i64,
    }
}

record! {
    /// A credential for which connections can be reserved.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct Choice {
        pub credential: CredentialId,
        pub name: String,
        /// None: it belongs to nobody.
        pub user: Option<String>,
    }
}

/// The connections of one provider now, over all nodes.
#[derive(Debug, Clone)]
pub struct Standing {
    /// None: not limited, so that nothing is kept.
    pub limit: Option<i64>,
    pub in_use: InUse,
    /// Those with reservations first, the older ones before.
    pub lines: Vec<Line>,
}

impl Standing {
    /// What is reserved, for all together.
    pub fn reserved(&self) -> i64 {
        self.lines.iter().map(|line| line.reserved).sum()
    }

    /// What is kept of it.
    pub fn kept(&self) -> i64 {
        self.lines.iter().map(|line| line.kept).sum()
    }

    /// Whether the provider allows fewer than are reserved, as it may do later.
    pub fn is_short(&self) -> bool {
        self.limit.is_some_and(|limit| self.reserved() > limit)
    }
}

/// A reservation as somebody wants it; absent where it could not be read.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    pub credential: Option<CredentialId>,
    /// 1 to [`MOST`], and with those of others no more than the provider allows.
    pub connections: Option<i64>,
}

impl Wanted {
    /// # Errors
    /// What is wrong, by the names `credential_id` and `connections`.
    fn judge(self) -> Result<(CredentialId, i64), Invalid> {
        let mut invalid = Invalid::default();
        if self.credential.is_none() {
            invalid.add("credential_id", "Choose whom the connections are for.");
        }
        let connections = self.connections.filter(|count| (1..=MOST).contains(count));
        if connections.is_none() {
            let message = format!("How many, as a whole number from 1 to {MOST}.");
            invalid.add("connections", message);
        }
        match (self.credential, connections) {
            (Some(credential), Some(connections)) => Ok((credential, connections)),
            _ => Err(invalid),
        }
    }
}

/// How a provider's connections stand.
///
/// # Errors
/// Whatever the database says.
pub async fn standing(ctx: &Ctx, provider: &Provider) -> Result<Standing, DbError> {
    let limit = provider.connection_limit();
    let since = Leases::alive_since(ctx.clock.now_ms());
    let mut lines = store::list(&ctx.db, provider.id, since).await?;
    if let Some(limit) = limit {
        let kept = room::kept(limit, lines.iter().map(|line| line.reserved));
        lines
            .iter_mut()
            .zip(kept)
            .for_each(|(line, kept)| line.kept = kept);
    }
    let in_use = leases::in_use(&ctx.db, provider.id, ctx.clock.now_ms()).await?;
    Ok(Standing { limit, in_use, lines })
}

/// The credentials for which connections can be reserved, by user and name.
///
/// # Errors
/// Whatever the database says.
pub async fn choices(ctx: &Ctx) -> Result<Vec<Choice>, DbError> {
    store::choices(&ctx.db).await
}

/// Reserves connections for a credential, or changes how many.
///
/// # Errors
/// [`Error::NotFound`] without such a provider, [`Error::Invalid`] with what is wrong.
pub async fn put(ctx: &Ctx, actor: &Actor, provider: ProviderId, wanted: Wanted) -> Result<(), Error> {
    let now = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    if !super::store::lock(&mut tx, provider).await? {
        return Err(Error::NotFound);
    }
    let (credential, connections) = wanted.judge()?;
    let name = store::name_of(&mut tx, credential).await?;
    let name = name.ok_or_else(|| Invalid::field("credential_id", "There is no such credential."))?;
    let all = store::reserved(&mut tx, provider).await?;
    let before = all
        .iter()
        .find(|(of, _)| *of == credential)
        .map(|(_, count)| *count);
    let others: i64 = all.iter().map(|(_, count)| count).sum::<i64>() - before.unwrap_or(0);
    let limit = super::store::get_in(&mut tx, provider).await?.connection_limit();
    // Where the provider allows fewer by now, fewer can be reserved step by step.
    let is_more = connections > before.unwrap_or(0);
    if let Some(limit) = limit.filter(|limit| is_more && others + connections > *limit) {
        return Err(too_many(others + connections, others, limit).into());
    }
    store::put(&mut tx, provider, (credential, connections), now).await?;
    let details =
        json!({ "credential_id": credential, "name": name, "connections": connections, "before": before });
    let resource = format!("provider:{provider}");
    audit::record(&mut tx, now, actor, "reservation.set", resource, details).await?;
    tx.commit().await?;
    ctx.events.publish(Event::ProviderChanged(provider));
    Ok(())
}

fn too_many(reserved: i64, others: i64, limit: i64) -> Invalid {
    let with_others = match others {
        0 => String::new(),
        others => format!(" with the {others} for others"),
    };
    let message =
        format!("{reserved} would be reserved{with_others}, and the provider allows {limit} at once.");
    Invalid::field("connections", message)
}

/// Ends a reservation.
///
/// # Errors
/// [`Error::NotFound`] without such a provider or reservation.
pub async fn remove(
    ctx: &Ctx,
    actor: &Actor,
    provider: ProviderId,
    credential: CredentialId,
) -> Result<(), Error> {
    let now = ctx.clock.now_ms();
    let mut tx = ctx.db.begin().await?;
    if !super::store::lock(&mut tx, provider).await? {
        return Err(Error::NotFound);
    }
    let all = store::reserved(&mut tx, provider).await?;
    let before = all.iter().find(|(of, _)| *of == credential);
    let (_, before) = *before.ok_or(Error::NoReservation)?;
    let name = store::name_of(&mut tx, credential).await?;
    store::remove(&mut tx, provider, credential).await?;
    let details = json!({ "credential_id": credential, "name": name, "before": before });
    let resource = format!("provider:{provider}");
    audit::record(&mut tx, now, actor, "reservation.removed", resource, details).await?;
    tx.commit().await?;
    ctx.events.publish(Event::ProviderChanged(provider));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reservation_says_for_whom_and_how_many() {
        let of = |credential: Option<i64>, connections| Wanted {
            credential: credential.map(CredentialId),
            connections,
        };
        assert!(of(Some(1), Some(1)).judge().is_ok());
        assert!(of(Some(1), Some(MOST)).judge().is_ok());
        for wrong in [
            of(None, Some(1)),
            of(Some(1), None),
            of(Some(1), Some(0)),
            of(Some(1), Some(-1)),
            of(Some(1), Some(MOST + 1)),
        ] {
            assert!(wrong.judge().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn who_reserves_too_many_is_told_both_numbers() {
        let told = |others| too_many(3, others, 2).fields()["connections"][0].clone();
        assert_eq!(
            told(1),
            "3 would be reserved with the 1 for others, and the provider allows 2 at once."
        );
        assert_eq!(told(0), "3 would be reserved, and the provider allows 2 at once.");
    }
}
