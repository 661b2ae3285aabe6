"""``modelref init``."""

import shlex

import click

from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.options import as_json
from modelref.surfaces.cli.output import report_findings, say, say_json, table
from modelref.surfaces.cli.templates import REVIEW_JOBS, review_job
from modelref.usecases.adopt import Adoption, Extra, adopt


@click.command(short_help="Adopt an existing DVC repository.")
@click.option("--dry-run", is_flag=True, help="Say what would be done; write nothing.")
@click.option(
    "--ci",
    type=click.Choice(list(REVIEW_JOBS)),
    help="Also write the CI job that comments on pull requests.",
)
@as_json
@click.pass_obj
def init(context: Context, dry_run: bool, ci: str | None, as_json: bool) -> None:
    """Adopt an existing DVC repository: find its models and declare them.

    Outs that look like models get an entry under artifacts: in the dvc.yaml
    beside them. modelref.yaml gets the usual rules of a gate, switched off,
    and, where git has a remote, that events go there. Nothing is moved,
    renamed or committed.

    \b
    modelref init --dry-run
    modelref init
    modelref init --ci github
    """
    extra = Extra(REVIEW_JOBS[ci], review_job(ci)) if ci else None
    adoption = adopt(context.world, dry_run=dry_run, extra=extra)
    report_findings(adoption.misnamed)
    if as_json:
        say_json(
            {
                "declared": [str(artifact) for artifact in adoption.declared],
                "added": [
                    {"model": str(one.artifact), "path": one.path, "source": one.source}
                    for one in adoption.added
                ],
                "written": list(adoption.written),
                "remote": adoption.remote or None,
            }
        )
        return
    _say(adoption, dry_run)
    if extra:
        say(f"before you commit: in {extra.path}, put in place of OWNER who keeps your modelref")
    if ci == "gitlab":
        say(f"then: add to .gitlab-ci.yml: include: {{local: {REVIEW_JOBS[ci]}}}")


def _say(adoption: Adoption, dry_run: bool) -> None:
    rows = [[str(artifact), "declared already", "-"] for artifact in adoption.declared]
    verb = "would be declared" if dry_run else "declared now"
    rows += [[str(one.artifact), verb, one.path] for one in adoption.added]
    if not rows:
        say("no model found: dvc.yaml declares none, and no out looks like one")
        say("declare one: dvc artifacts add NAME PATH --type model")
        return
    table(["Model", "", "Path"], rows)
    say()
    if adoption.remote:
        would = "would say" if dry_run else "says"
        say(f"modelref.yaml {would} that events go to {adoption.remote}; --no-push keeps one here")
    wanted = [one.artifact for one in adoption.added] or adoption.unversioned
    first = next((model for model in wanted if model in adoption.unversioned), None)
    if adoption.written:
        # A dvc.lock or .dvc file that names a model may be as new as the model.
        found_in = (one.source for one in adoption.added)
        paths = shlex.join(dict.fromkeys([*adoption.written, *found_in]))
        say(f"next: git add {paths} && git commit -m 'Adopt modelref'")
        if not adoption.committed:
            say("git has no commit yet: git add what the DVC stages read before it, too")
        if first:
            say(f"then: modelref register {first}")
    elif not dry_run:
        makes = f"; modelref register {first} makes its first version" if first else ""
        say(f"nothing to add{makes}")
