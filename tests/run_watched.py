"""Run a program that fails where it blocks the event loop: ``run_watched.py PROGRAM ...``."""

# pathlib comes before blockbuster: in Python 3.10 it takes over functions of os when it is
# imported, and those of blockbuster do not work there.
import os
import pathlib
import runpy
import sys

from blockbuster import BlockBuster

blockbuster = BlockBuster()
for function in blockbuster.functions.values():
    # Tornado itself reads its templates, once, and static files, which are small, on the loop.
    function.can_block_in("tornado/web.py", {"render_string", "get"})
blockbuster.activate()
del sys.argv[0]
sys.path[0] = str(pathlib.Path(sys.argv[0]).parent)
code: object = 0
try:
    runpy.run_path(sys.argv[0], run_name="__main__")
except SystemExit as exit_:
    code = exit_.code
    if isinstance(code, str):
        print(code, file=sys.stderr)
        code = 1
sys.stdout.flush()
sys.stderr.flush()
# What blockbuster patches are functions of C; CPython 3.11 often crashes at its exit after that.
os._exit(int(code or 0))
