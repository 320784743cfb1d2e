"""Verdicts as text for people and machines: a module a format. Pure: values in, a string out."""
