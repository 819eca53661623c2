//! Reading M3U playlists, leniently and in bounded memory.
