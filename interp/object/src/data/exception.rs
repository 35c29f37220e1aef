//! Exceptions: one payload for the whole hierarchy, and the builtin exception types.
//!
//! Fields that only some classes have (`StopIteration.value`, `OSError.errno`, …) are numbered per class and kept in one
//! small array that is allocated when the first is set; the tables are at [`field_names`].

use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use stackref::{Value, Word};

use super::{singletons, tuple};
use crate::layout::{self, Field, Obj, Payload, ValueExt};
use crate::thread::Esc;
use crate::typeobj::{TypeFlags, TypeObject};

/// The most fields an exception class has.
pub const MAX_FIELDS: usize = 10;

/// The payload of exceptions.
pub struct Exception {
    /// `args`, a tuple.
    pub args: Field,
    /// `__traceback__`: a traceback or empty.
    pub traceback: Field,
    /// `__context__`
    pub context: Field,
    /// `__cause__`
    pub cause: Field,
    suppress_context: AtomicBool,
    fields: OnceLock<Box<[Field; MAX_FIELDS]>>,
}

impl Exception {
    fn with_args(args: Obj<tuple::Tuple>) -> Self {
        Exception {
            args: Field::new(Some(args.into_value())),
            traceback: Field::empty(),
            context: Field::empty(),
            cause: Field::empty(),
            suppress_context: AtomicBool::new(false),
            fields: OnceLock::new(),
        }
    }

    /// `__suppress_context__`
    pub fn suppress_context(&self) -> bool {
        self.suppress_context.load(Relaxed)
    }

    /// Sets `__suppress_context__`.
    pub fn set_suppress_context(&self, suppress: bool) {
        self.suppress_context.store(suppress, Relaxed);
    }

    /// The field of this number, if it was set.
    pub fn field(&self, esc: Esc<'_>, index: usize) -> Option<Value> {
        self.fields.get()?[index].get(esc, self)
    }

    /// Sets a field; what was there is dropped.
    pub fn set_field(&self, index: usize, value: Value) {
        let fields = self.fields.get_or_init(|| Box::new([const { Field::empty() }; MAX_FIELDS]));
        drop(fields[index].set(self, Some(value)));
    }

    /// Deletes a field.
    pub fn delete_field(&self, index: usize) -> Option<Value> {
        self.fields.get()?[index].set(self, None)
    }

    /// `args` as a tuple.
    pub fn args_tuple(&self, esc: Esc<'_>) -> Obj<tuple::Tuple> {
        match self.args.get(esc, self).map(Value::downcast::<tuple::Tuple>) {
            Some(Ok(args)) => args,
            _ => tuple::new(esc, []),
        }
    }
}

impl Payload for Exception {
    const NAME: &'static str = "exception";
    fn class() -> &'static TypeObject {
        &BASE_EXCEPTION
    }

    fn trace(&self, visit: &mut dyn FnMut(Word)) {
        for field in [&self.args, &self.traceback, &self.context, &self.cause] {
            field.trace(visit);
        }
        for field in self.fields.get().into_iter().flat_map(|fields| fields.iter()) {
            field.trace(visit);
        }
    }

    fn clear(&self, out: &mut Vec<Value>) {
        for field in [&self.args, &self.traceback, &self.context, &self.cause] {
            out.extend(field.take());
        }
        for field in self.fields.get().into_iter().flat_map(|fields| fields.iter()) {
            out.extend(field.take());
        }
    }
}

const FLAGS: TypeFlags =
    TypeFlags::BASE.union(TypeFlags::EXCEPTION_SUBCLASS).union(TypeFlags::DICT).union(TypeFlags::TRACED);

macro_rules! exceptions {
    ($($ty:ident $name:literal $base:path;)*) => {
        $(
            #[doc = concat!("The type `", $name, "`.")]
            pub static $ty: TypeObject = TypeObject::builtin::<Exception>($name, Some(&$base), FLAGS);
        )*

        /// All builtin exception types, bases before derived.
        pub static ALL: &[&TypeObject] = &[$(&$ty),*];
    };
}

