"""The house: which folder holds what, what may be imported and opened where, and how long it is.

Read from the syntax of the library and from Snakemake itself, never from the text of rules.
"""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest
import yaml
from snakemake_rules import rules_of_workflow

CHECKOUT = Path(__file__).parents[2]
SCRIPTS = CHECKOUT / "workflow_scripts"
LIBRARY = SCRIPTS / "alignment"
TESTS = CHECKOUT / "tests"
MODULES = {
    str(path.relative_to(LIBRARY).with_suffix("")): ast.parse(path.read_text(encoding="utf-8"))
    for path in sorted(LIBRARY.rglob("*.py"))
    if path.name != "__init__.py"
}
PACKAGES = {path.parent for path in LIBRARY.rglob("__init__.py")}
# Where torch lives; heads.opening imports it late, for the heads that need it.
WITH_TORCH = ("networks/", "cutting/", "heads/", "topography/")
# What reads and writes; beside them weights, which torch and safetensors read, and saved figures.
WITH_FILES = ("artifacts/", "datasets/", "planning/")
OPENERS = {"networks/checkpoints", "networks/weights", "figures/charts", "figures/photographs"}
# Functions of modules, and methods of anything, that open files.
OPENING_CALLS = {
    *("open", "np.load", "np.save", "np.savez", "numpy.load", "Image.open", "h5py.File"),
    *("torch.load", "torch.save", "pd.read_csv", "pandas.read_csv", "tarfile.open"),
    *("zipfile.ZipFile", "safe_open", "load_file", "save_file"),
}
OPENING_METHODS = {
    *("read_text", "write_text", "read_bytes", "write_bytes", "savefig", "iterdir", "glob"),
    *("rglob", "load_file", "save_file", "safe_open", "mkdir", "unlink"),
}
# What config and models name of a package far below them.
NAMED_EARLY = ("alignment.topography.design", "alignment.topography.colour")
LONGEST_MODULE, LONGEST_FUNCTION = 300, 45  # lines; lines of code


