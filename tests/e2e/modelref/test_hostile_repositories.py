"""Ways by which a repository, an address or the environment makes git run something: none here.

Each plants a canary, a program that leaves a file when it is run. A control runs plain git, so that
it is seen that the canary sings.
"""

import os
import shlex
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import modelref
from support.elsewhere import everything, script
from support.inprocess import run
from support.project import SCRIPTS, Project, Result
from support.tiny import tiny_registry

READS = [
    ["show"],
    ["show", "rec@v0.1.0"],
    ["history", "rec"],
    ["resolve", "rec#prod"],
    ["get", "rec#prod", "-o", "{out}"],
    ["diff", "rec@v0.1.0", "rec@latest"],
    ["diff", "rec@v0.1.0", "rec@latest", "--html", "{out}"],
    ["gate", "rec@v0.2.0", "prod"],
    ["review", "HEAD~1..HEAD"],
    ["follow", "rec#prod", "--once", "--json"],
    ["follow", "rec#prod", "--once", "--exec", "true"],
    ["verify", "--deep"],
]
"""Every command that reads; ``{out}`` is a file or folder that is not there yet."""


def reads(folder: Path) -> list[list[str]]:
    """The commands, with what they write in a folder."""
    return [
        [word.format(out=folder / f"out{number}") for word in args]
        for number, args in enumerate(READS)
    ]


