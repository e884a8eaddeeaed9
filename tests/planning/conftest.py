"""Projects in whose folder a config is planned, without Snakemake."""

import pytest
import yaml
from project import CHECKOUT, OVERLAY, draw_dataset
from snakemake.utils import update_config

from alignment.artifacts.errors import InputError
from alignment.planning.config import planned, read_yaml


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the pictures and judgments that tests/workflow/config.yaml names."""
    folder = tmp_path_factory.mktemp("planned")
    draw_dataset(folder / "data/tiny")
    draw_dataset(folder / "data/second", ["a"] * 10 + ["b"] * 2)
    (folder / "data/heic").mkdir()
    for name in ("a.HEIC", "b.png"):
        (folder / "data/heic" / name).touch()
    (folder / "rules").mkdir()
    (folder / "rules/common.smk").touch()
    return folder


@pytest.fixture
def plan(folder, tmp_path, monkeypatch):
    """Plan the config with overlays on top of that of the workflow tests, as Snakemake would."""
    monkeypatch.chdir(folder)

    def plan(*overlays):
        files = [OVERLAY]
        for k, overlay in enumerate(overlays):
            files.append(tmp_path / f"overlay-{k}.yaml")
            files[-1].write_text(yaml.safe_dump(overlay), encoding="utf-8")
        given = read_yaml(CHECKOUT / "config.yaml")
        for file in files:
            update_config(given, read_yaml(file))
        return planned(given, CHECKOUT, files)

    return plan


@pytest.fixture
def refusal(plan):
    """Return the sentence with which a config is refused."""

    def refuse(overlay):
        with pytest.raises(InputError) as caught:
            plan(overlay)
        sentence = str(caught.value)
        assert sentence.startswith("config: ")
        assert sentence.endswith((".", "?"))
        assert not sentence.endswith("..")
        assert "\n" not in sentence
        return sentence

    return refuse
