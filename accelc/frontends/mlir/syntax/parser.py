"""The parser of MLIR text of other compilers."""

import re
from collections.abc import Collection
from math import prod
from typing import Any

import numpy as np
from xdsl.context import Context
from xdsl.dialects.builtin import (
    BytesAttr,
    DenseIntOrFPElementsAttr,
    DenseResourceAttr,
    FileLineColLoc,
    IntAttr,
    IntegerType,
    LocationAttr,
    NameLoc,
    NoneAttr,
    StringAttr,
    UnknownLoc,
    UnregisteredOp,
)
from xdsl.ir import Operation
from xdsl.utils.lexer import Span
from xdsl.utils.mlir_lexer import MLIRTokenKind

from accelc.frontends.mlir.syntax.foreign import op_class
from accelc.frontends.mlir.syntax.forms import KNOWN_TO_XDSL
from accelc.parsing import SafeParser

DIALECTS = frozenset(["stablehlo", "chlo", "tosa", "linalg", "tensor"])
"""Dialects whose operations are parsed here."""
OPAQUE = frozenset([*DIALECTS, "mhlo", "sdy", "vhlo", "jax", "iree", "util", "ml_program", "torch"])
"""Dialects whose attributes and types are kept as text."""
_ALIAS = re.compile(r"^(#loc[\w$.-]*+)[ ]?=[ ]?loc\((.*+)$", re.MULTILINE)
_NAME = re.compile(r'\s*+"((?:[^"\\]|\\.)*+)"(:\d++:\d++)?')
_RESOURCE = re.compile(r'([\w$.-]++): "0x([0-9A-Fa-f]*+)"')
MAX_ALIASES = 20
"""Aliases of locations followed to find a name."""


