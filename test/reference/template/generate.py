"""Writes templates with contexts, as JSON lines: generate.py SEED COUNT random ones, generate.py all one for each pair of a value
and a filter, a test, a method, or an operator and another value.

The grammar leans on what chat templates use, with values of every kind in places where they do not belong, since it is there that
a stand-in for a Python value shows.
"""

import json
import random
import sys

CONTEXT = {
    "messages": [
        {"role": "system", "content": " Be kind.\n"},
        {"role": "user", "content": "Hällo <b>\"wörld\"</b>\t😀 it's 'é'", "name": "Ann"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [
                {"id": "c1", "type": "function", "function": {"name": "add", "arguments": {"a": 1, "b": [2.5, None, True], "ß": "x\\y"}}}
            ],
        },
        {"role": "tool", "content": [{"type": "text", "text": "42"}, {"type": "image"}], "tool_call_id": "c1"},
        {"role": "assistant", "content": "<think>\nhm\n</think>\n\nDone. ", "reasoning_content": ""},
    ],
    "tools": [
        {
            "type": "function",
            "function": {
                "name": "add",
                "description": "Adds\n numbers",
                "parameters": {"type": "object", "properties": {"b": {"type": ["number", "null"], "items": {}}, "a": {"type": "integer", "default": 1e-07}}, "required": ["a"]},
            },
        }
    ],
    "documents": None,
    "add_generation_prompt": False,
    "bos_token": "<s>",
    "n": 7,
    "neg": -3,
    "big": 12345678901234567890,
    "f": 2.5,
    "g": 1e20,
    "tiny": 1e-5,
    "flag": True,
    "words": ["b", "A", "a", "", "B", "ß", "a"],
    "nums": [3, 1, 2.0, True, 2, -5],
    "rows": [{"k": "x", "v": 1, "o": {"p": [1, 2]}}, {"k": "Y", "v": 3}, {"k": "x", "v": 2, "o": {"p": []}}, {"v": None, "k": "y"}],
    "d": {"b": 1, "a": "x", "C": None, "items": [1], "1": 0.1},
    "e": {},
    "empty": [],
    "s": "The quick brown fox\njumps  over\tthe lazy dog; isn't it?",
    "t": "  \u00a0ΑΣ ΌΣΟΣ. ŉǆ ﬁx ÀÉ\u2003 ",
    "u": "a😀b👨‍👩‍👧c\u0301",
    "num": " 42 ",
    "nested": [[1, [2, "x"]], [], [None, {"q": 1.0}]],
}
NAMES = [*CONTEXT, "missing", "x", "y", "ns", "loop"]
STRINGS = ["", "a", "B", "ab", " ", "\\n", "é", "😀", "x,y,z", "it's", "%s", "%d-%5.2f", "{}", "{0}{1}", "{a}", "<&>", "role", "content", "user", "k", "v", "o.p", "o.p.0", "1", "42", "3.7", "-1", "0x1F", "1_000", "nan", "ß", "ﬁ", "Σ", "\\t x", "a\\\\b", "_p", "items"]
STRING_METHODS = ["upper()", "lower()", "title()", "capitalize()", "swapcase()", "strip()", "lstrip()", "rstrip()", "strip('ab')", "split()", "split(' ')", "split('\\n')", "split(',', 1)", "rsplit(' ', 1)", "rsplit(none, 2)", "split(maxsplit=2)", "splitlines()", "splitlines(true)", "startswith('a')", "startswith(('a', 'T'))", "endswith('b')", "find('o')", "rfind('o')", "index('a')", "count('a')", "count('')", "replace('a', 'XX')", "replace('', '-')", "replace('o', '0', 1)", "isdigit()", "isalpha()", "isspace()", "isupper()", "islower()", "istitle()", "isalnum()", "isnumeric()", "isidentifier()", "isprintable()", "isascii()", "zfill(6)", "center(9, '*')", "ljust(8, '.')", "rjust(8)", "partition(' ')", "rpartition(' ')", "join(words)", "join(['a', 'b'])", "expandtabs(4)", "removeprefix('a')", "removesuffix('b')", "format(1, 'x', a=2)", "format(n, f)", "format(*words)", "encode()", "casefold()", "__class__", "format_map(d)"]
DICT_METHODS = ["items()", "keys()", "values()", "get('a')", "get('zz')", "get('zz', 5)", "get('C', 1)", "copy()", "items", "pop('a')", "update({})", "setdefault('a', 1)", "get()", "get(key='a')"]
LIST_METHODS = ["index('a')", "count('a')", "copy()", "append(1)", "pop()", "sort()", "extend([1])", "insert(0, 1)", "index(2)", "count(1)"]
FILTERS = ["abs", "capitalize", "center(12)", "count", "default('D')", "default('D', true)", "d(none)", "dictsort", "dictsort(true)", "dictsort(by='value')", "dictsort(reverse=true)", "e", "escape", "first", "float", "float(1)", "forceescape", "format(1)", "format('a', 'b')", "groupby('k')", "groupby('v', default=0)", "groupby('k', case_sensitive=true)", "indent", "indent(2)", "indent(2, true)", "indent('> ', true, true)", "int", "int(-1)", "int(0, 16)", "int(default=3, base=0)", "items", "join", "join(',')", "join(', ', attribute='k')", "last", "length", "list", "lower", "map('upper')", "map('int')", "map(attribute='k')", "map(attribute='o.p', default='none')", "map('default', 'z')", "map('length')", "map('string')", "map('tojson')", "max", "min", "max(attribute='v')", "min(case_sensitive=true)", "reject('none')", "reject", "rejectattr('o')", "rejectattr('k', 'equalto', 'x')", "replace('a', 'b')", "replace('a', 'b', 1)", "replace('a', 1)", "reverse", "round", "round(1)", "round(2, 'floor')", "round(method='ceil')", "round(-1)", "safe", "select", "select('string')", "select('in', ['a', 1])", "select('odd')", "selectattr('o')", "selectattr('o', 'defined')", "selectattr('k', 'eq', 'x')", "selectattr('v', 'gt', 1)", "selectattr('type', 'equalto', 'function')", "slice(3)", "slice(2, '-')", "batch(2)", "batch(3, 0)", "sort", "sort(reverse=true)", "sort(attribute='v')", "sort(attribute='k,v')", "sort(case_sensitive=true)", "string", "sum", "sum(attribute='v')", "sum(start=10)", "title", "tojson", "tojson(indent=2)", "tojson(indent=0)", "tojson(ensure_ascii=true)", "tojson(sort_keys=true)", "tojson(separators=(',', ':'))", "tojson(indent=1, sort_keys=true)", "trim", "trim('ab ')", "trim(chars=' ')", "truncate(9)", "truncate(12, true, '…')", "truncate(10, leeway=0)", "unique", "unique(true)", "unique(attribute='k')", "upper", "urlencode", "wordcount", "xmlattr", "attr('items')", "attr('a')", "attr('real')", "filesizeformat", "filesizeformat(true)", "nosuch", "wordwrap(5)", "striptags"]
TESTS = ["defined", "undefined", "none", "boolean", "true", "false", "integer", "float", "number", "string", "mapping", "sequence", "iterable", "callable", "odd", "even", "divisibleby(3)", "divisibleby 2", "lower", "upper", "sameas(none)", "sameas true", "in words", "in [1, 2]", "eq 1", "equalto('a')", "ne(2)", "gt 1", "ge(1)", "lt(3)", "le 2", "escaped", "filter", "test", "in d", "greaterthan 2", "lessthan(5)", "== 7"]
OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "~", "and", "or", "==", "!=", "<", "<=", ">", ">=", "in", "not in"]
TEXT = ["", " ", "\n", "x", "a\n  ", "\n\n", "  - ", "{ }", "é\t", "%", "#", "}}"]


