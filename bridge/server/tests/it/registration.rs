//! `kring registration`

use std::{fs, os::unix::fs::PermissionsExt as _};

use insta::assert_snapshot;

use crate::support::{GOOD, Site};

/// A site that has no registrations yet.
fn fresh() -> Site {
    let site = Site::new();
    fs::remove_file(site.path("registration.yaml")).unwrap();
    fs::remove_file(site.path("joiner.yaml")).unwrap();
    site
}

#[test]
fn both_files_are_written_and_the_configuration_is_good_with_them() {
    let site = fresh();
    let said = site.kring(&["registration"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert_snapshot!(said.out, @r#"
    registration.yaml has been made.
    joiner.yaml has been made.
    Put in Synapse's homeserver.yaml:
    app_service_config_files:
      - registration.yaml
      - joiner.yaml
    Restart Synapse afterwards. Synapse reaches Kring at http://127.0.0.1:8090.
    "#);
    let read = |name| fs::read_to_string(site.path(name)).unwrap();
    for name in ["registration.yaml", "joiner.yaml"] {
        assert_eq!(fs::metadata(site.path(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
    assert!(read("registration.yaml").contains("url: http://127.0.0.1:8090\n"));
    assert!(read("joiner.yaml").contains("url: null\n"));
    assert_eq!(site.kring(&["config", "check"]).code, 0);
}

#[test]
fn files_that_are_there_are_replaced_only_when_asked_for() {
    let site = Site::new();
    let before = fs::read_to_string(site.path("registration.yaml")).unwrap();
    fs::remove_file(site.path("joiner.yaml")).unwrap();
    let said = site.kring(&["registration"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert_snapshot!(said.err, @"registration.yaml exists already. The homeserver knows its tokens. Do you want new ones? Run: kring registration --overwrite");
    assert_eq!(fs::read_to_string(site.path("registration.yaml")).unwrap(), before);
    assert!(!site.path("joiner.yaml").exists());
    assert_eq!(site.kring(&["registration", "--overwrite"]).code, 0);
    assert_ne!(fs::read_to_string(site.path("registration.yaml")).unwrap(), before);
}

#[test]
fn the_admin_needs_a_place_for_its_token_a_secret_and_a_homeserver() {
    let site = Site::new();
    let no_place = site.kring(&["registration", "--admin"]);
    // Port 9 is "discard": nobody answers there.
    let config =
        GOOD.replace("  server_name", "  admin_token_file: token\n  server_name").replace(":8008", ":9");
    site.write("kring.yaml", config, 0o600);
    let no_secret = site.kring(&["registration", "--admin"]);
    site.write("secret", "geheim\n", 0o600);
    let no_homeserver = site.kring(&["registration", "--admin", "--shared-secret-file", "secret"]);
    assert_eq!([no_place.code, no_secret.code, no_homeserver.code], [2, 2, 2]);
    assert!(!site.path("token").exists());
    assert!(!no_homeserver.err.contains("geheim"));
    assert_snapshot!([no_place.err, no_secret.err, no_homeserver.err].concat(), @r#"
    There is no place for the admin's token yet. Fill in homeserver.admin_token_file.
    The homeserver's registration_shared_secret is needed. Name its file with --shared-secret-file, or put it in KRING_REGISTRATION_SHARED_SECRET.
    The homeserver at http://127.0.0.1:9/ gives no proper answer: make an administrator: no connection: Connection refused (os error 111). Check that it runs and that homeserver.url is right.
    "#);
}

#[test]
fn the_token_of_the_homeserver_s_module_is_made_where_the_configuration_says() {
    let site = Site::new();
    let no_place = site.kring(&["registration", "--antispam"]);
    site.write("kring.yaml", format!("{GOOD}antispam:\n  token_file: antispam-token\n"), 0o600);
    let missing = site.kring(&["config", "check"]);
    let made = site.kring(&["registration", "--antispam"]);
    let good = site.kring(&["config", "check"]);
    let again = site.kring(&["registration", "--antispam"]);
    let token = || fs::read_to_string(site.path("antispam-token")).unwrap();
    let first = token();
    assert_eq!(fs::metadata(site.path("antispam-token")).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(first.trim().len(), 64);
    assert_eq!(site.kring(&["registration", "--antispam", "--overwrite"]).code, 0);
    assert_ne!(token(), first);
    site.write("antispam-token", "geheim\n", 0o600);
    let short = site.kring(&["config", "check"]);
    site.write("antispam-token", first, 0o644);
    let open = site.kring(&["config", "check"]);

    assert_eq!([made.code, good.code], [0, 0]);
    assert_eq!([no_place.code, missing.code, again.code, short.code, open.code], [2; 5]);
    assert!(!short.err.contains("geheim"));
    assert_snapshot!([no_place.err, missing.err, made.out, again.err, short.err, open.err].concat(), @r#"
    There is no place for the token of Synapse's module yet. Fill in antispam.token_file.
    antispam-token, antispam.token_file: this file does not exist. Make it with: kring registration --antispam
    The token of Synapse's module is in antispam-token. Name this file in the module's authorization_path, and http://127.0.0.1:8090/_kring/antispam in its base_url. Then restart Kring and Synapse.
    antispam-token exists already, and Synapse knows its token. Do you want a new one? Run: kring registration --antispam --overwrite
    The token of Synapse's module is wrong (antispam-token: it holds no token of at least 32 letters and digits). Make a new one with: kring registration --antispam --overwrite
    antispam-token, antispam.token_file: others on this machine can read this file, and it holds a secret. Run: chmod 600 antispam-token
    "#);
}
