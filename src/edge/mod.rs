//! What the three faces share: who asks, what they may, limits, origin, request ids, errors, event-stream transport.
