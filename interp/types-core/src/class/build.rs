//! Making a class: `type(name, bases, namespace)`.

use interp_object::data::cell::Cell;
use interp_object::data::descr::{ClassMethod, StaticMethod};
use interp_object::data::dict::Dict;
use interp_object::data::function::Function;
use interp_object::data::str::Str;
use interp_object::data::tuple::{self, Tuple};
use interp_object::data::types::{OBJECT, TYPE};
use interp_object::data::{exception as exc, frame, singletons};
use interp_object::intern::{self, names};
use interp_object::layout::{self, Field, Obj, ValueExt};
use interp_object::typeobj::{self, TypeBody, TypeFlags, TypeRef, ready};
use interp_object::{Args, Esc, PyResult, TypeObject, Value, call, ops};

use super::{bases, members};
use crate::slots;

/// `type.__init__`: there is nothing left to do, but the arguments are checked.
pub(super) fn init(esc: Esc<'_>, _this: &Value, args: Args<'_>) -> PyResult<()> {
    let given = args.pos().len();
    if args.names().is_some() && given == 1 {
        return Err(esc.type_error("type.__init__() takes no keyword arguments"));
    }
    if given == 1 || given == 3 { Ok(()) } else { Err(esc.type_error("type.__init__() takes 1 or 3 arguments")) }
}

/// What a class is made of.
struct Blueprint {
    name: Value,
    bases: Vec<Value>,
    dict: Obj<Dict>,
    base: TypeRef,
}

/// `type.__new__`
pub(super) fn new(esc: Esc<'_>, metatype: &TypeObject, args: Args<'_>) -> PyResult {
    let [name, base_tuple, namespace] = args.pos() else {
        let given = args.pos().len();
        return Err(esc.type_error(format_args!("type.__new__() takes exactly 3 arguments ({given} given)")));
    };
    let (bases, namespace) = check_arguments(esc, name, base_tuple, namespace)?;
    bases::check_bases(esc, &bases)?;
    let winner = bases::calculate_metaclass(esc, metatype, &bases)?;
    if !std::ptr::eq(&*winner, metatype)
        && let Some(other) = winner.slots.new.get()
        && !winner.slots.new.same(&TYPE.slots.new)
    {
        return other(esc, &winner, args);
    }
    let bases = if bases.is_empty() { vec![OBJECT.value()] } else { bases };
    let base = bases::best_base(esc, &bases)?;
    let blueprint = Blueprint { name: name.clone(), bases, dict: namespace.copy(esc)?, base };
    let class = build(esc, &winner, blueprint)?;
    set_names(esc, &class)?;
    init_subclass(esc, &class, args)?;
    Ok(class)
}

fn check_arguments(esc: Esc<'_>, name: &Value, bases: &Value, namespace: &Value) -> PyResult<(Vec<Value>, Obj<Dict>)> {
    let refuse = |index: usize, expected: &str, given: &Value| {
        let given = given.class().name();
        esc.type_error(format_args!("type.__new__() argument {index} must be {expected}, not {given}"))
    };
    let Some(text) = name.payload::<Str>() else { return Err(refuse(1, "str", name)) };
    if text.chars().iter().any(|c| c == 0) {
        return Err(esc.value_error("type name must not contain null characters"));
    }
    let Some(bases) = bases.payload::<Tuple>() else { return Err(refuse(2, "tuple", bases)) };
    match namespace.clone().downcast::<Dict>() {
        Ok(namespace) => Ok((bases.as_slice().to_vec(), namespace)),
        Err(other) => Err(refuse(3, "dict", &other)),
    }
}

fn build(esc: Esc<'_>, metatype: &TypeObject, blueprint: Blueprint) -> PyResult {
    let Blueprint { name, bases, dict, base } = blueprint;
    let plan = members::plan(esc, &name, &base, &bases, &dict)?;
    let mut flags = TypeFlags::BASE;
    let is_metaclass = members::has_namespace(&base);
    let has_dict = !is_metaclass && (plan.dict || bases.iter().any(|base| has_flag(base, TypeFlags::DICT)));
    if has_dict {
        flags |= TypeFlags::DICT | TypeFlags::INLINE_VALUES;
    }
    if plan.weakref {
        flags |= TypeFlags::WEAKREF;
    }
    let body = TypeObject::new_heap(esc, metatype, base.layout(), flags);
    let class = TypeObject::of_body(&body);
    let qualname = take_qualname(esc, &dict, &name)?;
    drop(class.name_slot().set(&**class, Some(intern::name_of(esc, &name).unwrap_or(name))));
    drop(class.qualname_slot().set(&**class, Some(qualname)));
    let classcell = dict.remove(esc, names::classcell(esc))?;
    let dictcell = dict.remove(esc, names::classdictcell(esc))?;
    complete_namespace(esc, &dict)?;
    dict.header().enable_deferred();
    drop(class.dict_slot().set(&**class, Some(dict.clone().into_value())));

    let refs: Vec<TypeRef> = bases.iter().filter_map(TypeObject::from_value).map(TypeRef::new).collect();
    let mro = bases::linearize(esc, &refs)?;
    ready::ready_heap(esc, class, base, &refs, mro, plan.slots.len())?;
    if !has_dict {
        class.remove_flags(TypeFlags::DICT);
    }
    members::install(esc, class, &base, &plan)?;
    if let Some(mro) = bases::custom_mro(esc, body.value())? {
        class.set_mro(mro);
        slots::update_all(esc, class);
    } else if refs.len() > 1 {
        slots::update_all(esc, class);
    } else {
        slots::update_own(esc, class);
    }
    fill_cells(esc, class, classcell, dictcell)?;
    if dict.get_interned(esc, names::abstractmethods(esc)).is_some() {
        class.add_flags(TypeFlags::ABSTRACT);
    }
    Ok(body.into_value())
}

