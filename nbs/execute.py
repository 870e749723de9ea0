"""Execute a notebook and save it with its outputs, showing its progress on the terminal while it runs.

    python nbs/execute.py nbs/audio/00_waveform.ipynb           in place
    python nbs/execute.py nbs/90_full_training.ipynb out.ipynb  the original stays untouched

Exit code 1 and the error of the cell when a cell fails; the output file is then written as far as it got, beside the
target as NAME.failed.ipynb. The kernel works in the folder of the notebook that is read.
"""

import argparse, os, sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError


class LoudClient(NotebookClient):
    """Forwards what cells print and their tables, so that a long run shows its progress bars and results where it was
    started."""

    def process_message(self, msg, cell, cell_index):
        content = msg["content"]
        if msg["msg_type"] == "stream":
            stream = sys.stderr if content["name"] == "stderr" else sys.stdout
            stream.write(content["text"])
            stream.flush()
        elif msg["msg_type"] == "display_data" and "text/markdown" in content["data"]:
            print(content["data"]["text/markdown"], flush=True)
        return super().process_message(msg, cell, cell_index)


def without_progress(notebook):
    "Drop standard error (progress bars, warnings) from the saved outputs: it was for the terminal."
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        cell.outputs = [o for o in cell.outputs if not (o.output_type == "stream" and o.name == "stderr")]
        cell.metadata.pop("execution", None)
    return notebook


def write(notebook, path):
    aside = path.with_name(path.name + ".tmp")
    nbformat.write(notebook, aside)
    os.replace(aside, path)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("output", type=Path, nargs="?", help="where to save; default: in place")
    args = parser.parse_args()
    output = args.output or args.notebook
    notebook = nbformat.read(args.notebook, as_version=4)
    client = LoudClient(
        notebook,
        timeout=None,
        kernel_name="python3",
        store_widget_state=False,
        record_timing=False,
        resources={"metadata": {"path": str(args.notebook.parent)}},
    )
    try:
        client.execute()
    except CellExecutionError as error:
        write(without_progress(notebook), output.with_suffix(".failed.ipynb"))
        print(error, file=sys.stderr)
        return 1
    write(without_progress(notebook), output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
