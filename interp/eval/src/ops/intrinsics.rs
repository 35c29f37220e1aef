//! stub
use interp_object::data::frame::Frame;
use interp_object::*;
pub(crate) fn one(e: Esc<'_>, _: &Frame, _: u32, _: &Value) -> PyResult {
    Err(e.system_error("stub"))
}
pub(crate) fn two(e: Esc<'_>, _: u32, _: &Value, _: &Value) -> PyResult {
    Err(e.system_error("stub"))
}
