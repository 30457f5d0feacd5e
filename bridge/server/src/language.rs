//! In which language the command line answers.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;

use crate::{
    cli::Global,
    config::{DEFAULT_PATH, InterfaceLanguage},
};

/// The language that was asked for, else the configuration's, else the terminal's; Dutch when nobody says.
pub fn choose(global: &Global, env: &dyn Fn(&str) -> Option<String>) -> InterfaceLanguage {
    let path = global.config.as_deref().unwrap_or(Path::new(DEFAULT_PATH));
    let configured =
        || env("KRING_ASSOCIATION__LANGUAGE").as_deref().and_then(tagged).or_else(|| of_file(path));
    let terminal = || {
        let set =
            ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| env(name).filter(|v| !v.is_empty()))?;
        tagged(set.get(..2)?)
    };
    global.language.or_else(configured).or_else(terminal).unwrap_or_default()
}

/// `association.language` of a file that may be wrong everywhere else.
fn of_file(path: &Path) -> Option<InterfaceLanguage> {
    #[derive(Deserialize)]
    struct Glance {
        association: BTreeMap<String, serde_json::Value>,
    }
    let glance: Glance = serde_saphyr::from_str(&fs::read_to_string(path).ok()?).ok()?;
    tagged(glance.association.get("language")?.as_str()?)
}

fn tagged(tag: &str) -> Option<InterfaceLanguage> {
    match tag {
        "nl" => Some(InterfaceLanguage::Nl),
        "en" => Some(InterfaceLanguage::En),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(language: Option<InterfaceLanguage>, yaml: &str, env: &[(&str, &str)]) -> &'static str {
        let dir = tempfile::tempdir().unwrap();
        let config = dir.path().join("kring.yaml");
        fs::write(&config, yaml).unwrap();
        let get = |name: &str| env.iter().find(|(n, _)| *n == name).map(|(_, v)| (*v).to_owned());
        choose(&Global { config: Some(config), language }, &get).tag()
    }

    #[test]
    fn who_asks_for_a_language_gets_it() {
        assert_eq!(
            chosen(Some(InterfaceLanguage::En), "association: {language: nl}", &[("LANG", "nl_NL")]),
            "en"
        );
    }

    #[test]
    fn the_configuration_comes_before_the_terminal() {
        assert_eq!(chosen(None, "association: {language: en}\nwrong: 1", &[("LANG", "nl_NL.UTF-8")]), "en");
    }

    #[test]
    fn the_terminal_decides_where_nobody_else_does() {
        assert_eq!(chosen(None, "", &[("LC_ALL", ""), ("LANG", "en_GB.UTF-8")]), "en");
    }

    #[test]
    fn a_machine_without_language_speaks_dutch() {
        assert_eq!(chosen(None, "no: [yaml", &[("LANG", "C.UTF-8")]), "nl");
    }
}
