//! `__build_class__`: what a class statement does (data model, "Metaclasses"; PEP 3115, PEP 560).

use interp_object::data::cell::Cell;
use interp_object::data::dict;
use interp_object::data::function::Function;
use interp_object::data::str::Str;
use interp_object::data::tuple::{self, Tuple};
use interp_object::data::types::TYPE;
use interp_object::intern::names;
use interp_object::layout::ValueExt;
use interp_object::typeobj::TypeFlags;
use interp_object::{Args, Esc, PyResult, TypeObject, Value, attr, call, ops};

/// `__build_class__(func, name, *bases, metaclass=None, **keywords)`
pub(super) fn build_class(esc: Esc<'_>, _: &Value, args: Args<'_>) -> PyResult {
    let pos = args.pos();
    if pos.len() < 2 {
        return Err(esc.type_error("__build_class__: not enough arguments"));
    }
    let (function, name, given_bases) = (&pos[0], &pos[1], &pos[2..]);
    if function.payload::<Function>().is_none() {
        return Err(esc.type_error("__build_class__: func must be a function"));
    }
    if name.payload::<Str>().is_none() {
        return Err(esc.type_error("__build_class__: name is not a string"));
    }
    let given = tuple::from_slice(esc, given_bases).into_value();
    let bases = resolve_bases(esc, given_bases, &given)?;
    let replaced = bases.is_some();
    let bases = bases.unwrap_or_else(|| given.clone());
    let (metaclass, keywords) = metaclass(esc, &bases, args)?;
    let namespace = prepare(esc, &metaclass, name, &bases, &keywords)?;
    let cell = interp_eval::enter::run_body(esc, function, Some(namespace.clone()))?;
    if replaced {
        ops::set_item(esc, &namespace, names::orig_bases(esc), &given)?;
    }
    let class = call_meta(esc, &metaclass, &[name.clone(), bases, namespace], &keywords)?;
    check_cell(esc, &class, &cell, name)?;
    Ok(class)
}

/// The bases with those replaced that have `__mro_entries__`; `None` if there are none.
fn resolve_bases(esc: Esc<'_>, bases: &[Value], given: &Value) -> PyResult<Option<Value>> {
    let mut resolved: Option<Vec<Value>> = None;
    for (index, base) in bases.iter().enumerate() {
        let entries = if TypeObject::from_value(base).is_some() {
            None
        } else {
            attr::get_optional(esc, base, names::mro_entries(esc))?
        };
        match entries {
            None => {
                if let Some(resolved) = &mut resolved {
                    resolved.push(base.clone());
                }
            }
            Some(entries) => {
                let entries = call::call(esc, &entries, std::slice::from_ref(given))?;
                let Some(entries) = entries.payload::<Tuple>() else {
                    return Err(esc.type_error("__mro_entries__ must return a tuple"));
                };
                resolved.get_or_insert_with(|| bases[..index].to_vec()).extend_from_slice(entries.as_slice());
            }
        }
    }
    Ok(resolved.map(|resolved| tuple::new(esc, resolved).into_value()))
}

type Keywords = Vec<(Value, Value)>;

/// The metaclass: the most derived of the given one and those of the bases.
fn metaclass(esc: Esc<'_>, bases: &Value, args: Args<'_>) -> PyResult<(Value, Keywords)> {
    let mut keywords: Keywords = args.keywords().map(|(name, value)| (name.clone(), value.clone())).collect();
    let explicit = keywords.iter().position(|(name, _)| ops::text_lossy(name) == "metaclass");
    let bases = bases.payload::<Tuple>().map_or(&[][..], Tuple::as_slice);
    let start = match explicit {
        Some(index) => keywords.remove(index).1,
        None => bases.first().map_or_else(|| TYPE.value(), |base| base.class().value()),
    };
    let Some(mut winner) = TypeObject::from_value(&start) else { return Ok((start, keywords)) };
    for base in bases {
        let class = base.class();
        if winner.is_subtype(class) {
            continue;
        }
        if !class.is_subtype(winner) {
            return Err(esc.type_error(
                "metaclass conflict: the metaclass of a derived class must be a (non-strict) subclass of the metaclasses of all its bases",
            ));
        }
        winner = class;
    }
    Ok((winner.value(), keywords))
}

fn prepare(esc: Esc<'_>, metaclass: &Value, name: &Value, bases: &Value, keywords: &Keywords) -> PyResult {
    let is_type = TypeObject::from_value(metaclass);
    if is_type.is_some_and(|class| std::ptr::eq(class, &raw const TYPE)) {
        return Ok(dict::new(esc).into_value());
    }
    let Some(prepare) = attr::get_optional(esc, metaclass, names::prepare(esc))? else {
        return Ok(dict::new(esc).into_value());
    };
    let namespace = call_meta(esc, &prepare, &[name.clone(), bases.clone()], keywords)?;
    let class = namespace.class();
    let is_mapping = class.has(TypeFlags::DICT_SUBCLASS) || !class.slots.getitem.is_empty();
    if is_mapping {
        return Ok(namespace);
    }
    let shown = is_type.map_or_else(|| "<metaclass>".to_owned(), |class| class.name());
    Err(esc.type_error(format_args!("{shown}.__prepare__() must return a mapping, not {}", class.name())))
}

fn call_meta(esc: Esc<'_>, callable: &Value, args: &[Value], keywords: &Keywords) -> PyResult {
    let names = tuple::new(esc, keywords.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>());
    let values: Vec<Value> = args.iter().cloned().chain(keywords.iter().map(|(_, value)| value.clone())).collect();
    call::call_args(esc, callable, Args::with_names(&values, Some(&names)))
}

/// `type.__new__` must have put the class into the cell that `super()` reads.
fn check_cell(esc: Esc<'_>, class: &Value, cell: &Value, name: &Value) -> PyResult<()> {
    let (Some(_), Some(cell)) = (TypeObject::from_value(class), cell.payload::<Cell>()) else { return Ok(()) };
    let shown = ops::repr_lossy(esc, name);
    let class_text = ops::repr_lossy(esc, class);
    match cell.get(esc) {
        Some(content) if content.is(class) => Ok(()),
        None => Err(esc.runtime_error(format_args!(
            "__class__ not set defining {shown} as {class_text}. Was __classcell__ propagated to type.__new__?"
        ))),
        Some(content) => Err(esc.type_error(format_args!(
            "__class__ set to {} defining {shown} as {class_text}",
            ops::repr_lossy(esc, &content)
        ))),
    }
}
