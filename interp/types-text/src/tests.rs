//! Tests of text types.
