//! Code objects: data, constants, tables, marshal, and the lowering to register cells.
