"""DVC: the only place that knows dvc.yaml, dvc.lock, .dvc files, the cache and its config."""
