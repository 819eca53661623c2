//! Whatever bytes a list is made of.

use encoding_rs::{Encoding, GBK, WINDOWS_1251, WINDOWS_1252};

use super::{Read, read, try_read};

fn utf16(text: &str, little: bool, mark: bool) -> Vec<u8> {
    let units = mark.then_some(0xfeff).into_iter().chain(text.encode_utf16());
    units
        .flat_map(|unit| {
            if little {
                unit.to_le_bytes()
            } else {
                unit.to_be_bytes()
            }
        })
        .collect()
}

fn list(names: &[&str]) -> String {
    let entries = names
        .iter()
        .enumerate()
        .map(|(index, name)| format!("#EXTINF:-1 group-title=\"G\",{name}\nhttp://h/{index}\n"));
    std::iter::once("#EXTM3U\n".to_owned()).chain(entries).collect()
}

fn encoded(names: &[&str], encoding: &'static Encoding) -> Read {
    read(encoding.encode(&list(names)).0)
}

#[test]
fn utf16_is_read_in_either_order_with_and_without_a_mark() {
    for little in [true, false] {
        for mark in [true, false] {
            for chunk in [1, 3, usize::MAX] {
                let bytes = utf16(&list(&["Télé", "日本", "🎬 Kino"]), little, mark);
                let got = try_read(&bytes, chunk).unwrap();
                assert_eq!(
                    got.names(),
                    ["Télé", "日本", "🎬 Kino"],
                    "little {little} mark {mark} chunk {chunk}"
                );
            }
        }
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_list() {
    assert_eq!(read("\u{feff}#EXTM3U\n#EXTINF:-1,A\nhttp://h/a\n").names(), ["A"]);
    assert_eq!(read("\u{feff}#EXTINF:-1,A\nhttp://h/a\n").names(), ["A"]);
    assert_eq!(
        read("#EXTM3U\n#EXTINF:-1,A\nhttp://h/a\n\u{feff}#EXTINF:-1,B\n\u{feff}http://h/b\n").urls(),
        ["http://h/a", "http://h/b"]
    );
}

#[test]
fn gbk_is_read() {
    let names = ["CCTV-1 综合", "湖南卫视", "北京卫视 高清", "凤凰中文"];
    assert_eq!(encoded(&names, GBK).names(), names);
    assert_eq!(encoded(&["中央一台"], GBK).names(), ["中央一台"]);
}

#[test]
fn latin_1_is_read() {
    let names = ["RTC Télé Liège", "La Première", "ZDF Küche", "España", "Straße"];
    assert_eq!(encoded(&names, WINDOWS_1252).names(), names);
    for name in names {
        assert_eq!(encoded(&[name], WINDOWS_1252).names(), [name]);
    }
}

#[test]
fn cyrillic_is_read() {
    let names = ["Первый канал", "Россия 24", "Культура"];
    assert_eq!(encoded(&names, WINDOWS_1251).names(), names);
}

#[test]
fn one_broken_name_does_not_change_the_rest() {
    let mut bytes = list(&["Télé", "日本テレビ"]).into_bytes();
    bytes.extend_from_slice("#EXTINF:-1,日本\u{30c6}".as_bytes());
    bytes.pop();
    bytes.extend_from_slice(b"\nhttp://h/x\n");
    let got = read(bytes);
    assert_eq!(got.names(), ["Télé", "日本テレビ", "日本\u{fffd}"]);
}

#[test]
fn lines_may_end_in_any_way_and_lists_lack_their_header() {
    for end in ["\n", "\r", "\r\n", "\r\r\n", "\n\n"] {
        let text = "#EXTM3U|#EXTINF:-1,A|http://h/a|#EXTINF:-1,B|http://h/b".replace('|', end);
        for chunk in [1, 2, 5, usize::MAX] {
            let got = try_read(text.as_bytes(), chunk).unwrap();
            assert_eq!(got.urls(), ["http://h/a", "http://h/b"], "{end:?}");
        }
    }
    assert_eq!(
        read("#EXTM3U\r\n#EXTINF:-1,A\r\nhttp://h/a\r\n#EXTINF:-1,B\r\nx:").refused[0].0,
        4
    );
    assert_eq!(read("#EXTINF:-1,A\nhttp://h/a\n").names(), ["A"]);
}
