import sys
from _io import StringIO, BytesIO
path = "/tmp/weft-test-file.txt"
with open(path, "w") as f:
    print(f.write("first\nsecond é\n"), f.mode, f.closed, f.writable(), f.readable())
    f.writelines(["third\n", "last"])
print(f.closed)
with open(path) as f:
    print(repr(f.readline()), f.read(3), f.readlines())
with open(path, "rb") as f:
    print(f.read(8), f.tell(), f.seek(0), f.readline())
with open(path, encoding="utf-8") as f:
    print([line.rstrip() for line in f], f.read() == "")
with open(path, "a") as f:
    f.write("!")
with open(path, "r+") as f:
    print(len(f.read()))
    f.seek(0)
    f.write("FIRST")
print(open(path).read())
def error(f, *args, **kwargs):
    try:
        return f(*args, **kwargs)
    except Exception as e:
        return f"{type(e).__name__}: {e}"
print(error(open, "/nonexistent/file"), error(open, path, "q"), error(open, path, "rb", encoding="utf-8"))
print(error(f.read), error(open("/tmp/weft-test-file.txt", "rb").write, b"x"))
s = StringIO("one\ntwo\n")
print(s.readline(), list(s), s.getvalue())
s = StringIO()
print("to memory", 5, file=s)
print(repr(s.getvalue()))
b = BytesIO(b"abc")
print(b.read(2), b.tell(), b.write(b"XY"), b.getvalue())
old, sys.stdout = sys.stdout, s
print("hidden")
sys.stdout = old
print(s.getvalue().count("\n"))
