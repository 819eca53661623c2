//! Reading stored values again: for playing a stream, and for comparing URLs of two runs.

use crate::db::{Db, DbError};
use crate::support::crypto::{DecryptError, Keys};
use crate::support::ids::ProviderId;

use super::block::{Input, Malformed, Value, values};
use super::dictionary::Dictionary;
use super::{Owner, store};

pub(super) const PURPOSE: &str = "url-values";

/// Why values cannot be read or stored.
#[derive(Debug, thiserror::Error)]
pub enum ValuesError {
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Sealed(#[from] DecryptError),
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

pub(super) fn place(provider: ProviderId, block: i64) -> Vec<u8> {
    [provider.0.to_be_bytes(), block.to_be_bytes()].concat()
}

/// A provider's values, of which one block at a time is decrypted.
pub struct Opened {
    provider: ProviderId,
    dictionary: Dictionary,
    block: Option<(i64, Vec<u8>)>,
}

impl Opened {
    /// Reads the dictionary; a provider without values has an empty one.
    ///
    /// # Errors
    /// [`ValuesError`] if the key file is another one, or the database fails.
    pub async fn of(db: &Db, keys: &Keys, provider: ProviderId) -> Result<Self, ValuesError> {
        let dictionary = match unsealed(db, keys, provider, 0).await? {
            Some(plain) => Dictionary::decode(&plain)?,
            None => Dictionary::default(),
        };
        Ok(Self {
            provider,
            dictionary,
            block: None,
        })
    }

    /// The values of one row, whose template has `placeholders`; secret headers follow those of the URL.
    ///
    /// # Errors
    /// [`ValuesError`]; also if nothing is stored for the row.
    pub async fn values(
        &mut self,
        db: &Db,
        keys: &Keys,
        owner: Owner,
        placeholders: usize,
    ) -> Result<Vec<String>, ValuesError> {
        let number = owner.block();
        if self.block.as_ref().is_none_or(|(present, _)| *present != number) {
            let plain = unsealed(db, keys, self.provider, number)
                .await?
                .unwrap_or_default();
            self.block = Some((number, plain));
        }
        let own = self
            .block
            .as_ref()
            .map(|(_, plain)| find(plain, owner.id))
            .transpose()?
            .flatten();
        let record = match own {
            Some(record) => record,
            None => self.dictionary.usual.get(&placeholders).ok_or(Malformed)?,
        };
        let text = |value| match value {
            Value::Own(text) => Ok(text.to_owned()),
            Value::Known(place) => {
                let text = self.dictionary.texts.get(place as usize);
                text.map(|text| text.to_string()).ok_or(Malformed)
            }
        };
        Ok(values(record)
            .map(|value| value.and_then(text))
            .collect::<Result<_, Malformed>>()?)
    }
}

async fn unsealed(
    db: &Db,
    keys: &Keys,
    provider: ProviderId,
    block: i64,
) -> Result<Option<Vec<u8>>, ValuesError> {
    match store::sealed(db, provider, block).await? {
        Some(sealed) => Ok(Some(keys.decrypt(PURPOSE, &sealed, &place(provider, block))?)),
        None => Ok(None),
    }
}

fn find(plain: &[u8], id: i64) -> Result<Option<&[u8]>, Malformed> {
    let (mut input, mut at) = (Input(plain), 0_i64);
    while !input.is_empty() {
        at = at.checked_add_unsigned(input.number()?).ok_or(Malformed)?;
        let record = input.bytes()?;
        if at >= id {
            return Ok((at == id).then_some(record));
        }
    }
    Ok(None)
}
