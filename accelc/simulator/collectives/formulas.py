"""
Closed forms of the time of one collective operation that has all channels for itself, all ranks starting together.

With `hop` the latency of a channel, `bw` the bandwidth of a chip (all its links, one way) and `B` bytes on each of `n`
ranks, ring: all-reduce `2 (n-1) (hop + B/(n bw))`, reduce-scatter and all-gather half of that; mesh on an `all-to-all`
interconnect: `2 hop + 2 (n-1)/n B/bw` and half of that. On a ring the messages of a mesh go up to `n // 2` hops, and
a channel has to carry about `n n / 8` of them. Where `B` cannot be divided the largest chunk counts for all.
"""

from accelc.simulator.collectives.interconnect import Interconnect
from accelc.targets.model import Link


def collective_ns(kind: str, algorithm: str, elements: int, item_bytes: int, system: Interconnect) -> float | None:
    """
    Time of a collective operation of all chips of `system` on arrays of `elements` (of an all-gather: of its result).

    None where there is no closed form: other interconnects, and a mesh on a ring with chunks of different sizes.
    """
    link, ranks = system.link, system.chips
    phases = 2 if kind == "all-reduce" else 1
    chunk = -(-elements // ranks)
    if chunk == 0 or ranks == 1:
        return 0.0
    if algorithm == "ring" and link.kind == "ring":
        # Half of every chunk goes each way, on half of the links.
        half = -(-chunk // 2) * item_bytes
        return phases * (ranks - 1) * (link.hop_latency_ns + half / (_chip(link) / 2))
    if algorithm == "mesh" and link.kind == "all-to-all":
        return phases * (link.hop_latency_ns + chunk * item_bytes / (_chip(link) / (ranks - 1)))
    if algorithm == "mesh" and link.kind == "ring" and elements % ranks == 0:
        return phases * _mesh_on_ring(ranks, link.hop_latency_ns, chunk * item_bytes / (_chip(link) / 2))
    return None


def _mesh_on_ring(ranks: int, hop_ns: float, chunk_ns: float) -> float:
    """
    One phase, `chunk_ns` being the time of a chunk alone on a channel.

    To the opposite rank of an even number half a chunk goes each way: these `ranks / 2` of the flows of a channel end
    first, and have one hop more before them.
    """
    far = ranks // 2
    if ranks % 2:
        return far * hop_ns + far * (far + 1) / 2 * chunk_ns
    flows = far * (far - 1) / 2 + far
    return max((far - 1) * hop_ns + far * far / 2 * chunk_ns, far * hop_ns + flows * chunk_ns / 2)


def _chip(link: Link) -> float:
    """Bandwidth of a chip in bytes per ns."""
    return link.links_per_chip * link.bytes_per_ns_per_link
