/** Which functions took the time of a V8 CPU profile. */
import type { Profiler } from 'node:inspector';
import type { FunctionCost } from '../../pipeline/task-profile.js';

const KEPT = 15;
const MICROSECONDS = 1e-6;
/** V8's names for time in which no JavaScript ran. */
const NO_FUNCTION = new Set(['(idle)', '(root)']);

/** The functions that took most time in themselves, longest first. */
export function functionCosts(profile: Profiler.Profile): FunctionCost[] {
  const nodes = new Map(profile.nodes.map((node) => [node.id, node.callFrame]));
  const seconds = new Map<string, { name: string; place: string; selfSeconds: number }>();
  let total = 0;
  (profile.samples ?? []).forEach((id, i) => {
    const frame = nodes.get(id);
    if (frame === undefined || NO_FUNCTION.has(frame.functionName)) return;
    const place = `${frame.url.replace(/^.*\/(dist|node_modules)\//, '$1/')}:${frame.lineNumber + 1}`;
    const name = frame.functionName || '(anonymous)';
    const known = seconds.get(`${name} ${place}`) ?? { name, place, selfSeconds: 0 };
    const spent = Math.max(0, profile.timeDeltas?.[i] ?? 0) * MICROSECONDS;
    known.selfSeconds += spent;
    total += spent;
    seconds.set(`${name} ${place}`, known);
  });
  return [...seconds.values()]
    .sort((a, b) => b.selfSeconds - a.selfSeconds)
    .slice(0, KEPT)
    .map((cost) => ({ ...cost, share: total === 0 ? 0 : cost.selfSeconds / total }));
}
