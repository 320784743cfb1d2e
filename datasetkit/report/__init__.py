"""Verdicts as text for people and machines: one module per format. Pure: values in, a string out."""
