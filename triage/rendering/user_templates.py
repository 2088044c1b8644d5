"""Templates of users, which may do anything with log text but print it as markup, or run without end.

Jinja's sandbox forbids private attributes and unsafe calls; it knows nothing of Markdown, and does not bound
what a template does (https://jinja.palletsprojects.com/en/stable/sandbox/). Here only what a function of ours
returned is trusted, and only as a whole: every other operation on text gives plain text, which is printed in
code. Loops, calls, text and output are bounded.

Markdown around a code span can break it: backticks beside it, a table, HTML, a fence. So a template may hold
backticks in pairs only, and what is printed fits its own Markdown.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from time import monotonic
from types import CodeType
from typing import Any

from jinja2 import Template, nodes, pass_context
from jinja2.exceptions import SecurityError, TemplateSyntaxError
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from triage.rendering.escape import SEPARATOR, SafeMarkdown, finalize_plain, markdown_fence
from triage.text import code

#: Iterations of loops and calls of one template.
_MOST_STEPS = 200_000
#: Seconds that a template may take.
_MOST_SECONDS = 60.0
#: Characters of one text, and elements of one range or repeated list.
_LONGEST_TEXT = 1_000_000
_LONGEST_RANGE = 10_000
#: Characters of the whole output.
_LONGEST_OUTPUT = 20_000_000
#: Digits of a whole number, about: larger ones take long to multiply and to print.
_MOST_BITS = 4096
#: Methods of text that make it longer, or read a format.
_UNSAFE_METHODS = frozenset({
    "center", "encode", "expandtabs", "format", "format_map", "join", "ljust", "replace", "rjust",
    "translate", "zfill",
})  # fmt: skip
#: Filters of Jinja that trust text, or that make it longer without a bound.
_UNSAFE_FILTERS = (
    "batch", "center", "e", "escape", "forceescape", "indent", "safe", "slice", "striptags", "tojson",
    "urlize", "wordwrap", "xmlattr",
)  # fmt: skip
#: Filters that pass a value on as it is.
_PASSING_FILTERS = frozenset({"default", "d", "first", "last", "list", "map", "select", "reject"})
_NO_PAIR = "a backtick stands without its pair: what {{ }} prints is in code anyway"
#: The edges of what is printed; no text that was made safe to print holds it.
_EDGE = "\0"
_ADJACENT = re.compile("`\0+`")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_FENCE = re.compile(r"\s*(?:```|~~~)")
#: A format without a width: numbers, texts and percent signs.
_FORMAT = re.compile(r"(?:[^%]|%%|%(?:\.\d)?[dfgs])*", re.DOTALL)


class UserEnvironment(ImmutableSandboxedEnvironment):
    """The environment of one rendering of a user's template."""

    intercepted_binops = frozenset({"+", "*", "%", "**"})

    def __init__(self, *, plain: bool, **options: Any) -> None:
        """Create an environment for plain text or for Markdown."""
        self._plain = plain
        self._has_tables = self._has_html = self._has_fences = False
        self._steps = 0
        self._began = monotonic()
        super().__init__(finalize=_finalize, autoescape=not plain, **options)
        for name in _UNSAFE_FILTERS:
            del self.filters[name]
        self.filters = {
            name: filter_ if name in _PASSING_FILTERS else on_plain_text(filter_)
            for name, filter_ in self.filters.items()
        }
        self.filters |= {
            "concatenated": self.concatenated,
            "counted": self.counted,
            "fence": self.fenced,
            "join": self.joined,
            "format": _format,
            "plain": _plain,
            "printed": self.finalized,
            "replace": on_plain_text(_replace),
            "trusted": _trusted,
        }
        self.globals.pop("lipsum")
        self.globals["range"] = _bounded_range

    def finalized(self, value: Any) -> Any:
        """Return what ``{{ value }}`` prints: only what a function of ours returned is trusted."""
        if type(value) is Markup:
            value = str(value)
        if self._plain:
            return finalize_plain(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return value
        if not isinstance(value, SafeMarkdown):
            value = code(str(value))
            value = value.replace("|", "\\|") if self._has_tables else value
        text = _TAG.sub("<\u200b", str(value)) if self._has_html else str(value)
        return SafeMarkdown(f"{_EDGE}{text}{_EDGE}")

    def fenced(self, text: Any, language: str = "", *, exact: bool = False) -> SafeMarkdown:
        """Return a fenced block, or a code span in a template that has fences of its own.

        ``exact`` is for commands of playbooks only.
        """
        exact = exact and isinstance(text, SafeMarkdown)
        if self._has_fences or self._plain:
            return SafeMarkdown(self.finalized(_plain(text)))
        return SafeMarkdown(f"\n\n{markdown_fence(_plain(text), _plain(language), exact=exact)}\n\n")

    def compile(  # type: ignore[override]  # the forms that return source are not used
        self, source: str | nodes.Template, name: str | None = None, filename: str | None = None
    ) -> CodeType:
        """Compile a template whose loops are counted and whose texts are joined safely."""
        tree = self.parse(source, name, filename) if isinstance(source, str) else source
        if name is None and not self._plain:
            self._read_markdown(tree)
        return super().compile(_rewritten(tree), name, filename)

    def _read_markdown(self, tree: nodes.Template) -> None:
        """Read what Markdown the template itself writes, and refuse a backtick without its pair."""
        texts = list(tree.find_all(nodes.TemplateData))
        for data in texts:
            for number, line in enumerate(data.data.split("\n")):
                if _FENCE.match(line) is None and not _has_pairs(line):
                    raise TemplateSyntaxError(_NO_PAIR, data.lineno + number)
        whole = "\n".join(data.data for data in texts)
        self._has_tables = "|" in whole
        self._has_html = _TAG.search(whole) is not None
        self._has_fences = any(map(_FENCE.match, whole.split("\n")))

    def call(self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: PYI063 (Jinja's)
        """Call a function and count it; what a macro or a block printed is trusted."""
        self._count()
        if isinstance(__obj, LoopContext) and args:
            args = (self.counted(args[0]), *args[1:])
        returned = super().call(__context, __obj, *args, **kwargs)
        return _trusted(returned) if type(returned) is Markup else returned

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Return the result of an operator; text is joined as ``~`` does, and nothing grows without bound."""
        if operator == "+" and isinstance(left, str) and isinstance(right, str):
            return self.concatenated([left, right])
        if operator == "**" or (operator == "%" and isinstance(left, str)):
            raise SecurityError(f"the operator {operator} is not allowed here")
        left, right = _plain(left), _plain(right)
        if operator == "*":
            _check_product(left, right)
        return super().call_binop(context, operator, left, right)

    def getitem(self, obj: Any, argument: Any) -> Any:
        """Return an item; a part of trusted text is plain text."""
        return super().getitem(_plain(obj), argument)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Return whether a template may use an attribute: none of trusted text, and none that grows text."""
        if isinstance(obj, Markup) or (isinstance(obj, str) and attr in _UNSAFE_METHODS):
            return False
        return super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> None:
        """Return nothing: ``str.format`` is an unsafe method like others that make text longer."""

    def concatenated(self, parts: Iterable[Any]) -> str:
        """Return texts one after the other; beside trusted text, other text is printed as alone."""
        values = list(parts)
        if any(isinstance(value, Markup) for value in values):
            return _trusted("".join(str(self.finalized(value)) for value in values))
        return _bounded("".join(map(str, values)))

    def joined(self, values: Iterable[Any], separator: str = ", ") -> SafeMarkdown:
        """Return values one after the other, each printed as alone, and so is a separator that is a text."""
        known = isinstance(separator, SafeMarkdown) or SEPARATOR.fullmatch(separator) is not None
        between = str(separator) if known else str(self.finalized(separator))
        return _trusted(between.join(str(self.finalized(value)) for value in values))

    def counted(self, values: Iterable[Any]) -> Iterator[Any]:
        """Yield values and count them."""
        for value in values:
            self._count()
            yield value

    def _count(self) -> None:
        self._steps += 1
        if self._steps > _MOST_STEPS:
            raise SecurityError(f"the template takes more than {_MOST_STEPS:,} steps of loops and calls")
        if monotonic() - self._began > _MOST_SECONDS:
            raise SecurityError(f"the template takes more than {_MOST_SECONDS:g} s")


def render_bounded(template: Template, context: dict[str, Any]) -> str:
    """Return what a template prints, up to a limit."""
    parts, length = [], 0
    for part in template.generate(context):
        length += len(part)
        if length > _LONGEST_OUTPUT:
            raise SecurityError(f"the template prints more than {_LONGEST_OUTPUT:,} characters")
        parts.append(part)
    text = _ADJACENT.sub("` `", "".join(parts))
    return text.replace(_EDGE, "")


def line_of(error: BaseException) -> int | None:
    """Return the line of a user's template at which an error came up, if it is known."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == "<template>":
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def on_plain_text(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a filter that reads trusted text as plain text: a part of it is not trusted."""

    @wraps(function)
    def filter_(*args: Any, **kwargs: Any) -> Any:
        returned = function(*map(_plain, args), **{name: _plain(value) for name, value in kwargs.items()})
        return _bounded(returned) if isinstance(returned, str) else returned

    return filter_


def _rewritten(tree: nodes.Template) -> nodes.Template:
    """Return a template with counted loops, and with filters in place of what trusts text by itself."""
    for loop in tree.find_all(nodes.For):
        loop.iter = _filter(loop.iter, "counted")
    for block in tree.find_all(nodes.FilterBlock):
        inner = block.filter
        while isinstance(inner.node, nodes.Filter):
            inner = inner.node
        inner.node = _filter(None, "trusted")
        block.filter = _filter(block.filter, "printed")
    rewritten: nodes.Template = _Rewriter().visit(tree)
    rewritten.set_environment(tree.environment)  # type: ignore[arg-type]  # a parsed tree has one
    return rewritten


class _Rewriter(NodeTransformer):
    """Replaces ``~``, takes slices of plain text only, and trusts what a block without a filter sets."""

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802 (the name of the node)
        """Return the filter that joins texts safely."""
        self.generic_visit(node)
        return _filter(nodes.List(node.nodes, lineno=node.lineno), "concatenated")

    def visit_Getitem(self, node: nodes.Getitem) -> nodes.Node:  # noqa: N802
        """Return a slice of plain text: Jinja lets no environment see slices."""
        self.generic_visit(node)
        if isinstance(node.arg, nodes.Slice):
            node.node = _filter(node.node, "plain")
        return node

    def visit_AssignBlock(self, node: nodes.AssignBlock) -> nodes.Node | list[nodes.Node]:  # noqa: N802
        """Return the block, and an assignment that trusts it: each of its parts was printed safely."""
        self.generic_visit(node)
        if node.filter is not None:
            return node
        target = node.target
        value: nodes.Expr = (
            nodes.Getattr(nodes.Name(target.name, "load"), target.attr, "load")
            if isinstance(target, nodes.NSRef)
            else nodes.Name(target.name, "load")  # type: ignore[attr-defined]
        )
        assign = nodes.Assign(target, _filter(value, "trusted"), lineno=node.lineno)
        return [node, assign]


def _filter(node: Any, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno if node is not None else 1)


@pass_context
def _finalize(context: Context, value: Any) -> Any:
    """Return what ``{{ value }}`` prints. The context is passed, so that Jinja prints no constant itself."""
    environment = context.environment
    return environment.finalized(value) if isinstance(environment, UserEnvironment) else value


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, Markup) else value


def _trusted(value: str) -> SafeMarkdown:
    return SafeMarkdown(_bounded(str(value)))


def _bounded(text: str) -> str:
    if len(text) > _LONGEST_TEXT:
        raise SecurityError(f"a text is longer than {_LONGEST_TEXT:,} characters")
    return text


def _replace(value: Any, old: str, new: str, count: int = -1) -> str:
    text, old, new = str(value), str(old), str(new)
    if (text.count(old) * len(new)) + len(text) > _LONGEST_TEXT:
        raise SecurityError(f"a text is longer than {_LONGEST_TEXT:,} characters")
    return text.replace(old, new, count)


def _format(value: Any, *arguments: Any) -> str:
    """Return a format filled with numbers and texts, as plain text."""
    text = str(value)
    if _FORMAT.fullmatch(text) is None:
        raise SecurityError("a format may hold %d, %s, %.1f and the like, without a width")
    return _bounded(text % tuple(map(_plain, arguments)))


def _bounded_range(*arguments: int) -> range:
    found = range(*arguments)
    if len(found) > _LONGEST_RANGE:
        raise SecurityError(f"a range has more than {_LONGEST_RANGE:,} elements")
    return found


def _check_product(left: Any, right: Any) -> None:
    """Refuse a repetition or a product that is too large."""
    for value, times in ((left, right), (right, left)):
        longest = _LONGEST_TEXT if isinstance(value, str) else _LONGEST_RANGE
        if isinstance(value, str | list | tuple) and isinstance(times, int) and len(value) * times > longest:
            raise SecurityError("a repetition is too long")
    bits = sum(value.bit_length() for value in (left, right) if isinstance(value, int))
    if bits > _MOST_BITS:
        raise SecurityError("a number is too large")


def _has_pairs(line: str) -> bool:
    """Return whether every backtick of a line opens or closes a code span of that line."""
    runs = [len(run) for run in re.findall("`+", line)]
    while runs:
        if runs[0] not in runs[1:]:
            return False
        del runs[: runs.index(runs[0], 1) + 1]
    return True