class Generator:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.in_loop = 0
        self.macros = []

    def pick(self, options):
        return self.random.choice(options)

    def chance(self, share):
        return self.random.random() < share

    def string(self):
        quote = self.pick("'\"")
        return quote + self.pick(STRINGS).replace(quote, "\\" + quote) + quote

    def atom(self):
        kind = self.random.randrange(12)
        if kind < 5:
            return self.pick(NAMES)
        if kind < 7:
            return self.string()
        if kind < 9:
            return self.pick(["0", "1", "2", "7", "-1", "10", "1_000", "0x1f", "1.0", "0.5", "2.675", "1e3", "1e-7", "1e16", "true", "False", "none", "None", "3.14159"])
        if kind == 9:
            return self.pick(["range(4)", "range(5, 0, -2)", "range(1, 3)", "range(n)", "dict(a=1, b=f)", "dict([('x', 1)])", "namespace(x=1)", "range(0)", "joiner(', ')()", "{}.get", "strftime_now('%d %b %Y')"])
        if kind == 10:
            return self.pick(["messages[0]", "messages[-1].content", "messages[1]['content']", "rows[0].o.p", "tools[0].function.parameters", "d.a", "d['zz']", "d.items", "messages | first", "rows[9]", "words.0"])
        return self.collection()

    def collection(self):
        kind = self.random.randrange(5)
        items = [self.expression(3) for _ in range(self.random.randrange(4))]
        if kind < 2:
            return "[" + ", ".join(items) + "]"
        if kind == 2:
            return "(" + ", ".join(items) + ("," if items else "") + ")"
        return "{" + ", ".join(f"{self.pick([self.string(), '1', 'true', 'none', '1.0', '(1, 2)', 'n'])}: {item}" for item in items) + "}"

    def expression(self, depth=0):
        if depth > 3 or self.chance(0.2):
            return self.atom()
        inner = lambda: self.expression(depth + 1)  # noqa: E731
        kind = self.random.randrange(20)
        if kind < 6:
            return f"{self.wrapped(inner())} | {self.pick(FILTERS)}"
        if kind < 8:
            return f"({inner()} {self.pick(OPERATORS)} {inner()})"
        if kind == 8:
            return f"{self.wrapped(inner())}.{self.pick(STRING_METHODS)}"
        if kind == 9:
            target = self.pick(["d", "messages[1]", "rows[0]", "e", "{1: 2}", self.wrapped(inner())])
            return f"{target}.{self.pick(DICT_METHODS)}"
        if kind == 10:
            return f"{self.pick(['words', 'nums', '(1, 2, 1)', self.wrapped(inner())])}.{self.pick(LIST_METHODS)}"
        if kind < 13:
            return f"{self.wrapped(inner())} is {self.pick(['', 'not '])}{self.pick(TESTS)}"
        if kind == 13:
            return f"{self.wrapped(inner())}[{inner()}]"
        if kind == 14:
            bound = lambda: self.pick(["", "", "1", "-1", "2", "-2", "n", "0", "none", "100", "-100"])  # noqa: E731
            return f"{self.wrapped(self.pick(['words', 's', 'u', 'nums', '(1, 2, 3)', 'range(9)', inner()]))}[{bound()}:{bound()}{self.pick(['', ':' + self.pick(['', '2', '-1', '-2', '1', '0'])])}]"
        if kind == 15:
            return f"({inner()} if {inner()}{self.pick(['', ' else ' + inner()])})"
        if kind == 16:
            return f"{self.pick(['not ', '-', '+', ''])}{self.wrapped(inner())}"
        if kind == 17:
            return f"({inner()} {self.pick(['<', '==', '<=', '!=', 'in'])} {inner()} {self.pick(['<', '==', '>', 'in', 'not in'])} {inner()})"
        if kind == 18 and self.in_loop:
            return "loop." + self.pick(["index", "index0", "first", "last", "length", "revindex", "revindex0", "previtem", "nextitem", "depth", "depth0", "cycle('a', 'b')", "changed(x)", "nope", "cycle()"])
        if kind == 19 and self.macros:
            return f"{self.pick(self.macros)}({', '.join(self.pick([inner(), 'b=' + inner(), 'zz=1']) for _ in range(self.random.randrange(3)))})"
        return f"{self.pick(['s', 't', 'u', 'num', self.string()])}.{self.pick(STRING_METHODS)}"

    def wrapped(self, expression):
        return expression if expression.replace("_", "").isalnum() and not expression[0].isdigit() else f"({expression})"

    def sign(self):
        return self.pick(["", "", "", "-", "+"])

    def tag(self, content):
        return f"{{%{self.sign()} {content} {self.sign()}%}}"

    def text(self):
        return self.pick(TEXT)

    def statement(self, depth):
        kind = self.random.randrange(16 if depth < 3 else 5)
        body = lambda: self.body(depth + 1)  # noqa: E731
        if kind < 3:
            return f"{{{{{self.pick(['', '', '-'])} {self.expression()} {self.pick(['', '', '-'])}}}}}"
        if kind == 3:
            return self.tag(f"set {self.pick(['x', 'y', 'x, y', 'ns.x', 'n', 'x'])} = {self.pick([self.expression(), self.expression(), 'namespace(x=1)', '1, 2'])}")
        if kind == 4:
            if self.in_loop and self.chance(0.6):
                return self.tag(f"if {self.expression(2)}") + self.pick(["z", ""]) + self.tag(self.pick(["break", "continue"])) + self.tag("endif")
            return self.pick(["{# c #}", "{#- c\n -#}", "{% raw %}{{ x }}{% endraw %}", "{%- raw -%} \n{% y %} {%- endraw %}", "{% set ns = namespace(x=0, a=[]) %}"])
        if kind < 8:
            self.in_loop += 1
            target = self.pick(["x", "m", "x", "x, y"])
            source = self.pick(["messages", "words", "nums", "rows", "d", "d.items()", "d | dictsort", "range(3)", "nested", "s", "missing", "tools", "empty", "rows | groupby('k')", "e.items()", self.expression(2), "words | batch(2)", "[(1, 2), (3, 4)]", "words | select"])
            suffix = self.pick(["", "", f" if {self.expression(2)}", " if x", " recursive"])
            inner = body()
            if suffix == " recursive":
                inner += "{{ loop(x) if x is iterable and x is not string and loop.depth < 3 }}"
            self.in_loop -= 1
            alternative = self.tag("else") + body() if self.chance(0.3) else ""
            return self.tag(f"for {target} in {source}{suffix}") + inner + alternative + self.tag("endfor")
        if kind < 11:
            return self.tag(f"if {self.expression(1)}") + body() + (self.tag(f"elif {self.expression(2)}") + body() if self.chance(0.3) else "") + (self.tag("else") + body() if self.chance(0.5) else "") + self.tag("endif")
        if kind == 11:
            return self.tag(f"set {self.pick(['x', 'y', 'ns.x'])}{self.pick(['', ' | upper', ' | trim | length', ' | indent(2, true)'])}") + body() + self.tag("endset")
        if kind == 12:
            name = self.pick(["f", "h"])
            loops, self.in_loop = self.in_loop, 0
            signature = self.pick(["a", "a, b=2", "a='q', b=a", "", "x, y=x", "a, caller=none"])
            content = body() + self.pick(["", "{{ caller() }}", "{{ varargs }}{{ kwargs }}", "{{ a }}{{ b }}", "{{ caller is defined }}"])
            self.in_loop = loops
            if depth == 0:
                self.macros.append(name)
            return self.tag(f"macro {name}({signature})") + content + self.tag("endmacro")
        if kind == 13:
            return self.tag(f"filter {self.pick(['upper', 'trim', 'indent(1)', 'replace(n, x)', 'length'])}") + body() + self.tag("endfilter")
        if kind == 14:
            return self.tag(f"with {self.pick(['x = ' + self.expression(2), 'x = 1, y = x', 'y = n', ''])}") + body() + self.tag("endwith")
        loops, self.in_loop = self.in_loop, 0
        content = body()
        self.in_loop = loops
        if self.macros and self.chance(0.6):
            return self.tag(f"call{self.pick(['', '(x)'])} {self.pick(self.macros)}({self.expression(2)})") + content + self.tag("endcall")
        return self.tag("generation") + content + self.tag("endgeneration")

    def body(self, depth):
        return "".join(self.text() + self.statement(depth) for _ in range(self.random.randrange(1, 3))) + self.text()

    def template(self):
        if self.chance(0.4):
            return f"{{{{ {self.expression()} }}}}"
        return "".join(self.text() + self.statement(0) for _ in range(self.random.randrange(1, 4))) + self.text()


