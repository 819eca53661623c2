//! Languages as they stand behind names: the code of two letters for each.

/// The language of a code of two or three letters.
pub(super) fn of_code(word: &str) -> Option<&'static str> {
    Some(match word {
        "en" | "eng" => "en",
        "fr" | "fra" | "fre" => "fr",
        "de" | "deu" | "ger" => "de",
        "es" | "esp" | "spa" => "es",
        "it" | "ita" => "it",
        "pt" | "por" => "pt",
        "ar" | "ara" => "ar",
        "ru" | "rus" => "ru",
        "tr" | "tur" => "tr",
        "pl" | "pol" => "pl",
        "nl" | "nld" => "nl",
        _ => return None,
    })
}

/// The language of its name, in English or its own words.
pub(super) fn of_name(word: &str) -> Option<&'static str> {
    Some(match word {
        "english" | "ingles" | "anglais" | "englisch" | "inglese" | "engleza" | "angielski" | "ingilizce" => {
            "en"
        }
        "french" | "francais" | "francaise" | "frances" | "francese" | "franzosisch" => "fr",
        "german" | "deutsch" | "allemand" | "aleman" | "tedesco" => "de",
        "spanish" | "espanol" | "espagnol" | "spanisch" | "spagnolo" => "es",
        "italian" | "italiano" | "italien" | "italienisch" => "it",
        "portuguese" | "portugues" | "portugais" => "pt",
        "arabic" | "arabe" | "arabisch" | "arabia" | "العربيه" | "عربي" => "ar",
        "russian" | "russe" | "ruso" | "русский" => "ru",
        "turkish" | "turkce" => "tr",
        "polish" | "polski" => "pl",
        "dutch" => "nl",
        "hindi" => "hi",
        "tamil" => "ta",
        "telugu" => "te",
        "kannada" => "kn",
        "malayalam" => "ml",
        "bengali" | "bangla" => "bn",
        "marathi" => "mr",
        "gujarati" => "gu",
        "punjabi" => "pa",
        "persian" | "farsi" => "fa",
        "mandarin" => "zh",
        "greek" => "el",
        "hebrew" => "he",
        "urdu" => "ur",
        "albanian" => "sq",
        "hungarian" | "magyar" => "hu",
        "romanian" => "ro",
        "serbian" | "srpski" => "sr",
        "korean" => "ko",
        "japanese" => "ja",
        _ => return None,
    })
}
