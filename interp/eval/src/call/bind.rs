//! Binding of arguments to parameters: defaults, keywords, `*args` and `**kwargs`, with CPython's errors.

use interp_code::CodeFlags;
use interp_object::args::Args;
use interp_object::data::code::CodeObject;
use interp_object::data::dict::{self, Dict};
use interp_object::data::function::Function;
use interp_object::data::str::Str;
use interp_object::data::tuple::{self, Tuple};
use interp_object::layout::{Obj, ValueExt};
use interp_object::{Esc, PyResult, Raised, Value, Word};
use stackref::StackRef;

use super::{cannot_push, close_frame, push_frame};
use crate::stack;

/// Pushes a frame for `function` and binds `args` to its parameters. The frame is not entered yet.
pub(crate) fn bind_frame(esc: Esc<'_>, callable: &Value, function: &Function, args: Args<'_>) -> PyResult<*mut Word> {
    let code = function.code();
    let values = bind(esc, function, &code, args)?;
    let th = esc.thread();
    let fp = loop {
        let word = StackRef::new(callable, th.id()).into_word();
        match push_frame(th, word, &code, 0) {
            Some(fp) => break fp,
            None => {
                super::close_word(th, word);
                cannot_push(esc, &code)?;
            }
        }
    };
    for (local, value) in values.into_iter().enumerate() {
        if let Some(value) = value {
            // SAFETY: `bind` gives no more values than the code has locals.
            let place = unsafe { fp.add(local) };
            // SAFETY: as above; the local held NULL.
            unsafe { place.write(value.into_word()) };
        }
    }
    Ok(fp)
}

/// Takes back a frame that was bound but never entered.
pub(crate) fn discard_frame(esc: Esc<'_>, fp: *mut Word) {
    let th = esc.thread();
    // SAFETY: made by `bind_frame`.
    let frame = unsafe { interp_object::data::frame::Frame::of(fp) };
    while let Some(dead) = close_frame(th, fp, frame) {
        dead.finalize();
    }
    th.recursion_remaining.set(th.recursion_remaining.get() + 1);
    stack::pop(th, fp);
}

fn bind(esc: Esc<'_>, function: &Function, code: &CodeObject, args: Args<'_>) -> PyResult<Vec<Option<Value>>> {
    let data = code.data();
    let (positional, total) = (data.argcount as usize, (data.argcount + data.kwonlyargcount) as usize);
    let varargs = data.flags.contains(CodeFlags::VARARGS);
    let varkeywords = data.flags.contains(CodeFlags::VARKEYWORDS);
    let extra = usize::from(varargs) + usize::from(varkeywords);
    let mut bound: Vec<Option<Value>> = vec![None; total + extra];
    let given = args.pos();
    for (slot, value) in bound.iter_mut().zip(given.iter().take(positional)) {
        *slot = Some(value.clone());
    }
    if varargs {
        let rest = given.get(positional..).unwrap_or(&[]);
        bound[total] = Some(tuple::from_slice(esc, rest).into_value());
    }
    let keywords = varkeywords.then(|| dict::new(esc));
    bind_keywords(esc, function, code, args, &mut bound, keywords.as_ref())?;
    if given.len() > positional && !varargs {
        return Err(too_many(esc, function, code, given.len(), &bound));
    }
    fill_defaults(esc, function, code, &mut bound, given.len())?;
    if let Some(keywords) = keywords {
        bound[total + usize::from(varargs)] = Some(keywords.into_value());
    }
    Ok(bound)
}

fn bind_keywords(
    esc: Esc<'_>,
    function: &Function,
    code: &CodeObject,
    args: Args<'_>,
    bound: &mut [Option<Value>],
    rest: Option<&Obj<Dict>>,
) -> PyResult<()> {
    let data = code.data();
    let total = (data.argcount + data.kwonlyargcount) as usize;
    let posonly = data.posonlyargcount as usize;
    for (name, value) in args.keywords() {
        let Some(text) = name.payload::<Str>() else {
            return Err(esc.type_error(format_args!("{}() keywords must be strings", shown(esc, function))));
        };
        let same = |candidate: &Value| {
            candidate.is(name) || candidate.payload::<Str>().is_some_and(|candidate| candidate.same_text(text))
        };
        let names = &code.localsplus()[..total];
        if let Some(index) = (posonly..total).find(|&index| same(&names[index])) {
            if bound[index].is_some() {
                return Err(esc.type_error(format_args!(
                    "{}() got multiple values for argument '{}'",
                    shown(esc, function),
                    text.to_lossy()
                )));
            }
            bound[index] = Some(value.clone());
            continue;
        }
        match rest {
            Some(rest) => rest.set(esc, name, value.clone())?,
            None if names[..posonly].iter().any(same) => {
                return Err(positional_only(esc, function, code, args));
            }
            None => {
                return Err(esc.type_error(format_args!(
                    "{}() got an unexpected keyword argument '{}'",
                    shown(esc, function),
                    text.to_lossy()
                )));
            }
        }
    }
    Ok(())
}

