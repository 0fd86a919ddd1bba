"""Features over the further columns of bars (microstructure, order book, coarser bars, other assets, outside series) in numpy and pandas.

Arguments: file of columns, file to write, JSON {"rows", "columns": [name], "funding": n}. The first file is little-endian doubles,
column after column; times and rates of the n payments come last. Writes one column a feature, prints {"features": [[name, reference]]}.
"""

import json
import sys

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view

manifest = json.loads(sys.argv[3])
rows, names, payments = manifest["rows"], manifest["columns"], manifest["funding"]
data = np.fromfile(sys.argv[1], "<f8")
b = {name: data[k * rows : (k + 1) * rows] for k, name in enumerate(names)}
paid_at, rate = data[len(names) * rows :][:payments], data[len(names) * rows + payments :]
close, volume, count, buys = b["close"], b["volume"], b["tradeCount"], b["takerBuyVolume"]
time = b["closeTimeMs"].astype("int64")

MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def windows(values, n):
    return sliding_window_view(np.concatenate([np.full(n - 1, np.nan), np.asarray(values, float)]), n)


def total(values, n):
    return windows(values, n).sum(axis=1)


def mean(values, n):
    return windows(values, n).mean(axis=1)


def deviation(values, n):
    return windows(values, n).std(axis=1, ddof=1)


def score(values, n):
    w = windows(values, n)
    return (w[:, -1] - w.mean(axis=1)) / w.std(axis=1, ddof=1)


def lag(values, n=1):
    return pd.Series(values).shift(n).to_numpy()


def ret(values, n=1):
    return np.log(values / lag(values, n))


def ema(values, span):
    return pd.Series(values).ewm(span=span, adjust=False).mean().to_numpy()


def pair_moments(x, y, n):
    x, y = windows(x, n), windows(y, n)
    x, y = x - x.mean(axis=1, keepdims=True), y - y.mean(axis=1, keepdims=True)
    return (x * y).sum(axis=1), (x * x).sum(axis=1), (y * y).sum(axis=1)


def correlation(x, y, n):
    xy, xx, yy = pair_moments(x, y, n)
    return xy / np.sqrt(xx * yy)


out = {}


def add(name, values, reference="numpy"):
    out[name] = (np.asarray(values, float), reference)


