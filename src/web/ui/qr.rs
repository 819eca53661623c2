use std::fmt::Write as _;

use askama::Template;
use askama::filters::HtmlSafe;
use qrcodegen::{QrCode, QrCodeEcc};

/// White modules around the code, which scanners need.
const MARGIN: i32 = 4;

/// A QR code as one path, dark on white in either theme.
#[derive(Template)]
#[template(path = "ui/qr.html")]
pub struct Qr {
    label: String,
    /// Modules along each side, margin included.
    size: i32,
    path: String,
}

impl HtmlSafe for Qr {}

impl Qr {
    /// The code of `text`, named `label`; an empty square if the text is longer than any code holds (about 2 KB).
    pub fn new(text: &str, label: &str) -> Self {
        let code = QrCode::encode_text(text, QrCodeEcc::Medium);
        Self {
            label: label.to_owned(),
            size: code.as_ref().map_or(0, QrCode::size) + 2 * MARGIN,
            path: code.map(|code| path(&code)).unwrap_or_default(),
        }
    }
}

/// One rectangle for each run of dark modules in a row.
fn path(code: &QrCode) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let run = (x..code.size()).take_while(|x| code.get_module(*x, y)).count();
            let run = i32::try_from(run).unwrap_or(0);
            if run > 0 {
                // Writing to a String cannot fail.
                let _ = write!(path, "M{} {}h{run}v1h-{run}z", x + MARGIN, y + MARGIN);
            }
            x += run.max(1);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dark_module_is_drawn_once() {
        let code = QrCode::encode_text("otpauth://totp/x?secret=MZXW6YTBOI", QrCodeEcc::Medium).unwrap();
        let dark = (0..code.size())
            .flat_map(|y| (0..code.size()).map(move |x| (x, y)))
            .filter(|(x, y)| code.get_module(*x, *y))
            .count();
        let path = path(&code);
        let drawn: usize = path
            .split('h')
            .skip(1)
            .filter_map(|part| part.split('v').next()?.parse::<usize>().ok())
            .sum();
        assert_eq!(drawn, dark);
        // The corner of the first finder pattern is seven modules wide.
        assert!(path.starts_with("M4 4h7v1h-7z"), "{path}");
    }

    #[test]
    fn a_text_that_no_code_holds_is_an_empty_square() {
        let qr = Qr::new(&"x".repeat(5_000), "Too long");
        assert_eq!((qr.size, qr.path.as_str()), (8, ""));
    }
}
