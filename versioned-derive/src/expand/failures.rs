//! The choices of every method resolution in a chain that exist to be refused, each with a message
//! of its own.
//!
//! Each is a method that asks for a trait that nothing implements, so the compiler reports that
//! trait's text, once, at the place of the call.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::{Names, messages::Messages};
use crate::{attr::case::pascal, valid::Versioned};

pub(super) fn expand(versioned: &Versioned<'_>, names: &Names) -> TokenStream {
    let texts = Messages::new(versioned, names);
    let suffix = format!("{}{}", names.object, pascal(versioned.name));
    let function = function(&texts, &suffix, names);
    let adjacent = adjacent(&texts, &suffix, names);
    let ends = ends(&texts, &suffix, names);
    let last = last(&texts, &suffix, names);
    quote! { #function #adjacent #ends #last }
}

/// `#[diagnostic::on_unimplemented(..)]`
fn text(texts: &Messages<'_>, message: &str, note: &str) -> TokenStream {
    let label = texts.range_label();
    quote! { #[diagnostic::on_unimplemented(message = #message, label = #label, note = #note)] }
}

/// A function of no accepted shape, or with an error that is none.
fn function(texts: &Messages<'_>, suffix: &str, names: &Names) -> TokenStream {
    let private = &names.private;
    let signature = format_ident!("ConversionOf{suffix}");
    let error = format_ident!("ErrorOf{suffix}");
    let signature_text = text(texts, &texts.wrong_signature(), &texts.accepted_signatures());
    let error_text = text(texts, &texts.wrong_error(), &texts.accepted_errors());
    let missing = quote!(#private::step::Missing);
    let refused = quote! {
        #private::step::Step<F, #private::step::NotAConversion, #missing, #missing, S>
    };
    quote! {
        #signature_text
        trait #signature {}
        trait __ChooseFunction<F, S> {
            fn choose(&self) -> #refused where F: #signature;
        }
        impl<F: ::core::marker::Copy, X, S> __ChooseFunction<F, S>
            for #private::step::Tag<F, X, S>
        {
            fn choose(&self) -> #refused where F: #signature {
                self.step()
            }
        }

        #error_text
        trait #error<F> {}
        trait __ChooseError<F, T, R, E, S> {
            fn choose(&self) -> #refused where E: #error<F>;
        }
        impl<F, T, R, E, X, S> __ChooseError<F, T, R, E, S> for &&#private::step::Tag<F, X, S>
        where
            F: ::core::marker::Copy + ::core::ops::Fn(T) -> ::core::result::Result<R, E>,
            R: #private::sides::Splits<S>,
        {
            fn choose(&self) -> #refused where E: #error<F> {
                self.step()
            }
        }
        trait __ChooseErrorWithContext<F, T, R, E, S> {
            fn choose(&self) -> #refused where E: #error<F>;
        }
        impl<F, T, R, E, X, S> __ChooseErrorWithContext<F, T, R, E, S>
            for &&&&&#private::step::Tag<F, X, S>
        where
            F: ::core::marker::Copy + ::core::ops::Fn(T, X) -> ::core::result::Result<R, E>,
            R: #private::sides::Splits<S>,
        {
            fn choose(&self) -> #refused where E: #error<F> {
                self.step()
            }
        }
    }
}

/// Two functions of which the second does not take what the first returns.
fn adjacent(texts: &Messages<'_>, suffix: &str, names: &Names) -> TokenStream {
    let private = &names.private;
    let adjacent = format_ident!("NextConversionOf{suffix}");
    let adjacent_text = text(texts, &texts.adjacent_disagree(), &texts.adjacent_note());
    quote! {
        #adjacent_text
        trait #adjacent<T, const BEFORE: u32, const FROM: u32, const TO: u32> {}
        trait __ChooseBridge<A, T, const BEFORE: u32, const FROM: u32, const TO: u32> {
            fn bridge(&self) -> #private::bridge::NoBridge where A: #adjacent<T, BEFORE, FROM, TO>;
        }
        impl<A, T, const BEFORE: u32, const FROM: u32, const TO: u32>
            __ChooseBridge<A, T, BEFORE, FROM, TO>
            for #private::bridge::Between<A, T, BEFORE, FROM, TO>
        {
            fn bridge(&self) -> #private::bridge::NoBridge where A: #adjacent<T, BEFORE, FROM, TO> {
                #private::bridge::NoBridge
            }
        }
    }
}

/// A function that takes or returns a type that serde does not know.
fn ends(texts: &Messages<'_>, suffix: &str, names: &Names) -> TokenStream {
    let private = &names.private;
    let (taken, returned) = (format_ident!("TakenBy{suffix}"), format_ident!("ReturnedBy{suffix}"));
    let taken_text = text(texts, &texts.unreadable(), &texts.read_note());
    let returned_text = text(texts, &texts.unwritable(), &texts.write_note());
    quote! {
        #taken_text
        trait #taken<F> {}
        trait __ChooseOpen<T, F> {
            fn opener(&self) -> #private::ends::OpenNothing where T: #taken<F>;
        }
        impl<T, F> __ChooseOpen<T, F> for #private::ends::Opening<T, F> {
            fn opener(&self) -> #private::ends::OpenNothing where T: #taken<F> {
                #private::ends::OpenNothing
            }
        }

        #returned_text
        trait #returned<F> {}
        trait __ChooseClose<U, F> {
            fn closer(&self) -> #private::ends::CloseNothing where U: #returned<F>;
        }
        impl<U, F> __ChooseClose<U, F> for #private::ends::Closing<U, F> {
            fn closer(&self) -> #private::ends::CloseNothing where U: #returned<F> {
                #private::ends::CloseNothing
            }
        }
    }
}

/// A last function that returns another type than the field's.
fn last(texts: &Messages<'_>, suffix: &str, names: &Names) -> TokenStream {
    let private = &names.private;
    let last = format_ident!("LastConversionOf{suffix}");
    let last_text = text(texts, &texts.last_type(), &texts.last_note());
    quote! {
        #last_text
        trait #last<T> {}
        trait __ChooseEnd<U, T> {
            fn check_end(&self) where U: #last<T>;
        }
        // A type that cannot be written is another mistake, reported where the chain may end.
        impl<U: #private::Serialize, T: #private::end::Target> __ChooseEnd<U, T::Value>
            for &#private::end::End<U, T>
        {
            fn check_end(&self) where U: #last<T::Value> {}
        }
    }
}
