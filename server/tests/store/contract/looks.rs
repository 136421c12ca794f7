//! What requests need to know.

use ddns_service::account::Digest;
use ddns_service::moment::Moment;
use ddns_service::world::{Asked, Found, HostFilter, Store, Wish};

use crate::bed::{Bed, host, new_host, user};

fn asked(user: Option<&str>, token: Option<Digest>, hosts: &[&str]) -> Asked {
    let hosts = hosts.iter().map(|name| (*name).to_owned()).collect();
    Asked { user: user.map(str::to_owned), token, hosts: Wish::Named(hosts) }
}

fn only(user: Option<&str>, token: Option<Digest>) -> Asked {
    Asked { user: user.map(str::to_owned), token, hosts: Wish::Only }
}

pub(crate) async fn a_look_finds_users_tokens_and_hosts_in_the_order_asked(bed: &Bed) {
    let store = bed.with_ann().await;
    store.add_user(&user("bob")).await.unwrap();
    let pc = host(&*store, "ann", "pc").await;
    let nas = host(&*store, "bob", "nas").await;
    let id = store.add_token(nas.id, &[0; 32], "router", Moment(5)).await.unwrap();
    store.add_token(pc.id, &[255; 32], "", Moment(6)).await.unwrap();
    let users: Vec<_> = store.users().await.unwrap().into_iter().map(|(user, _)| user).collect();
    let (pc_name, nas_name) = ("pc.dyn.example.com", "nas.dyn.example.com");
    let mut all = vec![
        asked(Some("ann"), None, &[nas_name, "no.example.com", pc_name, pc_name]),
        asked(None, Some([0; 32]), &[nas_name]),
        asked(Some("nobody"), Some([1; 32]), &[]),
        asked(Some("ann"), Some([0; 32]), &[]),
    ];
    for number in 0..150 {
        all.push(asked(Some(&format!("user{number}")), Some([number; 32]), &[&format!("h{number}.example.com")]));
    }
    let found = store.look(&all).await.unwrap();
    assert_eq!(found.len(), all.len());
    let nothing = Found { user: None, token: None, hosts: Vec::new() };
    let hosts = vec![Some(nas.clone()), None, Some(pc.clone()), Some(pc)];
    assert_eq!(found[0], Found { user: Some(users[0].clone()), token: None, hosts });
    let token = store.tokens(nas.id).await.unwrap().remove(0);
    assert_eq!((token.id, token.user, token.host, token.note.as_str()), (id, nas.user, nas.id, "router"));
    let theirs = Found { user: Some(users[1].clone()), token: Some(token.clone()), hosts: vec![Some(nas)] };
    assert_eq!(found[1], theirs);
    assert_eq!(found[2], nothing);
    assert_eq!(found[3], Found { user: Some(users[0].clone()), token: Some(token), hosts: Vec::new() });
    assert_eq!(found[5].hosts, [None]);
    assert_eq!(store.look(&[]).await.unwrap(), []);
}

