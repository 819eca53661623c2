//! People and what acts for them.
//!
//! *User*: a person with a name, a password and a *role* (administrator or viewer). *Sign-in*: proving who one is.
//! *Session*: what a sign-in opens, in a browser or for a program; it ends by itself after 30 days without use. *Output
//! credential*: the token in the links that players and media servers open; it belongs to a user or to nobody. *API
//! token*: what a person's own programs send, with a *scope* and perhaps an end. Of sessions and API tokens only keyed
//! hashes are stored; of credentials also the token, encrypted, since links are rebuilt from it. *Second factor*: codes
//! of an authenticator app beside the password, with *recovery codes* for the day it is lost.

pub mod api_token;
pub mod credential;
mod error;
pub mod first_start;
pub mod password;
pub mod second_factor;
pub mod session;
pub mod sign_in;
mod store;
pub mod user;
pub mod users;

pub use api_token::ApiToken;
pub use credential::OutputCredential;
pub use error::AccountsError;
pub use session::{Session, SessionKind};
pub use user::{Role, User, UserChange, UserDraft};
