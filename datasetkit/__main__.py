"""`python -m datasetkit`."""

from datasetkit.cli import main

main()
