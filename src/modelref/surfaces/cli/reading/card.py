"""The card of one version: ``modelref show NAME@v1.2.0``."""

from typing import TYPE_CHECKING

from modelref.api.numbers import full_keys, number, size
from modelref.api.shapes.registry import message_of, rfc3339, version_row
from modelref.api.shapes.versions import resolved_shape
from modelref.domain.ref import Ref
from modelref.surfaces.cli.output import (
    facts,
    held_stages,
    note,
    report_findings,
    say,
    say_json,
    table,
)
from modelref.usecases.reading import read_model
from modelref.usecases.resolve import resolve_in

if TYPE_CHECKING:
    from modelref.ports import World


def show_version(world: "World", ref: Ref, as_json: bool, at: int | None) -> None:
    """Show one version, as people or as programs read it."""
    model, findings = read_model(world, ref.artifact, at=at, bodies=True)
    report_findings(findings)
    resolved = resolve_in(world, model, ref, findings if at is None else ())
    target = resolved.target
    snapshot = world.pipeline.snapshot(ref.artifact, target.commit)
    state = model.at_commit(target.commit)
    if as_json:
        card = resolved_shape(resolved)
        if state is not None:
            card |= version_row(model, state, snapshot.metrics)
        card["params"] = {path: dict(values) for path, values in snapshot.params.items()}
        say_json(card)
        return
    event = state.event if state else target.event
    say(f"{target}" + (f"  {snapshot.annotation.desc}" if snapshot.annotation.desc else ""))
    facts(
        {
            "stages": held_stages(model.stages_of(target.commit), resolved.forced) or "-",
            "commit": target.commit,
            "tag": event.tag,
            "author": f"{event.author} <{event.email}>",
            "date": rfc3339(event.date),
            "message": message_of(event),
        }
    )
    say()
    table(
        ["Output", "Size", "Files", "Hash", "Cached"],
        [
            [out.path, size(out.size), str(out.files or 1), out.hash, "yes" if cached else "no"]
            for out, cached in zip(resolved.outs, resolved.cached, strict=True)
        ],
        numbers=[1, 2],
    )
    for title, values, shown in (
        ("Metric", snapshot.metrics, lambda _path, _key: True),
        ("Parameter", snapshot.params, snapshot.reads),
    ):
        pairs = [(path, key) for path, keys in values.items() for key in keys if shown(path, key)]
        rows = [
            [name, number(values[path][key])]
            for name, (path, key) in zip(full_keys(pairs), pairs, strict=True)
        ]
        if rows:
            say()
            table([title, "Value"], rows, numbers=[1])
    for sentence in snapshot.missing:
        note(f"warning: {sentence}")
