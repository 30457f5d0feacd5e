//! The settings of `deploy/homeserver/kring.yaml` do what they are there for.

use http::Method;
use serde_json::json;

use crate::synapse::synapse_or_skip;

#[tokio::test]
async fn person_names_and_lists_no_room() {
    let synapse = synapse_or_skip!();
    let person = synapse.person("lijster-meidoorn-1").await;
    let token = synapse.token_of(&person).await;
    let create = async |body| synapse.client(Method::POST, "createRoom", Some(&token), Some(body)).await;
    let (status, body) = create(json!({ "room_alias_name": "afdeling-nep" })).await;
    assert_eq!((status, &body["errcode"]), (403, &json!("M_UNKNOWN")), "{body}");
    assert_eq!(body["error"], "Not allowed to create alias");

    // Synapse makes the room all the same, and does not list it.
    let (status, body) = create(json!({ "visibility": "public" })).await;
    assert_eq!(status, 200, "{body}");
    let path = format!("directory/list/room/{}", body["room_id"].as_str().unwrap());
    let (_, listed) = synapse.client(Method::GET, &path, None, None).await;
    assert_eq!(listed["visibility"], "private");
    let publish = Some(json!({ "visibility": "public" }));
    assert_eq!(synapse.client(Method::PUT, &path, Some(&token), publish).await.0, 403);

    let (status, body) = create(json!({ "preset": "private_chat" })).await;
    assert_eq!(status, 200, "private rooms are nobody's business: {body}");
    let path = format!("rooms/{}/state", body["room_id"].as_str().unwrap());
    let (_, state) = synapse.client(Method::GET, &path, Some(&token), None).await;
    let create = state.as_array().unwrap().iter().find(|e| e["type"] == "m.room.create").unwrap();
    assert_eq!(create["content"]["room_version"], "12");
    assert!(!state.as_array().unwrap().iter().any(|e| e["type"] == "m.room.encryption"));
}

#[tokio::test]
async fn strangers_see_no_name_and_find_nobody() {
    let synapse = synapse_or_skip!();
    let (asker, other) = (synapse.person("fazant-braam-1").await, synapse.person("fazant-braam-2").await);
    let token = synapse.token_of(&asker).await;
    let profile = format!("profile/{other}");
    assert_eq!(synapse.client(Method::GET, &profile, None, None).await.0, 401);
    assert_eq!(synapse.client(Method::GET, &profile, Some(&token), None).await.0, 403);
    let search = Some(json!({ "search_term": "fazant-braam-2" }));
    let (status, found) = synapse.client(Method::POST, "user_directory/search", Some(&token), search).await;
    assert_eq!((status, &found["results"]), (200, &json!([])));
}

#[tokio::test]
async fn nobody_signs_up_and_nobody_changes_an_address() {
    let synapse = synapse_or_skip!();
    let register = Some(json!({ "username": "zomaar", "password": "zomaar iets" }));
    let (status, body) = synapse.client(Method::POST, "register", None, register).await;
    assert_eq!((status, &body["errcode"]), (403, &json!("M_FORBIDDEN")), "{body}");
    let guest = synapse.client(Method::POST, "register?kind=guest", None, Some(json!({}))).await;
    assert_eq!(guest.0, 403, "{}", guest.1);

    let person = synapse.person("wulp-brem-1").await;
    let token = synapse.token_of(&person).await;
    let change = Some(json!({ "sid": "1", "client_secret": "abc" }));
    let (status, body) = synapse.client(Method::POST, "account/3pid/add", Some(&token), change).await;
    assert_eq!((status, &body["error"]), (400, &json!("3PID changes are disabled on this server")));
}

/// Kring's pages log everybody in from one address; by default the fourth person in a row would be refused.
#[tokio::test]
async fn many_people_log_in_from_one_address() {
    let synapse = synapse_or_skip!();
    for number in 0..8 {
        let person = synapse.person(&format!("meeuw-gagel-{number}")).await;
        assert!(!synapse.token_of(&person).await.is_empty());
    }
}
