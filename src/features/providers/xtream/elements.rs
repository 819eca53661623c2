//! The elements of a JSON list, cut out of its bytes as these arrive. One element is held at a time, and its text is
//! judged by whoever takes it: a damaged one does not spoil the list.

/// An answer that is no list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAList {
    #[error("answered with nothing")]
    Empty,
    #[error("answered with a web page instead of a list")]
    WebPage,
    #[error("answered with the account instead of a list")]
    Account,
    #[error("answered with something that is no list")]
    Other,
    /// A whole list without an element.
    #[error("answered with an empty list")]
    Nothing,
    #[error("stopped in the middle of a list")]
    Cut,
    #[error("sent a list of more than {limit} bytes")]
    TooLarge { limit: u64 },
}

/// One element of a list.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Element<'a> {
    One(&'a [u8]),
    /// It is longer than the limit and was skipped.
    TooLong,
}

/// Where reading stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the list.
    Start,
    /// Before an element, or the end.
    Before,
    /// Before a name of an object, or the end.
    BeforeName,
    Name,
    Colon,
    /// In an object or array, so many levels deep.
    Nested(usize),
    /// In a text inside an object or array.
    NestedText(usize),
    Text,
    Scalar,
    After,
    End,
}

/// Panels send arrays; some send an object whose names are numbers instead.
pub(super) struct Elements {
    state: State,
    is_object: bool,
    escaped: bool,
    /// The part of the present element, or name, that earlier chunks held.
    held: Vec<u8>,
    is_too_long: bool,
    longest: usize,
}

impl Elements {
    pub(super) fn new(longest: usize) -> Self {
        Self {
            state: State::Start,
            is_object: false,
            escaped: false,
            held: Vec::new(),
            is_too_long: false,
            longest,
        }
    }

