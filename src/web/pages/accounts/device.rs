/// What a client says about itself in a few words: "Firefox on Windows", or its first word where it is no browser.
pub(super) fn words(user_agent: Option<&str>) -> String {
    let Some(text) = user_agent.filter(|text| !text.trim().is_empty()) else {
        return "Unknown program".to_owned();
    };
    let known = |words: &[(&str, &'static str)]| {
        words
            .iter()
            .find(|(mark, _)| text.contains(mark))
            .map(|(_, name)| *name)
    };
    match (known(&BROWSERS), known(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, _) => {
            let product = text.split([' ', '/', '(']).next().unwrap_or_default();
            product.chars().take(40).collect()
        }
    }
}

/// Later ones call themselves by the names of earlier ones, so the order matters.
const BROWSERS: [(&str, &str); 6] = [
    ("Edg/", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
];
const SYSTEMS: [(&str, &str); 7] = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn clients_are_named_in_a_few_words() {
        for (agent, expected) in [
            (None, "Unknown program"),
            (Some(" "), "Unknown program"),
            (Some("curl/8.5.0"), "curl"),
            (Some("python-requests/2.32"), "python-requests"),
            (
                Some("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"),
                "Firefox on Windows",
            ),
            (
                Some(
                    "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36",
                ),
                "Chrome on Android",
            ),
            (
                Some(
                    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/18 Safari/605.1.15",
                ),
                "Safari on macOS",
            ),
        ] {
            assert_eq!(words(agent), expected);
        }
    }
}
