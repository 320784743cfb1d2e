"""Media: their facts read, their frames decoded and encoded. The only room that opens av and PIL."""
