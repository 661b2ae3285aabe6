"""Reports: a diff as one HTML page that needs nothing but itself."""