exceptions! {
    BASE_EXCEPTION "BaseException" super::types::OBJECT;
    EXCEPTION "Exception" BASE_EXCEPTION;
    BASE_EXCEPTION_GROUP "BaseExceptionGroup" BASE_EXCEPTION;
    EXCEPTION_GROUP "ExceptionGroup" BASE_EXCEPTION_GROUP;
    GENERATOR_EXIT "GeneratorExit" BASE_EXCEPTION;
    KEYBOARD_INTERRUPT "KeyboardInterrupt" BASE_EXCEPTION;
    SYSTEM_EXIT "SystemExit" BASE_EXCEPTION;
    ARITHMETIC_ERROR "ArithmeticError" EXCEPTION;
    FLOATING_POINT_ERROR "FloatingPointError" ARITHMETIC_ERROR;
    OVERFLOW_ERROR "OverflowError" ARITHMETIC_ERROR;
    ZERO_DIVISION_ERROR "ZeroDivisionError" ARITHMETIC_ERROR;
    ASSERTION_ERROR "AssertionError" EXCEPTION;
    ATTRIBUTE_ERROR "AttributeError" EXCEPTION;
    BUFFER_ERROR "BufferError" EXCEPTION;
    EOF_ERROR "EOFError" EXCEPTION;
    IMPORT_ERROR "ImportError" EXCEPTION;
    MODULE_NOT_FOUND_ERROR "ModuleNotFoundError" IMPORT_ERROR;
    LOOKUP_ERROR "LookupError" EXCEPTION;
    INDEX_ERROR "IndexError" LOOKUP_ERROR;
    KEY_ERROR "KeyError" LOOKUP_ERROR;
    MEMORY_ERROR "MemoryError" EXCEPTION;
    NAME_ERROR "NameError" EXCEPTION;
    UNBOUND_LOCAL_ERROR "UnboundLocalError" NAME_ERROR;
    OS_ERROR "OSError" EXCEPTION;
    BLOCKING_IO_ERROR "BlockingIOError" OS_ERROR;
    CHILD_PROCESS_ERROR "ChildProcessError" OS_ERROR;
    CONNECTION_ERROR "ConnectionError" OS_ERROR;
    BROKEN_PIPE_ERROR "BrokenPipeError" CONNECTION_ERROR;
    CONNECTION_ABORTED_ERROR "ConnectionAbortedError" CONNECTION_ERROR;
    CONNECTION_REFUSED_ERROR "ConnectionRefusedError" CONNECTION_ERROR;
    CONNECTION_RESET_ERROR "ConnectionResetError" CONNECTION_ERROR;
    FILE_EXISTS_ERROR "FileExistsError" OS_ERROR;
    FILE_NOT_FOUND_ERROR "FileNotFoundError" OS_ERROR;
    INTERRUPTED_ERROR "InterruptedError" OS_ERROR;
    IS_A_DIRECTORY_ERROR "IsADirectoryError" OS_ERROR;
    NOT_A_DIRECTORY_ERROR "NotADirectoryError" OS_ERROR;
    PERMISSION_ERROR "PermissionError" OS_ERROR;
    PROCESS_LOOKUP_ERROR "ProcessLookupError" OS_ERROR;
    TIMEOUT_ERROR "TimeoutError" OS_ERROR;
    REFERENCE_ERROR "ReferenceError" EXCEPTION;
    RUNTIME_ERROR "RuntimeError" EXCEPTION;
    NOT_IMPLEMENTED_ERROR "NotImplementedError" RUNTIME_ERROR;
    PYTHON_FINALIZATION_ERROR "PythonFinalizationError" RUNTIME_ERROR;
    RECURSION_ERROR "RecursionError" RUNTIME_ERROR;
    STOP_ASYNC_ITERATION "StopAsyncIteration" EXCEPTION;
    STOP_ITERATION "StopIteration" EXCEPTION;
    SYNTAX_ERROR "SyntaxError" EXCEPTION;
    INDENTATION_ERROR "IndentationError" SYNTAX_ERROR;
    TAB_ERROR "TabError" INDENTATION_ERROR;
    INCOMPLETE_INPUT_ERROR "_IncompleteInputError" SYNTAX_ERROR;
    SYSTEM_ERROR "SystemError" EXCEPTION;
    TYPE_ERROR "TypeError" EXCEPTION;
    VALUE_ERROR "ValueError" EXCEPTION;
    UNICODE_ERROR "UnicodeError" VALUE_ERROR;
    UNICODE_DECODE_ERROR "UnicodeDecodeError" UNICODE_ERROR;
    UNICODE_ENCODE_ERROR "UnicodeEncodeError" UNICODE_ERROR;
    UNICODE_TRANSLATE_ERROR "UnicodeTranslateError" UNICODE_ERROR;
    WARNING "Warning" EXCEPTION;
    BYTES_WARNING "BytesWarning" WARNING;
    DEPRECATION_WARNING "DeprecationWarning" WARNING;
    ENCODING_WARNING "EncodingWarning" WARNING;
    FUTURE_WARNING "FutureWarning" WARNING;
    IMPORT_WARNING "ImportWarning" WARNING;
    PENDING_DEPRECATION_WARNING "PendingDeprecationWarning" WARNING;
    RESOURCE_WARNING "ResourceWarning" WARNING;
    RUNTIME_WARNING "RuntimeWarning" WARNING;
    SYNTAX_WARNING "SyntaxWarning" WARNING;
    UNICODE_WARNING "UnicodeWarning" WARNING;
    USER_WARNING "UserWarning" WARNING;
}

