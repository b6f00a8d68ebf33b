//! Lists and objects that are being written.
//!
//! Layer: core.

use serde::{
    Serialize, Serializer as _,
    ser::{
        Error as _, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
        SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
    },
};
use serde_json::Error;

use super::{VersionMember, output::Output, text_only::TextOnly, writer::Writer};

/// A list or an object that is being written.
pub(super) struct Compound<'o, O> {
    output: &'o mut O,
    is_first: bool,
    close: &'static str,
    /// The only member is text that is JSON already.
    is_verbatim: bool,
    /// The version member that a struct gets.
    version: Option<&'o VersionMember>,
    /// Whether it has got it.
    is_set: bool,
}

impl<'o, O: Output> Compound<'o, O> {
    #[inline]
    pub(super) fn new(output: &'o mut O, close: &'static str) -> Self {
        let (version, is_set) = (None, false);
        Self { output, is_first: true, close, is_verbatim: false, version, is_set }
    }

    /// Its only member is text that is JSON already.
    pub(super) fn verbatim(self) -> Self {
        Self { is_verbatim: true, ..self }
    }

    /// A struct that gets this version member.
    #[inline]
    pub(super) fn with_version(self, version: Option<&'o VersionMember>) -> Self {
        Self { version, ..self }
    }

    #[inline]
    fn comma(&mut self) {
        if !self.is_first {
            self.output.json(",");
        }
        self.is_first = false;
    }

    #[inline]
    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.comma();
        value.serialize(Writer { output: self.output, version: None })
    }

    #[inline]
    fn field<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Result<(), Error> {
        if self.is_verbatim {
            return match value.serialize(TextOnly(|text: &str| self.output.verbatim(text)))? {
                true => Ok(()),
                false => Err(Error::custom("expected the text of a value")),
            };
        }
        self.comma();
        self.output.string(key);
        self.output.json(":");
        if let Some(version) = self.version
            && version.key() == key
        {
            self.is_set = true;
            self.output.number(version.number());
            return Ok(());
        }
        value.serialize(Writer { output: self.output, version: None })
    }

    /// Adds the version member to a struct that has none.
    fn add_version(&mut self) {
        let Some(version) = self.version else { return };
        if !self.is_set {
            self.comma();
            self.output.string(version.key());
            self.output.json(":");
            self.output.number(version.number());
        }
        version.note();
    }

    fn key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.comma();
        if !key.serialize(TextOnly(|text: &str| self.output.string(text)))? {
            self.output.json(&other_key(key)?);
        }
        self.output.json(":");
        Ok(())
    }

    #[inline]
    fn close(self) -> Result<(), Error> {
        self.output.close(self.close);
        Ok(())
    }
}

/// A key that is no plain text, as serde_json writes it, or refuses it.
fn other_key<T: Serialize + ?Sized>(key: &T) -> Result<String, Error> {
    let mut written = Vec::new();
    let mut serializer = serde_json::Serializer::new(&mut written);
    let mut map = serializer.serialize_map(None)?;
    map.serialize_key(key)?;
    let written = written.split_off(1);
    String::from_utf8(written).map_err(Error::custom)
}

macro_rules! elements {
    ($($compound:ident::$method:ident;)*) => {
        $(impl<O: Output> $compound for Compound<'_, O> {
            type Ok = ();
            type Error = Error;

            #[inline]
            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.element(value)
            }

            #[inline]
            fn end(self) -> Result<(), Error> {
                self.close()
            }
        })*
    };
}

elements! {
    SerializeSeq::serialize_element;
    SerializeTuple::serialize_element;
    SerializeTupleStruct::serialize_field;
    SerializeTupleVariant::serialize_field;
}

macro_rules! fields {
    ($($compound:ident)*) => {
        $(impl<O: Output> $compound for Compound<'_, O> {
            type Ok = ();
            type Error = Error;

            #[inline]
            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Result<(), Error> {
                self.field(key, value)
            }

            #[inline]
            fn end(mut self) -> Result<(), Error> {
                self.add_version();
                self.close()
            }
        })*
    };
}

fields!(SerializeStruct SerializeStructVariant);

impl<O: Output> SerializeMap for Compound<'_, O> {
    type Ok = ();
    type Error = Error;

    #[inline]
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Error> {
        self.key(key)
    }

    #[inline]
    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        value.serialize(Writer { output: self.output, version: None })
    }

    #[inline]
    fn end(self) -> Result<(), Error> {
        self.close()
    }
}
