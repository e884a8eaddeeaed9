"""What jobs are given beside their data: threads, memory, time, and what makes them run again."""

import ast
import hashlib
from functools import cache
from importlib.metadata import version

# Families that end in global average pooling: their heads are a matter of arithmetic, in one thread.
# The others run layers again. Only threads and memory follow from this; the head itself is found
# from the network.
POOLED_FAMILIES = (
    "convnext densenet efficientnet googlenet inception mnasnet mobilenet_v2 regnet resnet resnext "
    "shufflenet wide_resnet"
).split()


def all_cores(wildcards):
    """As many threads as there are cores: a job that waits until those of higher priority are done.

    Judgments and cohorts are checked with priority, so that bad input ends a run before a network
    is run. To wait for their files would be no better: behind an `ancient` input Snakemake finds
    nothing stale while that input itself is made anew (its issue 4166).
    """
    return workflow.resource_settings.cores or 8


def is_pooled(wildcards):
    return config["models"][wildcards.model]["architecture"].startswith(
        tuple(POOLED_FAMILIES)
    )


def threads_of_head(wildcards):
    return 1 if is_pooled(wildcards) else 8


def memory_of_head(wildcards):
    return 1500 if is_pooled(wildcards) else config["compute"]["memory_mb"]


def runtime_of_head(wildcards):
    return 10 if is_pooled(wildcards) else 60


def doubling(amount):
    """An amount of memory (MB) or time (minutes) that doubles each time a job is tried again.

    On a cluster a job that asked for too little is ended; only a larger request helps.
    """

    def ask(wildcards, attempt):
        first = amount(wildcards) if callable(amount) else amount
        return first * 2 ** (attempt - 1)

    return ask


@cache
def imports_in(path):
    """The modules of the library that a file imports itself."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
            names.append(node.module)
        elif isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        else:
            continue
        candidates = [
            SCRIPTS.joinpath(*name.split(".")).with_suffix(".py") for name in names
        ]
        found += [file for file in candidates if file.is_file()]
    return found


def imports_of(rule):
    """The modules of the library that a rule's script imports, directly or not.

    Declared as inputs, so that an edit of a module reruns the stages that use it: by itself
    Snakemake watches the script file only.
    """
    found, queue = set(), [SCRIPTS / f"{rule}.py"]
    while queue:
        for path in imports_in(queue.pop()):
            if path not in found:
                found.add(path)
                queue.append(path)
    return sorted(map(str, found))


def versions(*packages):
    """The installed versions of packages that a stage's numbers depend on."""
    return {package: version(package) for package in packages}


# What follows is for the key under which results are shared between checkouts. Snakemake makes it
# from scripts, parameters and what input files hold, and does not see more. Parameters that are
# functions of `input` or `output` enter it too, but give no reason to run a job again.


def checksums(files):
    """The SHA-256 of files by their names; Snakemake's key knows no names."""
    if not SHARED:
        return None
    return {
        Path(file).name: hashlib.sha256(Path(file).read_bytes()).hexdigest()
        for file in files
    }


def picture_checksums(dataset):
    """The SHA-256 of a user's own pictures; the others come from a file whose own is known."""
    if "source" in config["datasets"][dataset]:
        return None
    return checksums(picture_files(dataset))
