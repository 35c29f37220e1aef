//! The records of `sys`: version, flags, number formats. Named tuples are instances of classes made here.

use interp_object::data::dict;
use interp_object::data::module::Module;
use interp_object::data::tuple;
use interp_object::data::types::TYPE;
use interp_object::layout::Obj;
use interp_object::{Esc, PyResult, Value, call};

use crate::runtime::Config;
use crate::util::{float, int, none, text};

/// The version of the language and its library that this runtime follows.
pub(super) const VERSION: &str = concat!("3.14.0 free-threading build (Weft ", env!("CARGO_PKG_VERSION"), ") [Rust]");
/// `sys.hexversion`
pub(super) const HEX_VERSION: i64 = 0x030e_00f0;

/// Adds the records to the module.
pub(super) fn fill(esc: Esc<'_>, module: &Obj<Module>, config: &Config) {
    let dict = module.dict();
    let add = |name: &str, value: PyResult| match value {
        Ok(value) => dict.set_str(esc, name, value),
        Err(raised) => drop(raised.catch(esc)),
    };
    let version = version(esc);
    add("version_info", version);
    let version = dict.get_str(esc, "version_info").unwrap_or_else(none);
    add("implementation", implementation(esc, version));
    add("flags", flags(esc, config));
    add("hash_info", hash_info(esc));
    add("float_info", float_info(esc));
    add("int_info", int_info(esc));
    add("thread_info", thread_info(esc));
    let names: Vec<Value> = crate::import::builtin_names().map(|name| text(esc, name)).collect();
    dict.set_str(esc, "builtin_module_names", tuple::new(esc, names).into_value());
    let names: Vec<Value> = crate::report::stdlib_modules().iter().map(|name| text(esc, name)).collect();
    let set = interp_object::data::set::new(esc);
    for name in &names {
        if let Err(raised) = set.table().add(esc, name) {
            drop(raised.catch(esc));
        }
    }
    let frozen = call::call(esc, &interp_object::data::set::FROZENSET.value(), &[set.into_value()]);
    add_frozen(esc, module, frozen);
    let options = interp_object::data::dict::new(esc);
    for (name, value) in &config.x_options {
        let value = value.as_ref().map_or_else(interp_object::data::singletons::true_, |value| text(esc, value));
        options.set_str(esc, name, value);
    }
    dict.set_str(esc, "_xoptions", options.into_value());
}

fn add_frozen(esc: Esc<'_>, module: &Obj<Module>, frozen: PyResult) {
    match frozen {
        Ok(frozen) => module.dict().set_str(esc, "stdlib_module_names", frozen),
        Err(raised) => drop(raised.catch(esc)),
    }
}

/// An instance of a new `tuple` subclass with named items (the structure sequences of CPython).
pub(crate) fn record(esc: Esc<'_>, module: &str, name: &str, fields: &[(&str, Value)]) -> PyResult {
    let class = record_class(esc, module, name, &fields.iter().map(|(name, _)| *name).collect::<Vec<_>>())?;
    let items: Vec<Value> = fields.iter().map(|(_, value)| value.clone()).collect();
    call::call(esc, &class, &[tuple::new(esc, items).into_value()])
}

/// A `tuple` subclass whose items have names.
pub(crate) fn record_class(esc: Esc<'_>, module: &str, name: &str, fields: &[&str]) -> PyResult {
    let namespace = dict::new(esc);
    namespace.set_str(esc, "__module__", text(esc, module));
    namespace.set_str(esc, "__slots__", tuple::new(esc, []).into_value());
    namespace.set_str(esc, "n_fields", int(esc, fields.len() as i64));
    namespace.set_str(esc, "n_sequence_fields", int(esc, fields.len() as i64));
    namespace.set_str(esc, "n_unnamed_fields", int(esc, 0));
    let names: Vec<Value> = fields.iter().map(|field| text(esc, field)).collect();
    namespace.set_str(esc, "__match_args__", tuple::new(esc, names).into_value());
    for (index, field) in fields.iter().enumerate() {
        namespace.set_str(esc, field, item_property(esc, index));
    }
    namespace.set_str(esc, "__repr__", repr_function(esc));
    let bases = tuple::new(esc, [tuple::TUPLE.value()]).into_value();
    call::call(esc, &TYPE.value(), &[text(esc, name), bases, namespace.into_value()])
}

/// A property that reads one item.
fn item_property(esc: Esc<'_>, index: usize) -> Value {
    use interp_object::data::descr::Property;
    let getter = interp_object::layout::new(esc, super::functions::ItemGetter { index }).into_value();
    interp_object::layout::new(esc, Property::new(Some(getter), None, None, None)).into_value()
}

