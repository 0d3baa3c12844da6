"""What no text of the project says: where packages came from, and where it was made."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
# Written with gaps, so that this file does not say them either.
HOSTS = ["py pi.org", "python hosted.org", "index -url", "extra- index", "find -links"]
MIRRORS = r"https?://[^/\s\"']*(?:mirror|artifactory|nexus|devpi|py pi)[^/\s\"']*"
FOLDERS = r"(?<![\w.~-])/(?:root|work|opt/wheels|home/\w+) /"
# The lock's options that keep such hosts out of it.
OPTIONS = re.compile(r"--no-emit-(?:index -url|find -links)".replace(" ", ""))
PATTERN = "|".join([*map(re.escape, HOSTS), MIRRORS, FOLDERS])
SAYS = re.compile(PATTERN.replace("\\ ", "").replace(" ", ""), re.IGNORECASE)
# Tests may look there for what only the maker has, and skip.
BESIDE = re.compile(r"\.\./sha red\b".replace(" ", ""))
NOT_OURS = {".git", ".venv", "__pycache__", "node_modules", "dist"}


def texts() -> list[Path]:
    """The files that are committed or about to be; without Git, those that stand here."""
    git = shutil.which("git")
    if git is None or not (ROOT / ".git").exists():
        found = (p for p in ROOT.rglob("*") if not NOT_OURS & set(p.relative_to(ROOT).parts))
        return [path for path in found if path.is_file()]
    command = [git, "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.check_output(command, cwd=ROOT, text=True).split("\0")
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


def said(path: Path) -> list[str]:
    """The lines of a file that say it, with their numbers."""
    try:
        lines = path.read_text().splitlines()
    except UnicodeDecodeError:
        return []
    place = path.relative_to(ROOT)
    patterns = [SAYS] if place.parts[0] == "tests" else [SAYS, BESIDE]
    return [
        f"{place}:{number}: {line.strip()[:80]}"
        for number, line in enumerate(lines, start=1)
        if any(pattern.search(OPTIONS.sub("", line)) for pattern in patterns)
    ]


def test_no_text_names_a_package_index_or_the_makers_folders() -> None:
    files = texts()

    assert ROOT / "pyproject.toml" in files
    assert [line for path in files for line in said(path)] == []


def test_the_pattern_finds_what_it_looks_for() -> None:
    for words in (*HOSTS, "https://py pi.example.org/simple", "see:/ro ot/x", "in '/wo rk/x'"):
        assert SAYS.search(words.replace(" ", ""))
    for words in (f"a/{'root'}/x", "./work/x", "~/work/", "--no-emit-index -url"):
        assert not SAYS.search(OPTIONS.sub("", words.replace(" ", "")))
