//! The users of the installation, for administrators.

mod create;
mod edit;
mod form;
mod index;
mod password;
mod removal;
mod second_factor;
mod sessions;
mod show;
mod state;
mod tokens;

use actix_web::web::{self, ServiceConfig};

use crate::features::accounts::{Role, User};
use crate::support::ids::UserId;
use crate::web::kit::Page;
use crate::web::kit::urls::USERS;
use crate::web::ui;

/// The page of one user.
pub(super) fn path(id: UserId) -> String {
    format!("{USERS}/{id}")
}

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(
            web::resource(USERS)
                .route(web::get().to(index::index))
                .route(web::post().to(create::create)),
        )
        .service(web::resource("/users/new").route(web::get().to(create::new)))
        .service(web::resource("/users/checks").route(web::post().to(create::check)))
        .service(
            web::resource("/users/{id}")
                .route(web::get().to(show::show))
                .route(web::post().to(edit::update)),
        )
        .service(web::resource("/users/{id}/edit").route(web::get().to(edit::edit)))
        .service(web::resource("/users/{id}/checks").route(web::post().to(edit::check)))
        .service(
            web::resource("/users/{id}/password")
                .route(web::get().to(password::edit))
                .route(web::post().to(password::update)),
        )
        .service(web::resource("/users/{id}/activation").route(web::post().to(state::activate)))
        .service(
            web::resource("/users/{id}/deactivation")
                .route(web::get().to(state::confirm))
                .route(web::post().to(state::deactivate)),
        )
        .service(
            web::resource("/users/{id}/removal")
                .route(web::get().to(removal::new))
                .route(web::post().to(removal::create)),
        )
        .service(
            web::resource("/users/{id}/second-factor")
                .route(web::get().to(second_factor::confirm))
                .route(web::post().to(second_factor::disable)),
        )
        .service(web::resource("/users/{id}/sessions/revocation").route(web::post().to(sessions::revoke_all)))
        .service(
            web::resource("/users/{id}/sessions/{session}/revocation")
                .route(web::post().to(sessions::revoke)),
        )
        .service(
            web::resource("/users/{id}/tokens/{token}/revocation").route(web::post().to(tokens::revoke)),
        );
}

/// A page about one user.
fn below(page: Page, user: &User) -> Page {
    page.under("Users", USERS).under(&user.username, path(user.id))
}

fn role(role: &Role) -> &'static str {
    match role {
        Role::Admin => "Administrator",
        Role::Viewer => "Viewer",
    }
}

/// Whether a user may sign in.
fn state(user: &User) -> ui::Badge {
    if !user.is_active {
        ui::Badge::neutral("Deactivated").icon("pause")
    } else if user.must_change_password {
        ui::Badge::info("New password due").hint("Has to choose another password at the next sign-in")
    } else {
        ui::Badge::success("Active")
    }
}
