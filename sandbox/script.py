"""VKScript: the little language of `execute`, parsed and run by a small interpreter.

Knows var, assignment, if, while, return, literals, operators, `@.field`, methods of lists and texts and
`API.section.method({...})`; what a call does is the caller's business.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

MOST_CALLS = 25
MOST_STEPS = 5000
TOKEN = re.compile(
    r"""\s*(?:(?P<comment>//[^\n]*|/\*.*?\*/)|(?P<number>\d+(?:\.\d+)?)|(?P<name>[A-Za-z_]\w*)"""
    r"""|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')|(?P<sign>@\.|==|!=|<=|>=|&&|\|\||[-+*/%=<>!(){}\[\],;:.?]))""",
    re.DOTALL,
)
LEVELS = [["||"], ["&&"], ["==", "!="], ["<", ">", "<=", ">="], ["+", "-"], ["*", "/", "%"]]
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}

Node = tuple[Any, ...]
CallApi = Callable[[str, dict[str, Any]], Any]


class CompileFault(Exception):
    """The code cannot be understood (error 12)."""


class RunFault(Exception):
    """The code went wrong while running (error 13)."""


class _Return(Exception):
    def __init__(self, value: Any) -> None:
        super().__init__()
        self.value = value


def run_script(code: str, call_api: CallApi, arguments: dict[str, str]) -> Any:
    """Runs the code, gives what it returns (None without return). Raises CompileFault, RunFault."""
    program = _Parser(code).program()
    return _Machine(call_api, arguments).run(program)


def _tokens(code: str) -> list[tuple[str, str]]:
    found, at = [], 0
    code = code.rstrip()
    while at < len(code):
        match = TOKEN.match(code, at)
        if match is None:
            raise CompileFault(f"unexpected character at {at}")
        at = match.end()
        kind = str(match.lastgroup)
        if kind != "comment":
            found.append((kind, match.group(kind)))
    return found


