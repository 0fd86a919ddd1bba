import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { ErrorName } from '../../../pipeline/errors.js';
import type { Fault } from '../../support/recorded-exchange.js';
import type { AggRow, Rig } from './exchange-rows.js';
import { aggRows, DAY, expectedColumns, makeRig, readDays, SHORT_WAITS, spreadTimes, tradeSeries } from './exchange-rows.js';

const rows = aggRows(spreadTimes(1200));
const POLICY = { ...SHORT_WAITS, attempts: 4 };

/** A source of `rows` in pages of 200 whose n-th answer of trades goes wrong as told. */
async function rigWith(t: TestContext, fault: (count: number) => Fault | null, policy = POLICY): Promise<Rig> {
  let count = 0;
  return makeRig(t, { series: [tradeSeries(rows)], mostRows: () => 200, fault: (_, path) => (path.endsWith('aggTrades') ? fault(++count) : null) }, policy);
}

const once: Readonly<Record<string, Fault>> = {
  'a connection that breaks in mid-body': { kind: 'drop' },
  'an answer that never comes': { kind: 'stall' },
  'a 500': { kind: 'status', status: 500, body: 'upstream gone' },
  'a 503 with the exchange’s own words': { kind: 'status', status: 503, body: '{"code":-1001,"msg":"Internal error"}' },
  'a 400 that says busy': { kind: 'status', status: 400, body: '{"code":-1008,"msg":"Server is currently overloaded"}' },
  'a 429 with Retry-After': { kind: 'status', status: 429, retryAfter: 1 },
  'a body that ends too early': { kind: 'body', body: '[{"a":12,"p":"1.0' },
  'a page of another proxy': { kind: 'body', body: '<html>please log in</html>' },
  'an empty list': { kind: 'rows', change: () => [] },
  'a page with a hole': { kind: 'rows', change: (page) => page.filter((_, at) => at !== 50) },
  'a page that begins too late': { kind: 'rows', change: (page) => page.slice(1) },
  'a page that repeats a row': { kind: 'rows', change: (page) => [...page.slice(0, 9), page[8], ...page.slice(9)] },
  'the page before once more': { kind: 'rows', change: () => rows.slice(0, 200) },
  'a page in falling order': { kind: 'rows', change: (page) => page.toReversed() },
  'a list cut down to its first row': { kind: 'rows', change: (page) => page.slice(0, 1) },
};
for (const [what, fault] of Object.entries(once)) {
  test(`${what} loses nothing and doubles nothing`, async (t) => {
    // Short enough not to hold the test, long enough for a slow machine; each attempt has its own.
    const policy = fault.kind === 'stall' ? { ...POLICY, attempts: 8, timeoutMs: 1500 } : POLICY;
    const { source } = await rigWith(t, (count) => (count === 4 ? fault : null), policy);
    const [day] = await readDays(source, [DAY]);
    assert.deepEqual(day!.table.columns, expectedColumns(rows));
  });
}

test('trouble on the way changes neither rows nor findings, only the number of requests', async (t) => {
  const whole = await rigWith(t, () => null);
  const troubled = await rigWith(t, (count) => (count % 3 === 0 ? { kind: 'drop' } : null));
  assert.deepEqual(await readDays(troubled.source, [DAY]), await readDays(whole.source, [DAY]));
  assert.ok(troubled.source.requestCount() > whole.source.requestCount());
});

const always: readonly [what: string, fault: Fault, name: ErrorName, message: RegExp][] = [
  ['a 500', { kind: 'status', status: 500, body: 'upstream gone' }, 'UpstreamUnavailable', /answered 500: upstream gone, 4 times/],
  ['a broken connection', { kind: 'drop' }, 'UpstreamUnavailable', /no whole answer \(.+\), 4 times/],
  ['a 403', { kind: 'status', status: 403, body: 'Forbidden' }, 'AccessDenied', /answered 403: Forbidden/],
  [
    'a 451',
    { kind: 'status', status: 451, body: '{"code":0,"msg":"Service unavailable from a restricted location"}' },
    'AccessDenied',
    /answered 451: .*restricted location/,
  ],
  [
    'a refusal',
    { kind: 'status', status: 400, body: '{"code":-1130,"msg":"parameter startTime is invalid."}' },
    'InvalidData',
    /answered 400: -1130 parameter startTime/,
  ],
  ['a refusal with status 200', { kind: 'body', body: '{"code":-1121,"msg":"Invalid symbol."}' }, 'InvalidData', /answered 200: -1121 Invalid symbol/],
  ['a body that is no JSON', { kind: 'body', body: '<html>' }, 'InvalidData', /expected JSON, found "<html>", 4 times/],
  ['a hole', { kind: 'rows', change: (page) => page.filter((_, at) => at !== 50) }, 'InvalidData', /expected trade \d+, found \d+, 4 times/],
  ['an empty list', { kind: 'rows', change: () => [] }, 'InvalidData', /expected trades from id \d+ on, found an empty list, 4 times/],
  [
    'a price that is no number',
    { kind: 'rows', change: (page) => page.map((row) => ({ ...(row as AggRow), p: 'NaN' })) },
    'InvalidData',
    /0\.p: expected a decimal number, found "NaN"/,
  ],
  [
    'a price of 0',
    { kind: 'rows', change: (page) => page.map((row, at) => (at === 0 ? row : { ...(row as AggRow), p: '0' })) },
    'InvalidData',
    /expected price above 0, found 0/,
  ],
  [
    'a field of another type',
    { kind: 'rows', change: (page) => page.map((row) => ({ ...(row as AggRow), m: 'yes' })) },
    'InvalidData',
    /0\.m: .*boolean.*found "yes"/,
  ],
];
for (const [what, fault, name, message] of always) {
  test(`${what} that stays ends as ${name} and names the request`, async (t) => {
    const { source } = await rigWith(t, (count) => (count >= 3 ? fault : null));
    await assert.rejects(readDays(source, [DAY]), (error: Error) => {
      assert.equal(error.name, name);
      assert.match(error.message, message);
      if (!message.source.includes('price above')) assert.match(error.message, /^127\.0\.0\.1:\d+\/api\/v3\/aggTrades\?symbol=ETHUSDT&fromId=\d+&limit=1000: /);
      return true;
    });
  });
}

