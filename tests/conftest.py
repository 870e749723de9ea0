"Tests marked `cuda` are skipped where there is no NVIDIA GPU: `pytest -m cuda` runs them alone."

import pytest
import torch


def pytest_collection_modifyitems(items):
    if torch.cuda.is_available():
        return
    for item in items:
        if "cuda" in item.keywords:
            item.add_marker(pytest.mark.skip(reason="needs an NVIDIA GPU"))
