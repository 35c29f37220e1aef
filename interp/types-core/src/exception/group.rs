//! `BaseExceptionGroup` and `ExceptionGroup` (PEP 654).

use interp_object::builder::TypeBuilder;
use interp_object::data::exception::{self as exc, BASE_EXCEPTION_GROUP, EXCEPTION, EXCEPTION_GROUP, Exception};
use interp_object::data::list::{self, List};
use interp_object::data::str::{self, Str};
use interp_object::data::tuple::{self, Tuple};
use interp_object::data::{alias, singletons};
use interp_object::intern::names;
use interp_object::layout::ValueExt;
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::typeobj::{TypeRef, ready};
use interp_object::{Args, Esc, PyResult, TypeObject, Value, attr, call, ops};

use super::{attribute, payload};

static FIELDS: &[GetSetDef] = &[
    GetSetDef::readonly("message", |esc, this| read(esc, this, 0), "exception message"),
    GetSetDef::readonly("exceptions", |esc, this| read(esc, this, 1), "nested exceptions"),
];

static METHODS: &[MethodDef] = &[
    MethodDef::new("derive", NativeFn::One(derive), ""),
    MethodDef::new("split", NativeFn::One(split), ""),
    MethodDef::new("subgroup", NativeFn::One(subgroup), ""),
    alias::CLASS_GETITEM,
];

pub(super) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &BASE_EXCEPTION_GROUP)
        .slots(|slots| {
            slots.new.set(Some(new));
            slots.init.set(Some(super::init_base));
            slots.str.set(Some(str));
        })
        .getsets(FIELDS)
        .methods(METHODS)
        .doc("A combination of multiple unrelated exceptions.");
    let bases = [TypeRef::new(&BASE_EXCEPTION_GROUP), TypeRef::new(&EXCEPTION)];
    ready::ready_with_bases(esc, &EXCEPTION_GROUP, &bases);
    drop(TypeBuilder::new(esc, &EXCEPTION_GROUP));
}

fn read(esc: Esc<'_>, this: &Value, index: usize) -> PyResult {
    Ok(payload(esc, this)?.field(esc, index).unwrap_or_else(singletons::none))
}

fn new(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    let [message, exceptions] = args.pos() else {
        let given = args.pos().len();
        return Err(
            esc.type_error(format_args!("BaseExceptionGroup.__new__() takes exactly 2 arguments ({given} given)"))
        );
    };
    if message.payload::<Str>().is_none() {
        let given = interp_object::args::shown_type(message);
        return Err(esc.type_error(format_args!("BaseExceptionGroup.__new__() argument 1 must be str, not {given}")));
    }
    if exceptions.class().slots.getitem.is_empty() || exceptions.payload::<interp_object::data::dict::Dict>().is_some()
    {
        return Err(esc.type_error("second argument (exceptions) must be a sequence"));
    }
    let items = ops::collect(esc, exceptions)?;
    if items.is_empty() {
        return Err(esc.value_error("second argument (exceptions) must be a non-empty sequence"));
    }
    let mut plain = true;
    for (index, item) in items.iter().enumerate() {
        if item.payload::<Exception>().is_none() {
            return Err(
                esc.value_error(format_args!("Item {index} of second argument (exceptions) is not an exception"))
            );
        }
        plain &= item.class().is_subtype(&EXCEPTION);
    }
    let class = checked_class(esc, class, plain)?;
    let this = exc::allocate(esc, class, tuple::from_slice(esc, args.pos()));
    this.set_field(0, message.clone());
    this.set_field(1, tuple::new(esc, items).into_value());
    Ok(this.into_value())
}

/// `BaseExceptionGroup(…)` of plain exceptions is an `ExceptionGroup`; a group that is an `Exception` holds nothing else.
fn checked_class<'a>(esc: Esc<'_>, class: &'a TypeObject, plain: bool) -> PyResult<&'a TypeObject> {
    if std::ptr::eq(class, &raw const BASE_EXCEPTION_GROUP) {
        return Ok(if plain { &EXCEPTION_GROUP } else { class });
    }
    if plain || !class.is_subtype(&EXCEPTION) {
        return Ok(class);
    }
    if std::ptr::eq(class, &raw const EXCEPTION_GROUP) {
        return Err(esc.type_error("Cannot nest BaseExceptions in an ExceptionGroup"));
    }
    let name = class.name();
    Err(esc.type_error(format_args!("Cannot nest BaseExceptions in '{name}'")))
}

