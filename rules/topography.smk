# Reads packages of PyPI, npm and Debian (or local files), and the judgments of cohorts; writes
# results/topography/ and results/figures/topography/: small networks whose units lie on a grid,
# trained here, and what is measured on them.  No part of `rule all`: `make topography` asks for it.

from alignment.topography.design import networks

TOPOGRAPHY = config["topography"]
TRAINED = networks(
    TOPOGRAPHY["conditions"], TOPOGRAPHY["lambdas"], TOPOGRAPHY["seeds"]
)
SHEET = {key: TOPOGRAPHY[key] for key in ("grid", "neighbourhood", "wrap")}


wildcard_constraints:
    condition=r"[A-Za-z]+",
    strength=r"[0-9.e+-]+",


OF_TOPOGRAPHY = {"dataset": any_of(TOPOGRAPHY["datasets"])}


def of_networks(path):
    """The files of all networks of a dataset, one each."""
    return [
        path.replace("{network}", trained.path).replace("{dataset}", "{{dataset}}")
        for trained in TRAINED
    ]


def network_files(kind, suffix):
    """The files of one kind of all networks of the wildcards' dataset."""
    return [
        f"results/topography/{kind}/{{dataset}}/{trained.path}.{suffix}"
        for trained in TRAINED
    ]
