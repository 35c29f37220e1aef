//! `OSError`: the errno picks the class (PEP 3151).

use interp_object::builder::TypeBuilder;
use interp_object::data::exception::{self as exc, OS_ERROR};
use interp_object::data::{int, str, tuple};
use interp_object::layout::ValueExt;
use interp_object::native::{GetSetDef, MethodDef, NativeFn};
use interp_object::{Args, Esc, PyResult, TypeObject, Value};

use super::fields::{field, is_set, shown_field, text_field};
use super::{payload, store_args};

const FILENAME: usize = 2;
const FILENAME2: usize = 3;
const WRITTEN: usize = 4;

static FIELDS: &[GetSetDef] = &[
    field::<0>("errno"),
    field::<1>("strerror"),
    field::<2>("filename"),
    field::<3>("filename2"),
    GetSetDef::new("characters_written", get_written, set_written, ""),
];

static METHODS: &[MethodDef] = &[MethodDef::new("__reduce__", NativeFn::NoArgs(reduce), "")];

pub(super) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &OS_ERROR)
        .slots(|slots| {
            slots.new.set(Some(new));
            slots.init.set(Some(init_os));
            slots.str.set(Some(str));
        })
        .getsets(FIELDS)
        .methods(METHODS)
        .doc("Base class for I/O related errors.");
    let docs: &[(&'static TypeObject, &'static str)] = &[
        (&exc::BLOCKING_IO_ERROR, "I/O operation would block."),
        (&exc::CHILD_PROCESS_ERROR, "Child process error."),
        (&exc::CONNECTION_ERROR, "Connection error."),
        (&exc::FILE_EXISTS_ERROR, "File already exists."),
        (&exc::FILE_NOT_FOUND_ERROR, "File not found."),
        (&exc::IS_A_DIRECTORY_ERROR, "Operation doesn't work on directories."),
        (&exc::NOT_A_DIRECTORY_ERROR, "Operation only works on directories."),
        (&exc::INTERRUPTED_ERROR, "Interrupted by signal."),
        (&exc::PERMISSION_ERROR, "Not enough permissions."),
        (&exc::PROCESS_LOOKUP_ERROR, "Process not found."),
        (&exc::TIMEOUT_ERROR, "Timeout expired."),
    ];
    for (class, doc) in docs {
        drop(TypeBuilder::new(esc, class).doc(doc));
    }
}

/// The class for an errno of Linux.
fn class_for(errno: i64) -> Option<&'static TypeObject> {
    Some(match errno {
        11 | 114 | 115 => &exc::BLOCKING_IO_ERROR,
        32 | 108 => &exc::BROKEN_PIPE_ERROR,
        10 => &exc::CHILD_PROCESS_ERROR,
        103 => &exc::CONNECTION_ABORTED_ERROR,
        111 => &exc::CONNECTION_REFUSED_ERROR,
        104 => &exc::CONNECTION_RESET_ERROR,
        17 => &exc::FILE_EXISTS_ERROR,
        2 => &exc::FILE_NOT_FOUND_ERROR,
        21 => &exc::IS_A_DIRECTORY_ERROR,
        20 => &exc::NOT_A_DIRECTORY_ERROR,
        4 => &exc::INTERRUPTED_ERROR,
        1 | 13 => &exc::PERMISSION_ERROR,
        3 => &exc::PROCESS_LOOKUP_ERROR,
        110 => &exc::TIMEOUT_ERROR,
        _ => return None,
    })
}

/// A class with an `__init__` of its own and the `__new__` of `OSError` gets its fields set by `OSError.__init__`.
fn fields_set_by_init(class: &TypeObject) -> bool {
    !class.slots.init.same(&OS_ERROR.slots.init) && class.slots.new.same(&OS_ERROR.slots.new)
}

