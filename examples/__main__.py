"""Run an example by its name, without one the shop: ``python examples [NAME] [OPTIONS]``."""

import runpy
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
NOT_RUN = ("__main__", "samples", "serve")
NAMES = sorted(path.stem for path in FOLDER.glob("*.py") if path.stem not in NOT_RUN)

name = sys.argv.pop(1) if len(sys.argv) > 1 and not sys.argv[1].startswith("-") else "shop"
if name not in NAMES:
    sys.exit(f"There is no example {name!r}, only {', '.join(NAMES)}.")
sys.argv[0] = str(FOLDER / f"{name}.py")
runpy.run_path(sys.argv[0], run_name="__main__")
