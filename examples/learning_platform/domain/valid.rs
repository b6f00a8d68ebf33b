//! When an entity is valid: the rules that ordinary saves and migrations ask.

/// An entity with rules beyond its types.
pub(crate) trait Validate {
    /// Checks the rules; `strict` adds those that hold for what learners see.
    fn validate(&self, strict: bool) -> Result<(), Invalid>;

    /// Whether learners see it, so that the strict rules hold.
    fn is_strict(&self) -> bool {
        false
    }
}

/// A rule that an entity breaks.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("{entity} `{id}` is not valid at `{place}`: {rule}")]
#[non_exhaustive]
pub(crate) struct Invalid {
    /// Kind of the entity.
    pub(crate) entity: &'static str,
    /// Which one.
    pub(crate) id: String,
    /// The field, or the part of it.
    pub(crate) place: String,
    /// What is not as it must be.
    pub(crate) rule: &'static str,
}

/// The rules of one entity as they are checked, one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) entity: &'static str,
    pub(crate) id: &'a str,
}

impl Rules<'_> {
    /// Fails with the rule unless it holds.
    pub(crate) fn require(
        self,
        holds: bool,
        place: impl Into<String>,
        rule: &'static str,
    ) -> Result<(), Invalid> {
        if holds {
            return Ok(());
        }
        let Self { entity, id } = self;
        Err(Invalid { entity, id: id.to_owned(), place: place.into(), rule })
    }
}
