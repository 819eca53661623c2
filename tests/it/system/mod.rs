//! The installation itself: backups, and what the doctor says.

mod backup;
mod doctor;