fn has_flag(class: &Value, flag: TypeFlags) -> bool {
    TypeObject::from_value(class).is_some_and(|class| class.has(flag))
}

fn take_qualname(esc: Esc<'_>, dict: &Dict, name: &Value) -> PyResult {
    match dict.remove(esc, names::qualname(esc))? {
        None => Ok(name.clone()),
        Some(qualname) if qualname.payload::<Str>().is_some() => Ok(qualname),
        Some(other) => {
            let given = other.class().name();
            Err(esc.type_error(format_args!("type __qualname__ must be a str, not {given}")))
        }
    }
}

/// What every class's dictionary has, and the methods that are static or class methods by their name.
fn complete_namespace(esc: Esc<'_>, dict: &Dict) -> PyResult<()> {
    if dict.get_interned(esc, names::module(esc)).is_none() {
        let globals = frame::running_globals(esc);
        let module = match globals.as_ref().and_then(|globals| globals.payload::<Dict>()) {
            Some(globals) => globals.get_interned(esc, names::name(esc)),
            None => None,
        };
        if let Some(module) = module {
            dict.set(esc, names::module(esc), module)?;
        }
    }
    if dict.get_interned(esc, names::doc(esc)).is_none() {
        dict.set(esc, names::doc(esc), singletons::none())?;
    }
    if let Some(function) = dict.get_interned(esc, names::new(esc)).filter(is_function) {
        let wrapped = layout::new(esc, StaticMethod { callable: Field::new(Some(function)) });
        dict.set(esc, names::new(esc), wrapped.into_value())?;
    }
    for name in [names::init_subclass(esc), names::class_getitem(esc)] {
        if let Some(function) = dict.get_interned(esc, name).filter(is_function) {
            let wrapped = layout::new(esc, ClassMethod { callable: Field::new(Some(function)) });
            dict.set(esc, name, wrapped.into_value())?;
        }
    }
    if dict.get_interned(esc, names::eq(esc)).is_some() && dict.get_interned(esc, names::hash(esc)).is_none() {
        dict.set(esc, names::hash(esc), singletons::none())?;
    }
    Ok(())
}

fn is_function(value: &Value) -> bool {
    value.exact::<Function>().is_some()
}

/// Tells `super()` and `__class__` in the class's methods which class it is.
fn fill_cells(esc: Esc<'_>, class: &TypeObject, cell: Option<Value>, dictcell: Option<Value>) -> PyResult<()> {
    if let Some(cell) = cell {
        let Some(cell) = cell.payload::<Cell>() else {
            let given = ops::repr_lossy(esc, &cell.class().value());
            return Err(esc.type_error(format_args!("__classcell__ must be a nonlocal cell, not {given}")));
        };
        drop(cell.set(Some(class.value())));
    }
    if let Some(cell) = dictcell {
        let Some(cell) = cell.payload::<Cell>() else {
            let given = ops::repr_lossy(esc, &cell.class().value());
            return Err(esc.type_error(format_args!("__classdictcell__ must be a nonlocal cell, not {given}")));
        };
        drop(cell.set(Some(class.dict().into_value())));
    }
    Ok(())
}

/// Calls `__set_name__` of what lies in the namespace.
fn set_names(esc: Esc<'_>, class: &Value) -> PyResult<()> {
    let Some(body) = class.payload::<TypeBody>() else { return Ok(()) };
    for (name, _, value) in body.dict().items(esc) {
        if value.object_header().is_none() {
            continue;
        }
        if let Err(raised) = call::call_special(esc, &value, names::set_name(esc), &[class.clone(), name.clone()]) {
            let exception = raised.catch(esc);
            let note = format!(
                "Error calling __set_name__ on '{}' instance {} in '{}'",
                value.class().name(),
                ops::repr_lossy(esc, &name),
                body.name()
            );
            let note = interp_object::data::str::new(esc, &note).into_value();
            if let Err(other) = call::call_method(esc, &exception, names::add_note(esc), &[note]) {
                drop(other.catch(esc));
            }
            return Err(esc.restore(exception));
        }
    }
    Ok(())
}