def microstructure():
    variance, bipower, r = b["realizedVariance"], b["bipowerVariation"], ret(close)
    for n in (32, 96):
        slope = total(b["flowReturn"], n) / total(b["flowSquare"], n)
        add(f"kyle_lambda_{n}", slope * np.sqrt(total(b["flowSquare"], n) / total(count, n)))
    add("flow_return_correlation_32", np.clip(total(b["flowReturn"], 32) / np.sqrt(total(b["flowSquare"], 32) * total(variance, 32)), -1, 1))
    for n in (8, 32, 96):
        add(f"vpin_{n}", total(b["bucketImbalance"], n) / total(volume, n))
    add("trade_volatility_32", np.sqrt(mean(variance, 32)))
    add("trade_volatility_ratio_8_96", 0.5 * np.log(mean(variance, 8) / mean(variance, 96)))
    for n in (32, 96):
        add(f"jump_share_{n}", np.maximum(0, 1 - total(bipower, n) / total(variance, n)))
    add("noise_ratio_32", np.log(total(variance, 32) / total(r * r, 32)))
    add("trade_roll_spread_32", 2 * np.sqrt(np.maximum(0, -total(b["returnProduct"], 32) / total(count, 32))))
    neighbours = np.abs(windows(r, 32))
    products = (neighbours[:, 1:] * neighbours[:, :-1]).sum(axis=1)
    add("bar_jump_share_32", np.maximum(0, 1 - np.pi / 2 * 32 / 31 * products / (neighbours**2).sum(axis=1)))
    middle = (np.log(b["high"]) + np.log(b["low"])) / 2
    product = 4 * (lag(np.log(close)) - lag(middle)) * (lag(np.log(close)) - middle)
    add("abdi_ranaldo_20", mean(np.sqrt(np.maximum(product, 0)), 20))
    bought = b["takerBuyCount"]
    sides = (2 * bought - count) / count
    add("taker_count_imbalance", sides)
    add("taker_count_imbalance_ema_8", ema(sides, 8), "pandas ewm")
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.log((buys / bought) / ((volume - buys) / (count - bought)))
    add("taker_size_ratio", np.where((bought == 0) | (bought == count), 0, ratio))
    size = lambda n: total(volume, n) / total(count, n)
    add("trade_size_trend_8_96", np.log(size(8) / size(96)))
    add("size_tail_ratio", np.log(b["upperSize"] / b["medianSize"]))
    add("size_skew", np.log(volume / count / b["medianSize"]))
    add("largest_trade_share", b["largestSize"] / volume)
    add("largest_trade_share_32", mean(b["largestSize"] / volume, 32))
    for short, long in ((4, 32), (8, 96)):
        add(f"trade_intensity_{short}_{long}", np.log(mean(count, short) / mean(count, long)))
    flow = 2 * buys / volume - 1
    add("flow_persistence_64", correlation(flow, lag(flow), 64))
    add("net_flow_96", total(2 * buys - volume, 96) / total(volume, 96))
    amihud = np.abs(r) / (volume * close)
    add("illiquidity_trend_8_96", np.log(mean(amihud, 8) / mean(amihud, 96)))
    net = 2 * buys - volume
    consumed = net / np.where(net >= 0, lag(b["askDepth"]), lag(b["bidDepth"]))
    add("depth_consumed", consumed)
    add("liquidity_adjusted_return", r / (1 + np.abs(consumed)))
    add("depth_turnover_8", np.log(1 + total(volume, 8) / mean(b["bidDepth"] + b["askDepth"], 8)))


def order_book():
    bid, ask, q, p = b["bid"], b["ask"], b["bidQuantity"], b["askQuantity"]
    middle, micro = (bid + ask) / 2, (bid * p + ask * q) / (p + q)
    add("quoted_spread", b["quotedSpread"])
    add("quoted_spread_score_96", score(b["quotedSpread"], 96))
    add("closing_spread", (ask - bid) / middle)
    add("effective_spread", 2 * np.abs(close / middle - 1))
    add("queue_imbalance", (q - p) / (q + p))
    add("queue_imbalance_ema_8", ema((q - p) / (q + p), 8), "pandas ewm")
    add("microprice_distance", (micro - middle) / middle)
    add("microprice_to_close", np.log(micro / close))
    depth, lean = b["bidDepth"] + b["askDepth"], (b["bidDepth"] - b["askDepth"]) / (b["bidDepth"] + b["askDepth"])
    add("depth_imbalance", lean)
    add("depth_imbalance_ema_32", ema(lean, 32), "pandas ewm")
    add("depth_trend_96", np.log(depth / mean(depth, 96)))
    add("front_share", np.log((q + p) / depth))
    for n in (1, 8, 32):
        add(f"order_flow_imbalance_{n}", total(b["orderFlowImbalance"], n) / mean((q + p) / 2, n))
    add("order_flow_score_96", score(b["orderFlowImbalance"], 96))
    add("quotes_per_trade", np.log((1 + b["quoteUpdates"]) / (1 + count)))
    add("quote_updates_score_96", score(np.log(1 + b["quoteUpdates"]), 96))


def coarse(columns, period):
    """Bars labelled by their end, the first one dropped, empty ones absent."""
    frame = pd.DataFrame(columns, index=pd.to_datetime(time, unit="ms"))
    grid = frame.resample(pd.Timedelta(period, "ms"), closed="right", label="right", origin="epoch")
    kinds = {"high": lambda x: x.max(skipna=False), "low": lambda x: x.min(skipna=False)}
    last = lambda x: x.iloc[-1] if len(x) else np.nan
    made = pd.DataFrame({name: grid[name].apply(kinds.get(name, last)) for name in columns})
    return made[grid.size() > 0].iloc[1:]