/// The names of the numbered fields of a class, in order. Subclasses share their base's.
pub fn field_names(class: &TypeObject) -> &'static [&'static str] {
    const TABLE: &[(&TypeObject, &[&str])] = &[
        (&STOP_ITERATION, &["value"]),
        (&SYSTEM_EXIT, &["code"]),
        (&ATTRIBUTE_ERROR, &["name", "obj"]),
        (&NAME_ERROR, &["name"]),
        (&IMPORT_ERROR, &["msg", "name", "path", "name_from"]),
        (&OS_ERROR, &["errno", "strerror", "filename", "filename2", "characters_written"]),
        (
            &SYNTAX_ERROR,
            &[
                "msg",
                "filename",
                "lineno",
                "offset",
                "text",
                "end_lineno",
                "end_offset",
                "print_file_and_line",
                "_metadata",
            ],
        ),
        (&UNICODE_DECODE_ERROR, &["encoding", "object", "start", "end", "reason"]),
        (&UNICODE_ENCODE_ERROR, &["encoding", "object", "start", "end", "reason"]),
        (&UNICODE_TRANSLATE_ERROR, &["encoding", "object", "start", "end", "reason"]),
        (&BASE_EXCEPTION_GROUP, &["message", "exceptions"]),
    ];
    TABLE.iter().find(|(base, _)| class.is_subtype(base)).map_or(&[], |(_, names)| names)
}

/// An instance of a builtin exception class (or of a class derived from one) with these arguments, made without running
/// `__new__` or `__init__`. Fields that a one-argument constructor would set from `args` are set.
pub fn new(esc: Esc<'_>, class: &TypeObject, args: &[Value]) -> Obj<Exception> {
    let exception = allocate(esc, class, tuple::from_slice(esc, args));
    if class.is_subtype(&STOP_ITERATION) || class.is_subtype(&SYSTEM_EXIT) {
        match args {
            [] => exception.set_field(0, singletons::none()),
            [value] => exception.set_field(0, value.clone()),
            _ if class.is_subtype(&SYSTEM_EXIT) => exception.set_field(0, exception.args_tuple(esc).into_value()),
            [value, ..] => exception.set_field(0, value.clone()),
        }
    } else if (class.is_subtype(&IMPORT_ERROR) || class.is_subtype(&SYNTAX_ERROR))
        && let Some(message) = args.first()
    {
        exception.set_field(0, message.clone());
    }
    exception
}

/// A bare instance: `args` set, nothing else (`BaseException.__new__`).
pub fn allocate(esc: Esc<'_>, class: &TypeObject, args: Obj<tuple::Tuple>) -> Obj<Exception> {
    layout::new_with_type(esc, class, Exception::with_args(args))
}

/// Sets `__context__` of an exception about to be raised to the one being handled, without making a cycle.
pub fn chain_context(esc: Esc<'_>, exception: &Value) {
    let handled = esc.thread().handled.borrow().iter().rev().find_map(Option::clone);
    let Some(handled) = handled else { return };
    if handled.is(exception) {
        return;
    }
    let Some(raised) = exception.payload::<Exception>() else { return };
    break_cycle(esc, exception, &handled);
    drop(raised.context.set(raised, Some(handled)));
}

/// Walks the context chain of `start`; where it reaches `exception` the link is cut. The chain may already have a cycle
/// that does not contain `exception` (Floyd's two walkers, as in CPython's `_PyErr_SetObject`).
fn break_cycle(esc: Esc<'_>, exception: &Value, start: &Value) {
    let next = |value: &Value| {
        let payload = value.payload::<Exception>()?;
        payload.context.get(esc, payload)
    };
    let (mut slow, mut fast, mut step_slow) = (start.clone(), start.clone(), false);
    while let Some(context) = next(&fast) {
        if context.is(exception) {
            if let Some(payload) = fast.payload::<Exception>() {
                drop(payload.context.set(payload, None));
            }
            return;
        }
        fast = context;
        if fast.is(&slow) {
            return;
        }
        if step_slow && let Some(follow) = next(&slow) {
            slow = follow;
        }
        step_slow = !step_slow;
    }
}
