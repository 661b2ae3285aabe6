"""What a registry is and decides, without any file, process, clock or third-party import."""