class UpstreamParser(SafeParser):
    """
    `SafeParser` for the dialects in `foreign` too, whichever of them xDSL knows.

    Locations may be aliases defined later, and attributes of dialects in `OPAQUE` are kept as text.
    """

    def __init__(
        self, context: Context, text: str | bytes, name: str = "<unknown>", foreign: Collection[str] = DIALECTS
    ):
        super().__init__(context, text, name)
        self.foreign = foreign
        self.places: dict[Operation, Span[Any]] = {}
        """Where every operation stands in the text."""
        content = str(self.lexer.input.content)
        resources = content.find("{-#")
        found = _RESOURCE.finditer(content, resources) if resources >= 0 else ()
        self._resources = {match[1]: match[2] for match in found}
        self._locations = {match[1]: match[2] for match in _ALIAS.finditer(content)} if "#loc" in content else {}

    def parse_operation(self) -> Operation:
        """Parse an operation and remember its place."""
        start = self._current_token.span
        op = super().parse_operation()
        self.places[op] = start
        return op

    def _get_op_by_name(self, name: str) -> type[Operation]:
        dialect = name.partition(".")[0] if "." in name else ""
        if dialect in self.foreign and name not in KNOWN_TO_XDSL:
            return op_class(name)
        if dialect:
            # Whatever xDSL does not know is read too: the conversion says what it cannot do with it.
            found = self.ctx.get_optional_op(name)
            if found is None or issubclass(found, UnregisteredOp):
                return op_class(name)
        return super()._get_op_by_name(name)

    def _parse_dialect_type_or_attribute_body(
        self, attr_name: str, is_type: bool, is_opaque: bool, starting_opaque_pos: int | None
    ) -> Any:
        rest = (is_type, is_opaque, starting_opaque_pos)
        if attr_name.partition(".")[0] not in OPAQUE or self.ctx.allow_unregistered:
            return super()._parse_dialect_type_or_attribute_body(attr_name, *rest)
        self.ctx.allow_unregistered = True
        try:
            return super()._parse_dialect_type_or_attribute_body(attr_name, *rest)
        finally:
            self.ctx.allow_unregistered = False

    def parse_optional_location(self) -> LocationAttr | None:
        """Parse `loc(...)`: its first name or file position, through aliases wherever they are defined."""
        if self._current_token.kind is not MLIRTokenKind.BARE_IDENT or self._current_token.text != "loc":
            return None
        self._consume_token()
        start = self.pos + 1
        if not str(self.lexer.input.content).startswith("(", self.pos):
            self.raise_error("'(' expected behind 'loc'")
        end = self._closing(start)
        self.lexer.pos = end + 1
        self._parser_state.current_token = self.lexer.lex()
        return self._location(str(self.lexer.input.content)[start:end])

    def _closing(self, start: int) -> int:
        """Position of the parenthesis that closes one opened before `start`."""
        content, depth, inside = str(self.lexer.input.content), 1, False
        position = start
        while position < len(content):
            character = content[position]
            if inside:
                position += character == "\\"
                inside = character != '"'
            elif character == '"':
                inside = True
            elif character in "()":
                depth += 1 if character == "(" else -1
                if depth == 0:
                    return position
            position += 1
        self.raise_error("location without ')'")

    def _location(self, text: str) -> LocationAttr:
        for _ in range(MAX_ALIASES):
            alias = text.strip().rstrip(")")
            if alias not in self._locations:
                break
            text = self._locations[alias]
        match = _NAME.match(text)
        if match is None:
            return UnknownLoc()
        if match[2] is None:
            return NameLoc(StringAttr(match[1].removesuffix(":")), NoneAttr())
        line, column = match[2][1:].split(":")
        return FileLineColLoc(StringAttr(match[1]), IntAttr(int(line)), IntAttr(int(column)))

    def parse_dense_int_or_fp_elements_attr(self, type: Any) -> DenseIntOrFPElementsAttr:
        """Parse a `dense` literal; of truth values in hexadecimal digits too, one bit or one byte each."""
        content = str(self.lexer.input.content)
        if type is not None or not content.startswith('<"0x', self._current_token.span.start):
            return super().parse_dense_int_or_fp_elements_attr(type)
        place = self._current_token.span
        self.parse_punctuation("<")
        digits = self.parse_str_literal()
        self.parse_punctuation(">")
        self.parse_punctuation(":")
        return self._dense(digits[2:], self._parse_dense_literal_type(), place)

    def _parse_builtin_dense_resource_attr(self) -> Any:
        """The elements that a resource at the end of the text has, if it is there."""
        place = self._current_token.span
        self.parse_punctuation("<")
        key = self.parse_identifier()
        self.parse_punctuation(">")
        self.parse_punctuation(":")
        kind = self._parse_dense_literal_type()
        digits = self._resources.get(key)
        if digits is None:
            return DenseResourceAttr.from_params(key, kind)
        # The first four bytes are the alignment.
        return self._dense(digits[8:], kind, place)

    def _parse_file_metadata_dictionary(self) -> None:
        """Pass over the resources, which are known already."""
        end = str(self.lexer.input.content).find("#-}", self.pos)
        if end < 0:
            self.raise_error("resources without '#-}'")
        self.lexer.pos = end + 3
        self._parser_state.current_token = self.lexer.lex()

    def _dense(self, digits: str, kind: Any, place: Span[Any]) -> DenseIntOrFPElementsAttr:
        """The elements of type `kind` in hexadecimal digits."""
        try:
            data = np.frombuffer(bytes.fromhex(digits), np.uint8)
        except ValueError:
            self.raise_error("not hexadecimal digits", place)
        elements = prod(kind.get_shape())
        if kind.element_type == IntegerType(1) and len(data) not in (1, elements):
            data = np.unpackbits(data, bitorder="little")[:elements]
        width = 1 if kind.element_type == IntegerType(1) else kind.element_type.compile_time_size
        if len(data) == width:
            data = np.tile(data, elements)
        if len(data) != width * elements:
            self.raise_error(f"{len(data)} bytes for {elements} elements of {width}", place)
        return DenseIntOrFPElementsAttr(kind, BytesAttr(data.tobytes()))
