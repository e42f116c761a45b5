//! The page as a browser gets it.

use std::io::{Read, Write};

use crate::common::{Listening, TestEnv};

/// What a request for `path` gets: status, head, body.
fn asked(listening: &Listening, method: &str, path: &str, headers: &str) -> (u16, String, Vec<u8>) {
    let mut stream = listening.tcp();
    let request = format!("{method} {path} HTTP/1.1\r\n{headers}\r\n");
    stream.write_all(request.as_bytes()).expect("it is read");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("it is answered");
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let body = answer.split_off(end.expect("a head") + 4);
    let head = String::from_utf8(answer).expect("words");
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok());
    (status.expect("a status"), head, body)
}

#[test]
fn each_file_of_the_page_is_given_with_headers_that_let_nothing_else_in() {
    let env = TestEnv::new();
    let listening = Listening::start(&env);
    let host = format!("Host: {}\r\n", listening.address);
    for (path, kind) in [
        ("/", "text/html; charset=utf-8"),
        ("/app.js", "text/javascript; charset=utf-8"),
        ("/style.css", "text/css; charset=utf-8"),
        ("/worker.js", "text/javascript; charset=utf-8"),
        ("/icon.svg", "image/svg+xml"),
        ("/icon-192.png", "image/png"),
        ("/icon-512.png", "image/png"),
        ("/icon-512-maskable.png", "image/png"),
        ("/apple-touch-icon.png", "image/png"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/nothing", "text/plain; charset=utf-8"),
    ] {
        let (status, head, body) = asked(&listening, "GET", path, &host);
        assert_eq!(status, if path == "/nothing" { 404 } else { 200 }, "{path}");
        for header in [
            &format!("Content-Type: {kind}"),
            &format!("Content-Length: {}", body.len()),
            "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; \
             img-src 'self'; connect-src 'self'; manifest-src 'self'; worker-src 'self'; \
             base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            "X-Content-Type-Options: nosniff",
            "X-Frame-Options: DENY",
            "Referrer-Policy: no-referrer",
            "Cache-Control: no-store",
            "Cross-Origin-Opener-Policy: same-origin",
            "Cross-Origin-Resource-Policy: same-origin",
        ] {
            assert!(head.contains(&format!("{header}\r\n")), "{path}: {head}");
        }
        assert!(head.contains("Permissions-Policy: camera=()"), "{head}");
        assert!(!head.contains("Access-Control"), "{head}");
        let (_, only_head, nothing) = asked(&listening, "HEAD", path, &host);
        assert!(nothing.is_empty() || status == 404, "{path}");
        assert_eq!(only_head, head);
    }
}

#[test]
fn another_name_another_page_and_another_method_get_nothing() {
    let env = TestEnv::new();
    env.configure("[listen]\norigins = ['https://box.example.ts.net']\n");
    let listening = Listening::start(&env);
    let host = format!("Host: {}\r\n", listening.address);
    let status = |method, headers: &str| asked(&listening, method, "/", headers).0;
    assert_eq!(status("GET", "Host: evil.example\r\n"), 403);
    assert_eq!(status("GET", ""), 403);
    assert_eq!(status("GET", &host.repeat(2)), 403);
    assert_eq!(status("GET", "Host: box.example.ts.net\r\n"), 200);
    assert_eq!(
        status("GET", &format!("{host}Origin: http://evil.example\r\n")),
        403
    );
    assert_eq!(status("POST", &host), 405);
    assert_eq!(
        status(
            "GET",
            &format!("{host}Connection: Upgrade\r\nUpgrade: h2c\r\n")
        ),
        401
    );
}
