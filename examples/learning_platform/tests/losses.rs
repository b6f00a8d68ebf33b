//! No conversion drops what its declaration does not say that it drops.

use versioned_core::BaseVersionedDomainObject;
use versioned_testkit::laws::undeclared_losses_with;

use super::{
    fetched,
    reading::{Unusable, read},
    seeds_of, sizes,
};
use crate::domain::{Collection, Exploration, Question, Skill, Story, Topic, Validate};

#[test]
fn no_conversion_drops_in_silence() {
    check::<Exploration>("exploration", 14);
    check::<Question>("question", 6);
    check::<Skill>("skill", 7);
    check::<Story>("story", 11);
    check::<Topic>("topic", 7);
    check::<Collection>("collection", 7);
}

/// Takes every usable entity and snapshot of a kind, of which there are so many, through its chains.
fn check<D: BaseVersionedDomainObject + Validate>(entity: &str, expect_documents: usize) {
    let sizes = sizes();
    let mut documents = 0;
    let mut undeclared = Vec::new();
    for seed in seeds_of(entity).unwrap() {
        let snapshots = seed.snapshots.into_iter().map(|snapshot| snapshot.document);
        for document in snapshots.chain([seed.document]) {
            if matches!(read::<D>(&document), Err(Unusable::Unreadable { .. })) {
                continue;
            }
            let losses = undeclared_losses_with::<D>(&document.to_string(), &fetched(&sizes));
            let losses = losses.unwrap();
            undeclared.extend(losses.iter().map(|loss| format!("{}: {loss}", document["id"])));
            documents += 1;
        }
    }
    assert_eq!(undeclared, Vec::<String>::new());
    assert_eq!(documents, expect_documents);
}
