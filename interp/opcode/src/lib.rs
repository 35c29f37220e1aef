//! Opcodes of Weft and their metadata.
