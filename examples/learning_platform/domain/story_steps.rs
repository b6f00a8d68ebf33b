//! The conversions of stories.

use serde_json::Value;
use versioned_core::{ConversionError, LazyValue};

use super::{
    members::{list_in, members_of},
    story::{Story, StoryContents, StoryStoryContentsContext},
};

impl Story {
    /// Every chapter has a thumbnail, which is not drawn yet.
    pub(super) fn _convert_story_contents_v1_to_v2(
        mut contents: Value,
    ) -> Result<Value, ConversionError> {
        for node in list_in(members_of(&mut contents)?, "nodes")? {
            let node = members_of(node)?;
            node.insert("thumbnail_filename".to_owned(), Value::Null);
            node.insert("thumbnail_bg_color".to_owned(), Value::Null);
        }
        Ok(contents)
    }

    /// A chapter knows how large its thumbnail is. The sizes were fetched: the conversion only sees
    /// that they are there.
    pub(super) fn _convert_story_contents_v2_to_v3<'a>(
        mut contents: LazyValue<'a>,
        context: &StoryStoryContentsContext<'_>,
    ) -> Result<LazyValue<'a>, ConversionError> {
        for node in contents.try_get_mut("nodes")?.try_object_elements_mut()? {
            let file = node.try_get("thumbnail_filename")?;
            let size = if file.is_null() {
                LazyValue::null()
            } else {
                let path = format!("story/{}/{}", context.id, file.try_str()?);
                let size = context.thumbnail_sizes.get(&path).ok_or_else(|| {
                    file.refuse(format!("the size of `{path}` is not known: is the file gone?"))
                })?;
                (*size).into()
            };
            node.insert("thumbnail_size_in_bytes", size);
        }
        Ok(contents)
    }

    /// A story is told in the order of its list: each chapter leads to the next one, wherever it
    /// led before.
    pub(super) fn _convert_story_contents_v3_to_v4(mut contents: StoryContents) -> StoryContents {
        let ids: Vec<String> = contents.nodes.iter().map(|node| node.id.clone()).collect();
        let next_ids = ids.iter().skip(1).map(|id| vec![id.clone()]).chain([Vec::new()]);
        for (node, next_ids) in contents.nodes.iter_mut().zip(next_ids) {
            node.destination_node_ids = next_ids;
        }
        contents.initial_node_id = ids.into_iter().next();
        contents
    }
}
