"""Raw clips, and the frames and captions beside them, become a dataset. The raw folder is only read."""
