//! The texts of `weft -h` and of a refused command line.

/// Printed after a refused command line.
pub(super) const SHORT: &str = "\
usage: weft [option] ... [-c cmd | -m mod | file | -] [arg] ...
Try `weft -h' for more information.
";

/// Printed for `-h`.
pub(super) const LONG: &str = "\
usage: weft [option] ... [-c cmd | -m mod | file | -] [arg] ...
Runs Python 3.14 programs on as many cores as they have threads.

What to run (one of these ends the options):
file   : a program in a file, or a folder with a __main__.py
-c cmd : a program given as text
-m mod : a module of sys.path, as a program
-      : a program read from standard input (the default)

Options:
-E     : ignore the PYTHON* and WEFT_LIB environment variables
-h     : print this help and exit (also -? or --help)
-I     : isolate the program: implies -E and -P
-O     : leave out assert statements; -OO: docstrings too
-P     : do not put the program's folder on sys.path
-u     : do not buffer stdout and stderr
-V     : print the version and exit (also --version)
-X opt : an option of the runtime; unknown ones are kept in sys._xoptions
         -X specialize=0 : run every instruction in its general form
         -X specialize=stats : show at the end what came of attempts to specialize; =trace : each as it ends
         -X lib=FOLDER   : search FOLDER for the standard library
-b -B -d -i -q -s -S -v -x -W arg : accepted for compatibility, without effect

Environment:
PYTHONPATH    : folders put on sys.path, separated by colons
PYTHONHASHSEED: 0 makes hashes of strings the same in every run
WEFT_LIB      : the folder of the standard library
";
