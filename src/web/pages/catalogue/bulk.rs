use actix_web::HttpRequest;
use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Query};
use askama::Template;
use serde_json::{Map, Value, json};

use super::CHANNELS;
use crate::ctx::Ctx;
use crate::edge::{Admin, Problem};
use crate::features::catalogue::browse::{ChannelList, Lists, Place};
use crate::features::catalogue::editing::bulk::{self, Action, Bulk, BulkError, Selection};
use crate::support::validation::Invalid;
use crate::web::kit::respond::{self, Answer};
use crate::web::kit::{Flash, Htmx, Page, Pairs, format};
use crate::web::pages::jobs;
use crate::web::ui;

const PATH: &str = "/channels/bulk";

/// The choice of a list and what was typed.
struct Typed(Pairs);

impl Typed {
    fn text(&self, name: &str) -> &str {
        self.0.text(name)
    }

    /// All that the list holds, not only those ticked.
    fn is_whole(&self) -> bool {
        self.text("all") == "true"
    }

    /// The fields as a program would send them.
    fn sent(&self) -> Map<String, Value> {
        let mut sent = Map::new();
        if self.is_whole() {
            let mut invalid = Invalid::default();
            let list = ChannelList::read(|name| self.text(list_name(name)), &mut invalid);
            // A part that cannot be read must not be left out: the rest would be a longer list.
            let filter = invalid
                .into_result()
                .map_or(json!("unreadable"), |()| json!(list));
            sent.insert("filter".to_owned(), filter);
        } else {
            sent.insert("ids".to_owned(), self.0.all("ids").map(number).collect());
        }
        for name in ["action", "category", "tag", "from"] {
            sent.insert(name.to_owned(), json!(self.text(name)));
        }
        sent
    }
}

/// What the list's own part is called in this form, which has a category and a tag of its own.
pub(super) fn list_name(name: &str) -> &str {
    match name {
        "category" => "in_category",
        "tag" => "with_tag",
        other => other,
    }
}

fn number(text: &str) -> Value {
    text.parse::<i64>().map_or_else(|_| json!(text), Value::from)
}

struct FormView {
    typed: Typed,
    /// How many channels it is about.
    count: i64,
    invalid: Invalid,
}

#[derive(Template)]
#[template(path = "catalogue/_bulk_form.html")]
struct FormFragment<'v> {
    view: &'v FormView,
}

#[derive(Template)]
#[template(path = "catalogue/_bulk_form_dialog.html")]
struct FormDialog<'v> {
    view: &'v FormView,
}

#[derive(Template)]
#[template(path = "catalogue/bulk_form.html")]
struct FormPage<'v> {
    page: Page,
    view: &'v FormView,
}

/// GET /channels/bulk: what can be done to the chosen channels, in a dialog where scripts run.
pub(super) async fn new(req: HttpRequest, _: Admin, lists: Data<Lists>, query: Query<Pairs>) -> Answer {
    let view = view(&lists, Typed(query.into_inner()), Invalid::default()).await?;
    let status = match view.invalid.is_empty() {
        true => StatusCode::OK,
        false => StatusCode::UNPROCESSABLE_ENTITY,
    };
    match Htmx::of(&req).fragment {
        true => respond::with_status(&req, StatusCode::OK, &FormDialog { view: &view }),
        false => respond::with_status(&req, status, &page(&req, &view)),
    }
}

/// POST /channels/bulk: begins the change and leads to its job.
pub(super) async fn create(
    req: HttpRequest,
    admin: Admin,
    ctx: Data<Ctx>,
    lists: Data<Lists>,
    form: Form<Pairs>,
) -> Answer {
    let typed = Typed(form.into_inner());
    let invalid = match bulk::start(&ctx, &admin.user.actor(), &typed.sent()).await {
        Ok(job) => {
            let message = Flash::success("The channels are being changed.");
            return respond::redirect(&req, &jobs::path(job), Some(message));
        }
        Err(BulkError::Busy(job)) => {
            let message =
                "Nothing was begun: many channels are being changed already. Wait until that has ended.";
            return respond::redirect(&req, &jobs::path(job), Some(Flash::warning(message)));
        }
        Err(BulkError::Invalid(invalid)) => invalid,
        Err(error) => return Err(error.into()),
    };
    let view = view(&lists, typed, invalid).await?;
    respond::invalid(&req, &page(&req, &view), &FormFragment { view: &view })
}

/// The form about what was chosen; it says so where that is nothing.
async fn view(lists: &Lists, typed: Typed, mut invalid: Invalid) -> Result<FormView, Problem> {
    let mut sent = typed.sent();
    sent.insert("action".to_owned(), json!(Action::NAMES[0]));
    let count = match Bulk::read(&sent).map(|bulk| bulk.selection) {
        Ok(Selection::Ids(ids)) => i64::try_from(ids.len()).unwrap_or(i64::MAX),
        Ok(Selection::Filter(list)) => {
            let found = lists.channels(&list.filter, list.order(), &Place::Skip(0), 1);
            found.await?.total
        }
        Err(other) => {
            invalid.merge(other);
            0
        }
    };
    Ok(FormView {
        typed,
        count,
        invalid,
    })
}

fn page<'v>(req: &HttpRequest, view: &'v FormView) -> FormPage<'v> {
    let page = Page::new(req, view.title()).under("Channels", CHANNELS);
    FormPage { page, view }
}

impl FormView {
    fn title(&self) -> String {
        match self.count {
            0 => "Change channels".to_owned(),
            count => format!("Change {}", format::count(count, "channel", "channels")),
        }
    }

    fn action(&self) -> &'static str {
        PATH
    }

    fn back(&self) -> &'static str {
        CHANNELS
    }

    /// What was chosen, to be sent along.
    fn chosen(&self) -> Vec<(&str, &str)> {
        let names = ChannelList::NAMES.map(list_name);
        let is_choice = |name: &str| name == "ids" || name == "all" || names.contains(&name);
        self.typed.0.iter().filter(|(name, _)| is_choice(name)).collect()
    }

    /// What giving back takes from them, in words.
    fn given_back(&self) -> String {
        super::by_hand_words(Action::given_back())
    }

    fn actions(&self) -> &'static [(&'static str, &'static str)] {
        &[
            ("", "Choose"),
            ("enable", "Switch on"),
            ("disable", "Switch off: players do not see them"),
            ("set_category", "Set the category"),
            ("add_tag", "Add a tag"),
            ("remove_tag", "Remove a tag"),
            ("renumber", "Number them in this order"),
            ("give_back", "Give back to the providers all that was set by hand"),
        ]
    }
}
