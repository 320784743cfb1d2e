"""Media: their facts read, their frames decoded and encoded. The only layer that uses av and PIL."""
