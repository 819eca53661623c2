//! What programs are told of the catalogue, and what they tell of plays.

mod bulk;
mod catalogue;
mod channels;
mod contract;
mod favourites;
mod plays;
mod strm;
mod syncs;
