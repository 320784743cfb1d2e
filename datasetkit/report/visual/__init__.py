"""The report to look at: what it shows as values, and those as one HTML page or as JSON."""
