//! From a provider's answer to the catalogue: plan, fetch, stage, diff, guard, apply.