def known(values):
    """The value of the last coarse bar that had ended by each fine bar's close."""
    ends = pd.DataFrame({"time": values.index.astype("datetime64[ms]").astype("int64"), "value": values.to_numpy()})
    return pd.merge_asof(pd.DataFrame({"time": time}), ends, on="time")["value"].to_numpy()


def timeframes():
    prices = {"high": b["high"], "low": b["low"], "close": close}
    trends = []
    for label, period, n in (("1h", HOUR, 14), ("4h", 4 * HOUR, 14), ("1d", DAY, 5)):
        bars = coarse(prices, period)
        c, change = bars["close"], bars["close"].diff()
        r = np.log(c).diff()
        trends.append(known(np.log(c / c.rolling(n).mean())))
        reference = "pandas resample, merge_asof"
        add(f"return_{label}", known(r), reference)
        add(f"trend_{label}", trends[-1], reference)
        add(f"strength_{label}", known(100 * change.clip(lower=0).rolling(n).sum() / change.abs().rolling(n).sum()), reference)
        add(f"volatility_{label}", known(r.rolling(n).std()), reference)
        top, bottom = bars["high"].rolling(n).max(), bars["low"].rolling(n).min()
        add(f"position_{label}", known((c - bottom) / (top - bottom)), reference)
        if label == "1h":
            add("return_score_1h", known(r / r.rolling(24).std()), reference)
    add("trend_agreement", np.sign(trends).mean(axis=0), "pandas resample, merge_asof")


def breakout(own, reference, short, long):
    cut = lambda r: np.clip(r / lag(deviation(r, 96)), -1.5, 1.5)
    x, y = cut(own), cut(reference)
    now, before = correlation(x, y, short), lag(correlation(x, y, long), short)
    return (np.arctanh(now) - np.arctanh(before)) / np.sqrt(1 / (short - 3) + 1 / (long - 3))


def leads(own, reference, n, most):
    lags = [k for k in range(-most, most + 1)]
    values = np.array([correlation(own, lag(reference, k), n) if k >= 0 else correlation(lag(own, -k), reference, n) for k in lags])
    whole = ~np.isnan(values).any(axis=0)
    best = np.where(whole, np.array(lags)[np.argmax(np.abs(np.where(whole, values, 0)), axis=0)], np.nan)
    ahead, behind = values[most + 1 :], values[:most]
    strongest = np.take_along_axis(ahead, np.argmax(np.abs(np.where(whole, ahead, 0)), axis=0)[None], axis=0)[0]
    gain, loss = (ahead**2).sum(axis=0), (behind**2).sum(axis=0)
    return best, np.where(whole, strongest, np.nan), (gain - loss) / (gain + loss)


def pairs():
    others = [b[name] for name in names if name.startswith("close:")]
    first = others[0]
    own, reference = ret(close), ret(first)
    for n in (32, 96):
        add(f"pair_correlation_{n}", correlation(own, reference, n))
    xy, _, yy = pair_moments(own, reference, 96)
    add("pair_beta_96", xy / yy)
    add("residual_momentum_32", total(own - lag(xy / yy) * reference, 32))
    add("pair_spread_score_96", score(np.log(close / first), 96))
    add("pair_volatility_ratio_96", np.log(deviation(own, 96) / deviation(reference, 96)))
    for short, long in ((32, 192), (96, 384)):
        add(f"correlation_breakout_{short}_{long}", breakout(own, reference, short, long))
    for n in (1, 4, 16):
        add(f"reference_return_{n}", ret(first, n))
    lead, leading, asymmetry = leads(own, reference, 192, 4)
    add("lead_lag_192", lead)
    add("leading_correlation_192", leading)
    add("lead_lag_asymmetry_192", asymmetry)
    ranks = {}
    for n in (32, 96):
        mine, theirs = ret(close, n), np.array([ret(other, n) for other in others])
        add(f"relative_strength_{n}", mine - theirs.mean(axis=0))
        places = pd.DataFrame(np.vstack([mine, theirs])).rank(axis=0).iloc[0].to_numpy() - 1
        ranks[n] = np.where(np.isnan(theirs).any(axis=0) | np.isnan(mine), np.nan, places / len(others))
        add(f"strength_rank_{n}", ranks[n], "pandas rank")
    add("rank_change_32_96", ranks[32] - ranks[96], "pandas rank")


