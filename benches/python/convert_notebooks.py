"""Converts notebooks to format 4.5 with the package nbformat, once for every line on standard input.

A line says how to write them: `package` as the package does, `compact` with `json.dumps` and without blanks, which is the
least that Python can do. Each is answered with the seconds of processor time that all notebooks took. The first line of
output is the package's version and the number of cells. Validation is off everywhere.
"""

import json
import sys
import time

import nbformat
from nbformat import converter, reader, v3, v4


def no_validation(*_arguments, **_options):
    """Takes the place of the checks inside the package's conversions."""


for module in (v3.convert, v4.convert):
    if hasattr(module, "_warn_if_invalid"):
        module._warn_if_invalid = no_validation


def upgrade(text):
    """From text to a notebook of format 4.5."""
    notebook = reader.reads(text)
    if notebook["nbformat"] < 4:
        notebook = converter.convert(notebook, 4)
    elif notebook["nbformat_minor"] < 5:
        notebook = v4.upgrade(notebook)
    return notebook


def compact(notebook):
    """The shortest JSON text."""
    return json.dumps(notebook, ensure_ascii=False, separators=(",", ":"))


# The package's own writer; `nbformat.writes` would validate first.
WRITERS = {"package": v4.writes, "compact": compact}


def main():
    """Reads the list of files, then works on demand."""
    with open(sys.argv[1], encoding="utf-8") as paths:
        texts = [open(path.rstrip("\n"), encoding="utf-8").read() for path in paths]
    cells = sum(len(upgrade(text)["cells"]) for text in texts)
    print(nbformat.__version__, cells, flush=True)
    for line in sys.stdin:
        write = WRITERS[line.strip()]
        start = time.process_time()
        for text in texts:
            write(upgrade(text))
        print(time.process_time() - start, flush=True)


main()