def _unescape(text: str) -> str:
    def replace(match: re.Match[str]) -> str:
        mark = match.group(1)
        if mark.startswith("u") and len(mark) == 5:
            return chr(int(mark[1:], 16))
        return ESCAPES.get(mark, mark)

    plain = re.sub(r"\\(u[0-9a-fA-F]{4}|.)", replace, text[1:-1], flags=re.DOTALL)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class _Parser:
    """Recursive descent over the tokens."""

    def __init__(self, code: str) -> None:
        self._tokens = _tokens(code)
        self._at = 0

    def program(self) -> list[Node]:
        """All statements."""
        found = []
        while self._at < len(self._tokens):
            found.append(self._statement())
        return found

    def _peek(self, ahead: int = 0) -> str:
        place = self._at + ahead
        return self._tokens[place][1] if place < len(self._tokens) else ""

    def _take(self, wanted: str = "") -> tuple[str, str]:
        if self._at >= len(self._tokens):
            raise CompileFault("unexpected end of code")
        token = self._tokens[self._at]
        if wanted and token[1] != wanted:
            raise CompileFault(f"'{wanted}' expected, '{token[1]}' found")
        self._at += 1
        return token

    def _accept(self, sign: str) -> bool:
        if self._peek() == sign and self._tokens[self._at][0] != "text":
            self._at += 1
            return True
        return False

    def _statement(self) -> Node:
        if self._accept(";"):
            return ("block", [])
        if self._accept("{"):
            body = []
            while not self._accept("}"):
                body.append(self._statement())
            return ("block", body)
        if self._accept("var"):
            return self._declaration()
        if self._accept("return"):
            value: Node = ("value", None) if self._peek() in {";", ""} else self._expression()
            self._end()
            return ("return", value)
        if self._accept("if"):
            condition = self._in_brackets()
            then = self._statement()
            return ("if", condition, then, self._statement() if self._accept("else") else None)
        if self._accept("while"):
            return ("while", self._in_brackets(), self._statement())
        return self._plain()

    def _declaration(self) -> Node:
        parts: list[Node] = []
        while True:
            name = self._take()[1]
            parts.append(("set", ("name", name), self._expression() if self._accept("=") else ("value", None)))
            if not self._accept(","):
                break
        self._end()
        return ("block", parts)

    def _plain(self) -> Node:
        left = self._expression()
        if self._accept("="):
            if left[0] not in {"name", "field", "index"}:
                raise CompileFault("cannot assign to this")
            left = ("set", left, self._expression())
        self._end()
        return ("do", left) if left[0] != "set" else left

    def _end(self) -> None:
        if self._peek() not in {"}", ""}:
            self._take(";")

    def _in_brackets(self) -> Node:
        self._take("(")
        inner = self._expression()
        self._take(")")
        return inner

    def _expression(self) -> Node:
        condition = self._binary(0)
        if self._accept("?"):
            yes = self._expression()
            self._take(":")
            return ("choice", condition, yes, self._expression())
        return condition

    def _binary(self, level: int) -> Node:
        if level == len(LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while self._peek() in LEVELS[level] and self._tokens[self._at][0] == "sign":
            sign = self._take()[1]
            left = ("binary", sign, left, self._binary(level + 1))
        return left

    def _unary(self) -> Node:
        if self._peek() in {"!", "-", "+"} and self._tokens[self._at][0] == "sign":
            sign = self._take()[1]
            return ("unary", sign, self._unary())
        return self._postfix(self._primary())

    def _postfix(self, node: Node) -> Node:
        while True:
            if self._accept("@."):
                node = ("each", node, self._take()[1])
            elif self._accept("."):
                node = ("field", node, self._take()[1])
            elif self._accept("["):
                node = ("index", node, self._expression())
                self._take("]")
            elif self._accept("("):
                node = ("call", node, self._list(")"))
            else:
                return node

    def _list(self, end: str) -> list[Node]:
        found: list[Node] = []
        while not self._accept(end):
            found.append(self._expression())
            if not self._accept(","):
                self._take(end)
                break
        return found

    def _primary(self) -> Node:
        kind, text = self._take()
        if kind == "number":
            return ("value", float(text) if "." in text else int(text))
        if kind == "text":
            return ("value", _unescape(text))
        if kind == "name":
            constants = {"true": True, "false": False, "null": None}
            return ("value", constants[text]) if text in constants else ("name", text)
        if text == "(":
            inner = self._expression()
            self._take(")")
            return inner
        if text == "[":
            return ("list", self._list("]"))
        if text == "{":
            return self._object()
        raise CompileFault(f"unexpected '{text}'")

    def _object(self) -> Node:
        pairs = []
        while not self._accept("}"):
            kind, text = self._take()
            if kind == "sign":
                raise CompileFault(f"unexpected '{text}' in object")
            self._take(":")
            pairs.append((_unescape(text) if kind == "text" else text, self._expression()))
            if not self._accept(","):
                self._take("}")
                break
        return ("object", pairs)


class _Machine:
    """Walks the tree."""

    def __init__(self, call_api: CallApi, arguments: dict[str, str]) -> None:
        self._call_api = call_api
        self._names: dict[str, Any] = {"Args": dict(arguments)}
        self._steps = 0
        self._calls = 0

    def run(self, program: list[Node]) -> Any:
        """The returned value."""
        try:
            for node in program:
                self._do(node)
        except _Return as done:
            return done.value
        return None

    def _do(self, node: Node) -> None:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise RunFault("too many operations")
        kind = node[0]
        if kind == "block":
            for inner in node[1]:
                self._do(inner)
        elif kind == "return":
            raise _Return(self._value(node[1]))
        elif kind == "if":
            if self._value(node[1]):
                self._do(node[2])
            elif node[3] is not None:
                self._do(node[3])
        elif kind == "while":
            while self._value(node[1]):
                self._do(node[2])
        elif kind == "set":
            self._assign(node[1], self._value(node[2]))
        else:
            self._value(node[1])

    def _assign(self, target: Node, value: Any) -> None:
        if target[0] == "name":
            self._names[target[1]] = value
            return
        place = self._value(target[1])
        key = target[2] if target[0] == "field" else self._value(target[2])
        try:
            place[key] = value
        except (TypeError, IndexError) as fault:
            raise RunFault("cannot assign to this") from fault

    def _value(self, node: Node) -> Any:
        self._steps += 1
        if self._steps > MOST_STEPS:
            raise RunFault("too many operations")
        worker: Callable[..., Any] = getattr(self, f"_{node[0]}_value")
        return worker(*node[1:])

    def _value_value(self, value: Any) -> Any:
        return value

    def _name_value(self, name: str) -> Any:
        if name not in self._names:
            raise RunFault(f"undefined variable {name}")
        return self._names[name]

    def _list_value(self, items: list[Node]) -> Any:
        return [self._value(item) for item in items]

    def _object_value(self, pairs: list[tuple[str, Node]]) -> Any:
        return {name: self._value(item) for name, item in pairs}

    def _choice_value(self, condition: Node, yes: Node, no: Node) -> Any:
        return self._value(yes) if self._value(condition) else self._value(no)

    def _unary_value(self, sign: str, inner: Node) -> Any:
        value = self._value(inner)
        if sign == "!":
            return not value
        return -_number(value) if sign == "-" else _number(value)

    def _binary_value(self, sign: str, left: Node, right: Node) -> Any:
        first = self._value(left)
        if sign == "&&":
            return first and self._value(right)
        if sign == "||":
            return first or self._value(right)
        return _operate(sign, first, self._value(right))

    def _each_value(self, inner: Node, name: str) -> Any:
        rows = self._value(inner)
        if not isinstance(rows, list):
            return None
        return [_member(row, name) for row in rows]

    def _field_value(self, inner: Node, name: str) -> Any:
        return _member(self._value(inner), name)

    def _index_value(self, inner: Node, index: Node) -> Any:
        return _member(self._value(inner), self._value(index))

    def _call_value(self, target: Node, arguments: list[Node]) -> Any:
        path = _path(target)
        if path is not None and path[0] == "API":
            return self._api(".".join(path[1:]), [self._value(item) for item in arguments])
        values = [self._value(item) for item in arguments]
        if path is not None and len(path) == 1:
            return _function(path[0], values)
        if target[0] != "field":
            raise RunFault("cannot call this")
        return _call_method(self._value(target[1]), target[2], values)

    def _api(self, name: str, values: list[Any]) -> Any:
        self._calls += 1
        if self._calls > MOST_CALLS:
            raise RunFault("too many api calls")
        arguments = values[0] if values else {}
        if not isinstance(arguments, dict):
            arguments = {}
        return self._call_api(name, arguments)


def _path(node: Node) -> list[str] | None:
    if node[0] == "name":
        return [node[1]]
    if node[0] == "field":
        before = _path(node[1])
        return None if before is None or before[0] != "API" else [*before, node[2]]
    return None


def _number(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return int(bool(value))
    if isinstance(value, int | float):
        return value
    try:
        return int(value)
    except (TypeError, ValueError):
        return 0


def _operate(sign: str, left: Any, right: Any) -> Any:
    if sign in {"==", "!="}:
        return (left == right) == (sign == "==")
    if sign == "+" and isinstance(left, list) and isinstance(right, list):
        return left + right
    if sign == "+" and (isinstance(left, str) or isinstance(right, str)):
        return as_text(left) + as_text(right)
    first, second = _number(left), _number(right)
    if sign in {"/", "%"} and not second:
        raise RunFault("division by zero")
    table: dict[str, Callable[[], Any]] = {
        "+": lambda: first + second,
        "-": lambda: first - second,
        "*": lambda: first * second,
        "/": lambda: first / second if first % second else first // second,
        "%": lambda: first % second,
        "<": lambda: first < second,
        ">": lambda: first > second,
        "<=": lambda: first <= second,
        ">=": lambda: first >= second,
    }
    return table[sign]()


def _member(value: Any, name: Any) -> Any:
    if isinstance(value, dict):
        return value.get(name, value.get(str(name)))
    if isinstance(value, list | str):
        if name == "length":
            return len(value)
        if isinstance(name, int) and 0 <= name < len(value):
            return value[name]
    return None


def _function(name: str, values: list[Any]) -> Any:
    if name == "parseInt":
        return _number(values[0] if values else 0)
    if name == "parseDouble":
        return float(values[0]) if values else 0.0
    raise RunFault(f"unknown function {name}")


def _call_method(value: Any, name: str, values: list[Any]) -> Any:
    if isinstance(value, list):
        return _list_method(value, name, values)
    if isinstance(value, str):
        if name == "split":
            return value.split(values[0])
        if name == "indexOf":
            return value.find(values[0])
        if name == "substr":
            return value[values[0] :][: values[1] if len(values) > 1 else None]
    raise RunFault(f"unknown method {name}")


def _list_method(value: list[Any], name: str, values: list[Any]) -> Any:
    if name == "push":
        value.append(values[0])
        return len(value)
    if name == "pop":
        return value.pop() if value else None
    if name == "shift":
        return value.pop(0) if value else None
    if name == "unshift":
        value.insert(0, values[0])
        return len(value)
    if name == "slice":
        return value[values[0] : values[1] if len(values) > 1 else None]
    if name == "indexOf":
        return value.index(values[0]) if values[0] in value else -1
    raise RunFault(f"unknown method {name}")


def as_text(value: Any) -> str:
    """A value as a parameter of a call: lists joined with commas, objects as JSON, booleans as 1 and empty."""
    if value is None or value is False:
        return "0" if value is False else ""
    if value is True:
        return "1"
    if isinstance(value, list) and not any(isinstance(item, dict | list) for item in value):
        return ",".join(as_text(item) for item in value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
