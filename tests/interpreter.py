"""What the tests must know of the Python that runs them."""

from __future__ import annotations

import sys
import sysconfig

# Whether it was built to run without the GIL.
FREE_THREADED = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))

# Why tests are skipped that need cryptography or pymongocrypt, which come by way of cffi; or False.
NO_CFFI = FREE_THREADED and sys.version_info < (3, 14) and "cffi has no free-threaded Python 3.13"
