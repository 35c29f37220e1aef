//! stub
use interp_object::data::frame::Frame;
use interp_object::*;
pub(crate) fn import_name(e: Esc<'_>, _: &Frame, _: u32, _: &Value, _: &Value) -> PyResult {
    Err(e.system_error("stub"))
}
pub(crate) fn import_from(e: Esc<'_>, _: &Frame, _: u32, _: &Value) -> PyResult {
    Err(e.system_error("stub"))
}
