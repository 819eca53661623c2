//! What is wrong with what a stream shows, though it plays.

/// A defect of picture or sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Defect {
    /// A still picture that several channels of its provider show: a sign in the place of a programme.
    Slate,
    Black,
    /// The picture does not move.
    Frozen,
    /// There is sound, and nothing to be heard in it.
    Silent,
    /// So few bits a second that its picture cannot be one.
    LowBitrate,
}

impl Defect {
    pub const ALL: [Self; 5] = [
        Self::Slate,
        Self::Black,
        Self::Frozen,
        Self::Silent,
        Self::LowBitrate,
    ];

    /// As it is stored and told.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Slate => "slate",
            Self::Black => "black",
            Self::Frozen => "frozen",
            Self::Silent => "silent",
            Self::LowBitrate => "low_bitrate",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|defect| defect.as_str() == word)
    }

    /// For people, as the end of "it …".
    pub fn words(self) -> &'static str {
        match self {
            Self::Slate => "shows a sign in the place of a programme",
            Self::Black => "shows a black picture",
            Self::Frozen => "shows a picture that stands still",
            Self::Silent => "is silent",
            Self::LowBitrate => "has too few bits a second",
        }
    }

    /// Whether finding `other` before says the same of the stream: a picture that stands still may be a slate once more is known.
    pub fn agrees_with(self, other: Self) -> bool {
        let is_picture = |defect| matches!(defect, Self::Slate | Self::Black | Self::Frozen);
        self == other || (is_picture(self) && is_picture(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_as_it_is_written_and_pictures_agree_with_pictures() {
        for defect in Defect::ALL {
            assert_eq!(Defect::from_word(defect.as_str()), Some(defect));
            assert!(defect.agrees_with(defect));
        }
        assert_eq!(Defect::from_word("good"), None);
        assert!(Defect::Slate.agrees_with(Defect::Frozen) && Defect::Black.agrees_with(Defect::Slate));
        assert!(!Defect::Silent.agrees_with(Defect::Black) && !Defect::Black.agrees_with(Defect::LowBitrate));
    }
}
