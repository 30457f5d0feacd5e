//! Log-ins, profiles, and Synapse's admin API for users.

use std::sync::Arc;

use axum::{
    Json,
    extract::{Path, State},
};
use serde_json::{Value, json};

use super::{Account, Refused, SERVER_NAME, Shared, caller::Caller};

type Answer = Result<Json<Value>, Refused>;

/// `POST login` with a password, by user id, local part or address, or by an application service.
pub(super) async fn login(
    State(shared): State<Arc<Shared>>,
    caller: Result<Caller, Refused>,
    Json(body): Json<Value>,
) -> Answer {
    if body.get("type").is_some_and(|kind| kind == "m.login.application_service") {
        return login_of_service(&shared, &caller?, &body);
    }
    let mut world = shared.world();
    let text = |path: &str| body.pointer(path).and_then(Value::as_str).unwrap_or_default();
    let user = match (text("/identifier/type"), text("/identifier/user")) {
        ("m.id.thirdparty", _) => world.by_email(text("/identifier/address")).unwrap_or_default().to_owned(),
        (_, full) if full.starts_with('@') => full.to_owned(),
        (_, local) => format!("@{local}:{SERVER_NAME}"),
    };
    let account = world.accounts.get(&user).filter(|a| !a.deactivated);
    if account.and_then(|a| a.password.as_deref()) != Some(text("/password")) {
        return Err(Refused::forbidden("Invalid username or password"));
    }
    let token = world.log_in(&user);
    Ok(Json(json!({ "user_id": user, "access_token": token, "device_id": "TEST" })))
}

fn login_of_service(shared: &Shared, caller: &Caller, body: &Value) -> Answer {
    let service = caller.service.and_then(|i| shared.senders.get(i));
    let user = body.pointer("/identifier/user").and_then(Value::as_str).unwrap_or_default();
    if !service.is_some_and(|service| service.speaks_for(user)) {
        return Err(Refused::forbidden("Invalid access_token"));
    }
    let device = body.get("device_id").and_then(Value::as_str).unwrap_or("TEST");
    let mut world = shared.world();
    world.devices.insert((user.to_owned(), device.to_owned()));
    let token = world.log_in(user);
    Ok(Json(json!({ "user_id": user, "access_token": token, "device_id": device })))
}

/// `GET devices/{device}`
pub(super) async fn device(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(device): Path<String>,
) -> Answer {
    if shared.world().devices.contains(&(caller.user, device.clone())) {
        return Ok(Json(json!({ "device_id": device })));
    }
    Err(Refused::not_found("No device found"))
}

/// `PUT devices/{device}`: names a device that is there; without MSC4190 it makes none.
pub(super) async fn name_device(shared: State<Arc<Shared>>, caller: Caller, path: Path<String>) -> Answer {
    device(shared, caller, path).await
}

/// `POST register` by an application service.
pub(super) async fn register(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Json(body): Json<Value>,
) -> Answer {
    let service = caller.service.and_then(|i| shared.senders.get(i));
    let service = service.ok_or_else(|| Refused::forbidden("Registration has been disabled."))?;
    let local = body.get("username").and_then(Value::as_str).unwrap_or_default();
    let user = format!("@{local}:{SERVER_NAME}");
    if !service.speaks_for(&user) {
        return Err(Refused::new(400, "M_EXCLUSIVE", "Invalid user localpart for this application service."));
    }
    let mut world = shared.world();
    if world.accounts.contains_key(&user) {
        return Err(Refused::new(400, "M_USER_IN_USE", "User ID already taken."));
    }
    world.accounts.insert(user.clone(), Account::default());
    Ok(Json(json!({ "user_id": user })))
}

/// `GET whoami`
pub(super) async fn whoami(caller: Caller) -> Json<Value> {
    Json(json!({ "user_id": caller.user, "is_guest": false }))
}

/// `GET profile/{user}` and its display name
pub(super) async fn profile(State(shared): State<Arc<Shared>>, Path(user): Path<String>) -> Answer {
    let world = shared.world();
    let account = world.accounts.get(&user).ok_or_else(|| Refused::not_found("User not found"))?;
    Ok(Json(json!({ "displayname": account.displayname })))
}

/// `PUT profile/{user}/displayname`
pub(super) async fn set_displayname(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<String>,
    Json(body): Json<Value>,
) -> Answer {
    if caller.user != user {
        return Err(Refused::forbidden("Cannot set another user's displayname"));
    }
    let mut world = shared.world();
    let name = body.get("displayname").and_then(Value::as_str).map(str::to_owned);
    world.accounts.entry(user).or_default().displayname = name;
    Ok(Json(json!({})))
}

/// `GET /_synapse/admin/v2/users`
pub(super) async fn list(State(shared): State<Arc<Shared>>, caller: Caller) -> Answer {
    caller.must_be_admin(&shared)?;
    let world = shared.world();
    let users: Vec<_> = world.accounts.iter().map(|(user, account)| described(user, account)).collect();
    Ok(Json(json!({ "total": users.len(), "users": users })))
}

/// `GET /_synapse/admin/v2/users/{user}`
pub(super) async fn show(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<String>,
) -> Answer {
    caller.must_be_admin(&shared)?;
    let world = shared.world();
    let account = world.accounts.get(&user).ok_or_else(|| Refused::not_found("User not found"))?;
    Ok(Json(described(&user, account)))
}

