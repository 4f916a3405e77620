"""The wheel holds every module and all data: it imports whole from an empty folder."""

import subprocess
import sys
import zipfile
from pathlib import Path

CODE = """
import importlib, pathlib, sys
site = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(site))
files = [path.relative_to(site).with_suffix("") for path in site.glob("coverlog/**/*.py")]
for file in files:
    importlib.import_module(".".join(file.parts).removesuffix(".__init__"))
import coverlog
assert pathlib.Path(coverlog.__file__).is_relative_to(site), coverlog.__file__
for name in getattr(coverlog, "__all__", []):
    getattr(coverlog, name)
from coverlog.engine.cases.case import read_files
from coverlog.engine.decision.decide import decide
from coverlog.engine.library.guideline import load
guideline = load()
assert guideline.folder.is_relative_to(site), guideline.folder
(case,) = read_files(sorted(guideline.folder.glob("cases/medically_necessary/*.yaml"))[:1], guideline)
assert decide(case, guideline).lines[0].outcome == "medically_necessary"
print(len(files))
"""


def test_the_wheel_imports_whole_from_an_empty_folder(root: Path, tmp_path: Path) -> None:
    """Each module of the built wheel imports, with nothing of the checkout in reach, and a shipped case is decided."""
    wheel, site, empty = (tmp_path / name for name in ("wheel", "site", "empty"))
    empty.mkdir()
    build = ["-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index", "-w", str(wheel)]
    made = subprocess.run([sys.executable, *build, str(root)], cwd=empty, check=False, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    with zipfile.ZipFile(next(wheel.glob("*.whl"))) as packed:
        packed.extractall(site)
    code = [sys.executable, "-c", CODE, str(site)]
    told = subprocess.run(code, cwd=empty, check=False, capture_output=True, text=True)
    assert told.returncode == 0, told.stderr
    modules = [path for top in ("kb", "engine", "explain") for path in (root / top).rglob("*.py")]
    assert int(told.stdout) >= len(modules) + 1
