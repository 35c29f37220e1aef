import sys
sys.stderr = sys.stdout
def recurse(n):
    return recurse(n - 1) if n else 1 / 0
def group():
    errors = []
    for number in (1, 2):
        try:
            raise ValueError(number)
        except ValueError as error:
            errors.append(error)
    raise ExceptionGroup("several", errors + [ExceptionGroup("inner", [TypeError("deep")])])
def show(function):
    try:
        function()
    except BaseException as error:
        sys.excepthook(type(error), error, error.__traceback__)
def noted():
    error = KeyError("key")
    error.add_note("a note\nof two lines")
    raise error
def chained():
    try:
        {}["missing"]
    except KeyError as error:
        raise RuntimeError("while handling") from error
def context():
    try:
        [][1]
    except IndexError:
        undefined_nam
undefined_name = 1
def attribute():
    "text".uper()
def broken():
    compile("x = = 1", "<made up>", "exec")
def wide():
    x = {"a": 1}
    return (x["a"] +
            x["b"])
def call():
    print("x".join(
        [1,
         2]))
for function in (lambda: recurse(5), group, noted, chained, context, attribute, broken, wide, call):
    show(function)
    print("-" * 20)
raise LookupError("the end")
