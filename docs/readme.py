"""Write README.md from nbs/index.ipynb: its markdown, the visible code, and what that printed.

python docs/readme.py
"""

import json
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def readme():
    "The text of README.md."
    parts = ["<!-- Written by docs/readme.py from nbs/index.ipynb; edit there. -->"]
    for cell in json.loads((ROOT / "nbs" / "index.ipynb").read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            parts.append(source.strip())
        elif not re.search(r"^#\|\s*(hide|default_exp|echo: *false)\b", source, re.MULTILINE):
            code = re.sub(r"^#\|.*\n?", "", source, flags=re.MULTILINE).strip()
            parts.append(f"```python\n{code}\n```")
            printed = "".join("".join(output.get("text", [])) for output in cell["outputs"]).strip()
            if printed:
                parts.append(f"```\n{printed}\n```")
    text = "\n\n".join(part for part in parts if part)
    text = re.sub(r"""(\]\(|src=")(images/)""", r"\1nbs/\2", text)
    text = re.sub(r"""(srcset=")(images/)""", r"\1nbs/\2", text)
    return re.sub(r"\]\(((?:\w+/)*\d\d_\w+\.ipynb)", r"](nbs/\1", text).replace("](../", "](") + "\n"


if __name__ == "__main__":
    (ROOT / "README.md").write_text(readme(), encoding="utf-8")
