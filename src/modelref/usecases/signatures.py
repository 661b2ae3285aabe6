"""Signatures: what the default branch requires, asked before anything is believed or kept."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from modelref.domain.event import Event
from modelref.domain.finding import Finding, Severity
from modelref.domain.names import Artifact, StageName
from modelref.domain.ref import Ref, quoted
from modelref.domain.registry import Model, VersionState
from modelref.domain.signature import Outcome, Signature, Signers
from modelref.domain.signing import counting, deciding, deciding_latest, in_the_way
from modelref.errors import Refused

if TYPE_CHECKING:
    from modelref.ports import World

_UNKNOWN_RULES = "unknown-default-branch"
_SET_HEAD = "git remote set-head origin --auto"
_FORGED = (Outcome.TAMPERED, Outcome.WRONG_NAMESPACE, Outcome.UNREADABLE)
_GUIDE = "docs/how-to/sign.md says how"


def signed(world: "World", event: Event) -> Signature:
    """The signature of one event, checked.

    Raises:
        OutOfReach: the program that checks, or the list of signers, is missing.
    """
    return world.signatures.check([event.oid])[event.oid]


def check_ref(world: "World", model: Model, ref: Ref, findings: Iterable[Finding] = ()) -> None:
    """Refuse to say what a ref means where that rests on an event that is not signed as required.

    Args:
        world: the ports.
        model: the model that the ref is about.
        ref: a stage, a version, the latest.
        findings: what was wrong with tags; those in the place of newer events are refused too.

    Raises:
        Refused: an event is not signed as required; the message names it and says why. Or it is
            not known what the default branch requires.
        OutOfReach: the program that checks, or the list of signers, is missing.
    """
    if not world.signing.required:
        return
    _refuse_unknown_rules(world, ref)
    if ref.stage is not None:
        check_stage(world, model, ref.stage, findings)
        current = model.current(ref.stage)
        state = model.at_commit(current.commit) if current else None
        check_version(world, model, state)
        return
    if ref.version is not None:
        check_version(world, model, model.versions.get(ref.version))
        return
    rule = world.signing.rule(model.artifact, None)
    if rule is not None:
        _refuse_in_the_way(in_the_way(model, None, findings), f"{model.artifact}@latest")
        _refuse_unsigned(world, rule, list(deciding_latest(model)), "versions")


def unknown_rules(world: "World") -> tuple[Finding, ...]:
    """What to say where nothing is known of what the default branch requires: at most one.

    A branch of the usual name that requires nothing is believed: it is what most clones have.
    """
    if world.agreed_known or world.agreed_guessed:
        return ()
    what = "no default branch is known here, so what must be signed is read from HEAD"
    return (Finding(Severity.WARNING, _UNKNOWN_RULES, "", what, _SET_HEAD),)


def check_stage(
    world: "World", model: Model, stage: StageName, findings: Iterable[Finding] = ()
) -> None:
    """Refuse what a stage holds if an event that decides it is not signed as required.

    Raises:
        Refused: one is not; never is the stage said to hold what it held before.
    """
    rule = world.signing.rule(model.artifact, stage)
    if rule is not None:
        _refuse_in_the_way(in_the_way(model, stage, findings), f"{model.artifact}#{stage}")
        _refuse_unsigned(world, rule, list(deciding(model, stage)), stage)


def stands_signed(world: "World", model: Model, stage: StageName) -> bool:
    """Whether what a stage holds is signed as required; a stage that requires nothing always is."""
    try:
        check_stage(world, model, stage)
    except Refused:
        return False
    return True


def check_version(world: "World", model: Model, state: VersionState | None) -> None:
    """Refuse a version whose registration is not signed as required.

    Raises:
        Refused: it is not.
    """
    rule = world.signing.rule(model.artifact, None)
    if rule is not None and state is not None and state.active:
        _refuse_unsigned(world, rule, [state.event], "versions")


def check_went_through(world: "World", model: Model, stage: StageName, commit: str) -> None:
    """Refuse to go back to what no rightly signed event put into a stage.

    Raises:
        Refused: only unsigned events put it there.
    """
    rule = world.signing.rule(model.artifact, stage)
    if rule is None:
        return
    put = [event for event in model.stages[stage].events if event.commit == commit]
    assigned = [event for event in put if event.kind == "assign"]
    checked = world.signatures.check([event.oid for event in assigned])
    if not any(rule.accepts(checked[event.oid]) for event in assigned):
        _refuse_unsigned(world, rule, assigned[-1:], stage)


def must_sign(world: "World", artifact: Artifact, stage: StageName | None) -> Signers | None:
    """Who must sign a new event of a stage, or with None of a model's versions; None: nobody."""
    return world.signing.rule(artifact, stage)


