"""Writes the hash-locked dependency sets from pyproject.toml: `make lock`. Run inside the virtual environment.

pip-compile does the work. PyTorch alone needs care: the lock names `torch==2.13.0`, so that pip takes the CPU build
(`+cpu` sorts above the plain release) wherever PyTorch's CPU wheel page can be reached, and lists the hashes of that
build and of the plain wheels for systems whose plain wheel is a CPU build already (macOS, Windows). The plain Linux
wheels are left out on purpose: they pull in gigabytes of CUDA. PyTorch has a lock file of its own, installed first,
because pip asks a find-links page about every package of a file that names it, and waits for each where it is down.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
CPU_WHEELS = "https://download.pytorch.org/whl/cpu/torch/"
LOCKS = {"requirements.lock": ["install"], "requirements-dev.lock": ["install", "dev"]}
HEADER = """# Written by `make lock` from pyproject.toml; do not edit. Every file is checked against its hash.
--only-binary :all:
"""


def compile_lock(name: str, extras: list[str]) -> str:
    """The text that pip-compile makes of pyproject.toml with these extras."""
    output = ROOT / "build" / name
    output.parent.mkdir(exist_ok=True)
    command = [
        sys.executable,
        "-m",
        "piptools",
        "compile",
        "--quiet",
        "--no-header",
        "--strip-extras",
        "--allow-unsafe",
    ]
    command += [
        "--generate-hashes",
        "--no-emit-index-url",
        "--no-emit-find-links",
        f"--output-file={output}",
        "pyproject.toml",
    ]
    subprocess.run([*command, *(f"--extra={extra}" for extra in extras)], cwd=ROOT, check=True)  # noqa: S603
    return output.read_text()


def plain_torch_hashes(version: str) -> list[str]:
    """SHA-256 of the plain wheels that hold no CUDA, as pip would choose them for each system."""
    return [
        plain_torch_hash(version, platform, python)
        for platform in ("macosx_14_0_arm64", "win_amd64")
        for python in ("3.11", "3.12", "3.13")
    ]


def plain_torch_hash(version: str, platform: str, python: str) -> str:
    """SHA-256 of the wheel that pip would install for one platform and Python, without downloading it."""
    command = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--dry-run",
        "--quiet",
        "--report=-",
        "--no-deps",
        "--ignore-installed",
    ]
    command += [
        "--only-binary=:all:",
        "--target=unused",
        f"--platform={platform}",
        f"--python-version={python}",
    ]
    report = subprocess.run([*command, f"torch=={version}"], capture_output=True, check=True, text=True)  # noqa: S603
    return str(json.loads(report.stdout)["install"][0]["download_info"]["archive_info"]["hashes"]["sha256"])


def torch_lines(lock: str) -> tuple[str, str]:
    """What the lock says of torch now, and what it must say: a plain version with the hashes of all CPU wheels."""
    found = re.search(r"^torch==([\d.]+)\+cpu \\\n((?:    --hash=\S+(?: \\)?\n)+)", lock, re.MULTILINE)
    if not found:
        sys.exit(f"no CPU build of torch was found; pip must see {CPU_WHEELS} or a local wheel")
    hashes = re.findall(r"--hash=sha256:(\w+)", found[2]) + plain_torch_hashes(found[1])
    lines = " \\\n".join(f"    --hash=sha256:{value}" for value in hashes)
    return found[0], f"torch=={found[1]} \\\n{lines}\n"


for lock_name, lock_extras in LOCKS.items():
    compiled = compile_lock(lock_name, lock_extras)
    found_lines, torch = torch_lines(compiled)
    (ROOT / lock_name).write_text(HEADER + compiled.replace(found_lines, torch))
    (ROOT / "requirements-torch.lock").write_text(f"{HEADER}--find-links {CPU_WHEELS}\n{torch}")
