//! Protocols of players and media servers.