fn str(esc: Esc<'_>, this: &Value) -> PyResult {
    let payload = payload(esc, this)?;
    let count = items_of(esc, payload).len();
    let message = payload.field(esc, 0).map(|message| ops::text_lossy(&message)).unwrap_or_default();
    let plural = if count == 1 { "" } else { "s" };
    Ok(str::new(esc, &format!("{message} ({count} sub-exception{plural})")).into_value())
}

fn items_of(esc: Esc<'_>, group: &Exception) -> Vec<Value> {
    let items = group.field(esc, 1);
    items.as_ref().and_then(|items| items.payload::<Tuple>()).map_or_else(Vec::new, |items| items.as_slice().to_vec())
}

fn derive(esc: Esc<'_>, this: &Value, exceptions: &Value) -> PyResult {
    let message = read(esc, this, 0)?;
    call::call(esc, &BASE_EXCEPTION_GROUP.value(), &[message, exceptions.clone()])
}

/// What selects exceptions.
enum Matcher<'a> {
    Types(&'a Value),
    Predicate(&'a Value),
}

fn matcher<'a>(esc: Esc<'_>, condition: &'a Value) -> PyResult<Matcher<'a>> {
    let is_exception =
        |value: &Value| TypeObject::from_value(value).is_some_and(|class| class.is_subtype(&exc::BASE_EXCEPTION));
    if is_exception(condition) {
        return Ok(Matcher::Types(condition));
    }
    if let Some(classes) = condition.payload::<Tuple>()
        && classes.as_slice().iter().all(is_exception)
    {
        return Ok(Matcher::Types(condition));
    }
    if !condition.class().slots.call.is_empty() && TypeObject::from_value(condition).is_none() {
        return Ok(Matcher::Predicate(condition));
    }
    Err(esc.type_error("expected an exception type, a tuple of exception types, or a callable (other than a class)"))
}

impl Matcher<'_> {
    fn accepts(&self, esc: Esc<'_>, exception: &Value) -> PyResult<bool> {
        match self {
            Matcher::Types(classes) => ops::is_instance(esc, exception, classes),
            Matcher::Predicate(function) => {
                let answer = call::call(esc, function, std::slice::from_ref(exception))?;
                ops::truthy(esc, &answer)
            }
        }
    }
}

/// The part that matches and the rest.
fn divide(esc: Esc<'_>, this: &Value, matcher: &Matcher<'_>) -> PyResult<(Option<Value>, Option<Value>)> {
    esc.check_native_stack()?;
    if matcher.accepts(esc, this)? {
        return Ok((Some(this.clone()), None));
    }
    if !this.class().is_subtype(&BASE_EXCEPTION_GROUP) {
        return Ok((None, Some(this.clone())));
    }
    let (mut matching, mut rest) = (Vec::new(), Vec::new());
    for item in items_of(esc, payload(esc, this)?) {
        let (yes, no) = divide(esc, &item, matcher)?;
        matching.extend(yes);
        rest.extend(no);
    }
    Ok((subset(esc, this, matching)?, subset(esc, this, rest)?))
}

/// A group like `this` of these exceptions, with its traceback, context, cause and notes.
fn subset(esc: Esc<'_>, this: &Value, items: Vec<Value>) -> PyResult<Option<Value>> {
    if items.is_empty() {
        return Ok(None);
    }
    let items = list::new(esc, items).into_value();
    let group = call::call_method(esc, this, names::derive(esc), &[items])?;
    if !group.class().is_subtype(&BASE_EXCEPTION_GROUP) {
        return Err(esc.type_error("derive must return an instance of BaseExceptionGroup"));
    }
    let (from, to) = (payload(esc, this)?, payload(esc, &group)?);
    drop(to.traceback.set(to, from.traceback.get(esc, from)));
    drop(to.context.set(to, from.context.get(esc, from)));
    drop(to.cause.set(to, from.cause.get(esc, from)));
    to.set_suppress_context(from.suppress_context());
    if let Some(notes) = attribute(esc, this, "__notes__")?
        && let Some(notes) = notes.payload::<List>()
    {
        let copy = list::new(esc, notes.snapshot()).into_value();
        attr::set(esc, &group, names::notes(esc), Some(&copy))?;
    }
    Ok(Some(group))
}

fn split(esc: Esc<'_>, this: &Value, condition: &Value) -> PyResult {
    let (matching, rest) = divide(esc, this, &matcher(esc, condition)?)?;
    let parts = [matching, rest].map(|part| part.unwrap_or_else(singletons::none));
    Ok(tuple::new(esc, parts).into_value())
}

fn subgroup(esc: Esc<'_>, this: &Value, condition: &Value) -> PyResult {
    let (matching, _) = divide(esc, this, &matcher(esc, condition)?)?;
    Ok(matching.unwrap_or_else(singletons::none))
}
