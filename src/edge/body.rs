//! What a form or a program sends, read only once it is known who sends it: fields, and perhaps a file.
//!
//! A file goes to the data folder piece by piece, into a file without a name that only this process can open.

use std::future::{Ready, ready};
use std::time::Duration;

use actix_multipart::{Field, Multipart};
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Form, Json};
use actix_web::{Error, FromRequest, HttpRequest};
use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use super::Problem;
use super::problem::extract::BODY_LIMIT;
use crate::ctx::Ctx;
use crate::features::providers::uploads::{self, Checked, Received};
use crate::features::{providers, settings};

/// A sender that says nothing for so long has gone.
const PATIENCE: Duration = Duration::from_secs(60);

/// A body that nobody has read yet.
pub struct Body {
    req: HttpRequest,
    payload: Payload,
}

impl FromRequest for Body {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Ok(Self {
            req: req.clone(),
            payload: payload.take(),
        }))
    }
}

/// Fields in their order, and the playlist that came with them.
#[derive(Default)]
pub struct Parts {
    pub fields: Vec<(String, String)>,
    file: Option<File>,
}

enum File {
    Whole(Received),
    TooLarge,
}

impl Body {
    /// Whether it may hold a file.
    pub fn has_parts(&self) -> bool {
        let kind = self.req.headers().get(CONTENT_TYPE);
        kind.is_some_and(|kind| {
            kind.as_bytes()
                .to_ascii_lowercase()
                .starts_with(b"multipart/form-data")
        })
    }

    /// # Errors
    /// 413 and 422, as the extractor of JSON answers.
    pub async fn json<T: DeserializeOwned>(mut self) -> Result<T, Problem> {
        let read = Json::<T>::from_request(&self.req, &mut self.payload).await;
        read.map(Json::into_inner).map_err(|error| told(&error))
    }

    /// # Errors
    /// 413 and 422, as the extractor of forms answers.
    pub async fn form<T: DeserializeOwned + 'static>(mut self) -> Result<T, Problem> {
        let read = Form::<T>::from_request(&self.req, &mut self.payload).await;
        read.map(Form::into_inner).map_err(|error| told(&error))
    }

    /// Reads all parts. A file that is too large is told by [`Parts::playlist`], so that the fields behind it are read too.
    ///
    /// # Errors
    /// 413, 422 for what is no such body, 408, or 503 if the data folder cannot hold the file.
    pub async fn parts(self, ctx: &Ctx) -> Result<Parts, Problem> {
        let most = settings::load(ctx).await?.playlist_max_bytes;
        let mut multipart = Multipart::new(self.req.headers(), self.payload);
        let (mut parts, mut text_bytes) = (Parts::default(), 0);
        while let Some(field) = next(&mut multipart).await? {
            let name = field.name().unwrap_or_default().to_owned();
            if name == uploads::FIELD {
                if parts.file.is_some() {
                    return Err(Problem::invalid_field(uploads::FIELD, "Send one file."));
                }
                parts.file = file(field, ctx, most).await?;
            } else {
                let text = text(field, &mut text_bytes).await?;
                parts.fields.push((name, text));
            }
        }
        Ok(parts)
    }
}

impl Parts {
    /// Whether a file was sent.
    pub fn has_file(&self) -> bool {
        self.file.is_some()
    }

    /// The file, read to its end: a playlist.
    ///
    /// # Errors
    /// As [`uploads::check`].
    pub async fn playlist(&mut self, ctx: &Ctx) -> Result<Option<Checked>, providers::Error> {
        let Some(file) = self.file.take() else {
            return Ok(None);
        };
        let max_bytes = settings::load(ctx).await?.playlist_max_bytes;
        match file {
            File::TooLarge => Err(providers::Error::TooLarge { max_bytes }),
            File::Whole(received) => uploads::check(received, max_bytes).await.map(Some),
        }
    }
}

async fn next(multipart: &mut Multipart) -> Result<Option<Field>, Problem> {
    match timeout(PATIENCE, multipart.next()).await {
        Ok(field) => field.transpose().map_err(|_| malformed()),
        Err(_) => Err(late()),
    }
}

async fn text(mut field: Field, so_far: &mut usize) -> Result<String, Problem> {
    let mut bytes = Vec::new();
    while let Some(piece) = piece(&mut field).await? {
        *so_far += piece.len();
        if *so_far > BODY_LIMIT {
            return Err(too_large());
        }
        bytes.extend_from_slice(&piece);
    }
    String::from_utf8(bytes).map_err(|_| malformed())
}

/// The file of a part; none for the part of a form in which no file was chosen.
async fn file(mut field: Field, ctx: &Ctx, most: u64) -> Result<Option<File>, Problem> {
    let folder = ctx.config.data.dir.clone();
    let unnamed = field
        .content_disposition()
        .and_then(|disposition| disposition.get_filename())
        .is_none_or(str::is_empty);
    let file = tempfile::tempfile_in(&folder).map_err(full)?;
    let mut file = tokio::fs::File::from_std(file);
    let mut bytes: u64 = 0;
    while let Some(piece) = piece(&mut field).await? {
        bytes += piece.len() as u64;
        if bytes <= most {
            file.write_all(&piece).await.map_err(full)?;
        } else if bytes > most.saturating_mul(2) {
            // Whoever sends so much more than fits does not mean a form that could be shown again.
            return Err(providers::Error::TooLarge { max_bytes: most }.into());
        }
    }
    file.flush().await.map_err(full)?;
    if bytes == 0 && unnamed {
        return Ok(None);
    }
    if bytes > most {
        return Ok(Some(File::TooLarge));
    }
    let file = file.into_std().await;
    Ok(Some(File::Whole(Received { file, folder })))
}

async fn piece(field: &mut Field) -> Result<Option<actix_web::web::Bytes>, Problem> {
    match timeout(PATIENCE, field.next()).await {
        Ok(piece) => piece.transpose().map_err(|_| malformed()),
        Err(_) => Err(late()),
    }
}

/// What an extractor of actix answered.
fn told(error: &Error) -> Problem {
    let own = error.as_error::<Problem>().cloned();
    own.unwrap_or_else(malformed)
}

fn malformed() -> Problem {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    Problem::new(status, "validation_failed", "The form could not be read.")
}

fn too_large() -> Problem {
    let message = "What was sent is too large.";
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", message)
}

fn late() -> Problem {
    let message = "The rest of what was sent did not come.";
    Problem::new(StatusCode::REQUEST_TIMEOUT, "timed_out", message)
}

fn full(error: std::io::Error) -> Problem {
    providers::Error::Folder(error).into()
}
