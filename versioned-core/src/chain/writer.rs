//! The serializer that writes typed values as JSON.
//!
//! Layer: core. Invariant: what is written is, byte for byte, what serde_json writes; NaN and infinity, of which
//! serde_json makes `null`, are errors.

use std::fmt::Display;

use serde::{
    Serialize, Serializer,
    ser::{Error as _, SerializeSeq},
};
use serde_json::{
    Error,
    ser::{CompactFormatter, Formatter},
};

use super::{VersionMember, compound::Compound, finite::not_finite, output::Output};

/// Names of structs by which serde_json hands over text that is JSON already.
const VERBATIM: [&str; 2] = ["$serde_json::private::RawValue", "$serde_json::private::Number"];

/// Writes one value.
pub(super) struct Writer<'o, O> {
    pub(super) output: &'o mut O,
    /// The version member that a struct gets.
    pub(super) version: Option<&'o VersionMember>,
}

/// Writes a number as serde_json does.
fn push_float(
    output: &mut impl Output,
    write: impl FnOnce(&mut CompactFormatter, &mut &mut [u8]) -> std::io::Result<()>,
) -> Result<(), Error> {
    let mut buffer = [0; 40];
    let mut rest = buffer.as_mut_slice();
    write(&mut CompactFormatter, &mut rest).map_err(Error::io)?;
    let length = 40 - rest.len();
    let text = std::str::from_utf8(&buffer[..length]).map_err(Error::custom)?;
    output.json(text);
    Ok(())
}

macro_rules! integers {
    ($($method:ident($ty:ty);)*) => {
        $(
            #[inline]
            fn $method(self, number: $ty) -> Result<(), Error> {
                self.output.number(number);
                Ok(())
            }
        )*
    };
}

impl<'o, O: Output> Serializer for Writer<'o, O> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = Compound<'o, O>;
    type SerializeTuple = Compound<'o, O>;
    type SerializeTupleStruct = Compound<'o, O>;
    type SerializeTupleVariant = Compound<'o, O>;
    type SerializeMap = Compound<'o, O>;
    type SerializeStruct = Compound<'o, O>;
    type SerializeStructVariant = Compound<'o, O>;

    integers! {
        serialize_i8(i8);
        serialize_i16(i16);
        serialize_i32(i32);
        serialize_i64(i64);
        serialize_i128(i128);
        serialize_u8(u8);
        serialize_u16(u16);
        serialize_u32(u32);
        serialize_u64(u64);
        serialize_u128(u128);
    }

    #[inline]
    fn serialize_bool(self, value: bool) -> Result<(), Error> {
        self.output.json(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_f32(self, number: f32) -> Result<(), Error> {
        if !number.is_finite() {
            return Err(not_finite(number));
        }
        push_float(self.output, |formatter, output| formatter.write_f32(output, number))
    }

    fn serialize_f64(self, number: f64) -> Result<(), Error> {
        if !number.is_finite() {
            return Err(not_finite(number));
        }
        push_float(self.output, |formatter, output| formatter.write_f64(output, number))
    }

    fn serialize_char(self, value: char) -> Result<(), Error> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    #[inline]
    fn serialize_str(self, value: &str) -> Result<(), Error> {
        self.output.string(value);
        Ok(())
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<(), Error> {
        let mut list = self.serialize_seq(None)?;
        for byte in value {
            SerializeSeq::serialize_element(&mut list, byte)?;
        }
        SerializeSeq::end(list)
    }

    #[inline]
    fn serialize_none(self) -> Result<(), Error> {
        self.serialize_unit()
    }

    #[inline]
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Error> {
        value.serialize(self)
    }

    #[inline]
    fn serialize_unit(self) -> Result<(), Error> {
        self.output.json("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _name: &'static str) -> Result<(), Error> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
    ) -> Result<(), Error> {
        self.serialize_str(variant)
    }

    #[inline]
    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _name: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        mut self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Error> {
        self.open_variant(variant);
        value.serialize(Writer { output: self.output, version: None })?;
        self.output.close("}");
        Ok(())
    }

    #[inline]
    fn serialize_seq(self, _len: Option<usize>) -> Result<Compound<'o, O>, Error> {
        Ok(self.open("[", "]"))
    }

    fn serialize_tuple(self, _len: usize) -> Result<Compound<'o, O>, Error> {
        Ok(self.open("[", "]"))
    }

    fn serialize_tuple_struct(
        self,
        _name: &'static str,
        _len: usize,
    ) -> Result<Compound<'o, O>, Error> {
        Ok(self.open("[", "]"))
    }

    fn serialize_tuple_variant(
        mut self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Compound<'o, O>, Error> {
        self.open_variant(variant);
        Ok(self.open("[", "]}"))
    }

    #[inline]
    fn serialize_map(self, _len: Option<usize>) -> Result<Compound<'o, O>, Error> {
        Ok(self.open("{", "}"))
    }

    #[inline]
    fn serialize_struct(self, name: &'static str, _len: usize) -> Result<Compound<'o, O>, Error> {
        if VERBATIM.contains(&name) {
            return Ok(Compound::new(self.output, "").verbatim());
        }
        let version = self.version;
        Ok(self.open("{", "}").with_version(version))
    }

    fn serialize_struct_variant(
        mut self,
        _name: &'static str,
        _index: u32,
        variant: &'static str,
        _len: usize,
    ) -> Result<Compound<'o, O>, Error> {
        self.open_variant(variant);
        Ok(self.open("{", "}}"))
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Result<(), Error> {
        self.output.shown(value).map_err(Error::custom)
    }
}

impl<'o, O: Output> Writer<'o, O> {
    #[inline]
    fn open(self, open: &str, close: &'static str) -> Compound<'o, O> {
        self.output.open(open);
        Compound::new(self.output, close)
    }

    fn open_variant(&mut self, variant: &str) {
        self.output.open("{");
        self.output.string(variant);
        self.output.json(":");
    }
}
