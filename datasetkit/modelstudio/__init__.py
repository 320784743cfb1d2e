"""Talk to Model Studio: where it is, its file API, receipts. The only user of the network and of httpx.

Nothing here prints or prompts: progress and notes go to callables that the caller passes in.
"""