    pub(super) fn feed(&mut self, chunk: &[u8], take: &mut impl FnMut(Element<'_>)) -> Result<(), NotAList> {
        let mut start = 0;
        let mut at = 0;
        while let Some(&byte) = chunk.get(at) {
            match self.state {
                State::Start => match byte {
                    b'[' => self.state = State::Before,
                    b'{' => {
                        self.is_object = true;
                        self.state = State::BeforeName;
                    }
                    b'<' => return Err(NotAList::WebPage),
                    // A byte order mark is no text.
                    0xef | 0xbb | 0xbf => {}
                    byte if byte.is_ascii_whitespace() => {}
                    _ => return Err(NotAList::Other),
                },
                State::Before => match byte {
                    b']' if !self.is_object => self.state = State::End,
                    b'}' | b']' => return Err(NotAList::Other),
                    b',' => {}
                    byte if byte.is_ascii_whitespace() => {}
                    byte => {
                        start = at;
                        self.state = match byte {
                            b'{' | b'[' => State::Nested(1),
                            b'"' => State::Text,
                            _ => State::Scalar,
                        };
                    }
                },
                State::BeforeName => match byte {
                    b'"' => {
                        start = at + 1;
                        self.state = State::Name;
                    }
                    b'}' => self.state = State::End,
                    b',' => {}
                    byte if byte.is_ascii_whitespace() => {}
                    _ => return Err(NotAList::Other),
                },
                State::Name => {
                    if byte == b'"' {
                        self.name(&chunk[start..at])?;
                        self.state = State::Colon;
                    }
                }
                State::Colon => match byte {
                    b':' => self.state = State::Before,
                    byte if byte.is_ascii_whitespace() => {}
                    _ => return Err(NotAList::Other),
                },
                State::Nested(depth) => match byte {
                    b'{' | b'[' => self.state = State::Nested(depth + 1),
                    b'}' | b']' if depth == 1 => self.end(&chunk[start..=at], take),
                    b'}' | b']' => self.state = State::Nested(depth - 1),
                    b'"' => self.state = State::NestedText(depth),
                    _ => {}
                },
                State::NestedText(depth) => {
                    if self.text_ends(chunk, &mut at) {
                        self.state = State::Nested(depth);
                    }
                }
                State::Text => {
                    if self.text_ends(chunk, &mut at) {
                        self.end(&chunk[start..=at], take);
                    }
                }
                State::Scalar => {
                    if matches!(byte, b',' | b']' | b'}') || byte.is_ascii_whitespace() {
                        self.end(&chunk[start..at], take);
                        continue;
                    }
                }
                State::After => match (byte, self.is_object) {
                    (b',', false) => self.state = State::Before,
                    (b',', true) => self.state = State::BeforeName,
                    (b']', false) | (b'}', true) => self.state = State::End,
                    (byte, _) if byte.is_ascii_whitespace() => {}
                    _ => return Err(NotAList::Other),
                },
                // Notices that a panel prints behind its answer.
                State::End => return Ok(()),
            }
            at += 1;
        }
        if self.is_inside() {
            self.hold(&chunk[start.min(chunk.len())..]);
        }
        Ok(())
    }

    /// Ends the list, which must be whole.
    pub(super) fn finish(self) -> Result<(), NotAList> {
        match self.state {
            State::End => Ok(()),
            State::Start => Err(NotAList::Empty),
            _ => Err(NotAList::Cut),
        }
    }

    fn is_inside(&self) -> bool {
        matches!(
            self.state,
            State::Name | State::Nested(_) | State::NestedText(_) | State::Text | State::Scalar
        )
    }

    /// Goes on to the next quote or backslash; whether the text ends there.
    fn text_ends(&mut self, chunk: &[u8], at: &mut usize) -> bool {
        if std::mem::take(&mut self.escaped) {
            return false;
        }
        match memchr::memchr2(b'"', b'\\', &chunk[*at..]) {
            None => {
                *at = chunk.len() - 1;
                false
            }
            Some(skipped) => {
                *at += skipped;
                self.escaped = chunk[*at] == b'\\';
                !self.escaped
            }
        }
    }

    fn name(&mut self, rest: &[u8]) -> Result<(), NotAList> {
        self.hold(rest);
        let is_number = !self.held.is_empty() && self.held.iter().all(u8::is_ascii_digit);
        let is_account = matches!(self.held.as_slice(), b"user_info" | b"server_info");
        self.held.clear();
        match (is_number, is_account) {
            (true, _) => Ok(()),
            (false, true) => Err(NotAList::Account),
            (false, false) => Err(NotAList::Other),
        }
    }

    fn hold(&mut self, part: &[u8]) {
        if self.held.len() + part.len() > self.longest {
            self.is_too_long = true;
            self.held.clear();
        }
        if !self.is_too_long {
            self.held.extend_from_slice(part);
        }
    }

    fn end(&mut self, rest: &[u8], take: &mut impl FnMut(Element<'_>)) {
        self.state = State::After;
        let is_whole = self.held.is_empty() && !self.is_too_long;
        if is_whole && rest.len() <= self.longest {
            return take(Element::One(rest));
        }
        self.hold(rest);
        if std::mem::take(&mut self.is_too_long) {
            take(Element::TooLong);
        } else {
            take(Element::One(&self.held));
        }
        self.held.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: usize = 64;

    fn read(json: &str, piece: usize) -> (Vec<String>, Result<(), NotAList>) {
        let mut found = Vec::new();
        let mut elements = Elements::new(LONGEST);
        for chunk in json.as_bytes().chunks(piece) {
            let fed = elements.feed(chunk, &mut |element| {
                found.push(match element {
                    Element::One(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                    Element::TooLong => "too long".to_owned(),
                });
            });
            if fed.is_err() {
                return (found, fed);
            }
        }
        (found, elements.finish())
    }

    #[test]
    fn a_list_is_the_same_however_its_bytes_arrive() {
        let json =
            "\u{feff} [ {\"a\":\"x]},\\\"{\",\"b\":[1,{}]} ,null, 12,\"te,\\\\\",[[]],{} ]\n<br>Notice";
        let whole = read(json, usize::MAX);
        assert_eq!(
            whole,
            (
                vec![
                    "{\"a\":\"x]},\\\"{\",\"b\":[1,{}]}".to_owned(),
                    "null".to_owned(),
                    "12".to_owned(),
                    "\"te,\\\\\"".to_owned(),
                    "[[]]".to_owned(),
                    "{}".to_owned(),
                ],
                Ok(())
            )
        );
        for piece in 1..20 {
            assert_eq!(read(json, piece), whole, "{piece}");
        }
    }

    #[test]
    fn an_object_whose_names_are_numbers_is_a_list() {
        for piece in [1, 7, 100] {
            let (found, end) = read("{\"1\":{\"a\":1}, \"02\" : {\"a\":2}}", piece);
            assert_eq!(
                (found.as_slice(), end),
                (
                    ["{\"a\":1}".to_owned(), "{\"a\":2}".to_owned()].as_slice(),
                    Ok(())
                )
            );
        }
        assert_eq!(read("{}", 1), (Vec::new(), Ok(())));
        assert_eq!(read("[]", 1), (Vec::new(), Ok(())));
    }

    #[test]
    fn what_is_no_list_is_named() {
        for (json, problem) in [
            ("", NotAList::Empty),
            ("  \r\n", NotAList::Empty),
            (" <!DOCTYPE html><html></html>", NotAList::WebPage),
            ("{\"user_info\":{\"auth\":0}}", NotAList::Account),
            ("{\"error\":\"no\"}", NotAList::Other),
            ("null", NotAList::Other),
            ("\"\"", NotAList::Other),
            ("false", NotAList::Other),
            ("[{\"a\":1}{\"a\":2}]", NotAList::Other),
        ] {
            for piece in [1, 5, 100] {
                assert_eq!(read(json, piece).1, Err(problem), "{json}");
            }
        }
    }

    #[test]
    fn a_list_that_stops_is_cut_wherever_it_stops() {
        let json = "[{\"a\":\"b\\\"\"},{\"c\":1}]";
        for length in 1..json.len() {
            assert_eq!(read(&json[..length], 3).1, Err(NotAList::Cut), "{length}");
        }
        assert_eq!(read("{\"1\":{}", 3).1, Err(NotAList::Cut));
    }

    #[test]
    fn an_element_over_the_limit_is_skipped_and_the_next_ones_are_read() {
        let json = format!("[{{\"a\":\"{}\"}},{{\"b\":1}}]", "x".repeat(2 * LONGEST));
        for piece in [1, 10, 1_000] {
            let (found, end) = read(&json, piece);
            assert_eq!(
                (found.as_slice(), end),
                (["too long".to_owned(), "{\"b\":1}".to_owned()].as_slice(), Ok(()))
            );
        }
    }
}
