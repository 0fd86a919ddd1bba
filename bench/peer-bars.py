"""Daily zips of trades to bars of one minute and one hour: polars, DuckDB or pandas. Prints one JSON line.

python3 peer-bars.py PEER THREADS FILE...
The clock starts after the imports. Files lie side by side on THREADS threads; the library has THREADS threads of its own.
"""
import json
import os
import sys
import tempfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor

peer, threads, files = sys.argv[1], int(sys.argv[2]), sys.argv[3:]
os.environ["POLARS_MAX_THREADS"] = str(threads)
COLUMNS = ["price", "qty", "time", "is_buyer_maker"]


def only_csv(path):
    with zipfile.ZipFile(path) as archive:
        return archive.read(archive.namelist()[0])


if peer == "polars":
    import polars as pl

    TYPES = {"price": pl.Float64, "qty": pl.Float64, "time": pl.Int64, "is_buyer_maker": pl.Boolean}

    def of_file(path):
        trades = pl.read_csv(only_csv(path), columns=COLUMNS, schema_overrides=TYPES)
        minutes = trades.group_by((pl.col("time") // 60_000).alias("minute"), maintain_order=True).agg(
            pl.col("price").first().alias("open"),
            pl.col("price").max().alias("high"),
            pl.col("price").min().alias("low"),
            pl.col("price").last().alias("close"),
            pl.col("qty").sum().alias("volume"),
            (pl.col("price") * pl.col("qty")).sum().alias("quote"),
            pl.len().alias("count"),
            pl.col("qty").filter(~pl.col("is_buyer_maker")).sum().alias("bought"),
        )
        hours = minutes.group_by((pl.col("minute") // 60).alias("hour"), maintain_order=True).agg(
            pl.col("open").first(),
            pl.col("high").max(),
            pl.col("low").min(),
            pl.col("close").last(),
            pl.col("volume").sum(),
            pl.col("quote").sum(),
            pl.col("count").sum(),
            pl.col("bought").sum(),
        )
        return minutes.height, hours.height, hours["volume"].sum()

elif peer == "duckdb":
    import duckdb

    TYPES = "{'id': 'BIGINT', 'price': 'DOUBLE', 'qty': 'DOUBLE', 'quote_qty': 'DOUBLE', 'time': 'BIGINT', 'is_buyer_maker': 'BOOLEAN'}"
    base = duckdb.connect(config={"threads": threads})

    def of_file(path):
        connection = base.cursor()
        with tempfile.TemporaryDirectory() as folder:
            with zipfile.ZipFile(path) as archive:
                text = archive.extract(archive.namelist()[0], folder)
            minutes = connection.sql(
                f"""SELECT time // 60000 AS minute, arg_min(price, id) AS open, max(price) AS high, min(price) AS low, arg_max(price, id) AS close,
                sum(qty) AS volume, sum(price * qty) AS quote, count(*) AS count, sum(CASE WHEN is_buyer_maker THEN 0 ELSE qty END) AS bought
                FROM read_csv('{text}', header = true, auto_detect = false, delim = ',', columns = {TYPES}) GROUP BY 1"""
            ).to_arrow_table()
            hours = connection.sql(
                """SELECT minute // 60 AS hour, arg_min(open, minute) AS open, max(high) AS high, min(low) AS low, arg_max(close, minute) AS close,
                sum(volume) AS volume, sum(quote) AS quote, sum(count) AS count, sum(bought) AS bought FROM minutes GROUP BY 1"""
            ).to_arrow_table()
        return minutes.num_rows, hours.num_rows, sum(hours["volume"].to_pylist())

else:
    import pandas as pd

    TYPES = {"price": "float64", "qty": "float64", "time": "int64", "is_buyer_maker": "bool"}
    RULES = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum", "quote": "sum", "count": "sum", "bought": "sum"}

    def of_file(path):
        trades = pd.read_csv(path, usecols=COLUMNS, dtype=TYPES)
        trades["quote"] = trades["price"] * trades["qty"]
        trades["bought"] = trades["qty"].where(~trades["is_buyer_maker"], 0.0)
        minutes = trades.groupby(trades["time"] // 60_000).agg(
            open=("price", "first"),
            high=("price", "max"),
            low=("price", "min"),
            close=("price", "last"),
            volume=("qty", "sum"),
            quote=("quote", "sum"),
            count=("qty", "size"),
            bought=("bought", "sum"),
        )
        hours = minutes.groupby(minutes.index // 60).agg(RULES)
        return len(minutes), len(hours), hours["volume"].sum()


started, cpu_started = time.perf_counter(), time.process_time()
with ThreadPoolExecutor(threads) as pool:
    rows = list(pool.map(of_file, files))
seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - cpu_started
minute_bars, hour_bars, volume = (sum(row[i] for row in rows) for i in range(3))
print(json.dumps({"seconds": seconds, "cpuSeconds": cpu_seconds, "minuteBars": minute_bars, "hourBars": hour_bars, "volume": volume}))
