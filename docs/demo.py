"""The main job, in a scratch clone: train, register, compare, review, promote, roll back.

`make demo` runs it. Every line after a ``$`` is a command that you could type yourself; the clone
lies in build/demo, its DVC cache in build/cache, so that a second run trains nothing again. Your
own checkout is neither tagged nor changed.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CLONE = ROOT / "build" / "demo"
CACHE = ROOT / "build" / "cache"
WEIGHTS = "models/recommender/weights.safetensors"
TRAIN = "fit_on:\n- train\n"
BOTH = f"{TRAIN}- validation\n"
BOLD, PLAIN = ("\x1b[1m", "\x1b[0m") if sys.stdout.isatty() else ("", "")


def main() -> None:
    """Run the demo."""
    began = time.monotonic()
    say("A scratch clone, so that your checkout stays as it is")
    make_clone()

    say("Version 1: the recommender fitted on weeks 1 to 45, measured on weeks 50 to 53")
    set_params({BOTH: TRAIN, "weight: 0.6": "weight: 0.3"})
    run("dvc repro")
    run("git commit --quiet --all --message 'Fit on weeks 1 to 45'")
    run("modelref register recommender -m 'first launch'")
    run("modelref promote recommender@v0.1.0 prod -m 'nothing to compare with yet'")
    first = digest(CLONE / WEIGHTS)

    say("Version 2: fitted on weeks 1 to 49, and one parameter changed")
    set_params({TRAIN: BOTH, "weight: 0.3": "weight: 0.6"})
    run("dvc repro")
    say("Is it better? What prod serves against the workspace, before anything is committed")
    run("modelref diff 'recommender#prod'")
    run("git commit --quiet --all --message 'Fit on weeks 1 to 49; more weight for EASE'")
    say("What the pull request would say, and the same as a page with plots")
    run("modelref review HEAD~1..HEAD")
    (CLONE / "build").mkdir()
    run("modelref diff 'recommender#prod' --html build/diff.html")
    say("Ship it: modelref.yaml has rules for prod, and the promotion asks them")
    run("modelref register recommender --bump minor -m 'four more weeks, more EASE'")
    run("modelref promote recommender@v0.2.0 prod -m 'better on all but coverage'")
    run("modelref gate recommender@v0.2.0 prod --against recommender@v0.1.0")
    run("modelref show")

    say("Suppose that it misbehaves: one command takes it back")
    run("modelref rollback 'recommender#prod' -m 'complaints from the shop floor'")
    run("modelref get 'recommender#prod' -o build/prod")
    back = digest(CLONE / "build" / "prod" / "weights.safetensors")
    print(f"  sha256 of the weights, version 1 as trained: {first[:16]}")
    print(f"  sha256 of the weights, prod now:             {back[:16]}")
    if first != back:
        sys.exit("error: the rollback did not bring the first version's bytes back")
    run("modelref history recommender --stage prod")
    run("git status --short")

    print(
        f"""
{BOLD}Done in {time.monotonic() - began:.0f} s.{PLAIN}
A recommender was trained twice by `dvc repro`, registered as two git tags, compared, held against
the rules of prod, promoted, and rolled back to the very bytes of its first version.

The diff with its plots: {CLONE.relative_to(ROOT)}/build/diff.html

Try next, in {CLONE.relative_to(ROOT)} (first: source .venv/bin/activate):
  modelref show recommender@v0.2.0                  one version: files, metrics, parameters
  modelref diff recommender@v0.1.0 recommender@v0.2.0 --md
  gto show                                          GTO reads the same tags
  dvc metrics diff recommender@v0.1.0 recommender@v0.2.0
  dvc exp run -S train.model=als                    another family
"""
    )


def make_clone() -> None:
    """A repository of HEAD's files, without tags or remote, with a cache to keep.

    Not `git clone`: the checkout may be shallow, as a CI job's is.
    """
    shutil.rmtree(CLONE, ignore_errors=True)
    CLONE.parent.mkdir(exist_ok=True)
    CLONE.mkdir()
    archive = subprocess.run(
        ["git", "archive", "HEAD"], cwd=ROOT, check=True, stdout=subprocess.PIPE
    ).stdout
    subprocess.run(["tar", "-x"], cwd=CLONE, input=archive, check=True)
    quiet("git", "init", "--quiet", "--initial-branch=main")
    quiet("git", "config", "user.name", "Demo")
    quiet("git", "config", "user.email", "demo@example.com")
    quiet("git", "add", "--all")
    quiet("git", "commit", "--quiet", "--message", "As in the checkout")
    quiet("dvc", "cache", "dir", "--local", str(CACHE))
    print(f"  {CLONE.relative_to(ROOT)}")


def set_params(changes: dict[str, str]) -> None:
    """Change params.yaml as a person would in an editor, and show what changed."""
    path = CLONE / "params.yaml"
    text = path.read_text(encoding="utf-8")
    for old, new in changes.items():
        if text.count(old) != 1:
            sys.exit(f"error: params.yaml does not hold {old!r} once; the demo needs mending")
        text = text.replace(old, new)
    path.write_text(text, encoding="utf-8")
    print(f"{BOLD}$ edit params.yaml{PLAIN}")
    run("git diff --unified=0 --no-prefix params.yaml", shown=False)


def say(title: str) -> None:
    """Print a heading."""
    print(f"\n{BOLD}# {title}{PLAIN}", flush=True)


def run(command: str, *, shown: bool = True) -> None:
    """Run a command in the clone, showing it and what it prints."""
    if shown:
        print(f"{BOLD}$ {command}{PLAIN}", flush=True)
    done = subprocess.run(command, shell=True, cwd=CLONE, env=environment(), check=False)  # noqa: S602
    if done.returncode:
        sys.exit(f"error: `{command}` ended with exit code {done.returncode}")


def quiet(*argv: str, cwd: Path = CLONE) -> None:
    """Run a command of which only a failure is worth a word."""
    subprocess.run(argv, cwd=cwd, env=environment(), check=True, stdout=subprocess.DEVNULL)


def environment() -> dict[str, str]:
    """The environment's own programs first."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    return {**os.environ, "PATH": path, "DVC_NO_ANALYTICS": "1", "GIT_PAGER": "cat"}


def digest(path: Path) -> str:
    """Sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    main()
