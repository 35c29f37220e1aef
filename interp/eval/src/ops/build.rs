//! stub
use crate::flow::Slots;
use interp_object::*;
fn no<T>(e: Esc<'_>) -> PyResult<T> {
    Err(e.system_error("stub"))
}
pub(crate) fn tuple(e: Esc<'_>, s: Slots) -> Value {
    interp_object::data::tuple::new(e, s.take_all(e.me())).into_value()
}
pub(crate) fn list(e: Esc<'_>, s: Slots) -> Value {
    interp_object::data::list::new(e, s.take_all(e.me())).into_value()
}
pub(crate) fn set(e: Esc<'_>, _: &[Value]) -> PyResult {
    no(e)
}
pub(crate) fn map(e: Esc<'_>, v: &[Value]) -> PyResult {
    let d = interp_object::data::dict::new(e);
    for p in v.chunks(2) {
        d.set(e, &p[0], p[1].clone())?;
    }
    Ok(d.into_value())
}
pub(crate) fn string(e: Esc<'_>, _: &[Value]) -> PyResult {
    no(e)
}
pub(crate) fn slice(e: Esc<'_>, v: &[Value]) -> Value {
    interp_object::data::slice::new(
        e,
        v[0].clone(),
        v[1].clone(),
        v.get(2).cloned().unwrap_or_else(interp_object::data::singletons::none),
    )
    .into_value()
}
pub(crate) fn interpolation(e: Esc<'_>, _: u32, _: &Value, _: &Value, _: &[Value]) -> PyResult {
    no(e)
}
pub(crate) fn template(e: Esc<'_>, _: &Value, _: &Value) -> PyResult {
    no(e)
}
pub(crate) fn list_append(e: Esc<'_>, l: &Value, v: Value) -> PyResult<()> {
    use interp_object::layout::ValueExt;
    l.payload::<interp_object::data::list::List>().map(|l| l.push(e, v));
    Ok(())
}
pub(crate) fn list_extend(e: Esc<'_>, _: &Value, _: &Value) -> PyResult<()> {
    no(e)
}
pub(crate) fn set_add(e: Esc<'_>, _: &Value, _: &Value) -> PyResult<()> {
    no(e)
}
pub(crate) fn set_update(e: Esc<'_>, _: &Value, _: &Value) -> PyResult<()> {
    no(e)
}
pub(crate) fn map_add(e: Esc<'_>, _: &Value, _: &Value, _: &Value) -> PyResult<()> {
    no(e)
}
pub(crate) fn dict_update(e: Esc<'_>, _: &Value, _: &Value) -> PyResult<()> {
    no(e)
}
pub(crate) fn dict_merge(e: Esc<'_>, _: &Value, _: &Value, _: &Value) -> PyResult<()> {
    no(e)
}
pub(crate) fn convert(e: Esc<'_>, _: u32, _: &Value) -> PyResult {
    no(e)
}
pub(crate) fn format_simple(e: Esc<'_>, _: &Value) -> PyResult {
    no(e)
}
pub(crate) fn format_with_spec(e: Esc<'_>, _: &Value, _: &Value) -> PyResult {
    no(e)
}
