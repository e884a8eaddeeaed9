"""The workflow on a real SLURM cluster of one node, and what it would ask of a cluster."""

import re
import resource
import shutil
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

import numpy as np
import pytest
import slurm_cluster
import yaml
from project import CHECKOUT, COHORTS, DESIGNS, MODELS, OVERLAY, Outcome, make_project
from same_results import differing, results_of

pytestmark = [pytest.mark.workflow, pytest.mark.slurm]
needs_slurm = pytest.mark.skipif(
    bool(slurm_cluster.missing()), reason=slurm_cluster.missing() or "SLURM is here"
)

# The shipped profile, the threads of the local runs, and no patience.
PROFILE = ["--profile", "profiles/slurm", "--max-threads", "2"]
PROFILE += ["--slurm-init-seconds-before-status-checks", "2", "--configfile", str(OVERLAY)]
ONE_NODE_MB = 16000


@dataclass(frozen=True)
class ClusterJob:
    """What squeue tells of a job: memory in MB, run time in minutes."""

    number: str
    group: str
    account: str
    memory: int
    runtime: int
    state: str


def jobs_of(cluster, said, groups):
    """List the cluster jobs of a run of Snakemake, in the order of their submission.

    Parameters
    ----------
    cluster : dict
        The environment in which its commands work.
    said : str
        What the run wrote to the terminal.
    groups : iterable of str
        The names of groups that may occur.
    """
    (run,) = re.findall(r"SLURM run ID: (\S+)", said)
    command = ["squeue", "--states=all", "--noheader", "--sort=i", f"--name={run}"]
    rows = slurm_cluster.said(cluster, *command, "--format=%i|%k|%a|%m|%l|%T").splitlines()
    jobs = []
    for number, comment, account, memory, limit, state in (row.split("|") for row in rows):
        seconds = sum(int(part) * 60**k for k, part in enumerate(reversed(re.split("[-:]", limit))))
        # The plugin's comment is rule_GROUP_RULES.
        group = max(
            (name for name in groups if comment.startswith(f"rule_{name}_")),
            key=len,
            default=comment,
        )
        jobs.append(
            ClusterJob(number, group, account, int(memory.strip("M")), seconds // 60, state)
        )
    return jobs


def run_on(cluster, project, *targets, flags=()):
    """Run the workflow through SLURM."""
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", *PROFILE, *flags, "--", *targets],
        cwd=project.folder,
        env=cluster,
        capture_output=True,
        text=True,
    )
    return Outcome(done.returncode, done.stdout + done.stderr)


@pytest.fixture(scope="session")
def cluster():
    with slurm_cluster.one_node_cluster(cpus=2, memory_mb=ONE_NODE_MB) as environment:
        yield {**environment, "SBATCH_ACCOUNT": "vision"}


# The whole workflow


@pytest.fixture(scope="session")
def planned_jobs(tmp_path_factory):
    """The cluster jobs that a dry run lists, by their groups."""
    project = make_project(tmp_path_factory.mktemp("planned"))
    jobs, _ = plan(project, "--max-threads", "2", "--configfile", str(OVERLAY))
    assert len({job.group for job in jobs}) == len(jobs)
    return {job.group: job for job in jobs}


@pytest.fixture(scope="session")
def made_by_slurm(cluster, planned_jobs, tmp_path_factory):
    """A project after a whole run on the cluster, and the jobs that this took."""
    project = make_project(tmp_path_factory.mktemp("slurm"))
    done = run_on(cluster, project, "all")
    assert done.code == 0, done.said
    return project, jobs_of(cluster, done.said, planned_jobs)


@needs_slurm
def test_the_cluster_makes_the_same_values_as_this_machine(finished, made_by_slurm):
    project, _ = made_by_slurm
    kinds = {path.suffix for path in results_of(finished)}
    assert {".csv", ".h5", ".png", ".safetensors", ".txt"} <= kinds
    assert differing(project, finished) == []
    figures = {path.name for path in (finished / "results/figures").iterdir()}
    assert {path.name for path in (project / "results/figures").iterdir()} == figures
    assert project.planned() == []


@needs_slurm
def test_the_cluster_gets_the_jobs_that_were_planned(made_by_slurm, planned_jobs):
    _, jobs = made_by_slurm
    expected = {name: (job.memory, job.runtime) for name, job in planned_jobs.items()}
    assert {job.group: (job.memory, job.runtime) for job in jobs} == expected
    assert len(jobs) == len(expected)
    assert {job.state for job in jobs} == {"COMPLETED"}
    assert {job.account for job in jobs} == {"vision"}


# Failures

GREEDY = """\
import resource
allowed = snakemake.resources.mem_mb * 10**6
resource.setrlimit(resource.RLIMIT_DATA, (allowed, allowed))
bytearray(1_300_000_000)
"""


