//! The endpoints by path.

use std::sync::Arc;

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{get, post, put},
};

use super::{Refused, Shared, accounts, caller, content, directory, events, rooms};

/// Everything that the fake answers.
pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .merge(client(shared.clone()))
        .fallback(|| async { Refused::new(404, "M_UNRECOGNIZED", "Unrecognized request") })
        .layer(DefaultBodyLimit::max(64 * 1024 * 1024))
        .with_state(shared)
}

fn client(shared: Arc<Shared>) -> Router<Arc<Shared>> {
    let v3 = Router::new()
        .route("/createRoom", post(rooms::create_room))
        .route("/join/{room}", post(rooms::join_room))
        .route("/knock/{room}", post(rooms::knock_room))
        .route("/rooms/{room}/join", post(rooms::join_room))
        .route("/rooms/{room}/leave", post(rooms::leave_room))
        .route("/rooms/{room}/invite", post(rooms::invite))
        .route("/rooms/{room}/kick", post(rooms::kick))
        .route("/rooms/{room}/ban", post(rooms::ban))
        .route("/rooms/{room}/unban", post(rooms::unban))
        .route("/rooms/{room}/members", get(rooms::members))
        .route("/rooms/{room}/joined_members", get(rooms::joined_members))
        .route("/joined_rooms", get(rooms::joined_rooms))
        .route("/rooms/{room}/state", get(events::all_state))
        .route("/rooms/{room}/state/{type}", get(events::get_state_plain).put(events::put_state_plain))
        .route("/rooms/{room}/state/{type}/", get(events::get_state_plain).put(events::put_state_plain))
        .route("/rooms/{room}/state/{type}/{key}", get(events::get_state).put(events::put_state))
        .route("/rooms/{room}/send/{type}/{txn}", put(events::send))
        .route("/rooms/{room}/redact/{event}/{txn}", put(events::redact))
        .route("/rooms/{room}/event/{event}", get(events::event))
        .route("/rooms/{room}/messages", get(events::messages))
        .route("/rooms/{room}/aliases", get(directory::aliases))
        .route(
            "/directory/room/{alias}",
            get(directory::resolve).put(directory::create).delete(directory::delete),
        )
        .route("/profile/{user}", get(accounts::profile))
        .route("/profile/{user}/displayname", get(accounts::profile).put(accounts::set_displayname))
        .route("/account/whoami", get(accounts::whoami))
        .route("/devices/{device}", get(accounts::device).put(accounts::name_device))
        .route("/capabilities", get(content::capabilities))
        .route("/login", post(accounts::login))
        .route("/register", post(accounts::register));
    Router::new()
        .nest("/_matrix/client/v3", v3)
        .route("/_matrix/client/versions", get(content::versions))
        .route("/_matrix/client/v1/appservice/{id}/ping", post(content::ping))
        .route("/_matrix/media/v3/upload", post(content::upload))
        .route("/_synapse/admin/v1/server_version", get(content::server_version))
        .route("/_synapse/admin/v2/users", get(accounts::list))
        .route("/_synapse/admin/v2/users/{user}", get(accounts::show).put(accounts::write))
        .route("/_synapse/admin/v1/threepid/email/users/{address}", get(accounts::by_email))
        .route("/_synapse/admin/v1/suspend/{user}", put(accounts::suspend))
        .route("/_synapse/admin/v1/deactivate/{user}", post(accounts::deactivate))
        .route("/_synapse/admin/v1/reset_password/{user}", post(accounts::reset_password))
        .route("/_synapse/admin/v2/users/{user}/devices", get(accounts::devices))
        .route("/_synapse/admin/v2/users/{user}/delete_devices", post(accounts::delete_devices))
        .route(
            "/_synapse/admin/v1/users/{user}/override_ratelimit",
            post(accounts::unlimit).delete(accounts::limit).get(accounts::limits),
        )
        .route_layer(middleware::from_fn_with_state(shared, caller::watch))
}
