//! Rule 6: the content security policy forbids inline scripts, inline styles and event attributes.

use super::files::{File, below};

fn forbidden(file: &File) -> Vec<String> {
    tags(&file.text)
        .into_iter()
        .filter(|tag| is_forbidden(tag))
        .map(|tag| format!("{} holds <{tag}>", file.path))
        .collect()
}

/// The insides of the tags, template expressions taken out.
fn tags(text: &str) -> Vec<String> {
    let mut plain = text.to_owned();
    for (open, close) in [("{#", "#}"), ("{%", "%}"), ("{{", "}}")] {
        while let Some(start) = plain.find(open) {
            let end = plain[start..]
                .find(close)
                .map_or(plain.len(), |end| start + end + close.len());
            plain.replace_range(start..end, if open == "{{" { "x" } else { " " });
        }
    }
    plain
        .split('<')
        .skip(1)
        .map(|rest| rest.split('>').next().unwrap_or_default().to_lowercase())
        .collect()
}

fn is_forbidden(tag: &str) -> bool {
    let name = tag.split_whitespace().next().unwrap_or_default();
    let attributes = attribute_names(tag);
    let has = |wanted: &str| attributes.iter().any(|attribute| attribute == wanted);
    name == "style"
        || (name == "script" && !has("src"))
        || has("style")
        || attributes
            .iter()
            .any(|attribute| attribute.starts_with("hx-on") || is_event(attribute))
        || tag.replace(char::is_whitespace, "").contains("=\"javascript:")
}

fn is_event(attribute: &str) -> bool {
    attribute
        .strip_prefix("on")
        .is_some_and(|rest| !rest.is_empty() && rest.chars().all(char::is_alphabetic))
}

fn attribute_names(tag: &str) -> Vec<String> {
    let mut names = Vec::new();
    let (mut word, mut quote) = (String::new(), None);
    for char in tag.chars().chain(" ".chars()) {
        match (quote, char) {
            (Some(open), _) if char == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(char),
            (None, _) if char.is_whitespace() || char == '=' || char == '/' => {
                names.push(std::mem::take(&mut word))
            }
            (None, _) => word.push(char),
        }
    }
    names
        .into_iter()
        .skip(1)
        .filter(|name| !name.is_empty())
        .collect()
}

#[test]
fn templates_hold_nothing_that_the_policy_forbids() {
    super::assert_none(
        &below("templates", ".html")
            .iter()
            .flat_map(forbidden)
            .collect::<Vec<_>>(),
    );
}

#[test]
fn what_the_policy_forbids_is_seen() {
    let found = |text: &str| {
        !forbidden(&File {
            path: "templates/a.html".to_owned(),
            text: text.to_owned(),
        })
        .is_empty()
    };
    for text in [
        "<script>alert(1)</script>",
        "<style>p {}</style>",
        "<p style=\"color: red\">",
        "<p {% if red %}style='color: red'{% endif %}>",
        "<button\n  onclick=\"go()\">",
        "<button hx-on:click=\"go()\">",
        "<a href=\"javascript:go()\">",
    ] {
        assert!(found(text), "{text}");
    }
    for text in [
        "<script src=\"{{ url }}\" defer></script>",
        "<link rel=\"stylesheet\" href=\"a.css\">",
        "<p class=\"on\" data-style=\"a\" title=\"onclick= style=\">on = 1, style=\"a\"</p>",
        "{# <p style=\"a\"> #}",
    ] {
        assert!(!found(text), "{text}");
    }
}
