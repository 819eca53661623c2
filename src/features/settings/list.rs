//! Every setting there is.

use super::key::{Key, Kind};

pub const PLAYLIST_MAX_MIB: &str = "playlist_max_mib";
pub const AUTO_SYNC_ENABLED: &str = "auto_sync_enabled";
pub const AUTO_SYNC_SCHEDULE: &str = "auto_sync_schedule";
pub const SYNC_TIMEOUT: &str = "sync_timeout";
pub const SYNC_SHRINK_GUARD_PERCENT: &str = "sync_shrink_guard_percent";
pub const FILM_DETAILS_PER_HOUR: &str = "film_details_per_hour";
pub const FUZZY_MATCH_THRESHOLD: &str = "fuzzy_match_threshold";
pub const STRM_ORGANIZE_BY_GENRE: &str = "strm_organize_by_genre";
pub const STRM_INCLUDE_YEAR: &str = "strm_include_year";
pub const STRM_LINK_MODE: &str = "strm_link_mode";
pub const HEALTH_CHECK_ENABLED: &str = "health_check_enabled";
pub const HEALTH_CHECK_SCHEDULE: &str = "health_check_schedule";
pub const HEALTH_CHECK_TIMEOUT: &str = "health_check_timeout";
pub const MAX_CONCURRENT_HEALTH_CHECKS: &str = "max_concurrent_health_checks";
pub const HEALTH_CHECK_FAILURE_THRESHOLD: &str = "health_check_failure_threshold";
pub const HEALTH_CHECK_RETENTION_DAYS: &str = "health_check_retention_days";
pub const PERFORMANCE_RETENTION_DAYS: &str = "performance_retention_days";
pub const ENABLE_BITRATE_ANALYSIS: &str = "enable_bitrate_analysis";
pub const FFPROBE_TIMEOUT: &str = "ffprobe_timeout";
pub const CONTENT_TESTS_ENABLED: &str = "content_tests_enabled";
pub const CONTENT_TEST_HOURS: &str = "content_test_hours";
pub const BITRATE_FLOOR_PERCENT: &str = "bitrate_floor_percent";
pub const QUALITY_RETENTION_DAYS: &str = "quality_retention_days";
pub const PLAYLIST_PREFER_QUALITY: &str = "playlist_prefer_quality";
pub const HDHOMERUN_DISCOVERY: &str = "hdhomerun_discovery";
pub const BACKUP_ENABLED: &str = "backup_enabled";
pub const BACKUP_SCHEDULE: &str = "backup_schedule";
pub const BACKUP_KEEP: &str = "backup_keep";
pub const PUBLIC_URL: &str = "public_url";
pub const TIME_ZONE: &str = "time_zone";
pub const REQUESTS_PER_SECOND: &str = "requests_per_second";
pub const REQUESTS_BURST: &str = "requests_burst";

