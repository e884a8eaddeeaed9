"""Runs that are killed or starved: what was finished stays, and the end is the same."""

import json
import os
import re
import resource
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from project import OVERLAY
from same_results import differing, results_of

pytestmark = pytest.mark.workflow

MOMENTS = 10
TARGETS = [
    "results/predictions/tiny/efficientnet_lite0.csv",
    "results/predictions/tiny/efficientnet_lite1.csv",
]
# Shows outputs and numbers of jobs, where the profile is silent.
LOUD = ["--workflow-profile", "none", "--rerun-incomplete", "--quiet", "host"]


def arguments(*flags, targets=TARGETS):
    return ["--cores", "2", *LOUD, *flags, "--configfile", str(OVERLAY), "--", *targets]


def start(project, *flags, log, targets=TARGETS, **options):
    """Start a run in a process group of its own."""
    with open(project / log, "w", encoding="utf-8") as file:
        return subprocess.Popen(
            [sys.executable, "-m", "snakemake", *arguments(*flags, targets=targets)],
            cwd=project.folder,
            stdout=file,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            **options,
        )


def outputs_of_finished_jobs(said):
    """Return the outputs of the jobs that Snakemake reported as finished on this machine."""
    listed = {}
    for body in re.findall(r"^localrule \w+:\n((?:    .*\n)*)", said, flags=re.MULTILINE):
        fields = dict(re.findall(r"^    (\w+): (.*)$", body, flags=re.MULTILINE))
        listed[fields["jobid"]] = fields.get("output", "").split(", ")
    ended = re.findall(r"^Finished jobid: (\d+)", said, flags=re.MULTILINE)
    return {path for number in ended for path in listed[number] if path}


def identity(path):
    """What changes when a file is written again."""
    status = Path(path).stat()
    return status.st_mtime_ns, status.st_ino


def jobs_running(process):
    """Return the process ids of the scripts that a run has started."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            command = (entry / "cmdline").read_bytes()
        except (OSError, IndexError):
            continue
        if fields[3] == str(process.pid) and b"/.snakemake/scripts/" in command:
            found.append(int(entry.name))
    return found


def kill_group(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def first_job(process, seconds=120):
    """Wait for a run to start a script; None if the run ends before."""
    deadline = time.monotonic() + seconds
    while process.poll() is None:
        if running := jobs_running(process):
            return running[0]
        assert time.monotonic() < deadline, "no job was started"
        time.sleep(0.02)
    return None


def wait_for_jobs(process, log, n):
    """Wait for a run to have finished some jobs, or to end."""
    while process.poll() is None and log.read_text(encoding="utf-8").count("Finished jobid") < n:
        time.sleep(0.02)


def outlive(process):
    """Wait for the jobs of a run that is no more."""
    while jobs_running(process):
        time.sleep(0.02)


def finish(project, undisturbed, targets=TARGETS):
    """Run what is left; files that are needed on the way alone are asked for by name."""
    lost = results_of(undisturbed) - results_of(project)
    project.run(*targets, *map(str, sorted(lost)))


def assert_same_results(project, undisturbed, targets=TARGETS):
    assert differing(project, undisturbed) == []
    assert project.planned(*targets) == []
    assert not list((project / "results").rglob("*.partial"))


def test_a_workflow_killed_at_random_moments_goes_on(fresh, finished, all_jobs):
    # All but the figures, which are neither compared nor reached by runs that are killed.
    computing = [job for job in all_jobs if not job.rule.startswith("plot_")]
    targets = sorted(path for job in computing for path in job.output)
    rng = np.random.default_rng(0)
    kept = {}
    for moment in range(MOMENTS):
        process = fresh.start(*arguments(targets=targets), log="log.txt")
        wait_for_jobs(process, fresh / "log.txt", rng.integers(1, 4))
        time.sleep(rng.uniform(0, 0.5))
        assert process.poll() is None, "the run ended before it was killed"
        if moment % 2:
            kill_group(process)
        else:  # its jobs live on for a while, as they do on a terminal that is closed
            process.kill()
            process.wait()
            outlive(process)
        said = (fresh / "log.txt").read_text(encoding="utf-8")
        kept |= {path: identity(fresh / path) for path in outputs_of_finished_jobs(said)}
        unlocked = fresh.snakemake(flags=["--unlock"])
        assert unlocked.code == 0, unlocked.said
    finish(fresh, finished, targets)
    again = [path for path, written in kept.items() if identity(fresh / path) != written]
    assert again == []
    assert_same_results(fresh, finished, targets)


def test_a_killed_job_is_the_only_one_to_run_again(copied, finished):
    process = start(copied, "--forcerun", "score_maps", log="log.txt")
    os.kill(first_job(process), signal.SIGKILL)
    assert process.wait() == 1
    said = (copied / "log.txt").read_text(encoding="utf-8")
    kept = {path: identity(copied / path) for path in outputs_of_finished_jobs(said)}
    assert kept  # by the job beside it
    finish(copied, finished)
    assert all(identity(copied / path) == written for path, written in kept.items())
    assert_same_results(copied, finished)


def test_numbers_do_not_depend_on_how_many_processes_share_the_folds(copied, finished):
    rules = ["score_maps", "select_maps", "measure_controls"]
    threads = [f"{rule}={n}" for rule, n in zip(rules, (3, 2, 3), strict=True)]
    done = copied.snakemake(flags=["--cores", "3", "--forcerun", *rules, "--set-threads", *threads])
    assert done.code == 0, done.said
    log = (copied / "results/logs/measure_controls/tiny/efficientnet_lite0.log").read_text()
    assert log.count("| 2/2 ") == 3  # folds of each process
    assert_same_results(copied, finished)


SLOW = """
import time
from pathlib import Path
from torch.nn import AdaptiveAvgPool2d, Conv2d, Flatten, Linear, ReLU, Sequential