def dotted(node):
    """Return a name such as ``np.load``, or nothing where there is none."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return ""


@pytest.fixture(scope="module")
def rules():
    return rules_of_workflow()


@pytest.fixture(scope="module")
def jobs(rules):
    """The rules that run something."""
    return {name: rule for name, rule in rules.items() if rule["runs"]}


# Folders


def test_packages_hold_a_docstring_alone():
    for package in PACKAGES:
        tree = ast.parse((package / "__init__.py").read_text(encoding="utf-8"))
        assert [type(node) for node in tree.body] == [ast.Expr], package
        assert ast.get_docstring(tree), package


def test_every_module_lies_in_a_package():
    assert {(LIBRARY / module).parent for module in MODULES} <= PACKAGES - {LIBRARY}


def test_every_module_has_tests_under_its_name():
    lacking = []
    for module in MODULES:
        path = (TESTS / module).with_name(f"test_{Path(module).name}.py")
        tree = ast.parse(path.read_text(encoding="utf-8") if path.is_file() else "")
        functions = [node.name for node in tree.body if isinstance(node, ast.FunctionDef)]
        if not any(name.startswith("test_") for name in functions):
            lacking.append(str(path.relative_to(CHECKOUT)))
    assert lacking == []


def test_packages_rules_and_tests_bear_the_same_names():
    packages = {str(path.relative_to(LIBRARY)) for path in PACKAGES - {LIBRARY}}
    rules = {path.stem for path in (CHECKOUT / "rules").glob("*.smk")} - {"common"}
    # What is within a package has its rules beside those of the package: figures/topography.
    of_rules = {"/".join(reversed(name.split("_"))) for name in rules}
    assert of_rules <= packages
    folders = {path for path in packages if (TESTS / path).is_dir()}
    assert packages == folders


# Imports


def imports_of(module):
    """Return all that a module imports, also within functions."""
    found = set()
    for node in ast.walk(MODULES[module]):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def test_packages_import_from_those_above_them_in_the_table():
    table = (CHECKOUT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    order = [row.split("`")[1] for row in table.splitlines() if row.startswith("| `")]
    order = order[: order.index("explorer") + 1]
    assert set(order) == {path.relative_to(LIBRARY).parts[0] for path in PACKAGES - {LIBRARY}}
    wrong = {
        f"{module} imports {name}"
        for module in MODULES
        for name in imports_of(module)
        if name.startswith("alignment.")
        and not name.startswith(NAMED_EARLY)
        and order.index(name.split(".")[1]) > order.index(module.split("/")[0])
    }
    assert wrong == set()


def test_torch_is_imported_where_networks_are_run_alone():
    torch = {
        module
        for module in MODULES
        if {name.partition(".")[0] for name in imports_of(module)} & {"torch", "torchvision"}
    }
    assert {module for module in torch if not module.startswith(WITH_TORCH)} == set()
    assert torch  # the check sees it


def test_heads_are_opened_without_torch():
    """The package may use it, but jobs without layers to run must not wait for it."""
    top = [node for node in MODULES["heads/opening"].body if isinstance(node, ast.Import)]
    assert not [alias.name for node in top for alias in node.names if "torch" in alias.name]


def test_no_module_takes_what_snakemake_gives_to_scripts():
    taking = {}
    for module, tree in MODULES.items():
        names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        found = {name for name in names | imports_of(module) if name.startswith("snakemake")}
        if found:
            taking[module] = found
    assert taking == {}


def opened_in(module):
    """Return the calls of a module that open files, with their lines."""
    return [
        f"line {call.lineno}: {dotted(call.func)}"
        for call in ast.walk(MODULES[module])
        if isinstance(call, ast.Call)
        and (
            dotted(call.func) in OPENING_CALLS
            or (isinstance(call.func, ast.Attribute) and call.func.attr in OPENING_METHODS)
        )
    ]


def test_files_are_opened_by_readers_and_writers_alone():
    opened = {module: opened_in(module) for module in MODULES}
    pure = {m for m in MODULES if not m.startswith(WITH_FILES) and m not in OPENERS}
    assert {module: calls for module, calls in opened.items() if calls and module in pure} == {}


def test_the_check_of_opened_files_sees_those_that_are():
    found = set()
    for module in ("artifacts/arrays", "artifacts/picture_files", "datasets/saliency_maps"):
        found |= {call.rpartition(": ")[2] for call in opened_in(module)}
    assert {"open", "h5py.File", "Image.open", "np.load"} <= found


# Lengths


def lines_of_code(function):
    """Count the lines of a function but its docstring, blank lines and comments."""
    body = function.body
    if ast.get_docstring(function) is not None:
        body = body[1:]
    lines = {
        line
        for node in [function.args, *function.decorator_list, *body]
        for inner in ast.walk(node)
        if hasattr(inner, "lineno")
        for line in range(inner.lineno, inner.end_lineno + 1)
        if not isinstance(inner, ast.FunctionDef | ast.ClassDef | ast.With | ast.For | ast.If)
    }
    heads = {
        inner.lineno for node in body for inner in ast.walk(node) if isinstance(inner, ast.stmt)
    }
    return len(lines | heads | {function.lineno})


def test_no_module_is_long():
    lengths = {
        module: len((LIBRARY / f"{module}.py").read_text(encoding="utf-8").splitlines())
        for module in MODULES
    }
    assert {module: n for module, n in lengths.items() if n > LONGEST_MODULE} == {}


def test_no_function_is_long():
    lengths = {
        f"{module}: {node.name}": lines_of_code(node)
        for module, tree in MODULES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
    }
    assert {name: n for name, n in lengths.items() if n > LONGEST_FUNCTION} == {}


def test_lines_of_code_are_counted_without_docstrings_and_comments():
    source = '''
def function(a,
             b):
    """Docstring.

    More of it.
    """
    # A comment.

    if a:
        call(
            b,
        )  # 3 lines
    return {
        "x": 1,
    }
'''
    (function,) = ast.parse(source).body
    assert lines_of_code(function) == 2 + 1 + 3 + 3


# Rules


def test_every_rule_says_in_a_sentence_what_it_is(jobs):
    for name, rule in jobs.items():
        said = rule["docstring"] or ""
        assert "\n" not in said.strip(), name
        assert said[:1].isupper(), name
        assert said.endswith("."), name
        assert rule["message"] is None, name  # it would hide the rule's name


def test_every_rule_has_a_log_and_a_benchmark_of_its_name(jobs):
    for name, rule in jobs.items():
        (log,) = rule["logs"]
        assert log.startswith((f"results/logs/{name}/", f"results/logs/{name}.log"))
        if rule["benchmark"] is None:
            # Snakemake keeps none of what may come from elsewhere; what downloads notes its own.
            assert rule["shared"] or rule["local"], name
        else:
            expected = log.replace("results/logs/", "results/benchmarks/").replace(".log", ".tsv")
            assert rule["benchmark"] == expected
        assert rule["conda"], name


def test_every_script_belongs_to_a_rule_or_to_the_command_line(jobs):
    scripts = {path.stem for path in SCRIPTS.glob("*.py")}
    of_rules = defaultdict(set)
    for name, rule in jobs.items():
        of_rules[Path(rule["script"]).stem].add(name)
    assert scripts == {*of_rules, "list_layers", "check_inputs"}
    for script, names in of_rules.items():
        # Figures from tables alone share one; else a rule, or each of a few, has the script's name.
        if script != "plot_tables":
            assert all(name == script or name.startswith(f"{script}_") for name in names), script
            assert script in names


def test_every_file_of_rules_is_included(rules):
    files = {rule["file"] for rule in rules.values()}
    assert files == {path.name for path in (CHECKOUT / "rules").glob("*.smk")} - {"common.smk"} | {
        "Snakefile"
    }


def test_every_rule_is_in_one_group_of_cluster_jobs_or_runs_on_the_login_node(jobs):
    profile = yaml.safe_load((CHECKOUT / "profiles/slurm/config.yaml").read_text(encoding="utf-8"))
    local = {name for name, rule in jobs.items() if rule["local"]}
    own = {name: rule["group"] for name, rule in jobs.items() if rule["group"]}
    grouped = profile["groups"]
    assert not own.keys() & grouped.keys()
    assert not local & (own.keys() | grouped.keys())
    assert set(jobs) == local | own.keys() | grouped.keys()
    assert set(profile["group-components"]) <= {*grouped.values(), *own.values()}
    # What is on the login node downloads, or may.
    assert all(jobs[name]["benchmark"] is None for name in local)


def test_a_rule_that_says_what_it_needs_says_memory_and_time(jobs):
    """The others get what the profile of the cluster gives."""
    for name, rule in jobs.items():
        asked = {"mem_mb", "runtime"} & set(rule["resources"])
        assert asked in (set(), {"mem_mb", "runtime"}), name


def test_the_report_begins_with_its_sections(rules):
    """Those of networks on a grid have captions of their own, and a target of their own."""
    sections = {name for rule in rules.values() for name in rule["sections"]} - {"Topography"}
    text = (CHECKOUT / "rules/captions/workflow.rst").read_text(encoding="utf-8")
    assert {name.capitalize() for name in re.findall(r"\*(\w+)\*", text)} == sections


# The list of outputs


def listed_paths():
    """Return the paths in the first column of the tables of docs/outputs.md, below results/.

    A table that begins with the word column says what is in a file.
    """
    lines = (CHECKOUT / "docs/outputs.md").read_text(encoding="utf-8").splitlines()
    found, folder, of_columns = [], "", False
    for before, line, after in zip(["", *lines], lines, [*lines[1:], ""], strict=False):
        if not line.startswith("|") or line.startswith("| ---"):
            continue
        cell = re.findall(r"`([^`]+)`", line.split("|")[1])
        if before.startswith("|"):
            found += [] if of_columns else [folder + path for path in cell]
        else:
            # What does not begin with a header is no table, and would be shown as it stands.
            assert after.startswith("| ---"), line
            (folder,) = cell or [""]  # figures lie in one folder
            of_columns = line.startswith("| column ")
    return found


def test_every_path_in_the_list_of_outputs_is_made_by_a_rule(jobs):
    made = {"results/records.json.gz"}  # by every run, at its end
    for rule in jobs.values():
        benchmark = [rule["benchmark"]] if rule["benchmark"] else []
        # A pair of images stands for any name.
        made |= {
            re.sub(r"{\w+}", "a--b", path) for path in [*rule["outputs"], *rule["logs"], *benchmark]
        }
    paths = listed_paths()
    assert len(paths) > 50
    for path in paths:
        fixed = re.split(r"{[^}]*}", path.removesuffix("..."))
        pattern = "results/" + "[^/]+".join(map(re.escape, fixed))
        if pattern.endswith("/"):
            pattern = pattern.removesuffix("/") + "(/.*)?"
        elif path.startswith("figures/"):
            pattern += r"\.(png|pdf)"
        assert any(re.fullmatch(pattern, each) for each in made), path