/// More names than one statement takes: a request's own may be in two of them, and its credentials are still its own.
pub(crate) async fn requests_with_many_names_at_once_each_get_their_own(bed: &Bed) {
    let store = bed.with_ann().await;
    store.add_user(&user("bob")).await.unwrap();
    let pc = host(&*store, "ann", "pc").await;
    let nas = host(&*store, "bob", "nas").await;
    store.add_token(pc.id, &[1; 32], "", Moment(5)).await.unwrap();
    store.add_token(nas.id, &[2; 32], "", Moment(6)).await.unwrap();
    let names = ["pc.dyn.example.com", "no.dyn.example.com", "nas.dyn.example.com"];
    let kinds = [
        asked(Some("ann"), Some([1; 32]), &names),
        asked(None, Some([2; 32]), &names),
        asked(Some("nobody"), None, &names),
        asked(None, None, &[]),
        only(None, Some([1; 32])),
    ];
    let all: Vec<Asked> = (0..200).map(|number| kinds[number % kinds.len()].clone()).collect();
    let mut single = Vec::new();
    for one in &kinds {
        single.push(store.look(std::slice::from_ref(one)).await.unwrap().remove(0));
    }
    let hosts = vec![Some(pc.clone()), None, Some(nas)];
    let found: Vec<_> = single.iter().map(|found| found.user.as_ref().map(|user| user.name.as_str())).collect();
    assert_eq!(found, [Some("ann"), Some("bob"), None, None, Some("ann")]);
    let tokens: Vec<_> = single.iter().map(|found| found.token.as_ref().map(|token| token.host)).collect();
    assert_eq!(tokens, [Some(pc.id), hosts[2].as_ref().map(|nas| nas.id), None, None, Some(pc.id)]);
    assert_eq!(single.iter().map(|found| found.hosts.len()).collect::<Vec<_>>(), [3, 3, 3, 0, 1]);
    assert!(single[..3].iter().all(|found| found.hosts == hosts));
    for (number, found) in store.look(&all).await.unwrap().iter().enumerate() {
        assert_eq!(*found, single[number % kinds.len()], "{number}");
    }
}

pub(crate) async fn a_look_for_the_only_host_gives_two_at_most(bed: &Bed) {
    let store = bed.with_ann().await;
    store.add_user(&user("bob")).await.unwrap();
    store.add_user(&user("eve")).await.unwrap();
    let nas = host(&*store, "bob", "nas").await;
    for number in 0..4 {
        store.add_host(&new_host("ann", &format!("pc{number}"))).await.unwrap();
    }
    let anns = store.hosts(&HostFilter::Of("ann".to_owned())).await.unwrap();
    store.add_token(anns[3].0.id, &[7; 32], "", Moment(5)).await.unwrap();
    let all = [
        only(Some("ann"), None),
        only(Some("bob"), None),
        only(Some("eve"), None),
        only(Some("nobody"), None),
        only(None, Some([7; 32])),
        only(Some("bob"), Some([7; 32])),
        only(None, None),
    ];
    let found: Vec<_> = store.look(&all).await.unwrap().into_iter().map(|found| found.hosts).collect();
    assert_eq!(found[0], [Some(anns[0].0.clone()), Some(anns[1].0.clone())]);
    assert_eq!(found[1], [Some(nas.clone())]);
    assert_eq!(found[4], [Some(anns[3].0.clone())]);
    assert_eq!(found[5], [Some(nas)]);
    for none in [2, 3, 6] {
        assert_eq!(found[none], []);
    }
}

pub(crate) async fn names_are_compared_to_the_letter(bed: &Bed) {
    let store = bed.with_ann().await;
    for name in ["Ann", "ann ", "änn", "añn"] {
        store.add_user(&user(name)).await.unwrap();
    }
    for name in ["ann", "Ann", "ann ", "änn", "añn"] {
        let found = store.look(&[asked(Some(name), None, &[])]).await.unwrap();
        assert_eq!(found[0].user.as_ref().unwrap().name, name);
    }
    for name in ["ANN", "ann  ", "", " ann", "an", "ann\0"] {
        assert_eq!(store.look(&[asked(Some(name), None, &[])]).await.unwrap()[0].user, None, "{name:?}");
    }
}

pub(crate) async fn text_never_becomes_part_of_a_statement(bed: &Bed) {
    let store = bed.with_ann().await;
    for name in ["'", "' OR '1'='1", "\\", "\\' OR 1=1 -- ", "?", "\"; DROP TABLE users; --", "😀", "%", "a\u{0}b"] {
        store.add_user(&user(name)).await.unwrap();
        let found = store.look(&[asked(Some(name), None, &[name])]).await.unwrap();
        assert_eq!(found[0].user.as_ref().unwrap().name, name);
        assert_eq!(found[0].hosts, [None]);
        store.set_email(name, name).await.unwrap();
        store.delete_user(name).await.unwrap();
    }
    assert_eq!(store.users().await.unwrap().len(), 1);
}
