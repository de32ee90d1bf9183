"""One stream per lane from records in program order, each closed by HALT."""

from collections.abc import Mapping

import numpy as np

from accelc.isa.encode import control_records
from accelc.isa.records import Records
from accelc.isa.table import Opcode
from accelc.targets.model import Target


def split_streams(records: Records, target: Target) -> Mapping[str, Records]:
    """Every lane's records in program order followed by HALT, in the order of `target.lanes`."""
    return {
        lane: np.concatenate([records[records["lane"] == code], control_records(code, Opcode.HALT)])
        for code, lane in enumerate(target.lanes)
    }