/// Every setting, in the order it is shown within its category.
pub const KEYS: &[Key] = &[
    Key {
        name: AUTO_SYNC_ENABLED,
        category: "sync",
        title: "Providers are synced by themselves",
        help: "Those that have a schedule of their own, or none, are not asked.",
        unit: "",
        kind: Kind::Flag { default: true },
    },
    Key {
        name: AUTO_SYNC_SCHEDULE,
        category: "sync",
        title: "Schedule",
        help: "Minute, hour, day of the month, month, weekday, as cron writes them, in the installation's time zone: 0 */6 * * * is every six hours. Each provider begins up to five minutes later, so that not all begin at once.",
        unit: "",
        kind: Kind::Schedule {
            default: "0 */6 * * *",
        },
    },
    Key {
        name: SYNC_TIMEOUT,
        category: "sync",
        title: "Longest sync",
        help: "A sync that takes longer is given up; what was there before stays.",
        unit: "seconds",
        kind: Kind::Number {
            default: 3600,
            min: 10,
            max: 86_400,
        },
    },
    Key {
        name: SYNC_SHRINK_GUARD_PERCENT,
        category: "sync",
        title: "Shrink guard",
        help: "A sync that would remove more than this part of a provider's channels, films or series, or of a large category, waits for approval.",
        unit: "%",
        kind: Kind::Number {
            default: 20,
            min: 0,
            max: 100,
        },
    },
    Key {
        name: PLAYLIST_MAX_MIB,
        category: "sync",
        title: "Largest playlist",
        help: "What a provider's playlist may measure after decompression.",
        unit: "MiB",
        kind: Kind::Number {
            default: 1024,
            min: 1,
            max: 16_384,
        },
    },
    Key {
        name: FILM_DETAILS_PER_HOUR,
        category: "sync",
        title: "Films asked about",
        help: "How many films a provider's panel is asked about within an hour, for plot, cast, director and the like. Each is asked for once; 0 asks for none.",
        unit: "an hour",
        kind: Kind::Number {
            default: 600,
            min: 0,
            max: 36_000,
        },
    },
    Key {
        name: FUZZY_MATCH_THRESHOLD,
        category: "matching",
        title: "Similarity needed",
        help: "How alike two names must be before their streams become one channel: 100 is the same name.",
        unit: "of 100",
        kind: Kind::Number {
            default: 85,
            min: 0,
            max: 100,
        },
    },
    Key {
        name: HEALTH_CHECK_ENABLED,
        category: "health",
        title: "Streams are checked by themselves",
        help: "By the schedule, and soon again after a failure. Otherwise only when somebody asks, and what was taken out of use stays so until then.",
        unit: "",
        kind: Kind::Flag { default: true },
    },
    Key {
        name: HEALTH_CHECK_SCHEDULE,
        category: "health",
        title: "Schedule",
        help: "When every stream is checked: minute, hour, day of the month, month, weekday, as cron writes them, in the installation's time zone.",
        unit: "",
        kind: Kind::Schedule { default: "0 3 * * *" },
    },
    Key {
        name: HEALTH_CHECK_TIMEOUT,
        category: "health",
        title: "Longest check",
        help: "A stream whose first media data take longer has failed its check.",
        unit: "seconds",
        kind: Kind::Number {
            default: 10,
            min: 1,
            max: 120,
        },
    },
    Key {
        name: MAX_CONCURRENT_HEALTH_CHECKS,
        category: "health",
        title: "Checks at once",
        help: "Over all providers. An account is never asked for more than the connections it has free, and a player who needs one gets it at once.",
        unit: "checks",
        kind: Kind::Number {
            default: 50,
            min: 1,
            max: 500,
        },
    },
    Key {
        name: HEALTH_CHECK_FAILURE_THRESHOLD,
        category: "health",
        title: "Failures that take a stream out of use",
        help: "So many checks in a row must fail. One good check brings it back.",
        unit: "checks",
        kind: Kind::Number {
            default: 3,
            min: 1,
            max: 20,
        },
    },
    Key {
        name: HEALTH_CHECK_RETENTION_DAYS,
        category: "health",
        title: "Checks are kept for",
        help: "What each check found, from which uptime is told. Each night older ones are forgotten.",
        unit: "days",
        kind: Kind::Number {
            default: 180,
            min: 7,
            max: 3650,
        },
    },
    Key {
        name: PERFORMANCE_RETENTION_DAYS,
        category: "health",
        title: "Hours of providers are kept for",
        help: "How each provider did in each hour. Each night older ones are forgotten.",
        unit: "days",
        kind: Kind::Number {
            default: 730,
            min: 7,
            max: 3650,
        },
    },
    Key {
        name: ENABLE_BITRATE_ANALYSIS,
        category: "quality",
        title: "Streams are measured by themselves",
        help: "A few minutes of each hour ffprobe measures streams that work, two at once and only over connections that nobody else wants: the first of each channel every day, those behind it more rarely. Otherwise only when somebody asks.",
        unit: "",
        kind: Kind::Flag { default: true },
    },
    Key {
        name: FFPROBE_TIMEOUT,
        category: "quality",
        title: "Longest measurement",
        help: "A stream that cannot be measured within this time keeps what was known of it.",
        unit: "seconds",
        kind: Kind::Number {
            default: 15,
            min: 5,
            max: 120,
        },
    },
    Key {
        name: CONTENT_TESTS_ENABLED,
        category: "quality",
        title: "What streams show is looked at by itself",
        help: "Some minutes of each quarter of an hour ffmpeg looks at ten seconds of streams that work, one of an account at a time and only while nobody else wants its connections: whether they are black, still, a sign in the place of a programme, silent, or of hardly any bits. What two looks in a row find makes a stream degraded. Otherwise only when somebody asks.",
        unit: "",
        kind: Kind::Flag { default: true },
    },
    Key {
        name: CONTENT_TEST_HOURS,
        category: "quality",
        title: "Looked at again after",
        help: "The first stream of each channel; the second after twice that, and so on. One with something wrong is looked at sooner.",
        unit: "hours",
        kind: Kind::Number {
            default: 24,
            min: 1,
            max: 720,
        },
    },
    Key {
        name: BITRATE_FLOOR_PERCENT,
        category: "quality",
        title: "Fewest bits a second",
        help: "A picture with less than this part of what is expected of its kind is bad: of 1080p, 5,000 kbit/s are expected, and 10 % of them are 500. With 0 no number of bits is too small.",
        unit: "%",
        kind: Kind::Number {
            default: 10,
            min: 0,
            max: 90,
        },
    },
    Key {
        name: QUALITY_RETENTION_DAYS,
        category: "quality",
        title: "Quality is kept for",
        help: "How the quality of each stream was, and what looks at it found. Each night older lines are forgotten, and after 30 days those in which a name or address says what it said before.",
        unit: "days",
        kind: Kind::Number {
            default: 730,
            min: 7,
            max: 3650,
        },
    },
    Key {
        name: PLAYLIST_PREFER_QUALITY,
        category: "playlists",
        title: "Picture that comes first",
        help: "For playlists whose address names no quality. A wish, not a filter: a channel without such a stream stays in the list.",
        unit: "",
        kind: Kind::Choice {
            default: "highest",
            options: &[
                ("highest", "The best there is"),
                ("4k", "4K"),
                ("hd", "HD"),
                ("sd", "SD"),
                ("all", "Every quality, an entry each"),
            ],
        },
    },
    Key {
        name: STRM_ORGANIZE_BY_GENRE,
        category: "strm",
        title: "Films and series lie in a folder of their genre",
        help: "The first genre counts.",
        unit: "",
        kind: Kind::Flag { default: true },
    },
    Key {
        name: STRM_INCLUDE_YEAR,
        category: "strm",
        title: "Names of films and series end in their year",
        help: "Media servers find the right title by it.",
        unit: "",
        kind: Kind::Flag { default: true },
    },
    Key {
        name: STRM_LINK_MODE,
        category: "strm",
        title: "How links play",
        help: "Redirected players see a provider's address and credentials, and its connections are not counted.",
        unit: "",
        kind: Kind::Choice {
            default: "relay",
            options: &[
                ("relay", "Relayed: through this server"),
                ("redirect", "Redirected: players go on to the provider"),
            ],
        },
    },
    Key {
        name: HDHOMERUN_DISCOVERY,
        category: "hdhomerun",
        title: "Players find the devices by themselves",
        help: "While there is a device, this server answers those who look for one, at UDP ports 65001 and 1900. Whoever is in your network can.",
        unit: "",
        kind: Kind::Flag { default: true },
    },
    Key {
        name: BACKUP_ENABLED,
        category: "backups",
        title: "Backups are made by themselves",
        help: "Whoever can read them can read the credentials of your providers. Copy them to another disk now and then.",
        unit: "",
        kind: Kind::Flag { default: true },
    },
    Key {
        name: BACKUP_SCHEDULE,
        category: "backups",
        title: "Schedule",
        help: "Minute, hour, day of the month, month, weekday, as cron writes them, in the installation's time zone: 30 3 * * * is every night at half past three.",
        unit: "",
        kind: Kind::Schedule {
            default: "30 3 * * *",
        },
    },
    Key {
        name: BACKUP_KEEP,
        category: "backups",
        title: "Backups that are kept",
        help: "The oldest beyond these is removed after a new one was made.",
        unit: "files",
        kind: Kind::Number {
            default: 7,
            min: 1,
            max: 365,
        },
    },
    Key {
        name: PUBLIC_URL,
        category: "system",
        title: "Public URL",
        help: "The address at which players reach this server, such as http://192.168.1.10:8080. Links in files begin with it; without it no files are written.",
        unit: "",
        kind: Kind::Address,
    },
    Key {
        name: TIME_ZONE,
        category: "system",
        title: "Time zone",
        help: "Whose days and hours are shown, such as Europe/Berlin. Empty: the one that the machine says.",
        unit: "",
        kind: Kind::Zone,
    },
    Key {
        name: REQUESTS_PER_SECOND,
        category: "system",
        title: "Requests a second",
        help: "How many pages and API requests one user, or one address that is not signed in, may send. Players are not limited.",
        unit: "a second",
        kind: Kind::Number {
            default: 200,
            min: 10,
            max: 100_000,
        },
    },
    Key {
        name: REQUESTS_BURST,
        category: "system",
        title: "Requests at once",
        help: "How many of them may come at once after a pause.",
        unit: "at once",
        kind: Kind::Number {
            default: 2_000,
            min: 100,
            max: 1_000_000,
        },
    },
];
