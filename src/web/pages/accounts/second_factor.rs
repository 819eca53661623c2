//! One's own second factor: switching it on and off, and recovery codes.

use actix_web::HttpRequest;
use actix_web::web::{self, Data, Form, ServiceConfig};
use askama::Template;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::ctx::Ctx;
use crate::edge::{Edge, Member};
use crate::features::accounts::AccountsError;
use crate::features::accounts::second_factor::{self, Setup};
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Page, urls};
use crate::web::ui;

const BEGIN: &str = "/account/second-factor";
const SETUP: &str = "/account/second-factor/setup";
const CODES: &str = "/account/second-factor/recovery-codes";
const REMOVAL: &str = "/account/second-factor/removal";

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(
            web::resource(BEGIN)
                .route(web::get().to(ask_to_begin))
                .route(web::post().to(begin)),
        )
        .service(
            web::resource(SETUP)
                .route(web::get().to(setup))
                .route(web::post().to(confirm)),
        )
        .service(
            web::resource(CODES)
                .route(web::get().to(ask_for_codes))
                .route(web::post().to(renew_codes)),
        )
        .service(
            web::resource(REMOVAL)
                .route(web::get().to(ask_to_remove))
                .route(web::post().to(remove)),
        );
}

/// What the password is asked for.
#[derive(Clone, Copy)]
struct Purpose {
    title: &'static str,
    text: &'static str,
    action: &'static str,
    button: &'static str,
    is_danger: bool,
}

const TO_BEGIN: Purpose = Purpose {
    title: "Set up the second factor",
    text: "From then on a sign-in asks for a code of an authenticator app on your phone too, so that your password alone \
           opens nothing. Players and API tokens are not asked.",
    action: BEGIN,
    button: "Go on",
    is_danger: false,
};
const FOR_CODES: Purpose = Purpose {
    title: "New recovery codes",
    text: "You get ten new codes, each good for one sign-in without your phone. The old ones are worth nothing then.",
    action: CODES,
    button: "Make new codes",
    is_danger: false,
};
const TO_REMOVE: Purpose = Purpose {
    title: "Switch off the second factor",
    text: "Your password alone is enough to sign in then. The entry in your authenticator app and your recovery codes are \
           worth nothing any more.",
    action: REMOVAL,
    button: "Switch off",
    is_danger: true,
};

struct PasswordView {
    purpose: Purpose,
    username: String,
    invalid: Invalid,
}

#[derive(Template)]
#[template(path = "accounts/second_factor/_password_form.html")]
struct PasswordFragment<'v> {
    view: &'v PasswordView,
}

#[derive(Template)]
#[template(path = "accounts/second_factor/_password_dialog.html")]
struct PasswordDialog<'v> {
    view: &'v PasswordView,
}

#[derive(Template)]
#[template(path = "accounts/second_factor/password.html")]
struct PasswordPage<'v> {
    page: Page,
    view: &'v PasswordView,
}

#[derive(Template)]
#[template(path = "accounts/second_factor/setup.html")]
struct SetupPage {
    page: Page,
    /// In groups of four, to be typed.
    secret: String,
    uri: String,
    qr: ui::Qr,
    invalid: Invalid,
}

#[derive(Template)]
#[template(path = "accounts/second_factor/codes.html")]
struct CodesPage {
    page: Page,
    codes: Vec<String>,
}

#[derive(Template)]
#[template(path = "accounts/second_factor/_codes.html")]
struct CodesFragment {
    codes: Vec<String>,
}

#[derive(Deserialize)]
struct PasswordForm {
    #[serde(default)]
    password: SecretString,
}

#[derive(Deserialize)]
struct CodeForm {
    #[serde(default)]
    code: String,
}

/// GET /account/second-factor
async fn ask_to_begin(req: HttpRequest, member: Member) -> Answer {
    ask(&req, &member, TO_BEGIN)
}

/// POST /account/second-factor: makes a secret, and on to where the app learns it.
async fn begin(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
    form: Form<PasswordForm>,
) -> Answer {
    edge.asks_password(&req, &member)?;
    match second_factor::begin(&ctx, &member.user, &form.password).await {
        Ok(_) => respond::redirect(&req, SETUP, None),
        Err(AccountsError::Invalid(invalid)) => refuse(&req, &member, TO_BEGIN, invalid),
        Err(error) => Err(error.into()),
    }
}

/// GET /account/second-factor/setup: the picture to scan, and where the first code is typed.
async fn setup(req: HttpRequest, member: Member, ctx: Data<Ctx>) -> Answer {
    match second_factor::pending(&ctx, &member.user).await? {
        Some(setup) => respond::html(&req, &setup_page(&req, &setup, Invalid::default())),
        None => respond::redirect(&req, urls::ACCOUNT, None),
    }
}

