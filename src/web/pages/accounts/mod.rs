//! Signing in and out, one's own password, sessions and output credentials, and the users of the installation.

mod credentials;
mod device;
mod password;
mod second_factor;
mod sessions;
mod show;
mod sign_in;
mod sign_out;
mod tokens;
mod users;

use actix_web::web::{self, ServiceConfig};

use crate::web::kit::urls;

pub fn routes(config: &mut ServiceConfig) {
    config
        .service(
            web::resource(urls::SIGN_IN)
                .route(web::get().to(sign_in::new))
                .route(web::post().to(sign_in::create)),
        )
        .service(
            web::resource(sign_in::SECOND_STEP)
                .route(web::get().to(sign_in::restart))
                .route(web::post().to(sign_in::finish)),
        )
        .service(web::resource(urls::SIGN_OUT).route(web::post().to(sign_out::create)))
        .service(
            web::resource(urls::PASSWORD)
                .route(web::get().to(password::edit))
                .route(web::post().to(password::update)),
        )
        .service(web::resource(urls::ACCOUNT).route(web::get().to(show::show)))
        .configure(users::routes)
        .service(web::resource("/account/sessions/{id}/revocation").route(web::post().to(sessions::revoke)))
        .configure(second_factor::routes)
        .service(web::resource(tokens::INDEX).route(web::post().to(tokens::create)))
        .service(web::resource("/account/tokens/new").route(web::get().to(tokens::new)))
        .service(
            web::resource("/account/tokens/{id}/revocation")
                .route(web::get().to(tokens::confirm))
                .route(web::post().to(tokens::revoke)),
        )
        .service(web::resource("/account/credentials").route(web::post().to(credentials::create)))
        .service(
            web::resource("/account/credentials/{id}/revocation")
                .route(web::get().to(credentials::confirm))
                .route(web::post().to(credentials::revoke)),
        );
}
