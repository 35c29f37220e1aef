"""Answers for the front end's tests: how CPython parses, compiles or refuses a source.

Reads requests from standard input, writes answers to standard output. A request is a line
`kind TAB mode TAB name TAB length` followed by that many bytes of source; an answer is a line with a length, followed
by that many bytes of text. Kinds: `ast` (the tree with positions), `code` (every nested code object), `error`
(the attributes of the SyntaxError, or `ok`), `parse` (the same, of the parser alone), `stderr` (the error as the interpreter prints it), `warnings` (line and
text of each).
"""

import ast
import linecache
import struct
import sys
import traceback
import types
import warnings


def text(value):
    """A string or bytes literal in printable ASCII."""
    points = value if isinstance(value, bytes) else map(ord, value)
    return "".join(chr(p) if 32 <= p < 127 and p != 92 else "\\{%x}" % p for p in points)


def bits(value):
    return "%016x" % struct.unpack(">Q", struct.pack(">d", value))[0]


def const(value):
    kind = type(value)
    if value is None or kind is bool:
        return str(value)
    if value is Ellipsis:
        return "Ellipsis"
    if kind is int:
        return "i:%x" % value
    if kind is float:
        return "f:" + bits(value)
    if kind is complex:
        return "c:%s,%s" % (bits(value.real), bits(value.imag))
    if kind is str:
        return "s:'%s'" % text(value)
    if kind is bytes:
        return "b:'%s'" % text(value)
    if kind is tuple:
        return "(%s)" % " , ".join(map(const, value))
    if kind is frozenset:
        return "{%s}" % " , ".join(sorted(map(const, value)))
    if kind is slice:
        return "slice(%s , %s , %s)" % (const(value.start), const(value.stop), const(value.step))
    if kind is types.CodeType:
        return "code " + value.co_qualname
    return "? %r" % (value,)


def code(value, out):
    out.append("code %s %s" % (value.co_qualname, value.co_name))
    out.append("args %d %d %d" % (value.co_argcount, value.co_posonlyargcount, value.co_kwonlyargcount))
    out.append("flags %x" % value.co_flags)
    out.append("stack %d" % value.co_stacksize)
    out.append("first %d" % value.co_firstlineno)
    out.append("names " + " ".join(value.co_names))
    out.append("vars " + " ".join(value.co_varnames))
    out.append("cells " + " ".join(value.co_cellvars))
    out.append("frees " + " ".join(value.co_freevars))
    for item in value.co_consts:
        out.append("const " + const(item))
    out.append("bytes " + value.co_code.hex())
    out.append("exc " + value.co_exceptiontable.hex())
    out.append("lines " + value.co_linetable.hex())
    for item in value.co_consts:
        if isinstance(item, types.CodeType):
            code(item, out)


SKIPPED = {"type_comment", "type_ignores"}


def tree(node):
    """A tree on one line: class, place, fields in the order of the grammar."""
    if isinstance(node, ast.AST):
        place = ""
        if hasattr(node, "lineno"):
            place = "@%d:%d-%d:%d" % (node.lineno, node.col_offset, node.end_lineno, node.end_col_offset)
        fields = []
        for field in node._fields:
            if field in SKIPPED:
                continue
            value = getattr(node, field, None)
            if field == "value" and isinstance(node, (ast.Constant, ast.MatchSingleton)):
                fields.append(const(value))
            elif field == "str" and isinstance(node, ast.Interpolation):
                fields.append(const(value))
            else:
                fields.append(tree(value))
        return "%s%s(%s)" % (type(node).__name__, place, ",".join(fields))
    if isinstance(node, list):
        return "[%s]" % ",".join(map(tree, node))
    return str(node)


def answer(kind, mode, name, source):
    if kind == "ast":
        module = ast.parse(source, name, mode)
        if isinstance(module, ast.Expression):
            return tree(module) + "\n"
        return "".join(tree(statement) + "\n" for statement in module.body)
    if kind == "code":
        out = []
        code(compile(source, name, mode, dont_inherit=True), out)
        return "\n".join(out) + "\n"
    if kind == "warnings":
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            compile(source, name, mode, dont_inherit=True)
        return "".join("%d %s\n" % (item.lineno, item.message) for item in caught)
    flags = ast.PyCF_ONLY_AST if kind == "parse" else 0
    try:
        compile(source, name, mode, flags, dont_inherit=True)
    except SyntaxError as error:
        if kind == "stderr":
            linecache.cache[name] = (len(source), None, source.decode().splitlines(True), name)
            if error.text is None and error.lineno:
                error.text = linecache.getline(name, error.lineno)
            return "".join(traceback.format_exception_only(error))
        fields = [type(error).__name__, error.msg, error.lineno, error.offset, error.end_lineno, error.end_offset]
        return "\t".join(map(str, fields)) + "\n"
    except Exception as error:
        return "%s\t%s\n" % (type(error).__name__, error)
    return "ok\n"


def main():
    sys.setrecursionlimit(20000)
    warnings.simplefilter("ignore")
    read, write = sys.stdin.buffer, sys.stdout.buffer
    while line := read.readline():
        kind, mode, name, length = line.decode().rstrip("\n").split("\t")
        source = read.read(int(length))
        try:
            reply = answer(kind, mode, name, source)
        except Exception as error:
            reply = "failed %s: %s\n" % (type(error).__name__, error)
        reply = reply.encode("utf-8", "backslashreplace")
        write.write(b"%d\n" % len(reply))
        write.write(reply)
        write.flush()


if __name__ == "__main__":
    main()
