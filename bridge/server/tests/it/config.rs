//! `kring config check` on good and bad configurations, and the reference.

use insta::assert_snapshot;

use crate::support::{GOOD, Site, kring};

/// What `config check` says about a configuration, which must be refused.
fn refused(yaml: &str) -> String {
    let site = Site::new();
    site.write("kring.yaml", yaml, 0o600);
    let said = site.kring(&["config", "check"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{}", said.err);
    said.err
}

#[test]
fn a_good_configuration_is_called_good() {
    let said = Site::new().kring(&["config", "check"]);
    assert_eq!((said.code, said.out.as_str(), said.err.as_str()), (0, "kring.yaml is fine.\n", ""));
}

#[test]
fn the_unedited_example_is_refused() {
    assert_snapshot!(refused(include_str!("../../../../deploy/config.example.yaml")), @r#"
    kring.yaml, regel 9, homeserver.server_name: hier staat nog “example.org” uit het voorbeeld. Vul je eigen waarde in.
    kring.yaml, regel 31, association.name: hier staat nog “CHANGE-ME” uit het voorbeeld. Vul je eigen waarde in.
    "#);
}

#[test]
fn a_misspelt_key_gets_a_suggestion() {
    assert_snapshot!(refused(&GOOD.replace("server_name", "servername")), @r#"
    kring.yaml, homeserver.server_name: this key is missing. Write for example: onsivn.nl
    kring.yaml, line 3, homeserver.servername: this key is unknown. Did you mean server_name?
    "#);
}

#[test]
fn unknown_sections_and_keys_list_what_is_known() {
    assert_snapshot!(refused(&format!("{GOOD}  colour: green\nweather:\n  rain: yes\n")), @r#"
    kring.yaml, line 10, data.colour: this key is unknown. Known here: dir, socket.
    kring.yaml, line 12, weather: this key is unknown. Known here: antispam, association, data, homeserver, listen, log, metrics, policy, store.
    "#);
}

#[test]
fn each_wrong_value_is_named_with_its_line() {
    let wrong = GOOD.replace("http://127.0.0.1:8008", "ftp://127.0.0.1").replace("kring.test", "kring test")
        + "listen: {address: here}\nlog: {format: xml, filter: 'a=b=c'}\nmetrics: {listen: 9190}\n";
    assert_snapshot!(refused(&wrong), @r#"
    kring.yaml, line 2, homeserver.url: “ftp://127.0.0.1” cannot be used here. Write for example: http://127.0.0.1:8008
    kring.yaml, line 3, homeserver.server_name: “kring test” cannot be used here. Write for example: onsivn.nl
    kring.yaml, line 10, listen.address: “here” cannot be used here. Write for example: 127.0.0.1:8090
    kring.yaml, line 11, log.filter: “a=b=c” cannot be used here. Write for example: info,kring_store=debug
    kring.yaml, line 11, log.format: “xml” cannot be used here. Choose one of: text, json.
    kring.yaml, line 12, metrics.listen: “9190” cannot be used here. Write for example: 127.0.0.1:9190
    "#);
}

#[test]
fn a_zone_that_does_not_exist_is_refused() {
    assert_snapshot!(refused(&GOOD.replace("Ons IVN", "Ons IVN\n  time_zone: Europe/Utrecht")), @"kring.yaml, line 8, association.time_zone: “Europe/Utrecht” cannot be used here. Write for example: Europe/Amsterdam");
}

#[test]
fn text_that_is_no_yaml_is_refused_with_its_line() {
    assert_snapshot!(refused("homeserver:\n  url: [\n"), @"kring.yaml, line 2: this is no valid YAML with settings: unclosed bracket '[' at line 2, column 8. Look at the indentation.");
}

#[test]
fn a_section_that_is_no_section_is_refused_with_its_line() {
    assert_snapshot!(refused(&GOOD.replace("data:\n  dir: .", "data: here")), @"kring.yaml, line 8: this is no valid YAML with settings: expected mapping start at line 8, column 7. Look at the indentation.");
}

#[test]
fn an_empty_file_names_every_key_that_is_missing() {
    assert_snapshot!(refused(""), @r#"
    kring.yaml, association.name: this key is missing. Write for example: Ons IVN
    kring.yaml, homeserver.joiner_registration_file: this key is missing. Write for example: registration/joiner.yaml
    kring.yaml, homeserver.registration_file: this key is missing. Write for example: registration/bridge.yaml
    kring.yaml, homeserver.server_name: this key is missing. Write for example: onsivn.nl
    kring.yaml, homeserver.url: this key is missing. Write for example: http://127.0.0.1:8008
    "#);
}

#[test]
fn a_configuration_that_is_not_there_is_named() {
    let said = Site::new().bare(&["--config", "elsewhere.yaml", "config", "check"]);
    assert_eq!(said.code, 2);
    assert_snapshot!(said.err, @"elsewhere.yaml: this file does not exist. Check its name.");
}

#[test]
fn a_password_in_the_configuration_is_refused_and_not_repeated() {
    let err = refused(&format!("{GOOD}store: {{url: 'postgres://kring:geheim@db/kring'}}\n"));
    assert!(!err.contains("geheim"), "{err}");
    assert_snapshot!(err, @"kring.yaml, line 10, store.url: this holds a password. Put the address in a file of its own with mode 600, and name that file in store.url_file.");
}

#[test]
fn a_wrong_database_address_is_not_repeated() {
    let err = refused(&format!("{GOOD}store: {{url: 'mysql://kring:geheim@db/kring'}}\n"));
    assert!(!err.contains("geheim"), "{err}");
    assert_snapshot!(err, @r#"
    kring.yaml, line 10, store.url: this holds a password. Put the address in a file of its own with mode 600, and name that file in store.url_file.
    kring.yaml, line 10, store.url: this is no address of a database. Write sqlite:PATH or postgres://USER@HOST/NAME.
    "#);
}

#[test]
fn missing_and_open_files_are_named_with_what_to_do() {
    let site = Site::new();
    let files = GOOD.replace("registration.yaml", "nowhere.yaml").replace("joiner.yaml", "open.yaml");
    let files = files.replace("  server_name", "  admin_token_file: token\n  server_name");
    site.write("open.yaml", "", 0o644);
    site.write("token", "", 0o640);
    site.write("kring.yaml", files + "policy: {source: ivm}\nstore: {url: 'sqlite:deep/kring.db'}\n", 0o600);
    let said = site.kring(&["config", "check"]);
    assert_eq!(said.code, 2);
    assert_snapshot!(said.err, @r#"
    nowhere.yaml, homeserver.registration_file: this file does not exist. Make it with: kring registration
    open.yaml, homeserver.joiner_registration_file: others on this machine can read this file, and it holds a secret. Run: chmod 600 open.yaml
    token, homeserver.admin_token_file: others on this machine can read this file, and it holds a secret. Run: chmod 600 token
    ./deep, store.url: this folder does not exist. Make it with: mkdir -m 700 ./deep
    There is no policy called “ivm”. Kring knows: ivn, nov. Name a policy of your own by the path of its file.
    "#);
}

#[test]
fn a_registration_that_is_none_or_has_the_samples_token_is_refused() {
    let site = Site::new();
    site.write("registration.yaml", "id: [kring]\n", 0o600);
    let sample =
        "id: kring\nurl: null\nas_token: replace-me\nhs_token: replace-me\nsender_localpart: kring\n";
    site.write("joiner.yaml", format!("{sample}namespaces: {{}}\n"), 0o600);
    let said = site.kring(&["config", "check"]);
    assert_eq!(said.code, 2);
    assert_snapshot!(said.err, @r#"
    registration.yaml: this file is not right (it is no registration: a key is missing or has the wrong type, line 1). Make a new one with: kring registration
    joiner.yaml: as_token is no real token. Make a new file with: kring registration
    "#);
}

#[test]
fn the_same_sentences_exist_in_dutch() {
    let site = Site::new();
    site.write("kring.yaml", GOOD.replace("server_name", "servername"), 0o600);
    let said = site.kring(&["--language", "nl", "config", "check"]);
    assert_snapshot!(said.err, @r#"
    kring.yaml, homeserver.server_name: deze instelling ontbreekt. Schrijf bijvoorbeeld: onsivn.nl
    kring.yaml, regel 3, homeserver.servername: deze instelling ken ik niet. Bedoel je server_name?
    "#);
}

#[test]
fn the_environment_wins_and_is_named_when_it_is_wrong() {
    let site = Site::new();
    let config = site.path("kring.yaml");
    let base = || {
        let mut command = kring(config.parent().unwrap());
        command.arg("--config").arg(&config).args(["config", "check"]);
        command
    };
    let good = site.run(base().env("KRING_LISTEN__ADDRESS", "[::1]:8090"));
    assert_eq!((good.code, good.err.as_str()), (0, ""));
    let wrong = site.run(base().env("KRING_LISTEN__ADRESS", "x").env("KRING_LOG__FORMAT", "xml"));
    assert_eq!(wrong.code, 2);
    assert_snapshot!(wrong.err, @r#"
    Environment variable KRING_LISTEN__ADRESS: this key is unknown. Did you mean address?
    Environment variable KRING_LOG__FORMAT: “xml” cannot be used here. Choose one of: text, json.
    "#);
}

#[test]
fn a_variable_that_ends_in_file_is_read_from_that_file() {
    let site = Site::new();
    let secret = site.write("secret", "postgres://kring:geheim@db/kring\n", 0o600);
    let mut command = kring(secret.parent().unwrap());
    command.args(["--config", "kring.yaml", "config", "check"]);
    let good = site.run(command.env("KRING_STORE__URL_FILE", &secret));
    assert_eq!((good.code, good.err.as_str()), (0, ""));
    site.write("secret", "mysql://kring:geheim@db/kring\n", 0o600);
    let wrong = site.run(&mut command);
    assert_snapshot!(wrong.err, @"secret, store.url_file: this is no address of a database. Write sqlite:PATH or postgres://USER@HOST/NAME.");
}

#[test]
fn the_reference_in_the_docs_is_fresh() {
    let said = Site::new().bare(&["config", "reference"]);
    let page = include_str!("../../../../docs/configuration.md");
    assert_eq!(said.out, page, "run: kring config reference > docs/configuration.md");
}

#[test]
fn the_example_shows_every_key_once() {
    let example = include_str!("../../../../deploy/config.example.yaml");
    for section in kring::config::reference::reference() {
        let (_, rest) = example.split_once(&format!("\n{}:\n", section.name)).unwrap();
        let lines: Vec<_> =
            rest.lines().take_while(|line| line.starts_with(' ') || line.is_empty()).collect();
        for key in &section.keys {
            let start = format!("{}:", key.name);
            let shown = lines.iter().filter(|line| line.trim_start_matches([' ', '#']).starts_with(&start));
            assert_eq!(shown.count(), 1, "{}.{}", section.name, key.name);
            assert!(!key.doc.is_empty(), "{}.{} has no documentation", section.name, key.name);
        }
    }
}
