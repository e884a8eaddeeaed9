"""What Snakemake knows of the rules, as JSON; run as a program in the folder of a Snakefile.

Every attribute is read from the object of its rule, and nothing from the text of the rules.
"""

import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

CHECKOUT = Path(__file__).parents[2]


@cache
def rules_of_workflow() -> dict[str, dict]:
    """Return every rule of the workflow by name, as of its own config and with a share."""
    with tempfile.TemporaryDirectory() as share:
        done = subprocess.run(
            [sys.executable, __file__],
            cwd=CHECKOUT,
            env={**os.environ, "SNAKEMAKE_OUTPUT_CACHE": share},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def describe(rule, local_rules):
    """Return a rule's attributes; functions of wildcards are told by their being there."""
    from snakemake.io import get_flag_value, strip_wildcard_constraints

    return {
        "file": Path(rule.snakefile).name,
        "docstring": rule.docstring,
        "message": rule.message,
        "script": rule.script,
        # Its files, by the path from the folder of scripts
        "code": sorted(rule.params.get("code", {})),
        "outputs": [strip_wildcard_constraints(str(file)) for file in rule.output],
        "sections": [
            shown.category for file in rule.output if (shown := get_flag_value(file, "report"))
        ],
        "logs": [str(log) for log in rule.log],
        "benchmark": None if rule.benchmark is None else str(rule.benchmark),
        "conda": rule.conda_env is not None,
        "group": rule._group if isinstance(rule._group, str | None) else "of wildcards",
        "resources": sorted(rule.resources),
        "shared": bool(rule.cache.flag.value),
        "local": rule.name in local_rules,
        "runs": not rule.norun,
    }


def main():
    from snakemake.api import SnakemakeApi
    from snakemake.settings.types import OutputSettings, Quietness, ResourceSettings

    with SnakemakeApi(OutputSettings(quiet={Quietness.ALL})) as api:
        read = api.workflow(ResourceSettings(cores=1), snakefile=Path("Snakefile"))
        workflow = read._workflow  # nothing public tells as much
        rules = {rule.name: describe(rule, workflow._localrules) for rule in workflow.rules}
    print(json.dumps(rules))


if __name__ == "__main__":
    main()
