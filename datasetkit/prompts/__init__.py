"""Prompts: finds the effect text, decides the pronouns, and reports what is wrong with each prompt."""
