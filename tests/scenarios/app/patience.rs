//! Kring never fights a person in a loop.

use jiff::SignedDuration;
use serde_json::json;

use crate::{association::user, scene::Scene};

#[tokio::test]
async fn pauses_grow_and_the_admins_hear_of_it_once() {
    let scene = Scene::filled().await;
    let room = scene.room("afdeling/assen");
    let kees = scene.fake.acting(&user(16));
    for pause in [0, 0, 0, 5, 10, 20] {
        kees.leave(&room).expect("anybody may leave");
        if pause > 0 {
            scene.settled_but(1).await;
            scene.pass(SignedDuration::from_millis(pause * 1000 - 1));
            let mut writer = scene.app.context.store.write().await.expect("a writer");
            let due = writer.lease_effects(scene.now_ms(), 1, "a test", 10).await.expect("effects");
            drop(writer);
            assert_eq!(
                (due, scene.is_in("afdeling/assen", &user(16))),
                (vec![], false),
                "not before {pause} s"
            );
            scene.pass(SignedDuration::from_millis(1));
        }
        scene.settled().await;
        assert!(scene.is_in("afdeling/assen", &user(16)), "after {pause} s");
    }
    let notices = scene.told();
    let bodies: Vec<_> = notices.iter().map(|e| (e.sender.as_str(), e.text("body"))).collect();
    let text = "Ik heb in groep afdeling/assen al 3 keer iets hersteld wat @lid-16:kring.test veranderde. \
                Ik wacht nu steeds langer. Praat even met elkaar.";
    assert_eq!(bodies, [("@kring:kring.test", text)]);
    assert_eq!(
        notices.iter().map(|e| e.content.get("msgtype")).collect::<Vec<_>>(),
        [Some(&json!("m.notice"))]
    );
    scene.assert_right().await;
}
