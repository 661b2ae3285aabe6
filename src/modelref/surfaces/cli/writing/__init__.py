"""Commands that write events."""