def build():
    if not Path("started").exists():
        Path("started").touch()
        time.sleep(300)
    return Sequential(Conv2d(3, 4, 3), ReLU(), AdaptiveAvgPool2d(1), Flatten(), Linear(4, 5))
"""


def test_a_run_that_was_stopped_says_so_and_goes_on(fresh):
    """By Ctrl-C, which a terminal sends to the run and to its jobs."""
    (fresh / "slow.py").write_text(SLOW)
    network = "results/networks/slow_random.safetensors"
    models = {"slow_random": {"architecture": "slow.py:build", "weights": {"random": 1}}}
    flags = ["--config", f"models={json.dumps(models)}"]
    # Where tests run in the background, what they start would ignore it.
    heed = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
    process = start(fresh, *flags, log="log.txt", targets=[network], preexec_fn=heed)
    while not (fresh / "started").exists():
        assert process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait() == 1
    *said, last = (fresh / "log.txt").read_text(encoding="utf-8").splitlines()
    assert last == (
        "The run was stopped: what is finished is kept, and the same command goes on from there."
    )
    assert not any("CalledProcessError" in line or "went wrong" in line for line in said)
    assert not (fresh / network).exists()
    fresh.run(network, overlays=[{"models": models}])
    assert (fresh / network).is_file()


def test_a_full_disk_leaves_no_half_file(copied, finished):
    path = copied / "results/activations/tiny/efficientnet_lite0.h5"
    size = path.stat().st_size
    path.unlink()

    def fill_the_disk():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, size // 2))

    targets, flags = TARGETS[:1], ["--forcerun", "extract_activations"]
    process = start(copied, *flags, log="log.txt", targets=targets, preexec_fn=fill_the_disk)
    assert process.wait() == 1
    said = (copied / "log.txt").read_text(encoding="utf-8")
    assert "results/activations/tiny/efficientnet_lite0.h5" in said
    assert "File too large" in said
    assert not path.exists()
    finish(copied, finished, targets)
    assert_same_results(copied, finished)


def test_a_home_that_cannot_be_written_is_in_nobodys_way(fresh, monkeypatch):
    monkeypatch.setenv("HOME", os.devnull)  # no folder can be made in it, not even by root
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    table = "results/datasets/second/images.csv"
    done = fresh.snakemake(table, flags=["--cores", "1"])
    assert done.code == 0, done.said
    assert (fresh / table).is_file()


@pytest.mark.parametrize(
    "lost",
    [
        "ais/tiny/efficientnet_lite0/seed-111/fold-1.csv",
        "retained/tiny/efficientnet_lite0/seed-111/fold-0.csv",
        "perturbation/tiny/efficientnet_lite0.h5",
        "datasets/tiny/similarity.h5",
    ],
)
def test_a_deleted_file_is_made_again_where_it_is_needed(copied, finished, lost):
    (copied / "results" / lost).unlink()
    assert bool(copied.planned()) == lost.startswith(("ais", "retained"))
    finish(copied, finished)
    assert_same_results(copied, finished)


def test_a_second_workflow_in_the_same_folder_is_refused(copied, finished):
    flags = ["--forcerun", "perturb_maps"]
    process = start(copied, *flags, log="log.txt", targets=TARGETS[:1])
    try:
        assert first_job(process)
        # Halted, so that no file goes away while the second run looks for what is there.
        os.killpg(process.pid, signal.SIGSTOP)
        second = copied.snakemake(flags=["--cores", "1"])
        os.killpg(process.pid, signal.SIGCONT)
        assert second.code == 1
        *_, sentence, unlock, go_on = second.said.splitlines()
        assert sentence.startswith(f"Error: a run in {copied.folder} has locked it."), second.said
        assert unlock.startswith("  snakemake --unlock --cores 1 --configfile ")
        assert go_on == unlock.replace(" --unlock", "")
        assert process.wait() == 0
    finally:
        if process.poll() is None:
            kill_group(process)
    assert_same_results(copied, finished)
