//! Pages over real HTTP.

mod channels;
mod engines;
mod favourites;
mod home;
mod hostile;
mod titles;
mod weight;