/// `PUT /_synapse/admin/v2/users/{user}`: makes or changes. An address is taken from whoever has it, without an error,
/// as Synapse does.
pub(super) async fn write(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<String>,
    Json(body): Json<Value>,
) -> Result<(axum::http::StatusCode, Json<Value>), Refused> {
    caller.must_be_admin(&shared)?;
    let mut world = shared.world();
    let is_new = !world.accounts.contains_key(&user);
    let emails = addresses(&body);
    for address in emails.iter().flatten() {
        world.accounts.values_mut().for_each(|account| account.emails.retain(|a| a != address));
    }
    let account = world.accounts.entry(user.clone()).or_default();
    if let Some(emails) = emails {
        account.emails = emails.into_iter().collect();
    }
    change(account, &body);
    let status = if is_new { axum::http::StatusCode::CREATED } else { axum::http::StatusCode::OK };
    Ok((status, Json(described(&user, account))))
}

fn addresses(body: &Value) -> Option<Vec<String>> {
    let list = body.get("threepids")?.as_array()?;
    let address = |t: &Value| t.get("address").and_then(Value::as_str).map(str::to_lowercase);
    Some(list.iter().filter_map(address).collect())
}

fn change(account: &mut Account, body: &Value) {
    let text = |key: &str| body.get(key).and_then(Value::as_str).map(str::to_owned);
    let flag = |key: &str| body.get(key).and_then(Value::as_bool);
    account.password = text("password").or(account.password.take());
    account.displayname = text("displayname").or(account.displayname.take());
    account.admin = flag("admin").unwrap_or(account.admin);
    account.locked = flag("locked").unwrap_or(account.locked);
    account.deactivated = flag("deactivated").unwrap_or(account.deactivated);
}

fn described(user: &str, account: &Account) -> Value {
    let threepids: Vec<_> =
        account.emails.iter().map(|a| json!({ "medium": "email", "address": a })).collect();
    json!({
        "name": user, "displayname": account.displayname, "threepids": threepids, "admin": account.admin,
        "suspended": account.suspended, "locked": account.locked, "deactivated": account.deactivated,
    })
}

/// `GET /_synapse/admin/v1/threepid/email/users/{address}`
pub(super) async fn by_email(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(address): Path<String>,
) -> Answer {
    caller.must_be_admin(&shared)?;
    let user = shared.world().by_email(&address).map(str::to_owned);
    user.map(|user| Json(json!({ "user_id": user }))).ok_or_else(|| Refused::not_found("User not found"))
}

/// `PUT /_synapse/admin/v1/suspend/{user}`
pub(super) async fn suspend(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<String>,
    Json(body): Json<Value>,
) -> Answer {
    caller.must_be_admin(&shared)?;
    let on = body.get("suspend").and_then(Value::as_bool).unwrap_or(false);
    with_account(&shared, &user, |account| account.suspended = on)?;
    Ok(Json(json!({ format!("user_{user}_suspended"): on })))
}

/// `POST /_synapse/admin/v1/deactivate/{user}`
pub(super) async fn deactivate(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<String>,
) -> Answer {
    caller.must_be_admin(&shared)?;
    with_account(&shared, &user, |account| {
        account.deactivated = true;
        account.password = None;
        account.emails.clear();
    })?;
    shared.world().tokens.retain(|_, owner| *owner != user);
    Ok(Json(json!({ "id_server_unbind_result": "success" })))
}

/// `POST /_synapse/admin/v1/reset_password/{user}`
pub(super) async fn reset_password(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<String>,
    Json(body): Json<Value>,
) -> Answer {
    caller.must_be_admin(&shared)?;
    let password = body.get("new_password").and_then(Value::as_str).map(str::to_owned);
    with_account(&shared, &user, |account| account.password = password)?;
    if body.get("logout_devices").and_then(Value::as_bool).unwrap_or(true) {
        shared.world().tokens.retain(|_, owner| *owner != user);
    }
    Ok(Json(json!({})))
}

/// `GET /_synapse/admin/v2/users/{user}/devices`: a device for each log-in, named after its token.
pub(super) async fn devices(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<String>,
) -> Answer {
    caller.must_be_admin(&shared)?;
    let world = shared.world();
    let own = world.tokens.iter().filter(|(_, owner)| **owner == user);
    let devices: Vec<_> = own.map(|(token, _)| json!({ "device_id": token, "user_id": user })).collect();
    Ok(Json(json!({ "total": devices.len(), "devices": devices })))
}

/// `POST /_synapse/admin/v2/users/{user}/delete_devices`
pub(super) async fn delete_devices(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<String>,
    Json(body): Json<Value>,
) -> Answer {
    caller.must_be_admin(&shared)?;
    let gone = body.get("devices").and_then(Value::as_array).cloned().unwrap_or_default();
    shared.world().tokens.retain(|token, owner| *owner != user || !gone.contains(&json!(token)));
    Ok(Json(json!({})))
}

/// `POST …/override_ratelimit`
pub(super) async fn unlimit(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<String>,
) -> Answer {
    caller.must_be_admin(&shared)?;
    shared.world().unlimited.insert(user);
    Ok(Json(json!({ "messages_per_second": 0, "burst_count": 0 })))
}

/// `DELETE …/override_ratelimit`
pub(super) async fn limit(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<String>,
) -> Answer {
    caller.must_be_admin(&shared)?;
    shared.world().unlimited.remove(&user);
    Ok(Json(json!({})))
}

/// `GET …/override_ratelimit`
pub(super) async fn limits(
    State(shared): State<Arc<Shared>>,
    caller: Caller,
    Path(user): Path<String>,
) -> Answer {
    caller.must_be_admin(&shared)?;
    let free = shared.world().unlimited.contains(&user);
    Ok(Json(if free { json!({ "messages_per_second": 0, "burst_count": 0 }) } else { json!({}) }))
}

fn with_account(shared: &Shared, user: &str, change: impl FnOnce(&mut Account)) -> Result<(), Refused> {
    let mut world = shared.world();
    let account = world.accounts.get_mut(user).ok_or_else(|| Refused::not_found("User not found"))?;
    change(account);
    Ok(())
}
