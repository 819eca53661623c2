//! Pages over real HTTP.

mod channel_edit;
mod channels;
mod engines;
mod favourites;
mod groups;
mod home;
mod hostile;
mod imports;
mod jobs;
mod library;
mod live;
mod pictures;
mod played;
mod providers;
mod regrouping;
mod roles;
mod schedules;
mod settings;
mod statements;
mod streams;
mod syncs;
mod system;
mod titles;
mod trouble;
mod uploads;
mod weight;