@needs_slurm
def test_a_job_that_runs_out_of_memory_is_tried_again_with_more(cluster, planned_jobs, fresh):
    # The node does not enforce memory, so that the job holds itself to what it asked for.
    script = fresh / "workflow_scripts/import_images.py"
    script.write_text(GREEDY + script.read_text())
    done = run_on(cluster, fresh, "results/datasets/tiny/summary.txt")
    assert done.code == 0, done.said
    (log,) = (fresh / ".snakemake/slurm_logs").rglob("*.log")
    assert "MemoryError" in log.read_text()
    assert (fresh / "results/datasets/tiny/summary.txt").is_file()
    first, second = jobs_of(cluster, done.said, planned_jobs)
    assert (first.group, first.state) == ("datasets", "FAILED")
    assert (second.group, second.state) == ("datasets", "COMPLETED")
    assert second.memory == 2 * first.memory
    assert second.runtime == 2 * first.runtime


@needs_slurm
def test_the_sentence_of_a_job_that_refuses_its_input_is_said_last_and_once(cluster, fresh):
    judgments = fresh / "data/tiny/judgments.npy"
    np.save(judgments, np.load(judgments)[:10])
    done = run_on(cluster, fresh, "results/datasets/tiny/summary.txt", flags=["--retries", "1"])
    assert done.code != 0
    *_, where, sentence = done.said.strip().splitlines()
    assert sentence.startswith("Error: data/tiny/judgments.npy is 10 × 16")
    assert done.said.count(sentence) == 1  # though the job was tried twice
    log = fresh / "results/logs/import_judgments/tiny.log"
    assert sentence in log.read_text(encoding="utf-8")
    assert where == "What went wrong (more in results/logs/import_judgments/tiny.log):"


@needs_slurm
def test_a_cancelled_job_is_made_by_the_next_run_and_nothing_else(
    cluster, planned_jobs, finished, copied
):
    table = "results/predictions/tiny/efficientnet_lite0.csv"
    stages = {
        stage: copied / f"results/{stage}/tiny/efficientnet_lite0"
        for stage in ("ais", "selection", "retained")
    }
    for folder in stages.values():
        shutil.rmtree(folder)
    (copied / table).unlink()

    command = [sys.executable, "-m", "snakemake", *PROFILE, "--retries", "0", "--", table]
    with open(copied / "said.txt", "w+") as said:
        run = subprocess.Popen(command, cwd=copied.folder, env=cluster, stdout=said, stderr=said)
        deadline = time.monotonic() + 300
        # One seed's maps are selected, the other's are on their way.
        while not list(stages["selection"].rglob("fold-2.csv")):
            assert run.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        said.seek(0)
        *_, job = jobs_of(cluster, said.read(), planned_jobs)
        assert (job.group, job.state) == ("selection-tiny-efficientnet_lite0", "RUNNING")
        slurm_cluster.said(cluster, "scancel", job.number)
        assert run.wait(300) != 0
        said.seek(0)
        assert f"error: *** JOB {job.number} ON" in said.read()
    # Not half of what the cancelled job was to make is left.
    assert not list(stages["selection"].rglob("*.csv"))
    times = {path: path.stat().st_mtime_ns for path in stages["ais"].rglob("*.csv")}
    assert len(times) == 6

    done = run_on(cluster, copied, table)
    assert done.code == 0, done.said
    jobs = jobs_of(cluster, done.said, planned_jobs)
    of_design = "tiny-efficientnet_lite0"
    assert [job.group for job in jobs] == [f"selection-{of_design}", f"controls-{of_design}"]
    assert {path: path.stat().st_mtime_ns for path in stages["ais"].rglob("*.csv")} == times
    assert differing(copied, finished) == []


# Plans, for which no cluster is needed


@dataclass
class PlannedJob:
    """A cluster job that a dry run lists."""

    group: str
    rules: list = field(default_factory=list)
    resources: list = field(default_factory=list)

    @property
    def memory(self):
        return max(int(resources["mem_mb"]) for resources in self.resources)

    @property
    def runtime(self):
        return sum(int(resources["runtime"]) for resources in self.resources)


# A dry run plans for one core unless told how many a node has.
PLAN = ["--profile", "profiles/slurm", "--workflow-profile", "none", "--quiet", "host"]
PLAN += ["--dry-run", "--cores", "8"]


def plan(project, *arguments):
    """Return the cluster jobs of a dry run, and the rules that run on the login node."""
    done = project.plain_snakemake(*PLAN, *arguments)
    assert done.code == 0, done.said
    return listed(done)


def listed(done):
    jobs, local = [], []
    for line in done.said.splitlines():
        if found := re.search(r"Group job (\S+) \(jobs", line):
            jobs.append(PlannedJob(found[1]))
        elif found := re.match(r"(?:local)?rule (\w+):", line):
            local.append(found[1])
        elif found := re.match(r"    rule (\w+):", line):
            jobs[-1].rules.append(found[1])
        elif line.startswith("        resources: "):
            pairs = line.partition(": ")[2].split(", ")
            jobs[-1].resources.append(dict(pair.split("=", 1) for pair in pairs))
    return jobs, Counter(local)


CATEGORIES = ["animals", "transportation", "fruits", "furniture", "various", "vegetables"]


