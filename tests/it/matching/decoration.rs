//! Adding a decoration never changes a cluster.

use super::{Facts, memberships, name_in};
use crate::support::Dice;

const BEFORE: [&str; 12] = [
    "{}: ",
    "{} | ",
    "|{}| ",
    "[{}] ",
    "({}) ",
    "{}| ",
    "{} - ",
    "VIP | ",
    "◉ ",
    "4K | {}: ",
    "{}: VIP ",
    "┃{}┃ ",
];

const BEHIND: [&str; 40] = [
    " 8K",
    " 4K",
    " UHD",
    " 2160p",
    " QHD",
    " 1440p",
    " FHD",
    " 1080p",
    " HD",
    " 720p",
    " SD",
    " 576p",
    " 480p",
    " HEVC",
    " H265",
    " H.265",
    " RAW",
    " 50fps",
    " 50 FPS",
    " VIP",
    " ◉",
    "ᴴᴰ",
    " ᴴᴰ",
    " ⱽᴵᴾ",
    " ᴿᴬᵂ",
    " ⁶⁰ᶠᵖˢ",
    " ᵁᴴᴰ ³⁸⁴⁰ᴾ",
    " backup",
    " (Backup)",
    " multi",
    " [Multi]",
    " ()",
    " []",
    " [1080p]",
    " (720p)",
    " [HEVC]",
    " (4K UHD)",
    " hd",
    " 1080P",
    " [50fps]",
];

const NAMES: [&str; 22] = [
    "ESPN",
    "BBC One",
    "Channel 4 +1",
    "1+1",
    "France 24 (English)",
    "Canal+ Sport",
    "Thursday",
    "13",
    "E!",
    "NBC (WAND) Decatur, IL",
    "Первый канал",
    "قناة الجزيرة",
    "日テレ",
    "Sky Sports F1",
    "DR Ultra",
    "ID - Investigation Discovery",
    "Starz West",
    "Eurosport 2 D",
    "T.B.S.",
    "Uno",
    "L'Équipe",
    "XEW-TV",
];

/// Name, decorated name and all other names, in one table: the two must share a cluster, and it must not grow.
fn keeps_its_cluster(country: &str, plain: &str, decorated: &str, others: &[Facts]) {
    let mut entries = others.to_vec();
    entries.push(name_in(country, plain));
    let before = memberships(&entries);
    entries.push(name_in(country, decorated));
    let after = memberships(&entries);
    let position = others.len();
    assert_eq!(
        after[position].cluster,
        after[position + 1].cluster,
        "{plain:?} and {decorated:?}"
    );
    for other in 0..position {
        let was = before[other].cluster == before[position].cluster;
        assert_eq!(
            after[other].cluster == after[position].cluster,
            was,
            "{plain:?} with {decorated:?}"
        );
    }
}

#[test]
fn adding_a_decoration_never_changes_a_cluster() {
    for country in ["us", "gb", "de", "tv"] {
        let others: Vec<Facts> = NAMES.iter().map(|plain| name_in(country, plain)).collect();
        for plain in NAMES {
            for decorated in decorations(country, plain) {
                keeps_its_cluster(country, plain, &decorated, &others);
            }
        }
    }
}

#[test]
fn several_decorations_at_once_change_nothing_either() {
    let others: Vec<Facts> = NAMES.iter().map(|plain| name_in("us", plain)).collect();
    let mut dice = Dice(7);
    for _ in 0..400 {
        let plain = NAMES[dice.below(NAMES.len())];
        let mut decorated = BEFORE[dice.below(BEFORE.len())].replace("{}", "US") + plain;
        for _ in 0..=dice.below(3) {
            decorated += BEHIND[dice.below(BEHIND.len())];
        }
        keeps_its_cluster("us", plain, &decorated, &others);
    }
}

#[test]
fn the_training_names_keep_their_clusters_under_decoration() {
    let Some(rows) = super::command::training_rows() else {
        return;
    };
    let mut dice = Dice(11);
    let entries: Vec<Facts> = rows
        .iter()
        .map(|(country, name)| name_in(country, name))
        .collect();
    let mut decorated = entries.clone();
    decorated.extend(rows.iter().map(|(country, name)| {
        let choices = decorations(country, name);
        name_in(country, &choices[dice.below(choices.len())])
    }));
    let (before, after) = (memberships(&entries), memberships(&decorated));
    let mut names = std::collections::HashMap::new();
    for row in 0..rows.len() {
        assert_eq!(
            after[row].cluster,
            after[row + rows.len()].cluster,
            "{:?}",
            rows[row]
        );
        assert_eq!(
            *names.entry(after[row].cluster).or_insert(before[row].cluster),
            before[row].cluster,
            "{:?}",
            rows[row]
        );
    }
}

fn decorations(country: &str, plain: &str) -> Vec<String> {
    let code = country.to_uppercase();
    let is_code = code.len() == 2 && code.bytes().all(|b| b.is_ascii_uppercase());
    let fits = |pattern: &&&str| is_code || !pattern.contains("{}");
    let before = BEFORE
        .iter()
        .filter(fits)
        .map(|pattern| pattern.replace("{}", &code) + plain);
    before
        .chain(BEHIND.iter().map(|pattern| format!("{plain}{pattern}")))
        .collect()
}
