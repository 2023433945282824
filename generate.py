#!/usr/bin/env python3
"""The main job: `./generate.py` is `make generate`, from any folder and with options."""

import os
import pathlib
import subprocess
import sys

home = pathlib.Path(__file__).resolve().parent
subprocess.run(["make", "-s", "-C", str(home), "venv"], check=True)
os.execv(home / ".venv/bin/tocsin", ["tocsin", "-C", str(home), "generate", *sys.argv[1:]])