VALUES = ["missing", "none", "true", "0", "7", "-3", "big", "2.5", "1e20", "-0.0", "''", "'ab'", "' 42 '", "'1,2'", "s", "t", "u", "'<&>'", "[]", "words", "nums", "(1, 'a')", "nested", "rows", "{}", "d", "{1: 'x', none: 2.0}", "messages", "tools", "range(4)", "range(9, 0, -2)", "d.items()", "d.keys()", "words | map('upper')", "words | reverse", "namespace(a=1)", "('<b>' | escape)", "joiner()", "rows | groupby('k')"]


def everything():
    for value in VALUES:
        for name in FILTERS:
            yield f"{{{{ ({value}) | {name} }}}}"
            yield f"{{{{ ({value}) | {name} | list | tojson }}}}"
        for name in TESTS:
            yield f"{{{{ ({value}) is {name} }}}}"
        for method in STRING_METHODS + DICT_METHODS + LIST_METHODS:
            yield f"{{{{ ({value}).{method} }}}}"
        for other in VALUES:
            for operator in OPERATORS:
                yield f"{{{{ ({value}) {operator} ({other}) }}}}"
            yield f"{{{{ ({value})[{other}] }}}}"
            yield f"{{% for x in ({value}) if x != ({other}) %}}{{{{ x }}}},{{{{ loop.revindex }}}};{{% else %}}-{{% endfor %}}"
        for part in ["1:", ":-1", "::2", "::-1", "-2:", "1:100:2", "-1:0:-1", "none:2", "true:", "'a':", "::0"]:
            yield f"{{{{ ({value})[{part}] }}}}"
    for method in STRING_METHODS:
        for text in STRINGS:
            yield "{{ '" + text.replace("'", "\\'") + "'." + method + " }}"
    for text in STRINGS:
        quoted = "'" + text.replace("'", "\\'") + "'"
        for name in FILTERS:
            yield f"{{{{ {quoted} | {name} }}}}"
        for name in [value for value in VALUES]:
            yield f"{{{{ {quoted} % ({name}) }}}}"
            yield f"{{{{ {quoted}.format({name}, 1, a=2) }}}}"
    for spec in ["d", "5d", "<5", ">8.3f", "^9", "+", "05d", "x", "#x", ",", "_", ".2%", "e", ".3g", "g", "s", "10s", ".2s", "*^7", "=+6d", "b", "c", "n", "", "!r", "!s:>4", "08.2f", ",.1f"]:
        field = "{" + (spec if spec.startswith("!") else ":" + spec) + "}"
        for value in VALUES:
            yield f"{{{{ '{field}'.format({value}) }}}}"
    for spec in ["%d", "%5d", "%-5d|", "%05d", "%+d", "%x", "%#x", "%o", "%e", "%.3e", "%g", "%.3g", "%f", "%.0f", "%.2f", "%s", "%5s", "%-5s|", "%.1s", "%r", "%a", "%c", "%i", "%u", "%%", "%", "%z", "%(a)s", "%s%s", "% d", "%X", "%G", "%5.1f|"]:
        for value in VALUES:
            yield f"{{{{ '{spec}' % ({value}) }}}}"
    for number in ["0.5", "1.5", "2.5", "-0.5", "2.675", "1e15", "1e16", "123456.789", "1e-5", "0.1 + 0.2", "1/3", "5e-324", "1.7976931348623157e308"]:
        for name in ["round", "round(1)", "round(2)", "round(-2)", "round(1, 'ceil')", "round(1, 'floor')", "int", "string", "tojson", "abs", "filesizeformat"]:
            yield f"{{{{ ({number}) | {name} }}}}"
        for spec in ["%.0f", "%.1f", "%.10f", "%e", "%.0e", "%g", "%.12g", "%d"]:
            yield f"{{{{ '{spec}' % ({number}) }}}}"


if __name__ == "__main__":
    if sys.argv[1] == "all":
        for template in everything():
            print(json.dumps({"template": template, "context": CONTEXT}))
        sys.exit()
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    for index in range(count):
        template = Generator(seed * 1_000_000 + index).template()
        print(json.dumps({"template": template, "context": CONTEXT}))