/// POST /account/second-factor/setup: switches it on, and shows the recovery codes this once.
async fn confirm(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
    form: Form<CodeForm>,
) -> Answer {
    edge.asks_code(&req, &member)?;
    let invalid = match second_factor::confirm(&ctx, &member.user, &form.code).await {
        Ok(codes) => return show_codes(&req, &codes),
        Err(AccountsError::Invalid(invalid)) => invalid,
        Err(error) => return Err(error.into()),
    };
    let setup = second_factor::pending(&ctx, &member.user).await?;
    let setup = setup.ok_or(AccountsError::NotFound)?;
    let page = setup_page(&req, &setup, invalid);
    respond::invalid(&req, &page, &page)
}

/// GET /account/second-factor/recovery-codes
async fn ask_for_codes(req: HttpRequest, member: Member) -> Answer {
    ask(&req, &member, FOR_CODES)
}

/// POST /account/second-factor/recovery-codes
async fn renew_codes(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
    form: Form<PasswordForm>,
) -> Answer {
    edge.asks_password(&req, &member)?;
    match second_factor::renew_codes(&ctx, &member.user, &form.password).await {
        Ok(codes) => show_codes(&req, &codes),
        Err(AccountsError::Invalid(invalid)) => refuse(&req, &member, FOR_CODES, invalid),
        Err(error) => Err(error.into()),
    }
}

/// GET /account/second-factor/removal
async fn ask_to_remove(req: HttpRequest, member: Member) -> Answer {
    ask(&req, &member, TO_REMOVE)
}

/// POST /account/second-factor/removal
async fn remove(
    req: HttpRequest,
    member: Member,
    ctx: Data<Ctx>,
    edge: Data<Edge>,
    form: Form<PasswordForm>,
) -> Answer {
    edge.asks_password(&req, &member)?;
    match second_factor::disable(&ctx, &member.user, &form.password).await {
        Ok(()) => {
            let message = Flash::success("The second factor is off.");
            respond::redirect(&req, urls::ACCOUNT, Some(message))
        }
        Err(AccountsError::Invalid(invalid)) => refuse(&req, &member, TO_REMOVE, invalid),
        Err(error) => Err(error.into()),
    }
}

fn ask(req: &HttpRequest, member: &Member, purpose: Purpose) -> Answer {
    let view = &PasswordView::new(member, purpose, Invalid::default());
    respond::page_or(req, &view.page(req), &PasswordDialog { view })
}

fn refuse(req: &HttpRequest, member: &Member, purpose: Purpose, invalid: Invalid) -> Answer {
    let view = &PasswordView::new(member, purpose, invalid);
    respond::invalid(req, &view.page(req), &PasswordFragment { view })
}

impl PasswordView {
    fn new(member: &Member, purpose: Purpose, invalid: Invalid) -> Self {
        Self {
            purpose,
            username: member.user.username.clone(),
            invalid,
        }
    }

    fn page(&self, req: &HttpRequest) -> PasswordPage<'_> {
        PasswordPage {
            page: Page::new(req, self.purpose.title).under("Your account", urls::ACCOUNT),
            view: self,
        }
    }

    fn button(&self) -> ui::Button {
        match self.purpose.is_danger {
            true => ui::Button::danger(self.purpose.button),
            false => ui::Button::primary(self.purpose.button),
        }
    }
}

fn setup_page(req: &HttpRequest, setup: &Setup, invalid: Invalid) -> SetupPage {
    let (secret, uri) = (setup.secret.expose_secret(), setup.uri.expose_secret());
    let letters: Vec<char> = secret.chars().collect();
    let groups: Vec<String> = letters.chunks(4).map(|group| group.iter().collect()).collect();
    SetupPage {
        page: Page::new(req, "Set up the second factor").under("Your account", urls::ACCOUNT),
        secret: groups.join(" "),
        uri: uri.to_owned(),
        qr: ui::Qr::new(uri, "QR code with the secret for your authenticator app"),
        invalid,
    }
}

fn show_codes(req: &HttpRequest, codes: &[SecretString]) -> Answer {
    let codes: Vec<String> = codes.iter().map(|code| code.expose_secret().to_owned()).collect();
    let page = CodesPage {
        page: Page::new(req, "Recovery codes").under("Your account", urls::ACCOUNT),
        codes: codes.clone(),
    };
    respond::page_or(req, &page, &CodesFragment { codes })
}
