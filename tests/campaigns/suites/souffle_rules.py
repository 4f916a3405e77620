"""The clauses of a Souffle program: heads, bodies with `or` written out, and terms."""

from __future__ import annotations

from itertools import chain, product

from coverlog.tests.campaigns.suites.theirs import Atom, Clause, Counted, Not, Part, RefusedError, Test, quoted
from coverlog.tests.campaigns.suites.tokens import Reader, Token

_OPS = ("=", "!=", "<", "<=", ">", ">=")
_MIRROR = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_AGGREGATES = ("count", "sum", "min", "max", "mean")
_FUNCTIONS = {"cat", "strlen", "ord", "substr", "to_number", "to_string", "min", "max", "range", "match", "contains",
              "as", "to_unsigned", "to_float", "autoinc"}  # fmt: skip


class Rules(Reader):
    """Clauses read from tokens, one after the other."""

    def __init__(self, tokens: list[Token]) -> None:
        super().__init__(tokens)
        self.clauses: list[Clause] = []
        self._fresh = 0
        self._asked: list[Part] = []  # what a term needs to be said beside it

    def name(self, theirs: str) -> str:
        return f"p_{theirs.replace('?', 'Q')}"

    def kind(self) -> str:
        return self.tokens[self.at].kind if self.at < len(self.tokens) else ""

    def must(self, text: str) -> None:
        if not self.take(text):
            raise RefusedError("components" if self.peek() == "." else "a form of its own")

    def clause(self) -> None:
        heads = [self.atom()]
        while self.take(","):
            heads.append(self.atom())
        if self._asked:
            raise RefusedError("a value that is worked out")
        if self.peek() == "<=":
            raise RefusedError("subsumption")
        bodies: list[tuple[Part, ...]] = self.body() if self.take(":-") else [()]
        self.must(".")
        self.clauses += [(head, body) for head in heads for body in bodies]

    def body(self) -> list[tuple[Part, ...]]:
        """Return the ways of a body, each a list of parts that hold together."""
        ways = self._together()
        while self.take(";"):
            ways += self._together()
        return ways

    def _together(self) -> list[tuple[Part, ...]]:
        parts = [self._part()]
        while self.take(","):
            parts.append(self._part())
        return [tuple(chain.from_iterable(choice)) for choice in product(*parts)]

    def _part(self) -> list[tuple[Part, ...]]:
        if self.peek() == "(" and not self._is_sum():
            self.at += 1
            ways = self.body()
            self.must(")")
            return ways
        negated = self.take("!")
        if self.kind() == "name" and self.peek(1) == "(" and self.peek() not in _FUNCTIONS:
            atom = self.atom()
            beside, self._asked = tuple(self._asked), []
            if negated and beside:
                raise RefusedError("a value that is worked out")
            return [(Not(atom) if negated else atom, *beside)]
        if negated:
            raise RefusedError("a negation of more than an atom")
        if self.peek() in ("true", "false"):
            raise RefusedError("true and false")
        return [self._comparison()]

    def _is_sum(self) -> bool:
        """Say whether a bracket holds a term: no comma, and a comparison or arithmetic behind it."""
        depth, at = 0, self.at
        while at < len(self.tokens):
            depth += {"(": 1, ")": -1}.get(self.tokens[at].text, 0)
            if not depth:
                break
            at += 1
        return self.peek(at - self.at + 1) in (*_OPS, "+", "-", "*", "/", "%", "^")

    def _comparison(self) -> tuple[Part, ...]:
        left = self._side()
        op = self.next().text
        if op not in _OPS:
            raise RefusedError("a form of its own")
        right = self._side()
        if isinstance(left, str) and isinstance(right, str):
            return (Test(left, op, right),)
        if isinstance(left, Counted) and isinstance(right, str):
            return (left._replace(op=op, right=right),)
        if isinstance(right, Counted) and isinstance(left, str):
            return (right._replace(op=_MIRROR.get(op, op), right=left),)
        raise RefusedError("an aggregate beside another")

    def _side(self) -> str | Counted:
        if self.peek() in _AGGREGATES and self.peek(1) != "(":
            return self._aggregate()
        terms = [self._term()]
        while self.take("+"):
            terms.append(self._term())
        if self.peek() in ("-", "*", "/", "%", "^", "band", "bor", "bxor", "bshl", "bshr", "land", "lor"):
            raise RefusedError("arithmetic but +")
        return " + ".join(terms)

    def _aggregate(self) -> Counted:
        function = self.next().text
        if function not in ("count", "sum"):
            raise RefusedError("min, max and mean")
        weight = "" if self.peek() == ":" else self._term()
        self.must(":")
        braced = self.take("{")
        ways = self.body() if braced else [(self.atom(),)]
        if braced:
            self.must("}")
        if len(ways) > 1 or not all(isinstance(part, Atom | Not | Test) for part in ways[0]):
            raise RefusedError("an aggregate of alternatives, or of another")
        return Counted(function, weight, tuple(map(self._named, ways[0])), "", "")

    def _named(self, part: Part) -> Part:
        """Name what an aggregate counts and does not name."""
        if not isinstance(part, Atom):
            return part
        return Atom(part.name, tuple(self._new() if arg == "_" else arg for arg in part.args))

    def atom(self) -> Atom:
        token = self.next()
        if token.kind != "name":
            raise RefusedError("a form of its own")
        if self.peek() == ".":
            raise RefusedError("components")
        args: list[str] = []
        self.must("(")
        while not self.take(")"):
            args.append(self._argument())
            if self.peek() not in (",", ")"):
                raise RefusedError("arithmetic but +, or a form of its own")
            self.take(",")
        return Atom(self.name(token.text), tuple(args))

    def _argument(self) -> str:
        said = self._side()
        if isinstance(said, str) and " + " not in said:
            return said
        made = self._new()
        self._asked.append(Test(made, "=", said) if isinstance(said, str) else said._replace(op="=", right=made))
        return made

    def _new(self) -> str:
        self._fresh += 1
        return f"W{self._fresh}"

    def _term(self) -> str:
        negative = self.take("-")
        token = self.next()
        if token.kind == "number":
            return str(self._number(token.text) * (-1 if negative else 1))
        if negative:
            raise RefusedError("arithmetic but +")
        if token.kind == "text":
            return quoted(token.text[1:-1])
        if token.kind == "name" and self.peek() != "(" and token.text != "nil":
            return token.text if token.text == "_" else f"V{token.text.replace('?', 'Q')}"
        if token.text in ("[", "$", "nil"):
            raise RefusedError("records and variants")
        if token.kind == "float":
            raise RefusedError("floating point")
        raise RefusedError("functions" if self.peek() == "(" else "arithmetic but +, or a form of its own")

    @staticmethod
    def _number(text: str) -> int:
        number = int(text.removesuffix("u"), 0) if text[:2] in ("0x", "0b") else int(text.removesuffix("u"))
        if number >= 2**31:
            raise RefusedError("numbers of another form, or beyond 32 bits")
        return number
