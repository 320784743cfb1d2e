"""Captions by a vision-language model: what is asked, how an answer is read, judged, kept and written."""
