"""Flows that share channels, as in a fluid: max-min fairness on a network."""

from collections.abc import Sequence

_SAME = 1e-12


def flow_rates(routes: Sequence[Sequence[int]], capacities: Sequence[float]) -> list[float]:
    """
    Rate of every flow, in the unit of `capacities`; `routes[f]` are the channels of flow `f`, at least one.

    Max-min fair: the rate of no flow can rise without that of a slower one, or of an equal one, falling. Found by
    progressive filling (Bertsekas and Gallager, Data Networks, section 6.5): the channel that can give least to each of
    its flows settles them, and so on with what is left.
    """
    rates = [0.0] * len(routes)
    left = list(capacities)
    users: dict[int, set[int]] = {}
    for flow, route in enumerate(routes):
        for channel in route:
            users.setdefault(channel, set()).add(flow)
    while users:
        shares = {channel: left[channel] / len(flows) for channel, flows in users.items()}
        least = min(shares.values())
        settled: set[int] = set()
        for channel, share in shares.items():
            if share <= least * (1 + _SAME):
                settled |= users[channel]
        for flow in settled:
            rates[flow] = least
            for channel in set(routes[flow]):
                left[channel] = max(0.0, left[channel] - least)
                users[channel].discard(flow)
                if not users[channel]:
                    del users[channel]
    return rates
