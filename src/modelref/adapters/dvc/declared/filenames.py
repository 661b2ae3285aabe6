"""Names of the files that DVC and GTO keep in a repository."""

DEFINITION = "dvc.yaml"
LOCK = "dvc.lock"
DVC_SUFFIX = ".dvc"
DEFAULT_PARAMS = "params.yaml"
GTO_FILE = "artifacts.yaml"