/// `super(class, class).__init_subclass__(**kwargs)`
fn init_subclass(esc: Esc<'_>, class: &Value, args: Args<'_>) -> PyResult<()> {
    let Some(this) = TypeObject::from_value(class) else { return Ok(()) };
    let name = names::init_subclass(esc);
    let mro = this.mro();
    let rest: Vec<TypeRef> = mro.as_ref().map_or_else(Vec::new, |mro| mro.0.iter().skip(1).copied().collect());
    drop(mro);
    let found = rest.iter().find_map(|base| base.dict().get_interned(esc, name));
    let Some(found) = found else {
        return Err(esc.raise_str(&exc::ATTRIBUTE_ERROR, "'super' object has no attribute '__init_subclass__'"));
    };
    let bound = match found.class().slots.descr_get.get() {
        Some(get) => get(esc, &found, Some(class), this)?,
        None => found,
    };
    let keywords = Args::with_names(&args.all_values()[args.pos().len()..], args.names());
    call::call_args(esc, &bound, keywords).map(drop)
}

/// Held while bases change, so that bases, lists of subclasses and MROs agree. No user code runs under it.
static CHANGING: std::sync::Mutex<()> = std::sync::Mutex::new(());

/// `C.__bases__ = bases`
pub(super) fn set_bases(esc: Esc<'_>, class: &TypeObject, value: &Value) -> PyResult<()> {
    let name = class.name();
    let Some(new) = value.payload::<Tuple>() else {
        let given = value.class().name();
        return Err(esc.type_error(format_args!("can only assign tuple to {name}.__bases__, not {given}")));
    };
    if new.is_empty() {
        return Err(esc.type_error(format_args!("can only assign non-empty tuple to {name}.__bases__, not ()")));
    }
    for base in new.as_slice() {
        let Some(base) = TypeObject::from_value(base) else {
            let given = base.class().name();
            return Err(esc.type_error(format_args!("{name}.__bases__ must be tuple of classes, not '{given}'")));
        };
        if base.is_subtype(class) {
            return Err(esc.type_error("a __bases__ item causes an inheritance cycle"));
        }
    }
    let base = bases::best_base(esc, new.as_slice())?;
    if let Some(old) = class.base()
        && !bases::same_layout(&old, &base)
        && !(old.layout().same(base.layout()) && old.slot_words().1 == base.slot_words().1)
    {
        let (old, new) = (old.name(), base.name());
        return Err(esc.type_error(format_args!("__bases__ assignment: '{new}' object layout differs from '{old}'")));
    }
    // What the MROs had is used by lookups that go on.
    let pin = |class: &TypeObject| class.mro().iter().flat_map(|mro| &*mro.0).for_each(|base| base.pin());
    pin(class);
    let changing = CHANGING.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let refs: Vec<TypeRef> = new.as_slice().iter().filter_map(TypeObject::from_value).map(TypeRef::new).collect();
    let mut mro = vec![TypeRef::new(class)];
    mro.extend(bases::linearize(esc, &refs)?);
    let old_bases = class.bases_slot().set(&**class, Some(tuple::from_slice(esc, new.as_slice()).into_value()));
    let old_base = class.base_slot().set(&**class, Some(base.value()));
    if let Some(old) = old_bases.as_ref().and_then(|bases| bases.payload::<Tuple>()) {
        old.as_slice().iter().filter_map(TypeObject::from_value).for_each(|base| base.remove_subclass(class));
    }
    refs.iter().for_each(|base| base.add_subclass(class));
    {
        let _types = typeobj::type_lock();
        class.set_mro(mro);
    }
    refresh_subclasses(esc, class)?;
    slots::update_everything(esc, class);
    drop(changing);
    drop((old_bases, old_base));
    Ok(())
}

/// Recomputes the MRO of everything below a class.
fn refresh_subclasses(esc: Esc<'_>, class: &TypeObject) -> PyResult<()> {
    for subclass in class.subclasses() {
        let bases = subclass.bases_slot().get(esc, &**subclass);
        let refs: Vec<TypeRef> = match bases.as_ref().and_then(|bases| bases.payload::<Tuple>()) {
            Some(bases) => bases.as_slice().iter().filter_map(TypeObject::from_value).map(TypeRef::new).collect(),
            None => continue,
        };
        subclass.mro().iter().flat_map(|mro| &*mro.0).for_each(|base| base.pin());
        let mut mro = vec![subclass];
        mro.extend(bases::linearize(esc, &refs)?);
        {
            let _types = typeobj::type_lock();
            subclass.set_mro(mro);
        }
        refresh_subclasses(esc, &subclass)?;
    }
    Ok(())
}
