"""The modules that tests of this folder share (`stack_model`, `model_fixture`, ...) are found by name."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
