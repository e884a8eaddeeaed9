"""A SLURM cluster of one node on this machine: real daemons, whose state lies in one folder.

As a program it runs a command in such a cluster: python slurm_cluster.py FOLDER COMMAND ...
"""

import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager
from pathlib import Path

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "srun", "squeue", "scancel")
SETTINGS = """\
ClusterName=tests
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CredType=cred/munge
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
PlugStackConfig={folder}/plugstack.conf
MailProg=/bin/true
MpiDefault=none
# A machine for tests may have neither cgroups nor a database: memory is not enforced, and squeue
# alone tells how jobs ended.
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
# Jobs start at once, and are remembered for as long as a test takes.
SchedulerParameters=batch_sched_delay=0,sched_interval=2
MinJobAge=3600
KillWait=2
ReturnToService=2
SlurmdParameters=config_overrides
NodeName={host} NodeAddr=127.0.0.1 CPUs={cpus} RealMemory={memory_mb} State=UNKNOWN
PartitionName=tests Nodes=ALL Default=YES MaxTime=INFINITE State=UP
"""


def missing():
    """Say why no cluster can be started here; nothing where one can."""
    absent = [program for program in PROGRAMS if find(program) is None]
    if absent:
        return f"SLURM is not installed: there is no {', '.join(absent)}"
    if os.geteuid() != 0:
        return "the daemons of SLURM need root"
    return ""


def find(program):
    # Daemons are not on everybody's path.
    return shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")


@contextmanager
def one_node_cluster(cpus: int = 2, memory_mb: int = 16000):
    """Start munged, slurmctld and slurmd on the loopback address, and end them afterwards.

    Parameters
    ----------
    cpus, memory_mb : int
        What the node says it has. Neither is enforced.

    Yields
    ------
    dict
        The environment in which sbatch, squeue and the others talk to this cluster.
    """
    with ExitStack() as stack:
        # The path of a socket may have 107 characters: pytest's folders can be too deep.
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slurm-")))
        settings = folder / "slurm.conf"
        for name in ("state", "spool"):
            (folder / name).mkdir()
        (folder / "plugstack.conf").touch()
        key = folder / "munge.key"
        key.touch(mode=0o600)
        key.write_bytes(secrets.token_bytes(128))
        controller_port, node_port = free_ports(2)
        settings.write_text(
            SETTINGS.format(
                folder=folder,
                host=socket.gethostname().partition(".")[0],
                controller_port=controller_port,
                node_port=node_port,
                cpus=cpus,
                memory_mb=memory_mb,
            )
        )
        environment = {**os.environ, "SLURM_CONF": str(settings)}
        # Inside a job the plugin calls srun without the variables of SLURM, this one among them.
        wrapper = folder / "bin/srun"
        wrapper.parent.mkdir()
        wrapper.write_text(f'#!/bin/sh\nSLURM_CONF={settings} exec {find("srun")} "$@"\n')
        wrapper.chmod(0o755)
        environment["PATH"] = f"{wrapper.parent}:{environment['PATH']}"
        munge_files = [f"--key-file={key}"] + [
            f"--{name}-file={folder / name}" for name in ("pid", "log", "seed")
        ]
        for command in (
            ["munged", "--foreground", "--force", f"--socket={folder}/munge.socket", *munge_files],
            ["slurmctld", "-D", "-f", settings],
            ["slurmd", "-D", "-f", settings],
        ):
            log = stack.enter_context(open(folder / f"{command[0]}.said", "w"))
            daemon = subprocess.Popen(
                [find(command[0]), *command[1:]], stdout=log, stderr=log, env=environment
            )
            stack.callback(end, daemon)
            if command[0] == "munged":
                wait_for(folder, (folder / "munge.socket").exists)
        wait_for(folder, lambda: "idle" in said(environment, "sinfo", "--noheader", "--format=%T"))
        yield environment
        # No job outlives the daemons.
        said(environment, "scancel", "--user=root", "--full")
        wait_for(folder, lambda: not said(environment, "squeue", "--noheader"))


def said(environment, *command):
    return subprocess.run(command, env=environment, capture_output=True, text=True).stdout


def free_ports(n):
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(n)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]


def wait_for(folder, condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            logs = "\n".join(
                f"{path.name}:\n{path.read_text(errors='replace')[-2000:]}"
                for path in sorted(folder.glob("*.log")) + sorted(folder.glob("*.said"))
            )
            raise RuntimeError(f"SLURM did not get ready within {seconds} seconds.\n{logs}")
        time.sleep(0.2)


def end(daemon):
    daemon.terminate()
    try:
        daemon.wait(20)
    except subprocess.TimeoutExpired:
        daemon.kill()
        daemon.wait()


if __name__ == "__main__":
    if reason := missing():
        sys.exit(reason)
    with one_node_cluster() as environment:
        sys.exit(subprocess.run(sys.argv[1:], env=environment).returncode)
