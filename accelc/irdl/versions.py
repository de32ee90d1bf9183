"""
What differs between versions of C++ MLIR in what it reads.

LLVM 19 has no names of operands, results, parameters and regions in IRDL. Up to 21, IRDL reads the sizes of groups from
`operand_segment_sizes` and `result_segment_sizes`; since 22, from the attributes of these names in camel case.
"""

import re
from collections.abc import Mapping

from accelc.errors import UsageError

OLDEST = 19
NAMES_SINCE = 20
CAMEL_CASE_SINCE = 22
CURRENT = 22
"""Version whose form later ones read too."""
OLD_SIZES: Mapping[str, str] = {
    "operandSegmentSizes": "operand_segment_sizes",
    "resultSegmentSizes": "result_segment_sizes",
}
"""Name of an attribute with sizes of groups -> its name before `CAMEL_CASE_SINCE`."""
_NAMED = re.compile(r"( *irdl\.(?:operands|results|parameters|regions)\()(.*)\)")


def check_llvm(llvm: int) -> None:
    """Raise UsageError for a version that reads something else."""
    if llvm < OLDEST:
        raise UsageError(f"IRDL of LLVM {llvm}: legal are {OLDEST} and later")


def sizes_name(attribute: str, llvm: int) -> str:
    """Name in version `llvm` of an attribute with sizes of groups; other names stay."""
    return attribute if llvm >= CAMEL_CASE_SINCE else OLD_SIZES.get(attribute, attribute)


def irdl_for(text: str, llvm: int) -> str:
    """An IRDL module, as xDSL prints it, for version `llvm`. Raises UsageError for one before `OLDEST`."""
    check_llvm(llvm)
    if llvm < CAMEL_CASE_SINCE:
        for name, old in OLD_SIZES.items():
            text = text.replace(f'"{name}" = ', f'"{old}" = ')
    if llvm < NAMES_SINCE:
        text = "\n".join(map(_unnamed, text.split("\n")))
    return text


def _unnamed(line: str) -> str:
    found = _NAMED.fullmatch(line)
    if found is None:
        return line
    return f"{found[1]}{', '.join(each.partition(': ')[2] for each in found[2].split(', '))})"
