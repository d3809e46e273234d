# Copyright (c) 2026 the volume.activation authors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The benchmark of the layers measures functions of the engine by name, and Ansible only warns of a broken callback."""

from __future__ import annotations

import functools
import importlib
import importlib.util
from pathlib import Path

LAYERS = Path(__file__).resolve().parents[2] / "benchmarks" / "callback_plugins" / "layers.py"


def test_every_function_that_the_benchmark_of_the_layers_measures_exists() -> None:
    spec = importlib.util.spec_from_file_location("layers", LAYERS)
    assert spec is not None and spec.loader is not None
    layers = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(layers)
    for module, name, _layer in layers._DOORS:
        assert callable(functools.reduce(getattr, name.split("."), importlib.import_module(module))), (module, name)
