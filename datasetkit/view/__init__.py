"""The local page of `datasetkit view`: looks at a folder's clips, and edits cuts.csv, captions and datasetkit.toml."""
