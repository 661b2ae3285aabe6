"""What DVC's own files say at one place, a commit or the workspace: no DVC runs."""
