"""From a folder or a zip to Datasets. What their bytes hold is read here; what it means is judged in ``rules``."""