@dataclass
class Scene:
    """A hostile repository, and what stands around it.

    Attributes:
        repo: it; a checkout with three versions.
        canary: a program that leaves a file when it is run.
        env: variables that are set.
    """

    repo: Project
    canary: Path
    env: dict[str, str] = field(default_factory=dict)

    @property
    def git(self) -> Path:
        return self.repo.root / ".git"

    def config(self, key: str, value: str = "{canary}") -> None:
        self.repo.git("config", key, value.format(canary=self.canary, here=self.canary.parent))

    def sing(self, path: Path) -> None:
        """Put the canary in the place of another program."""
        script(path, f"exec {shlex.quote(str(self.canary))}")

    def sang(self) -> bool:
        song = self.canary.with_suffix(".sang")
        heard = song.exists()
        song.unlink(missing_ok=True)
        return heard

    def shell(self, command: str) -> None:
        """Run a command as a person who suspects nothing would."""
        subprocess.run(
            ["timeout", "20", "sh", "-c", command.format(canary=self.canary)],
            cwd=self.repo.root,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0", **self.env},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )

    def modelref(self, *args: str) -> Result:
        """Run a command beside the repository, in its environment."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.env.items():
                patch.setenv(name, value)
            return run(self.repo.root, *args)


@dataclass(frozen=True)
class Vector:
    """One way.

    Attributes:
        name: what people call it.
        plant: puts it there.
        control: a command that falls for it, run by a shell in the repository; ``""`` where git
            itself has learnt not to.
        codes: exit codes with which modelref's reads may end.
    """

    name: str
    plant: Callable[[Scene], None]
    control: str = ""
    codes: tuple[int, ...] = (0,)


def setting(key: str, control: str, value: str = "{canary}") -> Vector:
    return Vector(f"config {key}", lambda scene: scene.config(key, value), control)


def signed(kind: str) -> str:
    """A shell command that verifies a tag which looks signed."""
    return (
        f"(git cat-file tag rec@v0.1.0; echo '-----BEGIN {kind}-----'; echo; echo eA==; "
        f"echo '-----END {kind}-----') | git hash-object -t tag -w --stdin --literally | "
        "xargs git update-ref refs/tags/signed && git verify-tag signed"
    )


def lazy(**settings: str) -> Callable[[Scene], None]:
    """A partial clone: git fetches a file that it lacks when somebody reads it."""

    def plant(scene: Scene) -> None:
        root, full = scene.repo.root, scene.repo.root.with_name("full")
        root.rename(full)
        subprocess.run(["git", "-C", full, "config", "uploadpack.allowFilter", "true"], check=True)
        subprocess.run(
            ["git", "clone", "-q", "-n", "--filter=blob:none", f"file://{full}", root], check=True
        )
        for key, value in settings.items():
            scene.config(key.replace("_", "."), value)

    return plant


def hook(name: str) -> Callable[[Scene], None]:
    return lambda scene: scene.sing(scene.git / "hooks" / name)


def hooks_path(scene: Scene) -> None:
    scene.sing(scene.canary.parent / "hooks" / "reference-transaction")
    scene.config("core.hooksPath", "{here}/hooks")


def gpg_ssh(scene: Scene) -> None:
    scene.config("gpg.ssh.allowedSignersFile", "/dev/null")
    scene.config("gpg.ssh.program")


def include(scene: Scene) -> None:
    scene.repo.write("more", f"[core]\n\tfsmonitor = {scene.canary}\n")
    scene.config("include.path", str(scene.repo.root / "more"))


def worktree_config(scene: Scene) -> None:
    scene.config("extensions.worktreeConfig", "true")
    scene.repo.git("config", "--worktree", "core.fsmonitor", str(scene.canary))


def git_file(scene: Scene) -> None:
    scene.config("core.fsmonitor")
    scene.git.rename(scene.canary.parent / "far.git")
    scene.git.write_text(f"gitdir: {scene.canary.parent / 'far.git'}\n")


def git_link(scene: Scene) -> None:
    git_file(scene)
    scene.git.unlink()
    scene.git.symlink_to(scene.canary.parent / "far.git")


def attribute(line: str, *keys: str) -> Callable[[Scene], None]:
    def plant(scene: Scene) -> None:
        scene.repo.write(".git/info/attributes", line)
        for key in keys:
            scene.config(key)

    return plant


def alternates(scene: Scene) -> None:
    other = scene.canary.parent / "other.git"
    scene.repo.git("clone", "--quiet", "--bare", str(scene.repo.root), str(other))
    scene.repo.write(".git/objects/info/alternates", f"{other}/objects\n")
    scene.config("core.alternateRefsCommand")


def dvc_stage(scene: Scene) -> None:
    text = (scene.repo.root / "dvc.yaml").read_text()
    scene.repo.write("dvc.yaml", f"{text}stages:\n  x:\n    cmd: {scene.canary}\n")
    scene.repo.run("dvc", "init", "--quiet")
    scene.repo.git("add", "--all")
    scene.repo.git("commit", "--quiet", "-m", "x")
    scene.repo.git("tag", "-a", "-m", "x", "rec@v0.9.0")


LACKING = (0, 1, 5)
CAT = "git cat-file -p rec@v0.1.0:rec.txt"
UPDATE = "git update-ref refs/tags/x HEAD"
CREDENTIAL = "echo url=https://x.test | git credential fill"

REPOSITORIES = [
    setting("core.fsmonitor", "git status"),
    Vector("config core.hooksPath", hooks_path, UPDATE),
    Vector("hook reference-transaction", hook("reference-transaction"), UPDATE),
    Vector("hook post-checkout", hook("post-checkout"), "git checkout -q -b x"),
    setting("gpg.program", signed("PGP SIGNATURE")),
    setting("gpg.x509.program", signed("SIGNED MESSAGE")),
    Vector("config gpg.ssh.program", gpg_ssh, signed("SSH SIGNATURE")),
    setting("core.editor", "git commit --amend"),
    setting("core.askPass", CREDENTIAL),
    setting("credential.helper", CREDENTIAL, "!{canary}"),
    setting("core.sshCommand", "git ls-remote ssh://x.test/y"),
    setting("core.gitProxy", "git ls-remote git://x.test/y"),
    setting("diff.external", "git diff HEAD~1"),
    setting("trailer.x.command", "echo | git interpret-trailers --trailer x=1"),
    Vector("attribute textconv", attribute("* diff=x", "diff.x.textconv"), "git show HEAD"),
    Vector(
        "attribute filter",
        attribute("* filter=x", "filter.x.smudge"),
        "rm rec.txt; git checkout rec.txt",
    ),
    Vector("include.path", include, "git status"),
    Vector("worktree config", worktree_config, "git status"),
    Vector(".git file", git_file, "git status"),
    Vector(".git link", git_link, "git status"),
    Vector("alternateRefsCommand", alternates, "git fetch -q ../other.git HEAD"),
    Vector("cmd of a DVC stage", dvc_stage, "PATH={scripts}:$PATH dvc repro"),
    Vector(
        "lazy fetch, uploadpack",
        lazy(remote_origin_uploadpack="{canary}"),
        CAT,
        LACKING,
    ),
    Vector(
        "lazy fetch, ssh",
        lazy(remote_origin_url="ssh://x.test/y", core_sshCommand="{canary}"),
        CAT,
        LACKING,
    ),
    Vector(
        "lazy fetch, ext::",
        lazy(remote_origin_url="ext::{canary}", protocol_ext_allow="always"),
        CAT,
        LACKING,
    ),
]
"""What a repository has in its own folder."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = tiny_registry(tmp_path_factory.mktemp("hostile") / "shop", ("rec",), 3)
    modelref.open(project.root).promote("rec@v0.1.0", "prod")
    return project


@pytest.fixture
def scene(built: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    canary = tmp_path / "canary"
    script(canary, f"touch {shlex.quote(str(canary.with_suffix('.sang')))}")
    return Scene(built.copied_to(tmp_path / "shop"), canary)


@pytest.mark.parametrize("vector", REPOSITORIES, ids=lambda vector: vector.name)
def test_a_strangers_folder_runs_nothing(scene: Scene, tmp_path: Path, vector: Vector) -> None:
    vector.plant(scene)
    scene.sang()
    before = everything(scene.repo.root)
    for args in reads(tmp_path):
        read = run(tmp_path, "--repo", str(scene.repo.root), *args)
        assert read.code in vector.codes, f"{args}: {read}"
        assert not scene.sang(), f"{vector.name}: modelref {' '.join(args)}"
    assert everything(scene.repo.root) == before
    scene.shell(vector.control.replace("{scripts}", str(SCRIPTS)))
    assert scene.sang(), f"{vector.name}: the control does not sing"


ADDRESSES = [
    ("ext::{canary}", "git -c protocol.ext.allow=always ls-remote ext::{canary}"),
    (
        "ext::sh -c {canary}% >&2",
        "git -c protocol.ext.allow=always ls-remote 'ext::sh -c {canary}'",
    ),
    ("--upload-pack={canary}", "git ls-remote --upload-pack={canary} ."),
    ("-u{canary}", "git clone -u {canary} . ../clone"),
    ("ssh://-oProxyCommand={canary}/x", ""),
    ("-oProxyCommand={canary}:x", ""),
    ("git@-oProxyCommand={canary}:x", ""),
    ("ssh://$({canary})/x", ""),
    ("ssh://x.test`{canary}`/x", ""),
    ("ssh://a'$({canary})@x.test/x", ""),
    ("x.test:-oProxyCommand={canary}", ""),
    ("fd::17", ""),
    ("git://x.test/x", ""),
    ("http://x.test/x", ""),
    ("ftp://x.test/x", ""),
    ("file://x.test/x", ""),
    ("https://x.test/x\n--upload-pack={canary}", ""),
    ("https://x.test/x?token=secret", ""),
    ("", ""),
]


@pytest.mark.parametrize(("address", "control"), ADDRESSES, ids=[one[0] for one in ADDRESSES])
def test_an_address_runs_nothing(scene: Scene, address: str, control: str) -> None:
    text = address.format(canary=scene.canary)
    for args in (["show"], ["resolve", "rec#prod"], ["get", "rec#prod"]):
        refused = scene.modelref(f"--repo={text}", *args)
        assert (refused.code, refused.out) == (2, ""), refused
        assert refused.err.startswith("error: "), refused
        assert "hint: " in refused.err
        assert "secret" not in refused.err
    assert not scene.sang()
    assert not (scene.canary.parent / "cache").exists(), "refused before anything is made"
    if control:
        scene.shell(control)
        assert scene.sang()


def env(**variables: str) -> Callable[[Scene], None]:
    def plant(scene: Scene) -> None:
        for name, value in variables.items():
            scene.env[name] = value.format(canary=scene.canary, here=scene.canary.parent)

    return plant


def exec_path(scene: Scene) -> None:
    for name in ("git", "git-remote-https", "git-upload-pack"):
        scene.sing(scene.canary.parent / "libexec" / name)
    scene.env["GIT_EXEC_PATH"] = str(scene.canary.parent / "libexec")


def template(scene: Scene) -> None:
    scene.sing(scene.canary.parent / "template" / "hooks" / "reference-transaction")
    scene.env["GIT_TEMPLATE_DIR"] = str(scene.canary.parent / "template")


def redirected(variable: str) -> Callable[[Scene], None]:
    """The environment names another repository, whose configuration is hostile."""

    def plant(scene: Scene) -> None:
        other = scene.repo.copied_to(scene.canary.parent / "other")
        other.git("config", "core.fsmonitor", str(scene.canary))
        scene.env[variable] = str(other.root / ".git")

    return plant


FSMONITOR = {
    "GIT_CONFIG_COUNT": "1",
    "GIT_CONFIG_KEY_0": "core.fsmonitor",
    "GIT_CONFIG_VALUE_0": "{canary}",
}
DIFF = "echo more >> rec.txt; git diff"
INIT = "git init -q ../new && git -C ../new commit -q --allow-empty -m x"

ENVIRONMENTS = [
    Vector("GIT_CONFIG_COUNT", env(**FSMONITOR), "git status"),
    Vector(
        "GIT_CONFIG_PARAMETERS",
        env(GIT_CONFIG_PARAMETERS="'core.fsmonitor'='{canary}'"),
        "git status",
    ),
    Vector("GIT_EXTERNAL_DIFF", env(GIT_EXTERNAL_DIFF="{canary}"), DIFF),
    Vector("GIT_EDITOR", env(GIT_EDITOR="{canary}"), "git commit --amend"),
    Vector("GIT_EXEC_PATH", exec_path, "git ls-remote https://x.test/y"),
    Vector("GIT_TEMPLATE_DIR", template, INIT),
    Vector("GIT_ALLOW_PROTOCOL", env(GIT_ALLOW_PROTOCOL="ext:file"), "git ls-remote ext::{canary}"),
    Vector("GIT_PROXY_COMMAND", env(GIT_PROXY_COMMAND="{canary}"), "git ls-remote git://x.test/y"),
    Vector("GIT_DIR", redirected("GIT_DIR"), "git status"),
    Vector("GIT_COMMON_DIR", redirected("GIT_COMMON_DIR"), "GIT_DIR=$GIT_COMMON_DIR git status"),
]


@pytest.mark.parametrize("where", ["own", "elsewhere"])
@pytest.mark.parametrize("vector", ENVIRONMENTS, ids=lambda vector: vector.name)
def test_the_environment_runs_nothing(scene: Scene, vector: Vector, where: str) -> None:
    vector.plant(scene)
    repo = ["--repo", str(scene.repo.root)] if where == "elsewhere" else []
    for args in reads(scene.canary.parent):
        read = scene.modelref(*repo, *args)
        assert read.code == 0, f"{args}: {read}"
    if where == "own":
        for args in (["diff", "rec@v0.1.0"], ["promote", "rec@v0.2.0", "prod"]):
            assert scene.modelref(*args).code == 0
        assert scene.modelref("show", "rec@v0.2.0", "--json").json["stages"] == ["prod"]
    assert scene.modelref("--repo", f"ext::{scene.canary}", "show").code == 2
    assert not scene.sang(), vector.name
    scene.shell(vector.control)
    assert scene.sang(), f"{vector.name}: the control does not sing"


@pytest.mark.parametrize("where", ["own", "elsewhere"])
def test_no_trace_is_written_where_the_environment_says(scene: Scene, where: str) -> None:
    for name in ("GIT_TRACE", "GIT_TRACE_PACKET", "GIT_TRACE2_EVENT", "GIT_TRACE_SETUP"):
        scene.env[name] = str(scene.canary.parent / f"{name}.txt")
    repo = ["--repo", str(scene.repo.root)] if where == "elsewhere" else []
    assert scene.modelref(*repo, "show").code == 0
    assert not list(scene.canary.parent.glob("*.txt"))
    scene.shell("git status")
    assert list(scene.canary.parent.glob("*.txt"))


def test_a_url_is_read_alike_from_within_a_hostile_checkout(scene: Scene) -> None:
    scene.config("core.sshCommand")
    scene.config(f"url.ext::{scene.canary} .insteadOf", "https://x.test/")
    scene.config("protocol.ext.allow", "always")
    for url in ("ssh://127.0.0.1:9/y", "https://x.test/y"):
        scene.env["GIT_SSH_COMMAND"] = "false" if url.startswith("ssh") else ""
        assert scene.modelref("--repo", url, "show").code == 5
        assert not scene.sang(), url
        scene.shell(f"unset GIT_SSH_COMMAND; git ls-remote {url}")
        assert scene.sang(), url


def test_the_way_to_a_host_stays_the_persons_own(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What git is given, in their own clone and elsewhere: a CI job depends on it."""
    log = scene.canary.parent / "env.txt"
    real = subprocess.run(
        ["sh", "-c", "command -v git"], capture_output=True, text=True, check=True
    )
    script(scene.canary.parent / "bin" / "git", f'env >> {log}\nexec {real.stdout.strip()} "$@"')
    monkeypatch.setenv("PATH", f"{scene.canary.parent / 'bin'}:{os.environ['PATH']}")
    given = {
        "GIT_SSH_COMMAND": "ssh -i key",
        "GIT_SSH": "/usr/bin/ssh",
        "GIT_ASKPASS": "/opt/askpass",
        "SSH_ASKPASS": "/opt/askpass",
        "SSH_AUTH_SOCK": "/run/agent",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_SSL_CAINFO": "/etc/ca.pem",
        "GIT_SSL_NO_VERIFY": "0",
        "GIT_PROXY_SSL_CAINFO": "/etc/proxy.pem",
        "GIT_HTTP_USER_AGENT": "us",
        "https_proxy": "http://proxy.test:3128",
        "NO_PROXY": "localhost",
        "GIT_COMMITTER_NAME": "A Bot",
    }
    counted = {
        "GIT_CONFIG_COUNT": "3",
        "GIT_CONFIG_KEY_0": "core.fsmonitor",
        "GIT_CONFIG_VALUE_0": str(scene.canary),
        "GIT_CONFIG_KEY_1": "http.https://git.test/.extraHeader",
        "GIT_CONFIG_VALUE_1": "x: y",
        "GIT_CONFIG_KEY_2": "safe.directory",
        "GIT_CONFIG_VALUE_2": "*",
    }
    kept = {
        "GIT_CONFIG_COUNT": "2",
        "GIT_CONFIG_KEY_0": "http.https://git.test/.extraHeader",
        "GIT_CONFIG_VALUE_0": "x: y",
        "GIT_CONFIG_KEY_1": "safe.directory",
        "GIT_CONFIG_VALUE_1": "*",
    }
    scene.env |= {**given, **counted}
    for repo in ([], ["--repo", str(scene.repo.root)]):
        log.unlink(missing_ok=True)
        assert scene.modelref(*repo, "show").code == 0
        seen = log.read_text().splitlines()
        missing = {f"{key}={value}" for key, value in {**given, **kept}.items()} - set(seen)
        assert not missing


def test_what_a_neighbour_has_in_the_place_of_files_is_not_waited_for(
    scene: Scene, tmp_path: Path
) -> None:
    for name in ("config", "HEAD"):
        (scene.git / name).unlink()
        os.mkfifo(scene.git / name)
    assert run(tmp_path, "--repo", str(scene.repo.root), "show").code == 0


@pytest.mark.parametrize(
    "name", ["packed-refs", "objects/info/alternates", "refs/tags/x/y", "objects/pack/x.idx"]
)
def test_a_pipe_that_git_would_wait_for_is_named(scene: Scene, tmp_path: Path, name: str) -> None:
    pipe = scene.git / name
    pipe.parent.mkdir(exist_ok=True)
    pipe.unlink(missing_ok=True)
    os.mkfifo(pipe)
    refused = run(tmp_path, "--repo", str(scene.repo.root), "show")
    assert refused.code == 2
    assert refused.err.startswith(f"error: {pipe} is no regular file, so git cannot read")