fn fill_defaults(
    esc: Esc<'_>,
    function: &Function,
    code: &CodeObject,
    bound: &mut [Option<Value>],
    given: usize,
) -> PyResult<()> {
    let data = code.data();
    let positional = data.argcount as usize;
    if given < positional {
        let defaults = function.defaults(esc);
        let defaults =
            defaults.as_ref().and_then(|defaults| defaults.payload::<Tuple>()).map_or(&[][..], Tuple::as_slice);
        let first_default = positional.saturating_sub(defaults.len());
        let missing: Vec<usize> = (given..first_default).filter(|&index| bound[index].is_none()).collect();
        if !missing.is_empty() {
            return Err(missing_arguments(esc, function, code, &missing, "positional"));
        }
        let skip = defaults.len().saturating_sub(positional);
        for index in given.max(first_default)..positional {
            if bound[index].is_none() {
                bound[index] = Some(defaults[skip + index - first_default].clone());
            }
        }
    }
    let total = positional + data.kwonlyargcount as usize;
    if (positional..total).all(|index| bound[index].is_some()) {
        return Ok(());
    }
    let kwdefaults = function.kwdefaults(esc).and_then(|defaults| defaults.downcast::<Dict>().ok());
    let mut missing = Vec::new();
    for (index, place) in bound.iter_mut().enumerate().take(total).skip(positional) {
        if place.is_some() {
            continue;
        }
        let name = &code.localsplus()[index];
        *place = match &kwdefaults {
            Some(defaults) => defaults.get(esc, name)?,
            None => None,
        };
        if place.is_none() {
            missing.push(index);
        }
    }
    if missing.is_empty() { Ok(()) } else { Err(missing_arguments(esc, function, code, &missing, "keyword-only")) }
}

/// The function's qualified name, as messages show it.
fn shown(esc: Esc<'_>, function: &Function) -> String {
    interp_object::ops::text_lossy(&function.qualname(esc))
}

#[cold]
fn missing_arguments(esc: Esc<'_>, function: &Function, code: &CodeObject, missing: &[usize], kind: &str) -> Raised {
    let names: Vec<String> = missing
        .iter()
        .map(|&index| format!("'{}'", interp_object::ops::text_lossy(&code.localsplus()[index])))
        .collect();
    let listed = match names.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [first, second] => format!("{first} and {second}"),
        [rest @ .., second_last, last] => format!("{}, {second_last}, and {last}", rest.join(", ")),
    };
    let plural = if names.len() == 1 { "" } else { "s" };
    esc.type_error(format_args!(
        "{}() missing {} required {kind} argument{plural}: {listed}",
        shown(esc, function),
        names.len()
    ))
}

#[cold]
fn too_many(esc: Esc<'_>, function: &Function, code: &CodeObject, given: usize, bound: &[Option<Value>]) -> Raised {
    let data = code.data();
    let positional = data.argcount as usize;
    let defaults = function.defaults(esc);
    let defaults = defaults.as_ref().and_then(|defaults| defaults.payload::<Tuple>()).map_or(0, Tuple::len);
    let (takes, plural) = if defaults > 0 {
        (format!("from {} to {positional}", positional.saturating_sub(defaults)), true)
    } else {
        (positional.to_string(), positional != 1)
    };
    let keyword_only =
        bound[positional..positional + data.kwonlyargcount as usize].iter().filter(|value| value.is_some()).count();
    let given_text = if keyword_only > 0 {
        let plural_kw = if keyword_only == 1 { "" } else { "s" };
        let plural_given = if given == 1 { "" } else { "s" };
        format!("{given} positional argument{plural_given} (and {keyword_only} keyword-only argument{plural_kw}) were")
    } else if given == 1 {
        "1 was".to_owned()
    } else {
        format!("{given} were")
    };
    esc.type_error(format_args!(
        "{}() takes {takes} positional argument{} but {given_text} given",
        shown(esc, function),
        if plural { "s" } else { "" }
    ))
}

#[cold]
fn positional_only(esc: Esc<'_>, function: &Function, code: &CodeObject, args: Args<'_>) -> Raised {
    let names = &code.localsplus()[..code.data().posonlyargcount as usize];
    let wrong: Vec<String> = args
        .keywords()
        .filter_map(|(name, _)| {
            let text = name.payload::<Str>()?;
            let known = names.iter().any(|known| known.payload::<Str>().is_some_and(|known| known.same_text(text)));
            known.then(|| text.to_lossy().into_owned())
        })
        .collect();
    esc.type_error(format_args!(
        "{}() got some positional-only arguments passed as keyword arguments: '{}'",
        shown(esc, function),
        wrong.join(", ")
    ))
}
