"""The peer of bench/labels.ts: the same label computations in numba. Reads a case's name a line, answers with seconds, one line of JSON each."""
import json
import sys
import time

import numba
import numpy as np

folder = sys.argv[1]


def column(name, kind=np.float64):
    return np.fromfile(f"{folder}/{name}.bin", dtype=kind)


@numba.njit(cache=False)
def cusum(close, thresholds):
    events = np.empty(close.size, np.int32)
    count = 0
    up = 0.0
    down = 0.0
    for t in range(1, close.size):
        change = np.log(close[t]) - np.log(close[t - 1])
        h = thresholds[t]
        if not h > 0:
            up = 0.0
            down = 0.0
            continue
        up = max(0.0, up + change)
        down = min(0.0, down + change)
        if down < -h:
            down = 0.0
        elif up > h:
            up = 0.0
        else:
            continue
        events[count] = t
        count += 1
    return events[:count].copy()


@numba.njit(cache=False)
def triple_barrier(time, open_, high, low, close, volatility, take, stop, holding):
    n = close.size
    label = np.full(n, np.nan)
    end = np.full(n, np.nan)
    value = np.full(n, np.nan)
    for t in range(n):
        v = volatility[t]
        if not v > 0:
            continue
        upper = close[t] * np.exp(take * v)
        lower = close[t] * np.exp(-stop * v)
        done = False
        for s in range(t + 1, min(t + holding, n - 1) + 1):
            if low[s] <= lower:
                label[t] = 0.0
                value[t] = np.log(min(lower, open_[s]) / close[t])
                end[t] = time[s]
                done = True
                break
            if high[s] >= upper:
                label[t] = 1.0
                value[t] = np.log(upper / close[t])
                end[t] = time[s]
                done = True
                break
        if not done and t + holding < n:
            value[t] = np.log(close[t + holding] / close[t])
            label[t] = 1.0 if close[t + holding] > close[t] else 0.0
            end[t] = time[t + holding]
    return label, end, value


@numba.njit(cache=False)
def uniqueness(first, last, bars):
    open_ = np.zeros(bars + 1)
    for i in range(first.size):
        open_[first[i]] += 1
        open_[last[i]] -= 1
    shares = np.zeros(bars + 1)
    count = 0.0
    for t in range(bars):
        count += open_[t]
        shares[t + 1] = shares[t] + (1.0 / count if count > 0 else 0.0)
    out = np.empty(first.size)
    for i in range(first.size):
        out[i] = (shares[last[i]] - shares[first[i]]) / (last[i] - first[i])
    return out


@numba.njit(cache=False)
def sequential_bootstrap(first, last, bars, uniforms):
    n = first.size
    leaves = 1
    while leaves < n:
        leaves *= 2
    sums = np.zeros(2 * leaves)
    sums[leaves : leaves + n] = 1.0
    for node in range(leaves - 1, 0, -1):
        sums[node] = sums[2 * node] + sums[2 * node + 1]
    latest = np.empty(n, np.int32)
    top = 0
    for i in range(n):
        top = max(top, last[i])
        latest[i] = top
    open_ = np.zeros(bars, np.int32)
    drawn = np.empty(uniforms.size, np.int32)
    for d in range(uniforms.size):
        rest = uniforms[d] * sums[1]
        node = 1
        while node < leaves:
            node *= 2
            if rest < sums[node] or sums[node + 1] == 0:
                continue
            rest -= sums[node]
            node += 1
        label = node - leaves
        drawn[d] = label
        for b in range(first[label], last[label]):
            open_[b] += 1
        until = np.searchsorted(first, last[label])
        for i in range(np.searchsorted(latest, first[label], side="right"), until):
            if last[i] <= first[label]:
                continue
            total = 0.0
            for b in range(first[i], last[i]):
                total += 1.0 / (open_[b] + 1)
            at = leaves + i
            sums[at] = total / (last[i] - first[i])
            at //= 2
            while at > 0:
                sums[at] = sums[2 * at] + sums[2 * at + 1]
                at //= 2
    return drawn


parameters = json.load(open(f"{folder}/parameters.json"))
close, volatility, thresholds = column("close"), column("volatility"), column("thresholds")
time_ms, open_, high, low = column("closeTimeMs"), column("open"), column("high"), column("low")
first, last, uniforms = column("first", np.int32), column("last", np.int32), column("uniforms")

CASES = {
    "cusum": lambda: (cusum(close, thresholds),),
    "triple barrier": lambda: triple_barrier(
        time_ms, open_, high, low, close, volatility, parameters["takeProfit"], parameters["stopLoss"], parameters["holdingBars"]
    ),
    "uniqueness": lambda: (uniqueness(first, last, close.size),),
    "sequential bootstrap": lambda: (sequential_bootstrap(first, last, close.size, uniforms),),
}

for line in sys.stdin:
    name = line.strip()
    started = time.perf_counter()
    results = CASES[name]()
    seconds = time.perf_counter() - started
    for i, values in enumerate(results):
        values.tofile(f"{folder}/{name.replace(' ', '-')}-{i}.out")
    print(json.dumps({"seconds": seconds}), flush=True)
