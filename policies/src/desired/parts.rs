//! Spaces with more groups than clients can show: numbered parts, A – H and I – Z.

use kring_core::ids::{Form, PlaceKey};

/// The children of one space, spread over parts where they are too many.
pub(super) struct Spread {
    /// Children of the space itself.
    pub(super) whole: Vec<PlaceKey>,
    /// Each part with the letters behind its name and its children.
    pub(super) parts: Vec<(PlaceKey, String, Vec<PlaceKey>)>,
}

/// Spreads `children` over parts of at most `most`, cut between first letters where that is possible, so that one group
/// more moves as few others as possible. `own_room` stays in the space itself.
pub(super) fn spread(
    space: &PlaceKey,
    own_room: Option<PlaceKey>,
    children: Vec<PlaceKey>,
    most: usize,
) -> Spread {
    let own = usize::from(own_room.is_some());
    let mut whole: Vec<PlaceKey> = own_room.into_iter().collect();
    if children.len() + own <= most {
        whole.extend(children);
        whole.sort();
        return Spread { whole, parts: Vec::new() };
    }
    let mut cuts = by_letter(children.clone(), most);
    if cuts.len() + own > most {
        // More parts than one space can show are not worth a second level: then the parts grow.
        let size = most.max(children.len().div_ceil(most.saturating_sub(own).max(1)));
        cuts = by_count(children, size);
    }
    let parts: Vec<_> = (1u16..)
        .zip(cuts)
        .map(|(part, mut places)| {
            let key = PlaceKey { group: space.group.clone(), form: Form::Space, part };
            let letters = letters(&places);
            places.sort();
            (key, letters, places)
        })
        .collect();
    whole.extend(parts.iter().map(|(key, _, _)| key.clone()));
    whole.sort();
    Spread { whole, parts }
}

fn by_slug(a: &PlaceKey, b: &PlaceKey) -> std::cmp::Ordering {
    a.group.slug().cmp(b.group.slug()).then_with(|| a.cmp(b))
}

fn by_count(mut children: Vec<PlaceKey>, size: usize) -> Vec<Vec<PlaceKey>> {
    children.sort_by(by_slug);
    children.chunks(size.max(1)).map(<[PlaceKey]>::to_vec).collect()
}

fn by_letter(mut children: Vec<PlaceKey>, most: usize) -> Vec<Vec<PlaceKey>> {
    children.sort_by(by_slug);
    let mut parts: Vec<Vec<PlaceKey>> = vec![Vec::new()];
    for letter in children.chunk_by(|a, b| initial(a) == initial(b)) {
        for piece in letter.chunks(most.max(1)) {
            match parts.last_mut() {
                Some(last) if last.len() + piece.len() <= most => last.extend_from_slice(piece),
                _ => parts.push(piece.to_vec()),
            }
        }
    }
    parts.retain(|p| !p.is_empty());
    parts
}

fn initial(place: &PlaceKey) -> Option<char> {
    place.group.slug().chars().next()
}

/// "A – H", or "Sch – Sta" where one letter alone fills a part.
fn letters(places: &[PlaceKey]) -> String {
    let (Some(first), Some(last)) = (places.first(), places.last()) else { return String::new() };
    let show = |place: &PlaceKey, length: usize| {
        let mut letters = place.group.slug().chars().take(length);
        let upper = letters.next().map(|c| c.to_ascii_uppercase());
        upper.into_iter().chain(letters).collect::<String>()
    };
    let length = if initial(first) == initial(last) { 3 } else { 1 };
    format!("{} – {}", show(first, length), show(last, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(slug: &str) -> PlaceKey {
        PlaceKey::room(format!("afdeling/{slug}").parse().unwrap())
    }

    #[test]
    fn too_many_groups_are_cut_between_letters() {
        let space = PlaceKey::space("regio/twente".parse().unwrap());
        let children = ["almelo", "borne", "enschede", "hengelo", "hof", "oldenzaal", "rijssen"].map(place);
        let spread = spread(&space, None, children.to_vec(), 4);
        let parts: Vec<_> = spread.parts.iter().map(|(k, l, c)| format!("{k} {l} {}", c.len())).collect();
        assert_eq!(parts, ["regio/twente#space1 A – E 3", "regio/twente#space2 H – R 4"]);
        assert_eq!(spread.whole.len(), 2);
    }

    #[test]
    fn no_space_has_more_children_than_clients_show() {
        let space = PlaceKey::space("regio/twente".parse().unwrap());
        let children: Vec<_> =
            ('a'..='t').flat_map(|c| (0..60).map(move |n| place(&format!("{c}{n}")))).collect();
        let room = PlaceKey::room(space.group.clone());
        let spread = spread(&space, Some(room), children, 40);
        assert!(spread.whole.len() <= 40, "{}", spread.whole.len());
        assert!(spread.parts.iter().all(|(_, _, c)| c.len() <= 40));
    }

    #[test]
    fn one_letter_that_fills_a_part_is_cut_anyway() {
        let space = PlaceKey::space("regio/twente".parse().unwrap());
        let children: Vec<_> = (10..22).map(|n| place(&format!("s{n}"))).collect();
        let spread = spread(&space, None, children, 5);
        assert!(spread.parts.iter().all(|(_, _, c)| c.len() <= 5));
        assert_eq!(spread.parts.iter().map(|p| p.2.len()).sum::<usize>(), 12);
    }
}
