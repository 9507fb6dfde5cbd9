"""Renders templates with Jinja2, in the environment that transformers makes for chat templates.

Reads JSON lines of {"template", "context"} and writes them with "text", or with "error" where the reference fails. A text that
shows an address in memory is no text to agree on; it counts as an error.
"""

import json
import re
import signal
import sys
from datetime import datetime

from transformers.utils.chat_template_utils import _compile_jinja_template

ADDRESS = re.compile(r" at 0x[0-9a-f]{6,}|<built-in |<class |<function ")
TODAY = datetime(2024, 7, 26)
SECONDS = 3


def render(case):
    try:
        signal.alarm(SECONDS)
        template = _compile_jinja_template(case["template"])
        text = template.render(strftime_now=TODAY.strftime, **case["context"])
        text.encode("utf-8")
        if ADDRESS.search(text):
            return {"error": "address"}
        return {"text": text}
    except BaseException as error:  # a template can raise anything
        if isinstance(error, KeyboardInterrupt):
            raise
        return {"error": type(error).__name__, "message": str(error)[:200]}
    finally:
        signal.alarm(0)


def on_alarm(*_):
    raise TimeoutError


if __name__ == "__main__":
    signal.signal(signal.SIGALRM, on_alarm)
    for line in sys.stdin:
        case = json.loads(line)
        print(json.dumps({**case, **render(case)}))
