"""Writes what CPython 3.14 says of its opcodes: `python3.14 dump.py > python3.14.txt`.

A line: name, number, properties, cache units, generic instruction, stack effect without jump for operands 0, 1, 2, 3, 258
(`-` where CPython refuses the operand).
"""
import _opcode
import opcode

members = {member: head for head, list_ in opcode._specializations.items() for member in list_}
everything = {**opcode.opmap, **opcode._specialized_opmap}
for name, number in sorted(everything.items(), key=lambda pair: pair[1]):
    tests = [("arg", _opcode.has_arg), ("const", _opcode.has_const), ("name", _opcode.has_name), ("jump", _opcode.has_jump),
             ("free", _opcode.has_free), ("local", _opcode.has_local), ("exc", _opcode.has_exc)]
    properties = [word for word, test in tests if test(number)]
    head = members.get(name, name)
    caches = sum(opcode._cache_format.get(head, {}).values())
    effects = []
    for oparg in (0, 1, 2, 3, 258):
        try:
            effects.append(str(_opcode.stack_effect(number, oparg if _opcode.has_arg(number) else None, jump=False)))
        except ValueError:
            effects.append("-")
    print(name, number, "|".join(properties) or "-", caches, head, *effects)
