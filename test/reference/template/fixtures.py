"""Picks cases for the repository's own test out of rendered JSON lines: fixtures.py COUNT NAME < agreed > fixture.json.

Every case has the same context, which the file names once.
"""

import json
import random
import re
import sys

import jinja2
import transformers


def kind(case):
    """Cases of the same construct are alike."""
    return re.sub(r"\(.*?\)|'[^']*'|\d+", "", case["template"])[:60]


if __name__ == "__main__":
    count, area = int(sys.argv[1]), sys.argv[2]
    rows = [json.loads(line) for line in sys.stdin]
    rows = [row for row in rows if row.get("error") not in ("TimeoutError", "MemoryError") and len(row.get("text", "")) < 400]
    random.Random(area).shuffle(rows)
    # Four rendered ones for each that fails.
    rows.sort(key=lambda row: "error" in row)
    by_kind, picked = set(), []
    for wants_error, share in ((False, count * 4 // 5), (True, count)):
        for row in rows:
            if len(picked) >= share:
                break
            if ("error" in row) == wants_error and kind(row) not in by_kind:
                by_kind.add(kind(row))
                picked.append(row)
    cases = [{"template": row["template"], "text": row.get("text")} for row in picked]
    about = f"Rendered by Jinja2 {jinja2.__version__} as transformers {transformers.__version__} sets it up; a null text: it fails."
    json.dump({"about": about, "context": rows[0]["context"], "cases": cases}, sys.stdout, ensure_ascii=False, indent=1)
    print()
