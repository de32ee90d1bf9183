"""Importers of attention and of what transformers put around it: rotary positions, linear attention, causal filters."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from xdsl.ir import SSAValue

from accelc.dialects import graph
from accelc.frontends.onnx.builder import Builder, Tensor, known
from accelc.frontends.onnx.node import Node, Table
from accelc.frontends.onnx.operators.products.recurrent import MAX_UNROLLED
from accelc.frontends.onnx.tensors import numpy_dtype


def split_heads(node: Node, x: Tensor, heads: int, what: str) -> Tensor:
    """(B, L, heads * D) as (B, heads, L, D)."""
    if heads < 1 or x.shape[2] % heads:
        raise node.error(f"{what} has {x.shape[2]} channels, which are not {heads} heads")
    b, (batch, length, hidden) = node.builder, x.shape
    return b.transpose(b.reshape(x, [batch, length, heads, hidden // heads]), [0, 2, 1, 3])


def merge_heads(b: Builder, x: Tensor) -> Tensor:
    """(B, heads, L, D) as (B, L, heads * D)."""
    batch, heads, length, size = x.shape
    return b.reshape(b.transpose(x, [0, 2, 1, 3]), [batch, length, heads * size])


@dataclass(frozen=True)
class _Sight:
    """Which keys a query sees."""

    b: Builder
    keys: Tensor
    """(S,): index of each key"""
    queries: Tensor
    """(L, 1) or (B, 1, L, 1): place of each query among the keys"""

    @staticmethod
    def of(b: Builder, lengths: tuple[int, int], offset: Tensor) -> "_Sight":
        """Of `lengths` queries and keys; `offset`, () or (B, 1, 1, 1), is the number of keys before the first query."""
        queries, keys = lengths
        return _Sight(b, b.count(keys, offset.dtype), b.add(b.count(queries, offset.dtype, [queries, 1]), offset))

    def until(self, ahead: int) -> Tensor:
        """Keys at most `ahead` after the query."""
        return self.b.binary("less_equal", self.keys, self._moved(ahead))

    def since(self, behind: int) -> Tensor:
        """Keys at most `behind` before the query."""
        return self.b.binary("greater_equal", self.keys, self._moved(-behind))

    def _moved(self, by: int) -> Tensor:
        return self.b.add(self.queries, by) if by else self.queries


def _both(b: Builder, conditions: Sequence[Tensor]) -> Tensor | None:
    """All of some conditions."""
    found: Tensor | None = None
    for condition in conditions:
        found = condition if found is None else b.binary("and", found, condition)
    return found


def _conditions(node: Node, lengths: tuple[int, int], past: int) -> list[Tensor]:
    """What keys must fulfil: causality, windows, padding of the cache."""
    b, nonpad = node.builder, node.optional(6)
    if nonpad is not None and nonpad.rank != 1:
        raise node.error(f"nonpad_kv_seqlen has shape {list(nonpad.shape)}, expected one length for each sample")
    offset = known(np.asarray(past, np.int64))
    if nonpad is not None:
        column = b.reshape(nonpad, [nonpad.shape[0], 1, 1, 1])
        offset = b.binary("sub", column, b.scalar(lengths[0], column)) if past == 0 else offset
    sight = _Sight.of(b, lengths, offset)
    found: list[Tensor] = []
    if node.integer("is_causal", 0):
        found.append(sight.until(0))
    left, right = node.integer("left_window_size", -1), node.integer("right_window_size", -1)
    if left < -1 or right < -1:
        raise node.error(f"windows of {left} and {right} keys: expected -1 or more")
    if left >= 0:
        found.append(sight.since(left))
    if right >= 0:
        found.append(sight.until(right))
    if nonpad is not None:
        keys = b.count(lengths[1], nonpad.dtype)
        found.append(b.binary("less", keys, b.reshape(nonpad, [nonpad.shape[0], 1, 1, 1])))
    return found


def _bias(node: Node, like: Tensor, lengths: tuple[int, int], past: int) -> Tensor | None:
    """What is added to scores (..., L, S): the mask, and -infinity where a key is not seen."""
    b, mask = node.builder, node.optional(3)
    conditions = _conditions(node, lengths, past)
    if mask is not None:
        missing = lengths[1] - mask.shape[-1] if mask.rank else -1
        if missing < 0 or mask.rank > 4:
            raise node.error(f"attn_mask has shape {list(mask.shape)}, there are {lengths[1]} keys")
        is_truth = mask.dtype == np.bool_
        before, after = [0] * mask.rank, [0] * (mask.rank - 1) + [missing]
        mask = b.pad(mask, before, after, 0 if is_truth else -np.inf) if missing else mask
        if is_truth:
            conditions.append(mask)
            mask = None
        else:
            mask = b.cast(mask, like.dtype)
    seen = _both(b, conditions)
    if seen is None:
        return mask
    hidden = b.select(seen, b.scalar(0, like), b.scalar(-np.inf, like))
    return hidden if mask is None else b.add(mask, hidden)


def _softmax(b: Builder, scores: Tensor, bias: Tensor | None) -> Tensor:
    """Along the last axis; a query that sees no key gets zeros."""
    y = b.emit(lambda v: graph.SoftmaxOp(v, axis=scores.rank - 1), scores)
    if bias is None:
        return y
    highest = b.reduce("max", bias, [bias.rank - 1], keepdims=True)
    blind = b.binary("equal", highest, b.scalar(-np.inf, highest))
    if blind.data is not None and not np.asarray(blind.data).any():
        return y
    return b.select(blind, b.scalar(0, y), y)


def _heads(node: Node) -> tuple[Tensor, Tensor, Tensor]:
    """Queries, keys and values, (B, heads, length, size) each."""
    q, k, v = (node.input(i) for i in range(3))
    if not q.rank == k.rank == v.rank or q.rank not in (3, 4):
        raise node.error(f"Q, K and V have shapes {[list(t.shape) for t in (q, k, v)]}, expected rank 3 or 4 each")
    if q.rank == 3:
        heads, groups = node.integer("q_num_heads", 0), node.integer("kv_num_heads", 0)
        q = split_heads(node, q, heads, "Q")
        k, v = split_heads(node, k, groups, "K"), split_heads(node, v, groups, "V")
    if k.shape[1] < 1 or q.shape[1] % k.shape[1] or k.shape[1] != v.shape[1]:
        raise node.error(f"{q.shape[1]} heads of Q do not share {k.shape[1]} of K and {v.shape[1]} of V")
    return q, k, v


def _attention(node: Node) -> list[Tensor]:
    b = node.builder
    q, k, v = _heads(node)
    past_key, past_value = node.optional(4), node.optional(5)
    if any(p is not None and p.rank != 4 for p in (past_key, past_value)) or (past_key is None) != (past_value is None):
        raise node.error("past_key and past_value must be given together, with rank 4 each")
    past = 0 if past_key is None else past_key.shape[2]
    k = k if past_key is None else b.concat([past_key, k], 2)
    v = v if past_value is None else b.concat([past_value, v], 2)
    batch, heads, length, size = q.shape
    groups, keys = k.shape[1], k.shape[2]
    # Heads that share keys lie beside each other: they are one longer list of queries.
    shared = [batch, groups, heads // groups * length]
    scale = node.number("scale", 1 / sqrt(max(size, 1)))
    if scale < 0:
        raise node.error(f"attribute 'scale' is {scale}, expected 0 or more")
    if q.dtype == np.float32:
        left, right = b.mul(q, scale), b.transpose(k, [0, 1, 3, 2])
    else:
        # Narrow types are rounded after each of two factors, as the standard says.
        left, right = b.mul(q, sqrt(scale)), b.mul(b.transpose(k, [0, 1, 3, 2]), sqrt(scale))
    scores = b.matmul(b.reshape(left, [*shared, size]), right)
    scores = shown = b.reshape(scores, [batch, heads, length, keys])
    mode, cap = node.integer("qk_matmul_output_mode", 0), node.number("softcap", 0.0)
    if cap > 0:
        scores = b.mul(b.unary("tanh", b.binary("div", scores, b.scalar(cap, scores))), cap)
        shown = scores
    bias = _bias(node, q, (length, keys), past)
    scores = scores if bias is None else b.add(scores, bias)
    shown = scores if mode == 2 else shown
    precision = node.integer("softmax_precision", 0)
    wide = b.cast(scores, numpy_dtype(precision, b.where)) if precision else scores
    weights = b.cast(_softmax(b, wide, bias), q.dtype)
    shown = weights if mode == 3 else shown
    y = b.matmul(b.reshape(weights, [*shared, keys]), v)
    y = b.reshape(y, [batch, heads, length, v.shape[3]])
    return [merge_heads(b, y) if node.input(0).rank == 3 else y, k, v, shown]


def _rotary_embedding(node: Node) -> Tensor:
    b, x, positions = node.builder, node.input(0), node.optional(3)
    rank, original = x.rank, x.shape
    if rank == 3:
        heads = node.integer("num_heads", 0)
        if heads < 1 or x.shape[2] % heads:
            raise node.error(f"X has {x.shape[2]} channels, which are not {heads} heads")
        x = b.reshape(x, [*x.shape[:2], heads, x.shape[2] // heads])
    elif rank == 4:
        x = b.transpose(x, [0, 2, 1, 3])
    else:
        raise node.error(f"X has shape {list(x.shape)}, expected rank 3 or 4")
    size = node.integer("rotary_embedding_dim", 0) or x.shape[3]
    if size > x.shape[3] or size % 2:
        raise node.error(f"rotary_embedding_dim {size} is not an even number up to {x.shape[3]}")
    tables: list[Tensor] = []
    for table in (node.input(1), node.input(2)):
        rows = table if positions is None else b.gather(table, positions, 0)
        if rows.shape[-1] != size // 2:
            raise node.error(f"a cache has {rows.shape[-1]} columns, expected {size // 2}")
        tables.append(b.reshape(rows, [*rows.shape[:2], 1, size // 2]))
    cos, sin = tables
    step = 2 if node.integer("interleaved", 0) else 1
    first = b.slice_axis(x, 3, 0, size // 2, step)
    second = b.slice_axis(x, 3, 1 if step == 2 else size // 2, size // 2, step)
    real = b.binary("sub", b.mul(cos, first), b.mul(sin, second))
    imaginary = b.add(b.mul(sin, first), b.mul(cos, second))
    if step == 2:
        pair = [b.reshape(t, [*t.shape, 1]) for t in (real, imaginary)]
        turned = b.reshape(b.concat(pair, 4), [*x.shape[:3], size])
    else:
        turned = b.concat([real, imaginary], 3)
    y = b.concat([turned, b.slice_axis(x, 3, size, x.shape[3] - size)], 3)
    return b.reshape(y, original) if rank == 3 else b.transpose(y, [0, 2, 1, 3])


def _linear_attention(node: Node) -> list[Tensor]:
    b = node.builder
    query, key, value, past, decay, beta = (node.optional(i) for i in range(6))
    if query is None or key is None or value is None or {query.rank, key.rank, value.rank} != {3}:
        raise node.error("query, key and value are tensors of rank 3")
    heads, groups = node.integer("q_num_heads", 0), node.integer("kv_num_heads", 0)
    rule = node.text("update_rule", "gated_delta")
    if rule not in ("linear", "gated", "delta", "gated_delta"):
        raise node.error(f"update_rule '{rule}' is not linear, gated, delta or gated_delta")
    for operand, name, needed in ((decay, "decay", "gated" in rule), (beta, "beta", "delta" in rule)):
        if (operand is not None) != needed:
            raise node.error(f"update_rule '{rule}' {'needs' if needed else 'has no'} {name}")
    q, k, v = split_heads(node, query, heads, "query"), split_heads(node, key, groups, "key"), value
    v = split_heads(node, v, groups, "value")
    f32 = np.dtype(np.float32)
    q, k, v = (b.cast(t, f32) for t in (q, k, v))
    (batch, _, steps, size), width = q.shape, v.shape[3]
    if groups < 1 or heads % groups or k.shape[3] != size:
        raise node.error(f"{heads} heads of {size} do not share {groups} heads of {k.shape[3]}")
    if not 1 <= steps <= MAX_UNROLLED:
        raise node.unsupported(f"a sequence of {steps} steps")
    scale = node.number("scale", 0.0) or 1 / sqrt(max(size, 1))
    gates = None if decay is None else b.unary("exp", b.cast(_per_step(node, decay, groups, "decay"), f32))
    strengths = None if beta is None else b.cast(_per_step(node, beta, beta.shape[2], "beta"), f32)
    zero = known(np.broadcast_to(np.float32(0), (batch, groups, size, width)))
    state = zero if past is None else b.cast(past, f32)
    outputs: list[Tensor] = []
    for step in range(steps):
        q_t = b.reshape(b.slice_axis(q, 2, step, 1), [batch, groups, heads // groups, size])
        k_t, v_t = b.slice_axis(k, 2, step, 1), b.slice_axis(v, 2, step, 1)
        if gates is not None:
            state = b.mul(state, b.transpose(b.slice_axis(gates, 2, step, 1), [0, 1, 3, 2]))
        if strengths is not None:
            v_t = b.mul(b.slice_axis(strengths, 2, step, 1), b.binary("sub", v_t, b.matmul(k_t, state)))
        state = b.add(state, b.matmul(b.transpose(k_t, [0, 1, 3, 2]), v_t))
        outputs.append(b.reshape(b.mul(b.matmul(q_t, state), scale), [batch, 1, heads * width]))
    kept = query.dtype if past is None else past.dtype
    return [b.cast(b.concat(outputs, 1), query.dtype), b.cast(state, kept)]


def _per_step(node: Node, x: Tensor, heads: int, what: str) -> Tensor:
    """(B, T, heads * D) as (B, heads, T, D), D being 1 or the size of a key."""
    if x.rank != 3:
        raise node.error(f"{what} has shape {list(x.shape)}, expected rank 3")
    return split_heads(node, x, heads, what)


def _causal_conv(node: Node) -> list[Tensor]:
    b, x, weight, bias, past = node.builder, node.input(0), node.input(1), node.optional(2), node.optional(3)
    activation = node.text("activation", "none")
    if activation not in ("none", "silu", "swish"):
        raise node.error(f"activation '{activation}' is not none, silu or swish")
    if x.rank != 3 or weight.rank != 3 or weight.shape[:2] != (x.shape[1], 1):
        raise node.error(f"input and weight have shapes {list(x.shape)} and {list(weight.shape)}, not one filter each")
    reach = weight.shape[2] - 1
    padded = b.pad(x, [0, 0, reach], [0, 0, 0], 0) if past is None else b.concat([past, x], 2)

    def make(x: SSAValue, w: SSAValue, b: SSAValue | None) -> graph.ConvOp:
        return graph.ConvOp(x, w, b, group=weight.shape[0])

    y = b.emit(make, padded, weight, bias, weights=(1, 2))
    y = y if activation == "none" else b.unary("silu", y)
    return [y, b.slice_axis(padded, 2, padded.shape[2] - reach, reach)]


OPERATORS: Table = {
    "Attention": _attention,
    "RotaryEmbedding": _rotary_embedding,
    "LinearAttention": _linear_attention,
    "CausalConvWithState": _causal_conv,
}
