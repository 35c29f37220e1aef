//! Placeholder of the analysis.

use std::collections::BTreeMap;

use crate::diag::Fault;
use crate::model::Model;

/// Plans by instruction name.
#[derive(Debug, Default)]
pub(crate) struct Plans {
    pub(crate) by_name: BTreeMap<String, ()>,
}

pub(crate) fn analyze(_model: &Model) -> Result<Plans, Vec<Fault>> {
    Ok(Plans::default())
}
