"""Make `.venv` from `requirements.lock`: stdlib only, so that it runs where nothing is installed yet.

A machine without `python3-venv` (Debian, Ubuntu) has no `ensurepip`; then a pip from elsewhere fills the environment,
or the package is installed where this user may. Where nothing helps, one line says what to do.
"""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
ENV = ROOT / ".venv"
PYTHON = ENV / "bin" / "python"
MEND = "install the package python3-venv (Debian, Ubuntu: sudo apt-get install -y python3-venv), then run this again"


def run(*command: object) -> None:
    try:
        subprocess.run([str(part) for part in command], check=True, cwd=ROOT)
    except subprocess.CalledProcessError as error:
        sys.exit(f"set-up failed: {' '.join(str(part) for part in command)} (exit {error.returncode})")


def has(python: object, module: str) -> bool:
    if not Path(str(python)).exists():
        return False
    return subprocess.run([str(python), "-c", f"import {module}"], capture_output=True, check=False).returncode == 0


def install_venv_package() -> bool:
    """Try the system's package manager, without ever asking for a password."""
    apt = shutil.which("apt-get")
    sudo = [] if os.geteuid() == 0 else [shutil.which("sudo") or "", "-n"]
    if not apt or (sudo and not sudo[0]):
        return False
    package = f"python3.{sys.version_info.minor}-venv"
    for arguments in (["update", "-qq"], ["install", "-y", "-qq", package]):
        if subprocess.run([*sudo, apt, *arguments], check=False).returncode:
            return False
    return has(sys.executable, "ensurepip")


def pip() -> list[object]:
    """The command that installs into the environment: its own pip, or one from elsewhere."""
    if has(PYTHON, "pip"):
        return [PYTHON, "-m", "pip"]
    if importlib.util.find_spec("pip"):
        return [sys.executable, "-m", "pip", "--python", PYTHON]
    if found := shutil.which("pip3") or shutil.which("pip"):
        return [found, "--python", PYTHON]
    shutil.rmtree(ENV)  # the next try begins anew, with what is installed by then
    sys.exit(f"set-up needs pip: {MEND}")


def locked_pip(lock: str) -> str:
    """The lock's lines on pip: the one that installs all else, since older ones take minutes for it."""
    found = re.search(r"^pip==.*(\n .*)*", lock, re.MULTILINE)
    if not found:
        sys.exit("set-up failed: requirements.lock names no pip; refresh it with `make lock`")
    return found[0]


def create() -> None:
    shutil.rmtree(ENV, ignore_errors=True)
    with_pip = importlib.util.find_spec("ensurepip") is not None
    if not with_pip and not importlib.util.find_spec("pip") and not shutil.which("pip3"):
        with_pip = install_venv_package()
    if with_pip:
        run(sys.executable, "-m", "venv", ENV)  # a child process: this one may not know a module just installed
    else:
        venv.create(ENV, with_pip=False, symlinks=True)


def main() -> None:
    if sys.version_info < (3, 11):
        sys.exit(f"tindothi needs Python 3.11 or newer; this is {sys.version.split()[0]} ({sys.executable})")
    ready = ENV / ".ready"
    if not has(PYTHON, "sys"):
        create()
    ready.unlink(missing_ok=True)
    options = ["install", "-qq", "--disable-pip-version-check", "--no-deps"]  # the lock names every one
    locked = [*options, "--no-compile", "--require-hashes", "-r"]
    with tempfile.TemporaryDirectory() as folder:
        first = Path(folder, "pip.lock")
        first.write_text(locked_pip(LOCK.read_text(encoding="utf-8")), encoding="utf-8")
        run(*pip(), *locked, first)
    own = [PYTHON, "-m", "pip"]
    run(*own, *locked, LOCK)
    run(*own, *options, "--no-build-isolation", "--editable", ".")
    ready.touch()


if __name__ == "__main__":
    main()
