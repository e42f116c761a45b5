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

/// Each file by the path under which it is asked for.
const ASSETS: &[(&str, Asset)] = &[
    ("/", html(include_bytes!("files/index.html"))),
    ("/app.js", script(include_bytes!("files/app.js"))),
    ("/worker.js", script(include_bytes!("files/worker.js"))),
    (
        "/style.css",
        file("text/css; charset=utf-8", include_bytes!("files/style.css")),
    ),
    (
        "/icon.svg",
        file("image/svg+xml", include_bytes!("files/icon.svg")),
    ),
    (
        "/manifest.webmanifest",
        file(
            "application/manifest+json",
            include_bytes!("files/manifest.webmanifest"),
        ),
    ),
];

const fn file(content_type: &'static str, bytes: &'static [u8]) -> Asset {
    Asset {
        content_type,
        bytes,
    }
}

const fn html(bytes: &'static [u8]) -> Asset {
    file("text/html; charset=utf-8", bytes)
}

const fn script(bytes: &'static [u8]) -> Asset {
    file("text/javascript; charset=utf-8", bytes)
}

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
            for elsewhere in [
                "http://",
                "https://",
                "eval(",
                "innerHTML",
                "document.write",
            ] {
                assert!(!text.contains(elsewhere), "{path} has {elsewhere}");
            }
        }
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
