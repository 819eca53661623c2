//! Outbound HTTP: client, address guard, retry, breaker.
