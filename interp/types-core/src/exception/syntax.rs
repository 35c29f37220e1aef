//! `SyntaxError`: a message and where in the source.

use interp_object::builder::TypeBuilder;
use interp_object::data::exception as exc;
use interp_object::data::{int, str};
use interp_object::native::GetSetDef;
use interp_object::{Args, Esc, PyResult, Value, ops};

use super::fields::{field, is_set, text_field};
use super::payload;

static FIELDS: &[GetSetDef] = &[
    field::<0>("msg"),
    field::<1>("filename"),
    field::<2>("lineno"),
    field::<3>("offset"),
    field::<4>("text"),
    field::<5>("end_lineno"),
    field::<6>("end_offset"),
    field::<7>("print_file_and_line"),
    field::<8>("_metadata"),
];

pub(super) fn init(esc: Esc<'_>) {
    TypeBuilder::new(esc, &exc::SYNTAX_ERROR)
        .slots(|slots| {
            slots.init.set(Some(init_syntax));
            slots.str.set(Some(str));
        })
        .getsets(FIELDS)
        .doc("Invalid syntax.");
    TypeBuilder::new(esc, &exc::INDENTATION_ERROR).doc("Improper indentation.");
    TypeBuilder::new(esc, &exc::TAB_ERROR).doc("Improper mixture of spaces and tabs.");
}

fn init_syntax(esc: Esc<'_>, this: &Value, args: Args<'_>) -> PyResult<()> {
    super::init_base(esc, this, args)?;
    let payload = payload(esc, this)?;
    let Some(message) = args.pos().first() else { return Ok(()) };
    payload.set_field(0, message.clone());
    let [_, details] = args.pos() else { return Ok(()) };
    let details = ops::collect(esc, details)?;
    if !(4..=7).contains(&details.len()) {
        let (bound, count) = if details.len() < 4 { ("at least", 4) } else { ("at most", 7) };
        return Err(esc.type_error(format_args!("function takes {bound} {count} arguments ({} given)", details.len())));
    }
    if details.len() == 5 {
        return Err(esc.type_error("end_offset must be provided when end_lineno is provided"));
    }
    // filename, lineno, offset, text, end_lineno, end_offset are fields 1 to 6; the metadata is field 8.
    for (index, detail) in details.into_iter().enumerate() {
        payload.set_field(if index == 6 { 8 } else { index + 1 }, detail);
    }
    Ok(())
}

fn str(esc: Esc<'_>, this: &Value) -> PyResult {
    let payload = payload(esc, this)?;
    let message = text_field(esc, &payload.field(esc, 0))?;
    let filename =
        payload.field(esc, 1).filter(|name| is_set(&Some(name.clone())) && !ops::text_lossy(name).is_empty());
    let filename = filename.map(|name| {
        let text = ops::text_lossy(&name);
        text.rsplit('/').next().unwrap_or_default().to_owned()
    });
    let line = payload.field(esc, 2).as_ref().and_then(int::as_i64);
    let text = match (filename, line) {
        (Some(filename), Some(line)) => format!("{message} ({filename}, line {line})"),
        (Some(filename), None) => format!("{message} ({filename})"),
        (None, Some(line)) => format!("{message} (line {line})"),
        (None, None) => message,
    };
    Ok(str::new(esc, &text).into_value())
}
