//! The first administrator of a new installation.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::store::users as store;
use super::{AccountsError, Role, credential, password};
use crate::ctx::Ctx;
use crate::features::audit::{self, Actor};

/// The name of the first administrator.
pub const USERNAME: &str = "admin";
/// The file in the data folder that holds the first password until it is changed.
pub const FILE_NAME: &str = "ADMIN_PASSWORD.txt";

/// What the first start did.
#[derive(Debug)]
pub enum FirstStart {
    /// There were users already, or another node was faster.
    NotNeeded,
    /// The administrator has the password that the configuration gave.
    Configured,
    /// The administrator has a random password, which is to be shown this once.
    Generated { password: SecretString, file: PathBuf },
}

impl FirstStart {
    /// What is printed to the terminal, never through the log.
    pub fn announcement(&self) -> Option<String> {
        let Self::Generated { password, file } = self else {
            return None;
        };
        let mut text = String::from("\n  The first administrator was created.\n\n");
        // Writing to a String cannot fail.
        let _ = writeln!(text, "    user name  {USERNAME}");
        let _ = writeln!(text, "    password   {}\n", password.expose_secret());
        let _ = writeln!(
            text,
            "  It is shown this once, and kept in {} until it is changed.",
            file.display()
        );
        Some(text)
    }
}

/// Creates the administrator if there is no user yet; of several nodes that start at once one does it.
///
/// # Errors
/// [`AccountsError::PasswordFile`] if the password could not be kept; then nothing was created.
pub async fn prepare(ctx: &Ctx) -> Result<FirstStart, AccountsError> {
    if store::exists_any(&ctx.db).await? {
        return Ok(FirstStart::NotNeeded);
    }
    let configured = ctx.config.security.admin_password.clone();
    let generated = configured.is_none();
    let password = configured.unwrap_or_else(password::random);
    let hash = password::hash(&password).await?;
    let now_ms = ctx.clock.now_ms();
    let admin = store::NewUser {
        username: USERNAME,
        email: None,
        full_name: None,
        password_hash: &hash,
        role: Role::Admin,
        is_active: true,
        must_change_password: generated,
        password_in_file: generated,
        created_at_ms: now_ms,
    };
    let mut tx = ctx.db.begin().await?;
    let Some(id) = store::insert_first(&mut tx, &admin).await? else {
        return Ok(FirstStart::NotNeeded);
    };
    credential::insert_personal(ctx, &mut tx, id).await?;
    let resource = format!("user:{id}");
    audit::record(
        &mut tx,
        now_ms,
        &Actor::System,
        "user.created",
        resource,
        json!({"username": USERNAME, "role": Role::Admin.as_str()}),
    )
    .await?;
    if !generated {
        tx.commit().await?;
        return Ok(FirstStart::Configured);
    }
    let file = ctx.config.data.dir.join(FILE_NAME);
    // Written before the commit: a password that nobody can read would lock everybody out.
    write_file(&file, &password).map_err(|cause| AccountsError::PasswordFile {
        path: file.display().to_string(),
        cause,
    })?;
    tx.commit().await?;
    Ok(FirstStart::Generated { password, file })
}

/// Removes the file; it stays harmlessly where that fails, since its password is no longer valid.
pub(super) async fn remove_file(ctx: &Ctx) {
    let file = ctx.config.data.dir.join(FILE_NAME);
    if let Err(cause) = tokio::fs::remove_file(&file).await
        && cause.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(file = %file.display(), %cause, "the file of the first password cannot be removed");
    }
}

/// Replaces the file as a whole, readable by its owner only from the first byte on.
fn write_file(file: &Path, password: &SecretString) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    // Made with mode 0600.
    let mut draft = tempfile::NamedTempFile::new_in(folder)?;
    writeln!(draft, "{}", password.expose_secret())?;
    draft.as_file().sync_all()?;
    draft.persist(file)?;
    Ok(())
}
