//! `kring policy`

use crate::support::Site;

#[test]
fn a_folder_without_cases_could_not_be_tested() {
    let site = Site::new();
    site.write("nothing/ivn/policy.yaml", "", 0o644);
    let said = site.bare(&["policy", "test", "nothing"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert_eq!(
        said.err,
        "There are no cases under nothing. Put them in a folder named cases, as files that end in .yaml.\n"
    );
}

#[test]
fn a_policy_that_is_not_there_cannot_be_checked() {
    let said = Site::new().bare(&["policy", "check", "nowhere.yaml"]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    insta::assert_snapshot!(said.err, @"nowhere.yaml cannot be read (No such file or directory (os error 2)). Check its name and its permissions.");
}
