//! What providers say, as tables: status, body, the provider's own words of success, and the class that follows.

use std::time::Duration;

use ddns::answer::{Answer, Refusal, judge};

use Answer::{Accepted, Refused, ServerTrouble, SlowDown, Unchanged, Unclear};

const DYNDNS2: &str = "good|nochg";

#[cfg(test)]
fn judged(status: u16, body: &str, words: &str) -> Answer {
    let words: Vec<String> = words.split('|').filter(|word| !word.is_empty()).map(str::to_owned).collect();
    judge(status, None, body.as_bytes(), &words)
}

#[test]
fn the_words_of_the_protocol_count_at_the_head_of_a_line_only() {
    let cases = [
        ("good 203.0.113.7", Accepted),
        ("good", Accepted),
        ("GOOD 203.0.113.7\r\n", Accepted),
        ("\u{feff}good\r\n", Accepted),
        ("good, thank you", Accepted),
        ("x\ngood\n", Accepted),
        ("good\0bad", Accepted),
        ("nochg 203.0.113.7", Unchanged),
        ("good 203.0.113.7\nnochg 203.0.113.7", Unchanged),
        (r#"{"info":"good","status":"success"}"#, Accepted),
        (r#"{ "status": "nochg 203.0.113.7" }"#, Unchanged),
        ("nogood", Unclear),
        ("goodbye", Unclear),
        ("good-ish", Unclear),
        ("this is not a good day", Unclear),
        ("<html>good</html>", Unclear),
        ("", Unclear),
        ("\0\0\0\0", Unclear),
        ("badauth\ngood\n", Refused(Refusal::BadAuth)),
        ("good 203.0.113.7\nnohost\n", Refused(Refusal::NoHost)),
    ];
    for (body, wanted) in cases {
        assert_eq!(judged(200, body, DYNDNS2), wanted, "{body:?}");
    }
}

#[test]
fn refusing_words_have_their_classes_with_and_without_a_list() {
    let cases = [
        ("badauth", Refused(Refusal::BadAuth)),
        ("!donator", Refused(Refusal::NotDonator)),
        ("notfqdn", Refused(Refusal::NotFqdn)),
        ("nohost", Refused(Refusal::NoHost)),
        ("!yours", Refused(Refusal::NoHost)),
        ("numhost", Refused(Refusal::NumHost)),
        ("badagent", Refused(Refusal::BadAgent)),
        ("KO", Refused(Refusal::BadAuth)),
        ("NOACCESS", Refused(Refusal::BadAuth)),
        ("abuse", SlowDown(None)),
        ("abuse: see https://provider.example/", SlowDown(None)),
        ("TOOSOON", SlowDown(None)),
        ("911", ServerTrouble(None)),
        ("dnserr", ServerTrouble(None)),
        ("911\nbadauth\nabuse", SlowDown(None)),
    ];
    for (body, wanted) in cases {
        for list in ["", DYNDNS2, "OK"] {
            assert_eq!(judged(200, body, list), wanted, "{body:?} with list {list:?}");
        }
    }
    assert_eq!(judged(200, "report any abuse to us: badauth, nohost", ""), Accepted);
}

#[test]
fn a_provider_s_own_words_are_whole_words_anywhere() {
    let cases = [
        ("OK", "OK", Accepted),
        ("ok\n", "OK", Accepted),
        ("update ok", "update ok|same ip", Accepted),
        ("Same IP as before", "update ok|same ip", Accepted),
        ("200 Successful Update", "Successful", Accepted),
        ("success|100|update succeeded!", "success|100|101", Accepted),
        ("Updated 1 hostname.", "Updated|No change", Accepted),
        ("<ErrCount>0</ErrCount>", "<ErrCount>0</ErrCount>", Accepted),
        ("HTTP/1.1 200 OK\n0=Success", "0=Success|1=IP", Accepted),
        (r#"{"code":0,"msg":"Success"}"#, "0", Accepted),
        ("TOKEN", "OK", Unclear),
        ("NOT_OK", "OK", Unclear),
        ("not-ok", "OK", Unclear),
        ("unsuccessful", "success|Successful", Unclear),
        ("10=Host not found", "0=Success|1=IP", Unclear),
        ("1000", "100", Unclear),
        ("Größe: größeres", "größe", Accepted),
        // the 0 of an address or a number is no answer
        ("203.0.113.7 was not accepted", "0", Unclear),
        ("code 7 for 2001:db8:0:1::7", "0", Unclear),
        ("took 1.0 s", "0", Unclear),
        ("good 203.0.113.7", "OK", Unclear),
        // everybody means the same by it
        ("nochg 203.0.113.7", "good", Unchanged),
    ];
    for (body, words, wanted) in cases {
        assert_eq!(judged(200, body, words), wanted, "{body:?} with {words:?}");
    }
}

#[test]
fn without_a_list_a_2xx_is_success_unless_it_says_error() {
    let cases = [
        (200, "", Accepted),
        (204, "", Accepted),
        (201, "anything", Accepted),
        (200, "good 203.0.113.7", Accepted),
        (200, "nochg", Unchanged),
        (200, "Terror in the errors", Accepted),
        (200, "ERROR: Invalid update URL (2)", Unclear),
        (200, "<ERROR CODE=\"701\" TEXT=\"bad zone\">", Unclear),
        (200, "ERROR: Address 203.0.113.7 has not changed.", Unchanged),
    ];
    for (status, body, wanted) in cases {
        assert_eq!(judged(status, body, ""), wanted, "{status} {body:?}");
    }
}

#[test]
fn the_status_decides_where_the_body_says_no_more() {
    for list in ["", DYNDNS2] {
        for body in ["", "good", "oops", "good\nnochg"] {
            let cases = [
                (401, Refused(Refusal::BadAuth)),
                (403, Refused(Refusal::Forbidden)),
                (404, Refused(Refusal::NoHost)),
                (429, SlowDown(None)),
                (500, ServerTrouble(None)),
                (502, ServerTrouble(None)),
                (503, ServerTrouble(None)),
                (400, Unclear),
                (302, Unclear),
                (418, Unclear),
            ];
            for (status, wanted) in cases {
                assert_eq!(judged(status, body, list), wanted, "{status} {body:?} with {list:?}");
            }
        }
    }
    assert_eq!(judged(404, "notfqdn", DYNDNS2), Refused(Refusal::NotFqdn));
    assert_eq!(judged(403, "abuse", DYNDNS2), SlowDown(None));
    assert_eq!(judged(400, "badauth", ""), Refused(Refusal::BadAuth));
    assert_eq!(judged(500, "badauth", DYNDNS2), ServerTrouble(None), "the provider's own trouble, whatever it says");
}

#[test]
fn a_wait_the_provider_asks_for_is_kept() {
    let wait = Some(Duration::from_secs(7200));
    assert_eq!(judge(429, wait, b"", &[]), SlowDown(wait));
    assert_eq!(judge(503, wait, b"", &[]), ServerTrouble(wait));
    assert_eq!(judge(200, wait, b"abuse", &[]), SlowDown(wait));
    assert_eq!(judge(200, wait, b"911", &[]), ServerTrouble(wait));
}

#[test]
fn bodies_of_any_size_and_content_are_judged() {
    let huge = [b"good ".to_vec(), vec![b'x'; 10 << 20]].concat();
    let words = ["good".to_owned()];
    assert_eq!(judge(200, None, &huge, &words), Accepted);
    assert_eq!(judge(200, None, &vec![b'\n'; 10 << 20], &words), Unclear);
    assert_eq!(judge(200, None, &vec![0xff; 1 << 20], &words), Unclear);
    assert_eq!(judge(200, None, "ü".repeat(1 << 20).as_bytes(), &words), Unclear);
}

#[test]
fn a_refusal_s_word_is_read_as_that_refusal() {
    let all =
        [Refusal::BadAuth, Refusal::NotDonator, Refusal::NotFqdn, Refusal::NoHost, Refusal::NumHost, Refusal::BadAgent];
    for refusal in all {
        assert_eq!(judged(200, refusal.word(), DYNDNS2), Refused(refusal));
    }
}
