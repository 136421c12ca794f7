//! The list of names: what replaces it, what does not.

use std::fs;
use std::os::unix::fs::MetadataExt;

use crate::support::Server;
use crate::{CUSTOM, LIST, Root, aged, base, files, mode};

#[test]
fn update_fetches_the_list_for_all_to_read_and_without_a_last_newline() {
    let server = files("b.example\r\na.example\n\nb.example\n", "");
    let root = Root::fetching("update", &base(&server), &[]);
    let ran = root.service(&["update"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{ran:?}");
    assert!(ran.err.contains("2 providers"), "{ran:?}");
    assert_eq!(root.read(LIST), "b.example\na.example");
    assert_eq!(mode(&root.path(LIST)), 0o644);
    for folder in ["usr", "usr/share", "usr/share/ddns"] {
        assert_eq!(mode(&root.path(folder)), 0o755, "{folder}");
    }
    let ran = root.service(&["list-available"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, "b.example\na.example\n"), "{ran:?}");
}

#[test]
fn the_same_list_again_gets_a_new_time_and_is_not_written_again() {
    let server = files("a.example\n", "");
    let root = Root::fetching("again", &base(&server), &[]);
    assert_eq!(root.service(&["update"]).code, 0);
    let (path, inode) = (root.path(LIST), fs::metadata(root.path(LIST)).unwrap().ino());
    let then = aged(&path);
    assert_eq!(root.service(&["update"]).code, 0);
    let now = fs::metadata(&path).unwrap();
    assert!(now.modified().unwrap() > then && now.ino() == inode);
    root.put(LIST, "other.example");
    assert_eq!(root.service(&["update"]).code, 0);
    assert_eq!(root.read(LIST), "a.example");
}

#[test]
fn a_list_that_is_none_replaces_nothing() {
    let large = format!("HTTP/1.1 200 OK\r\n\r\n{}", "a.example\n".repeat(7000));
    let cases: &[(&[u8], i32, &str)] = &[
        (b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\nNot found", 8, "no such file"),
        (b"HTTP/1.1 500 Oops\r\nContent-Length: 10\r\n\r\na.example\n", 8, "status 500"),
        (b"HTTP/1.1 206 Partial\r\nContent-Length: 10\r\n\r\na.example\n", 8, "status 206"),
        (b"HTTP/1.1 200 OK\r\n\r\n<!DOCTYPE html>\n<p>log in first", 8, "'<!DOCTYPE html>'"),
        (b"HTTP/1.1 200 OK\r\n\r\n{\"name\":\"x\"}\n", 8, "no provider's name"),
        (b"HTTP/1.1 200 OK\r\n\r\na.example\n../../etc/passwd\n", 8, "line 2"),
        (b"HTTP/1.1 200 OK\r\n\r\na.example\n.hidden\n", 8, "line 2"),
        (b"HTTP/1.1 200 OK\r\n\r\na.example\n-\n", 8, "line 2"),
        (b"HTTP/1.1 200 OK\r\n\r\na.example\nb\x1b[2J\n", 8, "'b\\u{1b}[2J'"),
        (b"HTTP/1.1 200 OK\r\n\r\na.example\nb\xff\n", 8, "UTF-8"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 8, "is empty"),
        (b"HTTP/1.1 200 OK\r\n\r\n\n\r\n \n", 8, "is empty"),
        (large.as_bytes(), 8, "larger than"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\na.example\nb.exa", 7, "in the middle of the answer"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\na\r\na.example\n\r\n", 7, "in the middle"),
        (b"220 mail.example ESMTP\r\n", 7, "no HTTP"),
        (b"", 7, "without an answer"),
    ];
    for (answer, code, why) in cases {
        let server = Server::saying(*answer);
        let root = Root::fetching("none", &base(&server), &[]);
        for old in [None, Some("old.example")] {
            if let Some(old) = old {
                root.put(LIST, old);
                aged(&root.path(LIST));
            }
            let before = root.share();
            let ran = root.service(&["update"]);
            assert!(
                ran.code == *code && ran.err.contains(why) && ran.out.is_empty(),
                "wanted {code}, '{why}': {ran:?}"
            );
            assert_eq!(root.share(), before, "{why}");
        }
    }
}

#[test]
fn without_a_list_or_recipes_there_is_none_to_print() {
    let root = Root::new("nothing");
    let ran = root.service(&["list-available"]);
    assert!(ran.code == 3 && ran.err.contains("'ddns service update' fetches it") && ran.out.is_empty(), "{ran:?}");
    let ran = root.service(&["list-installed"]);
    assert!(ran.code == 4 && ran.err.contains("no provider is installed") && ran.out.is_empty(), "{ran:?}");
    fs::create_dir_all(root.path(CUSTOM)).unwrap();
    let ran = root.service(&["list-installed"]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{ran:?}");
}
