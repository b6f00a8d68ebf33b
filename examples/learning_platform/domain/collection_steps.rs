//! The conversions of collections.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use versioned_core::{ConversionError, LazyValue};

use super::{
    collection::{Collection, CollectionCollectionContentsContext, NodeV1},
    members::members_of,
};

/// What is in a collection, at version 2.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CollectionContentsV2 {
    nodes: Vec<NodeV1>,
}

/// What is in a collection, at version 3.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
pub(super) struct CollectionContentsV3 {
    nodes: Vec<NodeV3>,
    skills: BTreeMap<String, Skill>,
    next_skill_id: usize,
}

/// An exploration with the ids of the skills that it needs and teaches.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct NodeV3 {
    exploration_id: String,
    prerequisite_skill_ids: Vec<String>,
    acquired_skill_ids: Vec<String>,
}

/// A skill that only the collection knows.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
struct Skill {
    name: String,
    question_ids: Vec<String>,
}

impl Collection {
    /// The explorations come from a field of their own: the context.
    pub(super) fn _convert_collection_contents_v1_to_v2(
        mut contents: Value,
        context: &CollectionCollectionContentsContext<'_>,
    ) -> Result<Value, ConversionError> {
        let members = members_of(&mut contents)?;
        if members.insert("nodes".to_owned(), json!(context.nodes)).is_some() {
            let error = ConversionError::new("version 1 has its explorations in a field beside it");
            return Err(error.at("/nodes"));
        }
        Ok(contents)
    }

    /// A skill has an id, so that it can be renamed. The ids follow the order of the names.
    pub(super) fn _convert_collection_contents_v2_to_v3(
        contents: CollectionContentsV2,
    ) -> CollectionContentsV3 {
        let CollectionContentsV2 { nodes } = contents;
        let names: BTreeSet<String> = nodes
            .iter()
            .flat_map(|node| node.prerequisite_skills.iter().chain(&node.acquired_skills))
            .cloned()
            .collect();
        let ids: BTreeMap<String, String> =
            names.into_iter().zip(0..).map(|(name, id)| (name, format!("skill{id}"))).collect();
        let ids_of = |names: Vec<String>| -> Vec<String> {
            names.iter().filter_map(|name| ids.get(name).cloned()).collect()
        };
        let nodes = nodes.into_iter().map(|node| NodeV3 {
            exploration_id: node.exploration_id,
            prerequisite_skill_ids: ids_of(node.prerequisite_skills),
            acquired_skill_ids: ids_of(node.acquired_skills),
        });
        let nodes = nodes.collect();
        let next_skill_id = ids.len();
        let skills =
            ids.into_iter().map(|(name, id)| (id, Skill { name, question_ids: Vec::new() }));
        CollectionContentsV3 { nodes, skills: skills.collect(), next_skill_id }
    }

    /// Skills are entities of their own now; those of collections are gone. What is left is the
    /// list of explorations, whose order says what is played after what.
    pub(super) fn _convert_collection_contents_v3_to_v4(
        mut contents: LazyValue<'_>,
    ) -> Result<LazyValue<'_>, ConversionError> {
        contents.try_remove("skills")?;
        contents.try_remove("next_skill_id")?;
        for node in contents.try_get_mut("nodes")?.try_object_elements_mut()? {
            node.remove("prerequisite_skill_ids");
            node.remove("acquired_skill_ids");
        }
        Ok(contents)
    }
}
