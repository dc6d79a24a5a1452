"""Make `.venv-bench` from `peers.txt`: the libraries that ours is measured beside, for the benchmark only.

`peers.txt` names every distribution with its version, so pip resolves nothing. One that cannot be installed is said and
left out; the benchmark then reports the peers that miss it, and the next run tries again.
"""

import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENV = ROOT / ".venv-bench"
PEERS = Path(__file__).with_name("peers.txt")


def pip() -> list[str]:
    """The command that installs into the environment."""
    for python in (sys.executable, shutil.which("python3")):
        known = python and subprocess.run([python, "-m", "pip", "--version"], capture_output=True, check=False)
        if python and known and known.returncode == 0:
            return [python, "-m", "pip", "--python", str(ENV / "bin" / "python")]
    sys.exit("the peers need pip: install the package python3-pip, then run this again")


def install(command: list[str], *requirements: str) -> bool:
    """Whether pip could."""
    options = ["install", "--quiet", "--disable-pip-version-check", "--no-deps"]
    return subprocess.run([*command, *options, *requirements], check=False).returncode == 0


def main() -> None:
    venv.create(ENV, with_pip=False, symlinks=True, clear=True)
    command = pip()
    if install(command, "-r", str(PEERS)):
        (ENV / ".ready").touch()
        return
    pins = [line.strip() for line in PEERS.read_text(encoding="utf-8").splitlines()]
    missing = [pin for pin in pins if pin and not pin.startswith("#") and not install(command, pin)]
    print(f"not installed: {', '.join(missing) or 'none'}", file=sys.stderr)


if __name__ == "__main__":
    main()
