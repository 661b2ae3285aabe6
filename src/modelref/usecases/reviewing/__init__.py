"""What a range of commits does to models, one question a file."""
