import sys
print("before", flush=True)
try:
    sys.exit("text")
except SystemExit as error:
    print(repr(error.code))
try:
    raise SystemExit
except SystemExit as error:
    print(error.code)
sys.exit(7)