def lacks_signature(world: "World", event: Event, *, asked: bool) -> bool:
    """Whether an event lacks a good signature, if one is required of it or asked for.

    Args:
        world: the ports.
        event: an event that stands.
        asked: whether the person wants one.

    Raises:
        OutOfReach: the program that checks, or the list of signers, is missing.
    """
    rule = must_sign(world, event.artifact, event.stage)
    if rule is None and not asked:
        return False
    return not (rule or Signers()).accepts(signed(world, event))


def signature_findings(world: "World", model: Model) -> Sequence[Finding]:
    """What is wrong with the signatures of a model's events.

    An error where a signature is required and the event counts now, or the signature is one of
    something else; else a warning, and none for an event that need not be signed and is not.

    Raises:
        OutOfReach: the program that checks, or the list of signers, is missing.
    """
    checked = world.signatures.check([event.oid for event in model.events])
    counts = counting(model, world.signing)
    found = []
    for event in model.events:
        signature = checked[event.oid]
        rule = world.signing.rule(event.artifact, event.stage)
        if rule is not None and not rule.accepts(signature):
            kind, why = _wrong(signature, event.stage or "versions")
            severity = Severity.ERROR
            if event.oid not in counts and signature.outcome not in _FORGED:
                severity, why = Severity.WARNING, f"{why}; nothing stands on it now"
            found.append(Finding(severity, kind, event.tag, why, _GUIDE))
        elif rule is None and not signature.good and signature.outcome is not Outcome.UNSIGNED:
            kind = signature.outcome.value
            found.append(Finding(Severity.WARNING, kind, event.tag, signature.why, _GUIDE))
    return found


def refuse_own(signature: Signature, tag: str, where: str, *, required: bool) -> Refused:
    """The refusal of an event that was just made, and that nobody else would believe.

    Args:
        signature: its signature.
        tag: its tag.
        where: the stage, or ``versions``.
        required: whether such an event has to be signed; else it rests on approvals by others.
    """
    if required:
        kind, why = _wrong(signature, where)
    else:
        kind = signature.outcome.value
        why = f"{signature.why}, and approvals count beside a promoter who is known"
    hint = "git config user.signingKey says with which key you sign; "
    return Refused(f"your tag {tag} {why}; nothing was written", kind=kind, hint=hint + _GUIDE)


def _refuse_unknown_rules(world: "World", ref: Ref) -> None:
    """Refuse to go by the signers of what is checked out: it may be a pull request's own."""
    if not world.agreed_known:
        raise Refused(
            f"what {quoted(ref)} means must be signed, and no default branch is known here that "
            "says by whom",
            kind=_UNKNOWN_RULES,
            hint=_SET_HEAD,
        )


def _refuse_in_the_way(found: Sequence[Finding], what: str) -> None:
    if found:
        raise Refused(
            f"what {quoted(what)} means must be signed, "
            f"and the tag {found[-1].tag} {found[-1].what}",
            kind=found[-1].kind,
            hint=found[-1].hint or f"git show {quoted(found[-1].tag)}",
        )


def _refuse_unsigned(world: "World", rule: Signers, events: Sequence[Event], where: str) -> None:
    checked: Mapping[str, Signature] = world.signatures.check([event.oid for event in events])
    for event in events:
        if not rule.accepts(checked[event.oid]):
            kind, why = _wrong(checked[event.oid], where)
            raise Refused(
                f"the tag {event.tag} {why}",
                kind=kind,
                hint=f"git show {quoted(event.tag)} says who made it; {_mend(event)}",
            )


def _mend(event: Event) -> str:
    if event.stage is not None:
        return f"modelref promote {event.artifact}@VERSION {event.stage} puts a signed one above it"
    return f"modelref verify {event.artifact} lists all of them"


def _wrong(signature: Signature, where: str) -> tuple[str, str]:
    """Kind and words of what is wrong with a signature that a rule does not accept."""
    required = f"signing.{where if where == 'versions' else f'stages.{where}'} of modelref.yaml"
    if signature.good:
        return "other-signer", f"is signed by {signature.name}, whom {required} does not list"
    return signature.outcome.value, f"{signature.why}, as {required} requires"
