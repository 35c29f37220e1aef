//! f-strings and t-strings (PEP 701, PEP 750).

use interp_code::{Const, Wtf};
use interp_opcode::Opcode;

use crate::ast::{Conversion, Expr, ExprKind, Operator, Wtf8};
use crate::instr::Loc;
use crate::names::known;

use super::emit::STACK_USE_GUIDELINE;
use super::{Done, Generator, constant};

impl<'a> Generator<'a> {
    pub(super) fn joined_str(&mut self, loc: Loc, values: &'a [Expr]) -> Done {
        if values.len() > STACK_USE_GUIDELINE {
            self.load_const(loc, Const::Str(Wtf::default()));
            let number = self.name_number(known::JOIN);
            self.op_arg(loc, Opcode::LoadAttr, number << 1 | 1);
            self.op_arg(loc, Opcode::BuildList, 0);
            for value in values {
                self.expr(value)?;
                self.op_arg(loc, Opcode::ListAppend, 1);
            }
            self.op_arg(loc, Opcode::Call, 1);
            return Ok(());
        }
        self.exprs(values)?;
        match values.len() {
            0 => self.load_const(loc, Const::Str(Wtf::default())),
            1 => {}
            count => self.op_count(loc, Opcode::BuildString, count),
        }
        Ok(())
    }

    pub(super) fn formatted_value(
        &mut self,
        loc: Loc,
        value: &'a Expr,
        conversion: Conversion,
        format_spec: Option<&'a Expr>,
    ) -> Done {
        self.expr(value)?;
        if conversion != Conversion::None {
            self.op_arg(loc, Opcode::ConvertValue, conversion_number(conversion));
        }
        if let Some(spec) = format_spec {
            self.expr(spec)?;
            self.op(loc, Opcode::FormatWithSpec);
        } else {
            self.op(loc, Opcode::FormatSimple);
        }
        Ok(())
    }

    /// The tuple of texts around the interpolations, the tuple of these, and the template of both.
    pub(super) fn template_str(&mut self, loc: Loc, values: &'a [Expr]) -> Done {
        let is_interpolation = |value: &Expr| matches!(value.kind, ExprKind::Interpolation { .. });
        let mut strings = 0;
        let mut after_text = false;
        for value in values {
            if is_interpolation(value) {
                if !after_text {
                    self.load_const(loc, Const::Str(Wtf::default()));
                    strings += 1;
                }
                after_text = false;
            } else {
                self.expr(value)?;
                if after_text {
                    self.binary_op(loc, Operator::Add, true);
                } else {
                    strings += 1;
                }
                after_text = true;
            }
        }
        if !after_text {
            self.load_const(loc, Const::Str(Wtf::default()));
            strings += 1;
        }
        self.op_count(loc, Opcode::BuildTuple, strings);
        let mut interpolations = 0;
        for value in values.iter().filter(|value| is_interpolation(value)) {
            self.expr(value)?;
            interpolations += 1;
        }
        self.op_count(loc, Opcode::BuildTuple, interpolations);
        self.op(loc, Opcode::BuildTemplate);
        Ok(())
    }

    pub(super) fn interpolation(
        &mut self,
        loc: Loc,
        value: &'a Expr,
        text: &Wtf8,
        conversion: Conversion,
        format_spec: Option<&'a Expr>,
    ) -> Done {
        self.expr(value)?;
        self.load_const(loc, Const::Str(constant::text(text)));
        let mut arg = 2;
        if let Some(spec) = format_spec {
            arg += 1;
            self.expr(spec)?;
        }
        if conversion != Conversion::None {
            arg |= conversion_number(conversion) << 2;
        }
        self.op_arg(loc, Opcode::BuildInterpolation, arg);
        Ok(())
    }
}

/// CPython's `FVC_*`.
fn conversion_number(conversion: Conversion) -> u32 {
    match conversion {
        Conversion::None => 0,
        Conversion::Str => 1,
        Conversion::Repr => 2,
        Conversion::Ascii => 3,
    }
}