test('a time that goes back is refused', async (t) => {
  const fault: Fault = { kind: 'rows', change: (page) => page.map((row, at) => (at === 5 ? { ...(row as AggRow), T: (row as AggRow).T - 3_600_000 } : row)) };
  const { source } = await rigWith(t, (count) => (count === 3 ? fault : null));
  await assert.rejects(readDays(source, [DAY]), { name: 'InvalidData', message: /trade \d+: expected time to go forwards, found \d+ after \d+/ });
});

test('a first hour that is wrongly said to be empty is found out by the trade before', async (t) => {
  const { source } = await rigWith(t, (count) => (count === 1 ? { kind: 'rows', change: () => [] } : null));
  await assert.rejects(readDays(source, [DAY]), {
    name: 'InvalidData',
    message: /expected trade \d+ to be the first from \d+ on, found trade \d+ of \d+ before it/,
  });
});

test('after a 429 no request goes out before the time that the exchange named', async (t) => {
  const answered: number[] = [];
  const { source } = await rigWith(t, (count) => {
    answered.push(performance.now());
    return count === 2 ? { kind: 'status', status: 429, retryAfter: 1 } : null;
  });
  await readDays(source, [DAY]);
  assert.ok(answered[2]! - answered[1]! >= 995, `${answered[2]! - answered[1]!} ms`);
});

test('a 418 stops at once with its delay, and the host is left alone until then', async (t) => {
  const { source, exchange } = await rigWith(t, (count) => (count === 2 ? { kind: 'status', status: 418, retryAfter: 7200 } : null));
  await assert.rejects(readDays(source, [DAY]), { name: 'UpstreamUnavailable', retryAfterMs: 7_200_000, message: /answered 418/ });
  const sent = exchange.requests.length;
  await assert.rejects(readDays(source, [DAY]), (error: Error & { retryAfterMs: number }) => {
    assert.match(error.message, /wants no request for another 7\d{3} s/);
    return error.name === 'UpstreamUnavailable' && error.retryAfterMs > 7_000_000 && error.retryAfterMs <= 7_200_000;
  });
  assert.equal(exchange.requests.length, sent);
});

test('a 429 that asks for longer than a step may wait ends with that delay', async (t) => {
  const { source } = await rigWith(t, (count) => (count === 2 ? { kind: 'status', status: 429, retryAfter: 600 } : null));
  await assert.rejects(readDays(source, [DAY]), { name: 'UpstreamUnavailable', retryAfterMs: 600_000 });
});

test('a minute holds half of the weight that the exchange allows, and then nothing more goes out', async (t) => {
  const many = aggRows(spreadTimes(2000));
  const { source, exchange } = await makeRig(t, { series: [tradeSeries(many)], mostRows: () => 2 });
  const stop = new AbortController();
  const read = assert.rejects(readDays(source, [DAY], { signal: stop.signal }), /enough seen/);
  // Of 3,000 a minute: 20 for the symbol, 2 for its first candle, 4 for each page.
  while (exchange.requests.length < 2 + 744) await delay(20);
  await delay(300);
  const seen = exchange.requests.length;
  stop.abort(new Error('enough seen'));
  await read;
  assert.equal(seen, 2 + 744);
});

test('an exchange that says its whole minute is used up is asked nothing more in it', async (t) => {
  const { exchange, source } = await makeRig(t, { series: [tradeSeries(rows)], usedWeight: () => 3000 });
  const stop = new AbortController();
  const read = assert.rejects(readDays(source, [DAY], { signal: stop.signal }), /enough seen/);
  while (exchange.requests.length === 0) await delay(5);
  await delay(300);
  stop.abort(new Error('enough seen'));
  await read;
  assert.equal(exchange.requests.length, 1);
});

test('an exchange that is not there is UpstreamUnavailable', async (t) => {
  const { source, exchange } = await rigWith(t, () => null);
  await exchange.stop();
  await assert.rejects(readDays(source, [DAY]), { name: 'UpstreamUnavailable', message: /no whole answer \(ECONNREFUSED\), 4 times/ });
});