fn repr_function(esc: Esc<'_>) -> Value {
    interp_object::layout::new(esc, super::functions::RecordRepr {}).into_value()
}

fn version(esc: Esc<'_>) -> PyResult {
    let fields = [
        ("major", int(esc, 3)),
        ("minor", int(esc, 14)),
        ("micro", int(esc, 0)),
        ("releaselevel", text(esc, "final")),
        ("serial", int(esc, 0)),
    ];
    record(esc, "sys", "version_info", &fields)
}

fn implementation(esc: Esc<'_>, version: Value) -> PyResult {
    let namespace = simple_namespace(esc)?;
    for (name, value) in [
        ("name", text(esc, "weft")),
        ("cache_tag", text(esc, "weft-314")),
        ("version", version),
        ("hexversion", int(esc, HEX_VERSION)),
        ("_multiarch", text(esc, "x86_64-linux-gnu")),
        ("supports_isolated_interpreters", interp_object::data::singletons::false_()),
    ] {
        interp_object::attr::set(esc, &namespace, &interp_object::intern::intern(esc, name), Some(&value))?;
    }
    Ok(namespace)
}

/// An object that takes any attribute.
pub(crate) fn simple_namespace(esc: Esc<'_>) -> PyResult {
    interp_types_core::new_namespace(esc, &[])
}

fn flags(esc: Esc<'_>, config: &Config) -> PyResult {
    let number = |number: i64| int(esc, number);
    let isolated = i64::from(config.isolated);
    let fields = [
        ("debug", number(0)),
        ("inspect", number(0)),
        ("interactive", number(0)),
        ("optimize", number(i64::from(config.optimize))),
        ("dont_write_bytecode", number(1)),
        ("no_user_site", number(isolated)),
        ("no_site", number(1)),
        ("ignore_environment", number(i64::from(config.ignore_environment || config.isolated))),
        ("verbose", number(0)),
        ("bytes_warning", number(0)),
        ("quiet", number(0)),
        ("hash_randomization", number(1)),
        ("isolated", number(isolated)),
        ("dev_mode", interp_object::data::singletons::false_()),
        ("utf8_mode", number(1)),
        ("warn_default_encoding", number(0)),
        ("safe_path", interp_object::data::singletons::bool(config.isolated)),
        ("int_max_str_digits", number(4300)),
        ("gil", number(0)),
        ("thread_inherit_context", number(1)),
        ("context_aware_warnings", number(1)),
    ];
    record(esc, "sys", "flags", &fields)
}

fn hash_info(esc: Esc<'_>) -> PyResult {
    let fields = [
        ("width", int(esc, 64)),
        ("modulus", int(esc, (1 << 61) - 1)),
        ("inf", int(esc, 314_159)),
        ("nan", int(esc, 0)),
        ("imag", int(esc, 1_000_003)),
        ("algorithm", text(esc, "siphash13")),
        ("hash_bits", int(esc, 64)),
        ("seed_bits", int(esc, 128)),
        ("cutoff", int(esc, 0)),
    ];
    record(esc, "sys", "hash_info", &fields)
}

fn float_info(esc: Esc<'_>) -> PyResult {
    let fields = [
        ("max", float(esc, f64::MAX)),
        ("max_exp", int(esc, i64::from(f64::MAX_EXP))),
        ("max_10_exp", int(esc, i64::from(f64::MAX_10_EXP))),
        ("min", float(esc, f64::MIN_POSITIVE)),
        ("min_exp", int(esc, i64::from(f64::MIN_EXP))),
        ("min_10_exp", int(esc, i64::from(f64::MIN_10_EXP))),
        ("dig", int(esc, i64::from(f64::DIGITS))),
        ("mant_dig", int(esc, i64::from(f64::MANTISSA_DIGITS))),
        ("epsilon", float(esc, f64::EPSILON)),
        ("radix", int(esc, i64::from(f64::RADIX))),
        ("rounds", int(esc, 1)),
    ];
    record(esc, "sys", "float_info", &fields)
}

fn int_info(esc: Esc<'_>) -> PyResult {
    let fields = [
        ("bits_per_digit", int(esc, 30)),
        ("sizeof_digit", int(esc, 4)),
        ("default_max_str_digits", int(esc, 4300)),
        ("str_digits_check_threshold", int(esc, 640)),
    ];
    record(esc, "sys", "int_info", &fields)
}

fn thread_info(esc: Esc<'_>) -> PyResult {
    let fields = [("name", text(esc, "pthread")), ("lock", text(esc, "futex")), ("version", none())];
    record(esc, "sys", "thread_info", &fields)
}
