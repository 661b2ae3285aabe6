"""``modelref gate``."""

from collections.abc import Mapping

import click

from modelref.api.shapes.gate import again_shape, verdict_shape
from modelref.domain.gates.verdict import Outcome, Verdict
from modelref.domain.names import parse_stage
from modelref.domain.ref import Ref
from modelref.errors import BadInput
from modelref.surfaces.cli import completion
from modelref.surfaces.cli.app import Context
from modelref.surfaces.cli.options import as_json, at_option
from modelref.surfaces.cli.output import note, say, say_json
from modelref.usecases.gate import Question
from modelref.usecases.gate import gate as evaluate
from modelref.usecases.gating.again import Again, gate_again
from modelref.usecases.gating.evaluate import not_computed, refusal

_MARKS = {True: "passed", False: "FAILED", None: "unknown"}
_SAME = {True: "same", False: "DIFFERS", None: "unknown"}


@click.command(short_help="Whether a version may hold a stage, with the evidence.")
@click.argument("version", required=False, shell_complete=completion.versions)
@click.argument("stage", required=False, shell_complete=completion.stages)
@click.option("--against", metavar="REF", help="Compare with this instead of what stages hold.")
@click.option("--again", metavar="TAG", help="Compute the figures of a promotion anew.")
@as_json
@at_option
@click.pass_obj
def gate(
    context: Context,
    version: str | None,
    stage: str | None,
    against: str | None,
    again: str | None,
    as_json: bool,
    at: int | None,
) -> None:
    """Say whether a version may hold a stage; nothing is assigned.

    The rules are those that modelref.yaml of the default branch has for the
    stage. Exit code 1 if one is not met, else 5 if one cannot be computed.

    \b
    modelref gate recommender@latest prod
    modelref gate recommender@v1.3.0 prod --against recommender@v1.1.0
    modelref gate --again 'recommender#prod#3'
    """
    if again is not None:
        if version or stage or against or at is not None:
            raise BadInput(
                "--again takes the tag of a promotion and nothing else",
                kind="usage",
                hint="modelref gate --again 'MODEL#STAGE#NUMBER'",
            )
        _again(context, again, as_json)
        return
    if version is None or stage is None:
        raise BadInput(
            "no version and stage are named",
            kind="usage",
            hint="modelref gate MODEL@latest STAGE",
        )
    asked = Question(
        Ref.parse_version(version),
        parse_stage(stage),
        Ref.parse(against) if against is not None else None,
        at,
    )
    verdict = evaluate(context.world, asked)
    if as_json:
        say_json(verdict_shape(verdict))
    else:
        _say(verdict)
        _warn_of_head(verdict, context)
    for doubt in verdict.doubts:
        note(f"warning: {doubt}")
    if verdict.failed:
        click.get_current_context().exit(1)
    if verdict.unknown:
        raise refusal(verdict)


def _again(context: Context, tag: str, as_json: bool) -> None:
    found = gate_again(context.world, tag)
    if as_json:
        say_json(again_shape(found))
    else:
        _say_again(found)
    if found.unknown:
        raise not_computed(found.verdict)
    if not found.confirmed:
        click.get_current_context().exit(1)


def _say(verdict: Verdict) -> None:
    candidate = f"{verdict.artifact}@{verdict.version}"
    if not verdict.outcomes:
        say(f"no rule of {verdict.source.name} guards {verdict.stage}: {candidate} may hold it")
        return
    beside = f", beside {verdict.against}" if verdict.against else ""
    say(f"{candidate} for {verdict.stage}{beside}, by the rules of {verdict.source.name}")
    say()
    for outcome in verdict.outcomes:
        _say_outcome(outcome)
    say()
    say(_counted(verdict))


def _counted(verdict: Verdict) -> str:
    count = len(verdict.outcomes)
    if verdict.passed:
        return f"passed: {count} of {count} rules"
    failed, unknown = len(verdict.failed), len(verdict.unknown)
    told = (f"{failed} failed" if failed else "", f"{unknown} unknown" if unknown else "")
    return f"not passed: {', '.join(filter(None, told))} of {count} rules"


def _say_outcome(outcome: Outcome) -> None:
    say(f"{_MARKS[outcome.passed]:<8} {outcome.rule.check}")
    told = outcome.limit in str(outcome.rule.check)
    limit = "" if told else f"; limit: {outcome.limit}"
    say(f"         {outcome.observed}{limit}")
    if outcome.passed is True:
        return
    if outcome.rule.why:
        say(f"         why: {outcome.rule.why}")
    if outcome.look:
        say(f"         look: {outcome.look}")


def _say_again(found: Again) -> None:
    say(f"{found.event.tag} says {found.word}")
    say()
    for pair in found.pairs:
        say(f"{_SAME[pair.same]:<8} {pair.now.rule.check}")
        if not pair.same:
            say(f"         kept: {_facts(pair.kept.facts)}")
        if pair.same is None:
            say(f"         now:  cannot be computed: {pair.now.observed}")
        elif not pair.same:
            say(f"         now:  {_facts(pair.now.facts)}")
    say()
    for doubt in found.doubts:
        say(doubt)
    say(_confirmed(found))


def _confirmed(found: Again) -> str:
    if found.confirmed:
        return "confirmed"
    if found.unknown:
        return "not confirmed: it cannot be computed here"
    return f"not confirmed: the verdict is {found.verdict.word}"


def _facts(facts: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in facts.items())


def _warn_of_head(verdict: Verdict, context: Context) -> None:
    """Say when the rules may be those of a pull request itself."""
    if not verdict.source.known:
        note("warning: no default branch is known here, so the rules are those of HEAD")
        elsewhere = "name the repository that it was cloned from: modelref --repo URL"
        note(f"hint: {elsewhere if context.repo else 'git remote set-head origin --auto'}")