def test_the_design_of_the_paper_makes_few_cluster_jobs_of_modest_size(fresh):
    shutil.copy2(CHECKOUT / "config.paper.yaml", fresh.folder)
    for category in CATEGORIES:
        pictures = fresh / f"data/peterson/{category}/images"
        pictures.mkdir(parents=True)
        for k in range(120):
            (pictures / f"{k:03}.png").touch()
        (pictures.parent / "similarity.mat").touch()
    (fresh / "data/weights").mkdir()
    (fresh / "data/weights/vgg16_ecoset.pth").touch()

    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", *PLAN, "--configfile", "config.paper.yaml"],
        cwd=fresh.folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    # Of processor time, since others may use the machine as well.
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before < 20

    jobs, local = listed(Outcome(done.returncode, done.stdout + done.stderr))
    assert local == {"prepare_network": 2, "all": 1}
    groups = {job.group for job in jobs}
    models = ["vgg16_imagenet", "vgg16_ecoset"]
    for stage in ("perturbation", "scores", "selection", "controls"):
        found = {group for group in groups if group.startswith(f"{stage}-")}
        assert len(found) == len(CATEGORIES) * len(models), stage
        assert {group.rpartition("-")[2] for group in found} == set(models)
    # All else is a job per dataset or cohort, or one for all.
    rest = [job for job in jobs if not job.group.endswith(tuple(models))]
    assert len(rest) <= 2 * len(CATEGORIES) + 5
    # Most take seconds: a cluster job does many of them.
    assert sum(len(job.rules) for job in jobs) > 4 * len(jobs)
    assert max(job.memory for job in jobs) == 4000
    assert max(job.runtime for job in jobs) <= 12 * 60


def test_few_cluster_jobs_do_everything_and_none_waits_for_a_few_seconds_work(planned_jobs):
    """A cohort and model has a job for each stage that takes its time, and the rest is shared."""
    of_designs = {
        f"{stage}-{cohort}-{model}"
        for stage in ("scores", "selection", "controls")
        for cohort, model in DESIGNS
    }
    of_designs |= {f"perturbation-tiny-{model}" for model in MODELS}
    assert of_designs <= planned_jobs.keys()
    shared = planned_jobs.keys() - of_designs
    assert shared == {"datasets", "saliency", "tables", "figures"} | {
        f"heatmaps-{cohort}" for cohort in COHORTS
    }
    # Jobs of one seed, threshold or table never go alone.
    for name in shared - {"saliency"}:
        assert len(planned_jobs[name].rules) > 1, name


def test_a_gpu_is_asked_for_where_layers_are_run_once_the_profile_says_so(fresh):
    profile = fresh / "profiles/slurm/config.yaml"
    model = {"architecture": "vgg16", "weights": {"random": 1}, "input_size": 64}
    overlay = {"models": {"vgg16_random": model}, "faithfulness": {"enabled": True}}
    overlay |= {"heatmaps": {"kinds": ["ais", "grad_cam"]}, "learning_curve": {"enabled": True}}
    overlay |= {"explorer": {"enabled": True}}
    (fresh / "vgg.yaml").write_text(yaml.safe_dump(overlay))
    configs = ["--configfile", str(OVERLAY), "vgg.yaml"]
    jobs, _ = plan(fresh, *configs)
    assert not any("gpu" in resources for job in jobs for resources in job.resources)

    before, start, rest = profile.read_text().partition("# set-resources:\n")
    block, end, after = rest.partition("\n\n")
    profile.write_text(before + (start + block).replace("# ", "") + end + after)
    jobs, _ = plan(fresh, *configs)
    asked = {
        (rule, job.group.endswith("vgg16_random"), resources["slurm_partition"])
        for job in jobs
        for rule, resources in zip(job.rules, job.resources, strict=True)
        if resources.get("gpu") == "1"
    }
    assert asked == {
        ("extract_activations", True, "gpu-partition"),
        ("extract_activations", False, "gpu-partition"),
        ("perturb_maps", True, "gpu-partition"),
        ("perturb_maps", False, "gpu-partition"),
        ("compute_rival_heatmaps", False, "gpu-partition"),  # of all models
        ("judge_heatmaps", True, "gpu-partition"),
        ("judge_heatmaps", False, "gpu-partition"),
        ("select_maps_of_seed", True, "gpu-partition"),
        ("predict_held_out", True, "gpu-partition"),
        ("measure_controls", True, "gpu-partition"),
        ("resample_images", True, "gpu-partition"),
        ("measure_learning", True, "gpu-partition"),
    }
    # A cluster job with two partitions would be refused when it is submitted.
    for job in jobs:
        assert len({resources.get("slurm_partition") for resources in job.resources}) == 1, job
    # Rank correlations of pooled networks alone run on either.
    ranks = {"score_maps", "select_maps", "measure_stability"}
    assert rules_with_a_device() == {rule for rule, _, _ in asked} - {"select_maps_of_seed"} | ranks


def rules_with_a_device():
    found = set()
    for file in (CHECKOUT / "rules").glob("*.smk"):
        for rule in re.split(r"^rule ", file.read_text(), flags=re.MULTILINE)[1:]:
            if re.search(r"^ +(\*\*HEAD|device=)", rule, flags=re.MULTILINE):
                found.add(rule.partition(":")[0])
    return found
