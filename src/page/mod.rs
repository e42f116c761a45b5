//! The page for phone and browser: its files as they are served, each in the executable as it stands in `files`.
//!
//! What is in this table is all that is served; a request never names a file on disk.
//!
//! May import: nothing.

/// One file of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asset {
    /// Its type, as the header has it.
    pub(crate) content_type: &'static str,
    /// What it holds.
    pub(crate) bytes: &'static [u8],
}

/// A file of `files` beside the path under which it is asked for, which is its name.
macro_rules! file {
    ($name:literal, $content_type:literal) => {
        (concat!("/", $name), asset_of!($name, $content_type))
    };
}

macro_rules! script {
    ($name:literal) => {
        file!($name, "text/javascript; charset=utf-8")
    };
}

macro_rules! asset_of {
    ($name:literal, $content_type:literal) => {
        Asset {
            content_type: $content_type,
            bytes: include_bytes!(concat!("files/", $name)),
        }
    };
}

/// Each file by the path under which it is asked for.
const ASSETS: &[(&str, Asset)] = &[
    ("/", asset_of!("index.html", "text/html; charset=utf-8")),
    file!("style.css", "text/css; charset=utf-8"),
    file!("icon.svg", "image/svg+xml"),
    file!("icon-192.png", "image/png"),
    file!("icon-512.png", "image/png"),
    file!("icon-512-maskable.png", "image/png"),
    file!("apple-touch-icon.png", "image/png"),
    file!("manifest.webmanifest", "application/manifest+json"),
    script!("worker.js"),
    script!("app.js"),
    script!("acts.js"),
    script!("age.js"),
    script!("armed.js"),
    script!("dom.js"),
    script!("door.js"),
    script!("ended.js"),
    script!("hub.js"),
    script!("list.js"),
    script!("manage.js"),
    script!("model.js"),
    script!("patch.js"),
    script!("request.js"),
    script!("rights.js"),
    script!("row.js"),
    script!("text.js"),
    script!("told.js"),
    script!("words.js"),
    script!("work.js"),
];

/// The file that is asked for by `path`, without a query; `None`: there is none.
pub(crate) fn asset(path: &str) -> Option<Asset> {
    let mut assets = ASSETS.iter();
    let found = assets.find(|(at, _)| *at == path);
    found.map(|(_, asset)| *asset)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Longest page with all its parts, in bytes.
    const MOST: usize = 100 * 1000;

    #[test]
    fn it_is_small_and_nothing_in_it_names_another_place() {
        let all = ASSETS.iter().map(|(_, asset)| asset.bytes.len());
        assert!(all.sum::<usize>() < MOST);
        for (path, asset) in ASSETS {
            let text = String::from_utf8_lossy(asset.bytes);
            let text = text.replace("http://www.w3.org/", "");
            for elsewhere in ["http://", "https://", "//cdn", "import("] {
                assert!(!text.contains(elsewhere), "{path} has {elsewhere}");
            }
        }
    }

    /// Whatever makes markup or a program of a text. All that is shown is made by `dom.js`.
    const MAKES_MARKUP: &[&str] = &[
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "DOMParser",
        "createContextualFragment",
        "srcdoc",
        "setHTML",
        "eval(",
        "Function(",
        "javascript:",
        ".style",
        "style=",
    ];

    #[test]
    fn nothing_in_it_makes_markup_or_a_program_of_a_text() {
        for (path, asset) in ASSETS {
            let text = String::from_utf8_lossy(asset.bytes);
            for word in MAKES_MARKUP {
                assert!(!text.contains(word), "{path} has {word}");
            }
        }
    }

    #[test]
    fn every_module_is_served_fetched_at_once_and_kept_for_when_nobody_answers() {
        let text = |path| String::from_utf8_lossy(asset(path).expect("it is served").bytes);
        let (page, worker) = (text("/"), text("/worker.js"));
        for (path, asset) in ASSETS {
            let is_kept = worker.contains(&format!("\"{path}\""));
            assert_eq!(is_kept, *path != "/worker.js", "{path}");
            let is_module = asset.content_type.contains("javascript") && *path != "/worker.js";
            assert_eq!(
                page.contains(&format!("href=\"{path}\"")) && is_module,
                is_module,
                "{path}"
            );
            let source = String::from_utf8_lossy(asset.bytes);
            for from in source.split(" from \"./").skip(1) {
                let (name, _) = from.split_once('"').expect("a name ends");
                assert!(
                    super::asset(&format!("/{name}")).is_some(),
                    "{path} has {name}"
                );
            }
        }
    }

    /// Width and height of a PNG, by its header.
    fn size_of(png: &[u8]) -> (u32, u32) {
        assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
        let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap());
        (number(16), number(20))
    }

    #[test]
    fn every_icon_is_served_and_as_large_as_is_said() {
        let manifest = asset("/manifest.webmanifest").unwrap();
        let manifest: serde_json::Value = serde_json::from_slice(manifest.bytes).unwrap();
        let mut pictures = Vec::new();
        for icon in manifest["icons"].as_array().unwrap() {
            let path = icon["src"].as_str().unwrap();
            let found = asset(path).unwrap_or_else(|| panic!("{path} is not served"));
            assert_eq!(icon["type"], found.content_type, "{path}");
            if found.content_type == "image/png" {
                let (width, height) = size_of(found.bytes);
                assert_eq!(icon["sizes"], format!("{width}x{height}"), "{path}");
                pictures.push((width, icon["purpose"].as_str().unwrap()));
            }
        }
        assert_eq!(pictures, [(192, "any"), (512, "any"), (512, "maskable")]);
        let touch = asset("/apple-touch-icon.png").unwrap();
        assert_eq!(size_of(touch.bytes), (180, 180));
    }

    #[test]
    fn only_what_is_in_the_table_is_found() {
        assert!(asset("/").is_some_and(|page| page.content_type.starts_with("text/html")));
        for path in [
            "",
            "/index.html",
            "/app.js?x",
            "/../Cargo.toml",
            "//",
            "/files/app.js",
        ] {
            assert_eq!(asset(path), None, "{path}");
        }
    }
}
