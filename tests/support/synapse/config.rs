//! `homeserver.yaml` for tests: quiet, fast, on the loopback interface, without federation.

use std::path::Path;

use serde_json::{Value, json};
use serde_yaml::Mapping;
use url::Url;

use super::{Database, SERVER_NAME, SynapseOptions, overlay, signing_key, write_file};

/// Registers admins in tests.
pub(super) const SHARED_SECRET: &str = "registration-secret-of-a-test";

/// Writes the configuration, the log configuration and the signing key into `folder`.
pub(super) fn write(folder: &Path, port: u16, options: &SynapseOptions) {
    let settings = settings(folder, port, options);
    let mut config: Mapping = serde_yaml::from_value(serde_yaml::to_value(settings).expect("JSON is YAML"))
        .expect("the settings are a mapping");
    overlay(&mut config, &options.extra_config);
    let yaml = serde_yaml::to_string(&config).expect("settings can be written");
    write_file(folder, "homeserver.yaml", &yaml);
    write_file(folder, "log.yaml", &log_config(options.log_level.as_deref().unwrap_or("WARNING")));
    write_file(folder, "signing.key", &signing_key(folder));
}

fn settings(folder: &Path, port: u16, options: &SynapseOptions) -> Value {
    let mut settings = json!({
        "server_name": SERVER_NAME,
        "public_baseurl": format!("http://127.0.0.1:{port}/"),
        "listeners": [{
            "port": port, "bind_addresses": ["127.0.0.1"], "type": "http", "tls": false,
            "resources": [{ "names": ["client"] }],
        }],
        "database": database(folder, &options.database),
        "log_config": folder.join("log.yaml"),
        "signing_key_path": folder.join("signing.key"),
        "media_store_path": folder.join("media"),
        "pid_file": folder.join("synapse.pid"),
        "app_service_config_files": options.registrations,
        "registration_shared_secret": SHARED_SECRET,
        "macaroon_secret_key": "macaroon-secret-of-a-test",
        "form_secret": "form-secret-of-a-test",
        "bcrypt_rounds": 4,
        "report_stats": false,
        "suppress_key_server_warning": true,
        "trusted_key_servers": [],
        "federation_domain_whitelist": [],
        "presence": { "enabled": false },
        "default_room_version": "12",
    });
    let limits = generous_limits();
    if let (Some(all), Value::Object(limits)) = (settings.as_object_mut(), limits) {
        all.extend(limits);
    }
    settings
}

/// Limits that no test reaches by accident; one that is about limits sets its own.
fn generous_limits() -> Value {
    let free = json!({ "per_second": 10_000, "burst_count": 10_000 });
    json!({
        "rc_message": free, "rc_registration": free, "rc_admin_redaction": free, "rc_media_create": free,
        "rc_room_creation": free, "rc_reports": free,
        "rc_login": { "address": free, "account": free, "failed_attempts": free },
        "rc_joins": { "local": free, "remote": free },
        "rc_joins_per_room": free,
        "rc_invites": { "per_room": free, "per_user": free, "per_issuer": free },
    })
}

fn database(folder: &Path, database: &Database) -> Value {
    match database {
        Database::Sqlite => json!({
            "name": "sqlite3", "args": { "database": folder.join("homeserver.db") },
        }),
        Database::Postgres(address) => {
            let url = Url::parse(address).expect("the database's address is a URL");
            json!({
                "name": "psycopg2",
                "args": {
                    "user": url.username(), "host": url.host_str(), "port": url.port(),
                    "dbname": url.path().trim_start_matches('/'), "cp_min": 1, "cp_max": 10,
                },
            })
        }
    }
}

fn log_config(level: &str) -> String {
    format!(
        "version: 1\n\
         formatters: {{plain: {{format: '%(asctime)s %(levelname)s %(name)s %(message)s'}}}}\n\
         handlers: {{console: {{class: logging.StreamHandler, formatter: plain}}}}\n\
         root: {{level: {level}, handlers: [console]}}\n\
         disable_existing_loggers: false\n"
    )
}
