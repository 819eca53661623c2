//! Pages over real HTTP.

mod channels;
mod favourites;
mod home;
mod hostile;
mod titles;
mod weight;