fn new(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    if fields_set_by_init(class) {
        return Ok(exc::allocate(esc, class, tuple::new(esc, [])).into_value());
    }
    args.no_keywords(esc, &class.name())?;
    let mut class = class;
    if std::ptr::eq(class, &raw const OS_ERROR)
        && let [errno, _, ..] = args.pos()
        && args.pos().len() <= 5
        && let Some(better) = int::as_i64(errno).and_then(class_for)
    {
        class = better;
    }
    let this = exc::allocate(esc, class, tuple::new(esc, [])).into_value();
    fill(esc, &this, args.pos())?;
    Ok(this)
}

fn init_os(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult<()> {
    if !fields_set_by_init(this.class()) {
        return Ok(());
    }
    args.no_keywords(esc, &this.class().name())?;
    fill(esc, this, args.pos())
}

/// `OSError(errno, strerror, filename, winerror, filename2)`
fn fill(esc: Esc<'_>, this: &Value, args: &[Value]) -> PyResult<()> {
    let payload = payload(esc, this)?;
    let mut kept = args;
    if (2..=5).contains(&args.len()) {
        payload.set_field(0, args[0].clone());
        payload.set_field(1, args[1].clone());
        let filename = args.get(2).filter(|filename| !filename.is_none());
        if let Some(filename) = filename {
            let written = int::as_i64(filename).filter(|_| this.class().is_subtype(&exc::BLOCKING_IO_ERROR));
            if written.is_some() {
                payload.set_field(WRITTEN, filename.clone());
            } else {
                payload.set_field(FILENAME, filename.clone());
                if let Some(second) = args.get(4).filter(|second| !second.is_none()) {
                    payload.set_field(FILENAME2, second.clone());
                }
                kept = &args[..2];
            }
        }
    }
    store_args(esc, this, kept)
}

fn str(esc: Esc<'_>, this: &Value) -> PyResult {
    let payload = payload(esc, this)?;
    let [errno, message, filename, second] = [0, 1, FILENAME, FILENAME2].map(|index| payload.field(esc, index));
    let text = if filename.is_some() {
        let head = format!("[Errno {}] {}", text_field(esc, &errno)?, text_field(esc, &message)?);
        match second {
            Some(_) => format!("{head}: {} -> {}", shown_field(esc, &filename)?, shown_field(esc, &second)?),
            None => format!("{head}: {}", shown_field(esc, &filename)?),
        }
    } else if is_set(&errno) && is_set(&message) {
        format!("[Errno {}] {}", text_field(esc, &errno)?, text_field(esc, &message)?)
    } else {
        return super::str(esc, this);
    };
    Ok(str::new(esc, &text).into_value())
}

fn get_written(esc: Esc<'_>, this: &Value) -> PyResult {
    match payload(esc, this)?.field(esc, WRITTEN) {
        Some(written) => Ok(written),
        None => Err(esc.raise_str(&exc::ATTRIBUTE_ERROR, "characters_written")),
    }
}

fn set_written(esc: Esc<'_>, this: &Value, value: Option<&Value>) -> PyResult<()> {
    let payload = payload(esc, this)?;
    match value {
        Some(value) => {
            let number = interp_object::ops::index_i64(esc, value)?;
            payload.set_field(WRITTEN, int::new(esc, number));
            Ok(())
        }
        None => match payload.delete_field(WRITTEN) {
            Some(_) => Ok(()),
            None => Err(esc.raise_str(&exc::ATTRIBUTE_ERROR, "characters_written")),
        },
    }
}

/// The file names left `args`: they come back for `pickle`.
fn reduce(esc: Esc<'_>, this: &Value) -> PyResult {
    let payload = payload(esc, this)?;
    let mut args = payload.args_tuple(esc).as_slice().to_vec();
    if args.len() == 2
        && let Some(filename) = payload.field(esc, FILENAME)
    {
        args.push(filename);
        if let Some(second) = payload.field(esc, FILENAME2) {
            args.push(interp_object::data::singletons::none());
            args.push(second);
        }
    }
    let args = tuple::new(esc, args).into_value();
    super::reduce_with(esc, this, args)
}
