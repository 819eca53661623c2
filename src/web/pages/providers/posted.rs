use serde_json::{Map, Value};

use super::form::ProviderForm;
use crate::ctx::Ctx;
use crate::edge::{Body, Problem};
use crate::features::providers::Error;
use crate::features::providers::uploads::Checked;

/// The form as it was sent, with what came of its file.
pub(super) struct Posted {
    pub form: ProviderForm,
    pub file: Result<Option<Checked>, Error>,
}

impl Posted {
    /// # Errors
    /// 413 and 422 for a body that is no such form.
    pub async fn read(body: Body, ctx: &Ctx) -> Result<Self, Problem> {
        if !body.has_parts() {
            return Ok(Self {
                form: body.form().await?,
                file: Ok(None),
            });
        }
        let mut parts = body.parts(ctx).await?;
        let fields: Map<String, Value> = std::mem::take(&mut parts.fields)
            .into_iter()
            .map(|(name, text)| (name, Value::from(text)))
            .collect();
        let mut form: ProviderForm =
            serde_json::from_value(Value::from(fields)).map_err(Problem::internal)?;
        // A browser also sends what was chosen before its field was hidden by another choice.
        if !form.takes_file() {
            return Ok(Self { form, file: Ok(None) });
        }
        form.has_file = parts.has_file();
        let file = parts.playlist(ctx).await;
        Ok(Self { form, file })
    }
}
