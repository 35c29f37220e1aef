//! `import` and `from … import …`.

use interp_code::Const;
use interp_opcode::{Intrinsic1, Opcode};

use crate::ast::{Alias, ExprContext, Ident};
use crate::instr::Loc;
use crate::names::known;

use super::Generator;

impl Generator<'_> {
    pub(super) fn import(&mut self, loc: Loc, names: &[Alias]) {
        for alias in names {
            self.load_const(loc, Const::int(0));
            self.load_const(loc, Const::None);
            self.op_name(loc, Opcode::ImportName, &alias.name);
            match (&alias.asname, alias.name.split_once('.')) {
                (Some(asname), Some((_, members))) => self.import_member(loc, members, asname),
                (Some(asname), None) => self.ident_op(loc, asname, ExprContext::Store),
                // `import a.b` binds `a`.
                (None, Some((package, _))) => {
                    let package = self.names.intern(package);
                    self.name_op(loc, package, ExprContext::Store);
                }
                (None, None) => self.ident_op(loc, &alias.name, ExprContext::Store),
            }
        }
    }

    /// `import a.b.c as d`: from the package on the stack down to the member.
    fn import_member(&mut self, loc: Loc, members: &str, asname: &Ident) {
        for (number, member) in members.split('.').enumerate() {
            if number > 0 {
                self.op_arg(loc, Opcode::Swap, 2);
                self.op(loc, Opcode::PopTop);
            }
            // Members are not mangled here.
            let member = self.names.intern(member);
            let number = self.unit.names.number(member);
            self.op_arg(loc, Opcode::ImportFrom, number);
        }
        self.ident_op(loc, asname, ExprContext::Store);
        self.op(loc, Opcode::PopTop);
    }

    pub(super) fn import_from(&mut self, loc: Loc, module: Option<&Ident>, names: &[Alias], level: u32) {
        self.load_const(loc, Const::int(i64::from(level)));
        let texts: Vec<Const> = names.iter().map(|alias| Const::str(&alias.name)).collect();
        self.load_const(loc, Const::Tuple(texts.into()));
        match module {
            Some(module) => self.op_name(loc, Opcode::ImportName, module),
            None => {
                let number = self.unit.names.number(known::EMPTY);
                self.op_arg(loc, Opcode::ImportName, number);
            }
        }
        for alias in names {
            if &*alias.name == "*" {
                self.intrinsic1(loc, Intrinsic1::ImportStar);
                self.op(Loc::NONE, Opcode::PopTop);
                return;
            }
            self.op_name(loc, Opcode::ImportFrom, &alias.name);
            self.ident_op(loc, alias.asname.as_ref().unwrap_or(&alias.name), ExprContext::Store);
        }
        self.op(loc, Opcode::PopTop);
    }
}
