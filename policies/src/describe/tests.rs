//! What a board reads.

use insta::assert_snapshot;

use super::*;
use crate::{policy::Policy, read::read_policy, testing::ivn};

fn nov() -> Policy {
    read_policy("nov", Policy::shipped("nov").unwrap()).unwrap()
}

fn of_kind(policy: &Policy, kind: &str, language: &str) -> String {
    let section = describe_kind(policy, policy.kind(kind).unwrap());
    section.sentences.iter().map(|s| s.text.get(language)).collect::<Vec<_>>().join("\n")
}

#[test]
fn branch_in_sentences() {
    assert_snapshot!(of_kind(&ivn(), "afdeling", "nl"), @r"
    Voor elke afdeling is er een groep. Hebben er twee dezelfde naam in een andere regio, dan zijn dat twee groepen.
    De groep hangt onder regio.
    Toegelaten: medewerker, vrijwilliger en beheervrijwilliger.
    Een beheerder van de groep kan ook toelaten: extern.
    Hoort er vanzelf bij: wie medewerker of vrijwilliger is (van de eigen afdeling).
    Beheerder: wie beheervrijwilliger is (van de eigen afdeling).
    Voor vragen: iedereen uit de administratie met functie secretaris (van de eigen afdeling).
    Uitnodigen mag: een beheerder van de groep, een beheerder van de groep erboven of vrijwilligersconsulenten. En wel: wie medewerker, vrijwilliger of beheervrijwilliger is.
    Uitnodigen voor hooguit 365 dagen mag: een beheerder van de groep of vrijwilligersconsulenten. En wel: iedereen die de groep toelaat.
    Er horen minstens 2 beheerders te zijn. Anders volgt een melding met een voorstel.
    Als beheerder voorgesteld: wie vrijwilliger is.
    ");
    assert_snapshot!(of_kind(&ivn(), "afdeling", "en"), @r"
    There is a group for each branch. Two of one name in another region are two groups.
    The group hangs below regio.
    Admitted: staff, volunteer and volunteer admin.
    An admin of the group can also admit: external.
    Belongs to it without being asked: anybody who is staff or volunteer (of their own branch).
    Admin: anybody who is volunteer admin (of their own branch).
    For questions: everybody in the administration with function secretaris (of their own branch).
    May invite: an admin of the group, an admin of the group above or volunteer consultants. Namely: anybody who is staff, volunteer or volunteer admin.
    May invite for 365 days at most: an admin of the group or volunteer consultants. Namely: everybody whom the group admits.
    There should be at least 2 admins. Otherwise there is an alarm with a proposal.
    Proposed as admin: anybody who is volunteer.
    ");
}

#[test]
fn group_that_people_make_in_sentences() {
    assert_snapshot!(of_kind(&ivn(), "werkgroep", "nl"), @r"
    Mensen maken deze groepen zelf.
    De groep hangt onder afdeling, regio, provincie of Ons IVN.
    Toegelaten: medewerker, vrijwilliger en beheervrijwilliger.
    Een beheerder van de groep kan ook toelaten: extern.
    Uitnodigen mag: een beheerder van de groep of een beheerder van de groep erboven. En wel: wie medewerker, vrijwilliger of beheervrijwilliger is.
    Uitnodigen voor hooguit 180 dagen mag: een beheerder van de groep of een beheerder van de groep erboven. En wel: iedereen die de groep toelaat.
    Zo'n groep maken mag: wie beheervrijwilliger of medewerker is of een beheerder van de groep erboven.
    Onder één groep hangen er hooguit 25. Een groep hangt onder hooguit 3 groepen tegelijk. De naam heeft hooguit 60 tekens.
    Een beheerder van de groep erboven mag hier hetzelfde als een beheerder van de groep.
    Wie door iemand beheerder wordt gemaakt, is dat hooguit 730 dagen achter elkaar.
    Er hoort minstens één beheerder te zijn. Anders volgt een melding met een voorstel.
    De beheerder kan instellen dat niet iedereen schrijft.
    De beheerder kan instellen dat alleen wie is uitgenodigd erin komt.
    De beheerder kan instellen dat mensen toegang vragen.
    ");
}

#[test]
fn centre_and_conference_in_sentences() {
    assert_snapshot!(of_kind(&nov(), "centrale", "nl"), @r"
    Voor elke centrale is er een groep.
    De groep hangt onder overleg.
    Toegelaten: medewerker van een centrale en medewerker van de vereniging.
    Een beheerder van de groep kan ook toelaten: gast.
    Hoort er vanzelf bij: wie medewerker van een centrale is (van de eigen centrale).
    Hoort er vanzelf bij: wie medewerker van de vereniging is (waar de groep staat bij vaste contactpersoon).
    Beheerder: iedereen uit de administratie met functie manager (van de eigen centrale).
    Voor vragen: wie medewerker van de vereniging is (waar de groep staat bij vaste contactpersoon).
    Uitnodigen voor hooguit 90 dagen mag: een beheerder van de groep. En wel: wie gast is.
    Er hoort minstens één beheerder te zijn. Anders volgt een melding met een voorstel.
    Als beheerder voorgesteld: iedereen met functie consulent of MDT-begeleider.
    ");
    assert_snapshot!(of_kind(&nov(), "conferentie", "nl"), @r"
    Er is één zo'n groep.
    De groep hangt onder NOVi.
    De laatste dag is 31-12-2026. Daarna leest wie erin zit nog mee en verandert er niets meer.
    Toegelaten: medewerker van een centrale en medewerker van de vereniging.
    Hoort er vanzelf bij: iedereen uit de administratie met een aanmelding.
    Beheerder: medewerkers van de vereniging.
    Niemand wordt uitgenodigd: de regels beslissen.
    ");
}

#[test]
fn what_holds_everywhere() {
    let sections = describe(&nov());
    let first = sections.first().unwrap();
    assert_snapshot!(first.sentences.iter().map(|s| s.text.get("nl")).collect::<Vec<_>>().join("\n"), @r#"
    Type medewerker van een centrale: ziet iedereen die meedoet en schrijft aan iedereen.
    Type medewerker van de vereniging: ziet iedereen die meedoet en schrijft aan iedereen.
    Type gast: komt van buiten. Die ziet alleen mensen met wie die een groep deelt, en schrijft alleen aan hen.
    Gegeven "lidmaatschap van de vereniging": wat voor één persoon is ingevuld, geldt voor iedereen met dezelfde centrale.
    Bij "programma" telt niet mee: Goed Geregeld en Conferentie Vrijwilligerscentrales.
    Gegeven "programma": wat voor één persoon is ingevuld, geldt voor iedereen met dezelfde centrale.
    Bij "adviseurschap" telt alleen: Goed Geregeld.
    Bij "aanmelding" telt alleen: Conferentie Vrijwilligerscentrales.
    Met "medewerkers van de vereniging" bedoelen we: wie medewerker van de vereniging is.
    Met "mensen van centrales die lid zijn" bedoelen we: iedereen met lidmaatschap van de vereniging ja.
    Met "de redactie" bedoelen we: wie medewerker van de vereniging is met functie redactie.
    Met "wie het netwerk beheert" bedoelen we: wie medewerker van de vereniging is met functie beheer.
    Met "de programmaleiders" bedoelen we: wie medewerker van de vereniging is met functie programmaleider.
    Wie weggaat, blijft nog 30 dagen in de groepen.
    Gaan er in één keer meer dan 20 procent van de mensen uit, en zijn dat er 10 of meer? Dan vraagt Kring eerst of het klopt.
    Er zijn inlogs waar Kring van afblijft.
    "#);
}

/// Every rule of both policies is in some sentence: no line that decides anything is left unsaid.
#[test]
fn each_rule_is_said_and_each_sentence_is_whole() {
    for policy in [ivn(), nov()] {
        let sections = describe(&policy);
        assert_eq!(sections.len(), policy.kinds.len() + 1);
        let lines: Vec<u32> = sections.iter().flat_map(|s| &s.sentences).map(|s| s.line).collect();
        for kind in &policy.kinds {
            let rules = kind.members.iter().chain(&kind.admins).chain(&kind.writers).chain(&kind.contacts);
            let invites = kind.invites.iter().map(|rule| rule.line);
            for line in rules.map(|rule| rule.line).chain(invites) {
                assert!(lines.contains(&line), "{}: nothing says line {line}", kind.name);
            }
        }
        for sentence in sections.iter().flat_map(|section| &section.sentences) {
            for text in [&sentence.text.nl, &sentence.text.en] {
                assert!(
                    !text.contains("{ $") && !text.starts_with("says-") && text.ends_with(['.', '?']),
                    "{text}"
                );
                assert!(sentence.line > 0, "{text}");
            }
        }
    }
}
