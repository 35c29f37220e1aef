//! `product`.

use interp_object::data::tuple;
use interp_object::layout::{self, ValueExt};
use interp_object::{Args, Esc, PyResult, TypeObject, Value, ops};

use super::{Shared, fill, iterator_type};

pub(super) fn init(esc: Esc<'_>) {
    fill(esc, &PRODUCT, Some(new), next, &[]);
}

pub(super) struct Product {
    pools: Vec<Vec<Value>>,
    /// The next choice from every pool; nothing at the end.
    choice: Shared<Option<Vec<usize>>>,
}

iterator_type!(
    Product,
    PRODUCT,
    "product",
    |me, visit| {
        me.pools.iter().flatten().for_each(|item| visit(item.word()));
    },
    |_out| {
        let _ = me;
    }
);

fn new(esc: Esc<'_>, class: &TypeObject, args: Args<'_>) -> PyResult {
    let mut repeat = 1;
    for (name, value) in args.keywords() {
        let name = ops::text_lossy(name);
        if name != "repeat" {
            return Err(esc.type_error(format_args!("product() got an unexpected keyword argument '{name}'")));
        }
        repeat = ops::index_i64(esc, value)?;
    }
    if repeat < 0 {
        return Err(esc.value_error("repeat argument cannot be negative"));
    }
    let pools = args.pos().iter().map(|pool| ops::collect(esc, pool)).collect::<PyResult<Vec<_>>>()?;
    let count = pools.len() * usize::try_from(repeat).unwrap_or(0);
    let pools: Vec<Vec<Value>> = pools.iter().cycle().take(count).cloned().collect();
    let choice = if pools.iter().any(Vec::is_empty) { None } else { Some(vec![0; pools.len()]) };
    Ok(layout::new_with_type(esc, class, Product { pools, choice: Shared::new(choice) }).into_value())
}

fn next(esc: Esc<'_>, iterator: &Value) -> PyResult<Option<Value>> {
    let Some(product) = iterator.payload::<Product>() else { return Ok(None) };
    let chosen = product.choice.with(|choice| {
        let current = choice.clone()?;
        let mut following = current.clone();
        let turned = product.pools.iter().zip(following.iter_mut()).rev().all(|(pool, index)| {
            *index += 1;
            let wrapped = *index == pool.len();
            if wrapped {
                *index = 0;
            }
            wrapped
        });
        *choice = if turned { None } else { Some(following) };
        Some(current)
    });
    Ok(chosen.map(|chosen| {
        let items: Vec<Value> = chosen
            .iter()
            .zip(&product.pools)
            .map(|(&index, pool): (&usize, &Vec<Value>)| pool[index].clone())
            .collect();
        tuple::new(esc, items).into_value()
    }))
}
