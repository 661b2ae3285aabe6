"""docs/how-to/your-own-data.md, run as it is written."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from recommender.params import parse_yaml
from unit.recommender import sample

PAGE = (sample.REPOSITORY / "docs/how-to/your-own-data.md").read_text()


def section(title: str) -> str:
    """The page's text under one heading."""
    return PAGE.split(f"## {title}\n")[1].split("\n## ")[0]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


def run(command: str, folder: Path) -> str:
    bin_folder = Path(sys.executable).parent
    done = subprocess.run(
        shlex.split(command),
        cwd=folder,
        env={
            **os.environ,
            "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}",
            "DVC_NO_ANALYTICS": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_NOSYSTEM": "1",
        },
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def merged(old: Any, new: Any) -> Any:
    """A mapping's keys one by one, anything else replaced."""
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: merged(old.get(key), value) for key, value in new.items()}}
    return new


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """A repository with this one's pipeline, before the first run."""
    shutil.copytree(
        sample.REPOSITORY / "src/recommender",
        tmp_path / "src/recommender",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    for name in ("dvc.yaml", "params.yaml", ".dvcignore"):
        shutil.copy(sample.REPOSITORY / name, tmp_path / name)
    for command in (
        "git init -q",
        "git config user.name Tester",
        "git config user.email tester@example.com",
        "dvc init -q",
    ):
        run(command, tmp_path)
    return tmp_path


def follow(text: str, clone: Path) -> str:
    """Apply the page's YAML and run its commands; what they printed."""
    for block in blocks(text, "yaml"):
        file = clone / block.splitlines()[0].removeprefix("# ")
        change, document = parse_yaml(block), parse_yaml(file.read_text())
        # "Replace these two sections" of params.yaml; of dvc.yaml only what is shown.
        replaced = document | change if file.name == "params.yaml" else merged(document, change)
        file.write_text(yaml.safe_dump(replaced))
    run("git add -A -- :!shop :!events", clone)
    run("git commit -q -m before", clone)
    commands = [
        line.removeprefix("$ ") for block in blocks(text, "console") for line in block.splitlines()
    ]
    assert commands
    return "".join(run(command, clone) for command in commands)


def test_csv_files_of_clicks_and_orders(clone: Path) -> None:
    text = section("CSV files of clicks and orders")
    log_columns, article_columns = (block.splitlines()[0] for block in blocks(text, "csv"))
    rows = sample.interactions()
    shop = clone / "shop"
    shop.mkdir()
    log = pd.DataFrame(
        {
            "when": rows["time"].dt.tz_localize("UTC").map(pd.Timestamp.isoformat),
            "customer": rows["user"].map("C-{:04d}".format),
            "sku": rows["item"].map("{:05d}".format),
            "action": ["click" if number % 3 else "order" for number in range(len(rows))],
            "pieces": rows["quantity"],
            "unit_price": rows["price"],
        }
    )
    assert ",".join(log.columns) == log_columns
    for month, part in log.groupby(log["when"].str[:7]):
        part.to_csv(shop / f"log-{month}.csv", index=False)
    items = sample.items()
    articles = pd.DataFrame(
        {
            "sku": items["item"].map("{:05d}".format),
            "title": items["name"],
            "group": items["category"].mask(items["item"] == 1005, "Gift cards"),
            "maker": items["brand"],
        }
    )
    assert ",".join(articles.columns) == article_columns
    articles.to_csv(shop / "articles.csv", index=False)

    printed = follow(text, clone)

    assert "ndcg@20" in printed
    report = json.loads((clone / "data/report.json").read_text())
    assert report["dropped"]["exclude_category"] > 0
    features = pd.read_parquet(clone / "data/features/items.parquet")
    assert "01002" in features["item"].tolist()
    assert {"thing 2", "thing 3"} <= set(features["name"])
    assert json.loads((clone / "metrics.json").read_text())["all"]["recall@20"] > 0.5


def test_a_jsonl_event_log(clone: Path) -> None:
    text = section("A JSONL event log")
    (example,) = blocks(text, "json")
    kinds = ("view", "cart", "purchase", "ping")
    rows = sample.interactions()
    (clone / "events").mkdir()
    with (clone / "events/2024.jsonl").open("w") as file:
        for number, row in enumerate(rows.itertuples()):
            event = {
                "ts": int(pd.Timestamp(str(row.time)).timestamp()),
                "uid": f"u{row.user}",
                "product": f"p{row.item}",
                "type": kinds[number % 4],
            }
            assert list(event) == list(json.loads(example))
            file.write(json.dumps(event) + "\n")

    printed = follow(text, clone)

    assert "of other event kinds left out" in printed
    card = json.loads((clone / "models/recommender/model.json").read_text())
    assert card["family"] == "recency_frequency"