def payment(values):
    ends = pd.DataFrame({"time": paid_at.astype("int64"), "value": values})
    return pd.merge_asof(pd.DataFrame({"time": time}), ends, on="time", tolerance=DAY)["value"].to_numpy()


def outside():
    basis, interest = np.log(close / b["markPrice"]), b["openInterest"]
    add("mark_basis", basis)
    add("mark_basis_score_96", score(basis, 96))
    for n in (8, 96):
        add(f"open_interest_change_{n}", ret(interest, n))
    add("open_interest_correlation_96", correlation(ret(close), ret(interest), 96))
    add("open_interest_divergence_32", score(ret(close, 32), 96) - score(ret(interest, 32), 96))
    add("open_interest_turnover_96", np.log(1 + total(volume, 96) / interest))
    ratios = {"account_ratio": "accountRatio", "top_account_ratio": "topAccountRatio", "top_position_ratio": "topPositionRatio", "taker_ratio": "takerRatio"}
    for name, column in ratios.items():
        add(name, np.log(b[column]))
        add(f"{name}_score_96", score(np.log(b[column]), 96))
    add("top_against_all", np.log(b["topPositionRatio"]) - np.log(b["accountRatio"]))
    mood = b["fearGreed"] / 50 - 1
    days = coarse({"mood": mood, "hash": b["hashRate"]}, DAY)
    add("fear_greed", mood)
    add("fear_greed_change_7d", mood - known(days["mood"].shift(6)), "pandas resample, merge_asof")
    add("fear_greed_score_30d", (mood - known(days["mood"].rolling(30).mean())) / known(days["mood"].rolling(30).std()), "pandas resample, merge_asof")
    trend = np.log(days["hash"].rolling(7).mean() / days["hash"].rolling(28).mean())
    add("hash_rate_trend_7d_28d", known(trend), "pandas resample, merge_asof")
    add("hash_rate_change_14d", np.log(b["hashRate"] / known(days["hash"].shift(13))), "pandas resample, merge_asof")
    rates = pd.Series(rate)
    add("funding_trend_3_21", payment(rates.rolling(3).mean() - rates.rolling(21).mean()), "pandas merge_asof")
    add("funding_score_30", payment((rates - rates.rolling(30).mean()) / rates.rolling(30).std()), "pandas merge_asof")
    add("funding_paid_21", payment(rates.rolling(21).sum()), "pandas merge_asof")
    stamps = pd.Series(np.rint(paid_at / MINUTE) * MINUTE)
    left = 1 - (time - payment(stamps)) / (payment(stamps) - payment(stamps.shift()))
    add("funding_time_left", np.clip(left, 0, 1), "pandas merge_asof")
    clock = pd.to_datetime(time, unit="ms")
    for name, start, end in (("asia", 0, 8), ("europe", 7, 16), ("america", 13, 22)):
        add(f"session_{name}", (clock.hour >= start) & (clock.hour < end), "pandas clock")
    add("weekend", clock.dayofweek >= 5, "pandas clock")


np.seterr(invalid="ignore")
for part in (microstructure, order_book, timeframes, pairs, outside):
    part()
np.concatenate([values for values, _ in out.values()]).astype("<f8").tofile(sys.argv[2])
print(json.dumps({"features": [[name, reference] for name, (_, reference) in out.items()]}))
